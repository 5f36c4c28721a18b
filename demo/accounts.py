"""Source records of people: commerce accounts, shop accounts and CRM contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from demo import spoil
from demo.frames import DAY, NEVER, Array, Frame, length, objects
from demo.noise import Noise

SOURCES = ("commerce", "shop", "crm")
Opening = tuple[str, Array, Array]
"""Source, position in the people, epoch second of opening."""

_PRESENCE = (0.72, 0.68, 0.62)
_MERGED_CONTACTS = 0.10
_DELETED = 0.012
_CHANGED = 0.45


def open_accounts(  # noqa: PLR0913, PLR0917 (who, how, when)
    rng: np.random.Generator,
    people: Frame,
    noise: Noise,
    until: int,
    first_ids: Mapping[str, int],
    openings: Sequence[Opening] | None = None,
) -> dict[str, Frame]:
    """Open accounts and let them age until a time.

    Args:
        rng: Source of all chance.
        people: True people.
        noise: Shares of everything that goes wrong.
        until: Epoch second up to which accounts are opened, changed and closed.
        first_ids: Next free id per source.
        openings: Per source who opens an account when; by default everybody in
            `people`, as `first_openings` decides.

    Returns:
        Per source a frame with record_id, person (position in `people`), created_at,
        updated_at, deleted_at, is_ghost, the account-id links and all that the record
        states about its person.
    """
    accounts: dict[str, Frame] = {}
    for source, owner, opened_at in openings or first_openings(
        rng, people, noise, until
    ):
        order = np.lexsort((owner, opened_at))
        person, created_at = owner[order], opened_at[order]
        changed_at = spoil.later(rng, created_at, until, _CHANGED)
        deleted_at = spoil.later(rng, created_at + 30 * DAY, until, _DELETED)
        updated_at = np.maximum(created_at, changed_at)
        updated_at = np.where(deleted_at == NEVER, updated_at, deleted_at)
        ids = np.arange(len(person)) + first_ids[source]
        ghost = rng.random(len(person)) < noise.ghost
        if source == "commerce":
            ghost[:] = False
        accounts[source] = {
            "record_id": ids,
            "person": person,
            "person_id": people["person_id"][person],
            "created_at": created_at,
            "updated_at": updated_at,
            "deleted_at": deleted_at,
            "is_ghost": ghost,
            **spoil.identity(rng, people, person, noise),
        }
    _link(rng, people, accounts, noise)
    _merge_contacts(rng, accounts["crm"], until)
    return accounts


def first_openings(
    rng: np.random.Generator, people: Frame, noise: Noise, until: int
) -> list[Opening]:
    """Decide who opens which accounts when; everybody opens at least one."""
    count = length(people)
    present = rng.random((count, len(SOURCES))) < np.array(_PRESENCE)
    nowhere = ~present.any(axis=1)
    present[nowhere, rng.integers(0, len(SOURCES), int(nowhere.sum()))] = True
    # Whoever is present opens the first account on joining, the others later.
    first = np.argmax(present * rng.random(present.shape), axis=1)
    openings = []
    for position, source in enumerate(SOURCES):
        once = np.flatnonzero(present[:, position])
        delay = (rng.exponential(45, len(once)) * DAY).astype(np.int64)
        delay[first[once] == position] = 0
        twice = once[rng.random(len(once)) < noise.second_account]
        again = (rng.uniform(20, 300, len(twice)) * DAY).astype(np.int64)
        person = np.concatenate([once, twice])
        created_at = people["joined_at"][person] + np.concatenate([delay, again])
        open_now = created_at <= until
        openings.append((source, person[open_now], created_at[open_now]))
    return openings


def first_account(owner: Frame, count: int) -> Array:
    """Return per person the position of the oldest account, -1 without one."""
    first = np.full(count, -1, dtype=np.int64)
    positions = np.arange(length(owner))
    first[owner["person"][::-1]] = positions[::-1]
    return first


def _link(
    rng: np.random.Generator, people: Frame, accounts: dict[str, Frame], noise: Noise
) -> None:
    """State in the CRM and the shop which other accounts belong to the same person."""
    commerce = accounts["commerce"]
    own = first_account(commerce, length(people))
    for source, share in (("crm", 0.35), ("shop", 0.40)):
        frame = accounts[source]
        target = own[frame["person"]]
        linked = (target >= 0) & (rng.random(len(target)) < share)
        wrong = linked & (rng.random(len(target)) < noise.wrong_link)
        target[wrong] = rng.integers(0, length(commerce), int(wrong.sum()))
        column = np.full(len(target), None, dtype=object)
        column[linked] = objects(
            str(i) for i in commerce["record_id"][target[linked]].tolist()
        )
        frame["commerce_customer_id"] = column
    member = accounts["shop"]
    has_card = np.zeros(length(people), dtype=bool)
    has_card[member["person"][rng.random(length(member)) < 0.75]] = True
    for source, share in (("shop", 0.95), ("crm", 0.25)):
        frame = accounts[source]
        card = people["loyalty_id"][frame["person"]].copy()
        stated = has_card[frame["person"]] & (rng.random(len(card)) < share)
        card[~stated] = None
        frame["loyalty_id"] = card


def _merge_contacts(rng: np.random.Generator, contacts: Frame, until: int) -> None:
    """Merge some double contacts inside the CRM: one survives, one is archived."""
    contacts["merged_ids"] = np.full(length(contacts), None, dtype=object)
    survivors: dict[int, int] = {}
    for position, person in enumerate(contacts["person"].tolist()):
        first = survivors.setdefault(person, position)
        unusable = contacts["is_ghost"][[first, position]].any()
        gone = (contacts["deleted_at"][[first, position]] != NEVER).any()
        if first == position or unusable or gone or rng.random() >= _MERGED_CONTACTS:
            continue
        latest = int(contacts["updated_at"][[first, position]].max())
        merged_at = int(latest + rng.random() * (until - latest))
        contacts["merged_ids"][first] = str(contacts["record_id"][position])
        contacts["updated_at"][[first, position]] = merged_at
        contacts["deleted_at"][position] = merged_at
