"""Why records are one customer, or two: in words, with nothing that names a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cdp.identity import (
    ATTRIBUTES,
    PARTS,
    Change,
    Cut,
    Decision,
    Evidence,
    Identities,
    Membership,
    Separation,
    current_customer,
    resolved,
)
from cdp.paths import Step, best_path, spanning_steps
from cdp.warehouse import Warehouse, WarehouseError

CHANGES = {
    "merged": "was merged into customer {new} on {day}",
    "moved": "was taken apart on {day}; its first record is of customer {new}",
    "split": "lost records to other customers on {day}",
    "removed": "is gone since {day}: no source delivers or names any of its records",
}
CUTS = {
    "weak_bridge": "too weak a bridge between two groups of records",
    "separated": "it would join records that are kept apart ({rule})",
    "oversized": "the customer would have too many records",
}
RULES = {"decision": "by decision", "loyalty_id": "two loyalty ids"}
PART_NAMES = {
    "household": "family name and place",
    "identifier": "identifiers",
    "personal": "given name, birth date and gender",
    "contradiction": "identifiers that contradict",
}


def explain(
    warehouse: Warehouse, subject: str, other_record: str | None = None
) -> Iterator[RenderableType]:
    """Explains a customer, the customer of a record, or two records.

    Args:
        warehouse: What was built.
        subject: A record as `source:id`, or a customer id that was ever issued.
        other_record: A second record; then `subject` must be one, too.

    Raises:
        WarehouseError: There is no such record or customer.
    """
    identities = Identities(warehouse)
    words = _Words(identities)
    if other_record is not None:
        yield from _explain_two(identities, words, subject, other_record)
        return
    if ":" in subject:
        memberships = _memberships(identities, subject)
        customer_id = current_customer(memberships)
        yield Text(_place(subject, memberships))
    else:
        customer_id, change = resolved(identities, subject)
        if change.reason != "current":
            yield Text(_became(subject, change))
    if customer_id is not None:
        yield from _explain_customer(identities, words, customer_id)


def _explain_customer(
    identities: Identities, words: _Words, customer_id: str
) -> Iterator[RenderableType]:
    memberships = identities.memberships(customer_id=customer_id)
    members = [each for each in memberships if each.until is None]
    yield from _members(customer_id, members)
    present = {each.record for each in members}
    left = {
        each.record: each.until
        for each in memberships
        if each.until and each.record not in present
    }
    yield from _section(
        "Records that it once had",
        [Text(f"{record}, until {_day(until)}") for record, until in left.items()],
    )
    evidence = {each.link: each for each in identities.evidence(customer_id)}
    steps = spanning_steps(evidence, members[0].record)
    rows = [row for step in steps for row in words.link(step, evidence[step.link])]
    unseen = len(evidence) - len(steps)
    further = f" (and further links between them: {unseen})" if unseen else ""
    yield from _section(f"What joins them{further}", rows)
    yield from _section(
        "Links that were found and not used",
        [Text(words.cut(cut)) for cut in identities.cuts(customer_id)],
    )
    yield from _section(
        "Decisions that hold",
        [Text(words.decision(each)) for each in identities.decisions(customer_id)],
    )


def _explain_two(
    identities: Identities, words: _Words, record: str, other_record: str
) -> Iterator[RenderableType]:
    """Raises WarehouseError if either is no record, or both are the same one."""
    if record == other_record:
        raise WarehouseError(f"{record} twice: give two records")
    found = {
        name: _memberships(identities, name, pair=True)
        for name in (record, other_record)
    }
    one, other = (current_customer(memberships) for memberships in found.values())
    if one is None or other is None or one != other:
        yield Text(f"{record} and {other_record} are not one customer.")
        for name, memberships in found.items():
            yield Text(_place(name, memberships))
        if one is not None and other is not None:
            yield from _reasons(identities, words, (record, one), (other_record, other))
        return
    yield Text(f"{record} and {other_record} are one customer, {one}.")
    evidence = {each.link: each for each in identities.evidence(one)}
    path = best_path(evidence, record, other_record)
    rows = [
        row
        for step in path
        for row in words.link(step, evidence[step.link], in_parts=True)
    ]
    count = "one link" if len(path) == 1 else f"{len(path)} links"
    yield from _section(f"What joins them: {count}", rows)


def _reasons(
    identities: Identities,
    words: _Words,
    place: tuple[str, str],
    other_place: tuple[str, str],
) -> Iterator[RenderableType]:
    """What is known about why two records are two customers."""
    (record, customer_id), (other_record, other_customer_id) = place, other_place
    pair = {record, other_record}
    members = {
        each.record
        for each in identities.memberships(customer_id=other_customer_id)
        if each.until is None
    }
    apart = [
        each
        for each in identities.separations(customer_id)
        if {each.record, each.other_record} & members
    ]
    cuts = [
        each
        for each in identities.cuts(customer_id)
        if other_customer_id in (each.customer_id, each.other_customer_id)
    ]
    yield from _section(
        "They must be apart",
        [Text(words.separation(each)) for each in apart],
    )
    yield from _section(
        "Links between the two customers that were not used",
        [Text(words.cut(each)) for each in cuts],
    )
    compared = identities.comparison(record, other_record)
    if compared is not None:
        told = [{each.record, each.other_record} for each in cuts]
        told += [{each.record, each.other_record} for each in apart]
        verdict = "" if pair in told else words.verdict(compared)
        step = Step(record, other_record, compared.link)
        rows = words.link(step, compared, in_parts=True)
        yield from _section(f"How the two records compare{verdict}", list(rows))
    elif not (apart or cuts):
        yield Text(
            "Nothing links them: what the two records say brings them together nowhere,"
            " or speaks against one person."
        )


class _Words:
    """What links, cuts and decisions say, in words."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities
        self._meanings = identities.meanings()

    def link(
        self, step: Step, evidence: Evidence, *, in_parts: bool = False
    ) -> Iterator[RenderableType]:
        """The two records and their points, and below how they compare."""
        head = Text(f"{step.start} - {step.end}", style="bold")
        reasons = {
            "decision": ": one customer by decision",
            "merge": ": merged in the CRM",
        }
        yield head.append(
            reasons.get(evidence.rule or "", f" = {step.link.points:g} points"),
            style="not bold",
        )
        phrases = [*self._phrases(evidence)]
        if phrases:
            yield Padding(Text("; ".join(phrases)), (0, 0, 0, 4))
        if in_parts and phrases:
            yield Padding(Text(_parts(evidence)), (0, 0, 0, 4))

    def verdict(self, compared: Evidence) -> str:
        """Why a comparison is no link."""
        least = self._identities.least_link_points()
        if least is None or compared.link.points < least:
            return ": too little for a link"
        return ": enough for a link, but a person has one loyalty id only"

    def cut(self, cut: Cut) -> str:
        """A link that was not used, and why."""
        rule = RULES.get(cut.separation_rule or "", str(cut.separation_rule))
        why = CUTS.get(cut.reason, cut.reason).format(rule=rule)
        places = (
            "both of this customer"
            if cut.customer_id == cut.other_customer_id
            else f"of customers {cut.customer_id} and {cut.other_customer_id}"
        )
        pair = f"{cut.record} - {cut.other_record}"
        return f"{pair} = {cut.points:g} points, {places}: {why}"

    def decision(self, decision: Decision) -> str:
        """Who is what to whom, since when and why."""
        reason = f": {decision.reason}" if decision.reason else ""
        return (
            f"{decision.decision} {decision.record} and {decision.other_record},"
            f" {_day(decision.decided_at)}{reason}"
        )

    def separation(self, separation: Separation) -> str:
        """Which records must be apart, and why."""
        reason = f": {separation.reason}" if separation.reason else ""
        rule = RULES.get(separation.rule, separation.rule)
        return f"{separation.record} and {separation.other_record}, {rule}{reason}"

    def _phrases(self, evidence: Evidence) -> Iterator[str]:
        for attribute in ATTRIBUTES:
            level = evidence.values[f"{attribute}_level"]
            if level is None:
                continue
            meaning = self._meanings.get((attribute, level), level)
            shown = dict.fromkeys(
                evidence.values.get(f"{side}{attribute}_masked")
                for side in ("", "other_")
            )
            values = ", ".join(value for value in shown if value)
            masked = f" ({values})" if values else ""
            name = attribute.replace("_", " ")
            yield f"{name}: {meaning[:1].lower()}{meaning[1:]}{masked}"


def _parts(evidence: Evidence) -> str:
    """What the points are made of; the smaller of two beginnings does not count."""
    points = {part: evidence.values[f"{part}_points"] for part in PARTS}
    begins = [part for part in ("household", "identifier") if points[part] is not None]
    begin = max(begins, key=lambda part: float(points[part]))
    counted = [
        begin,
        "personal",
        *(["contradiction"] if points["contradiction"] else []),
    ]
    return "points: " + ", ".join(
        f"{points[part]:g} of {PART_NAMES[part]}" for part in counted
    )


def _memberships(
    identities: Identities, record: str, *, pair: bool = False
) -> list[Membership]:
    """Raises WarehouseError if there never was such a record."""
    memberships = identities.memberships(record=record)
    if not memberships:
        asked = "two records" if pair else "a record or a customer id"
        raise WarehouseError(
            f"no record '{record}': give {asked}; a record is written source:id, such"
            " as crm:17"
        )
    return memberships


def _place(record: str, memberships: Sequence[Membership]) -> str:
    """Where a record belongs, or belonged last."""
    last = memberships[-1]
    if last.until is None:
        return f"{record} is of customer {last.customer_id} since {_day(last.since)}."
    return (
        f"{record} was of customer {last.customer_id} until {_day(last.until)}: no"
        " source delivers or names it any more."
    )


def _became(customer_id: str, change: Change) -> str:
    text = CHANGES.get(change.reason, change.reason)
    became = text.format(new=change.new_customer_id, day=_day(change.changed_at))
    return f"Customer {customer_id} {became}."


def _members(
    customer_id: str, members: Sequence[Membership]
) -> Iterator[RenderableType]:
    count = "one record" if len(members) == 1 else f"{len(members)} records"
    yield Text(f"Customer {customer_id}: {count}", style="italic")
    table = Table()
    table.add_column("Record", overflow="fold")
    table.add_column("Since, UTC", no_wrap=True)
    for member in members:
        table.add_row(Text(member.record), f"{member.since:%Y-%m-%d %H:%M}")
    yield table


def _section(title: str, rows: Sequence[RenderableType]) -> Iterator[RenderableType]:
    """A heading and what stands below it; nothing without rows."""
    if rows:
        yield Text(f"\n{title}", style="italic")
        yield from rows


def _day(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d}"
