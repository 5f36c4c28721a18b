"""Whatever becomes of a field, each record is landed or set aside.

In every kind of source; the outcomes are those of the table in docs/ingestion.md.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from ingestion.errors import LakeError
from tests.python.ingestion.drift_project import (
    COLUMNS,
    KINDS,
    DriftProject,
    Field,
    thing,
)
from tests.python.ingestion.fake_sources import FakeSources
from tests.python.ingestion.ingestion_project import Project

ABSENT = object()
LONG = "x" * 10_000_000
ARABIC = "شركة \u202bالنيل\u202c 🛍️👩\u200d👧\u200d👦 ﷺ"  # noqa: RUF001
DEPTH = 5_000
DEEP = "[" * DEPTH + "1" + "]" * DEPTH
OBJECT = '{"a":"x","b":[1,null]}'


@dataclass(frozen=True)
class Drift:
    """What a source does to one field, and what becomes of the record.

    `landed` is the value in the column, `extra` the value in `_extra`, `reason` that of
    a rejection. `sql` is what a database has where an API has `api`.
    """

    name: str
    field: str
    api: Any
    sql: Any
    landed: Any = None
    extra: Any = None
    reason: str | None = None


def text(value: str) -> bytes:
    return json.dumps(value).encode()


DRIFTS = [
    Drift("new field", "tier", b'"gold"', "gold", extra="gold"),
    Drift("new field, a number", "tier", b"1.50", 1.5, extra=1.5),
    Drift("new field that is null", "tier", b"null", None),
    Drift("new object", "tier", OBJECT.encode(), OBJECT, extra=OBJECT),
    Drift("new field named as ours", "_batch_id", b'"x"', "x", extra="x"),
    Drift("optional missing", "name", ABSENT, ABSENT),
    Drift("optional null", "amount", b"null", None),
    Drift("optional blank", "quantity", b'" "', " "),
    Drift("required missing", "stage", ABSENT, None, reason="stage is missing"),
    Drift("required null", "stage", b"null", None, reason="stage is missing"),
    Drift("required blank", "stage", b'"\\u00a0"', "\xa0", reason="stage is missing"),
    Drift("key null", "id", b"null", None, reason="id is missing"),
    Drift("key blank", "id", b'""', "", reason="id is missing"),
    Drift("key missing", "id", ABSENT, None, reason="id is missing"),
    Drift("key a number", "id", b"2.0", 2.0, landed="2"),
    Drift("text to number", "name", b"12.50", 12.5, landed=("12.50", "12.5")),
    Drift("text to object", "name", OBJECT.encode(), OBJECT, landed=OBJECT),
    Drift("text to boolean", "name", b"true", 1, landed=("true", "1")),
    Drift("number to text", "quantity", b'"3 pcs"', "3 pcs", reason="whole number"),
    Drift("number to digits", "quantity", b'" 5.0"', " 5.0", landed=5),
    Drift("number to fraction", "quantity", b"1.5", 1.5, reason="whole number"),
    Drift("number to object", "quantity", b'{"n":1}', '{"n":1}', reason="whole number"),
    Drift("number to list", "amount", b"[1]", "[1]", reason="amount is not a number"),
    Drift("boolean to text", "is_active", b'"yes"', "yes", reason="not a boolean"),
    Drift("boolean to digit", "is_active", b'"0"', "0", landed=False),
    Drift("time to epoch", "changed_at", b"1735689600", 1735689600, reason="timestamp"),
    Drift("time to blank", "changed_at", b'""', "", reason="changed_at is missing"),
    Drift("date to time", "born_on", b'"2024-02-29T23:00:00-02:00"',
          "2024-02-29T23:00:00-02:00", landed=dt.date(2024, 3, 1)),
    Drift("more decimals", "amount", b"1.00005", 1.00005, landed=Decimal("1.0001")),
    Drift("more digits", "amount", b"123456789012345.5", "123456789012345.5",
          reason="amount does not fit decimal(18,4)"),
    Drift("number beyond 32 bits", "quantity", b"2147483648", 2**31,
          reason="quantity does not fit 32 bits"),
    Drift("5,000 digits", "amount", b"9" * 5_000, "9" * 5_000, reason="does not fit"),
    Drift("5,000 digits, new", "tier", b"9" * 5_000, "9" * 5_000, extra="9" * 5_000),
    Drift("endless exponent", "ratio", b"1e99999999999999999999",
          "1e99999999999999999999", reason="ratio is not a finite number"),
    Drift("new value of an enum", "state", b'"on_hold"', "on_hold", landed="on_hold"),
    Drift("date that is none", "born_on", b'"2023-02-29"', "2023-02-29",
          reason="born_on is not a date"),
    Drift("zero date", "born_on", b'"0000-00-00"', "0000-00-00", reason="not a date"),
    Drift("NaN", "ratio", b"NaN", "NaN", reason="ratio is not a finite number"),
    Drift("NaN, money", "amount", b"NaN", "NaN", reason="amount is not a number"),
    Drift("NaN, new", "tier", b"NaN", "nan", extra="nan"),
    Drift("infinity", "ratio", b"-Infinity", float("-inf"), reason="finite number"),
    Drift("10 MB", "name", text(LONG), LONG, landed=LONG),
    Drift("10 MB, new", "tier", text(LONG), LONG, extra=LONG),
    Drift("Arabic and emoji", "name", ARABIC.encode().join([b'"'] * 2), ARABIC,
          landed=ARABIC),
    Drift("Arabic and emoji, escaped, new", "tier", text(ARABIC), ARABIC, extra=ARABIC),
    Drift("half a surrogate pair", "name", b'"a\\ud83d"', b"a\xed\xa0\xbd",
          landed=("a\ufffd", "a\ufffd\ufffd\ufffd")),
    Drift("invalid UTF-8", "name", b'"caf\xe9"', b"caf\xe9", landed="caf\ufffd"),
    Drift("invalid UTF-8, new", "tier", b'"\xff"', b"\xff", extra="\ufffd"),
    Drift("invalid UTF-8, a number", "amount", b'"\xff"', b"\xff", reason="a number"),
    Drift("NUL", "name", b'"a\\u0000b"', "a\0b", landed="a\0b"),
    Drift("deep", "name", DEEP.encode(), DEEP, landed=DEEP),
    Drift("deep, a number", "amount", DEEP.encode(), DEEP, reason="is not a number"),
    Drift("deep, new", "tier", DEEP.encode(), DEEP, extra=DEEP),
]  # fmt: skip


def mark(payload: str) -> int:
    """Return which record was set aside."""
    record = json.loads(payload)
    return int(record.get("properties", record)["mark"])


class Delivered:
    """What became of one delivery: record by record."""

    def __init__(self, made: DriftProject, records: list[dict[str, Field]]) -> None:
        made.deliver(*records)
        self.output = made.run()
        self.landed = {row["mark"]: row for row in made.rows()}
        self.rejected = {mark(row["payload"]): row for row in made.rejected()}
        assert len(self.landed) == len(made.rows())
        assert len(self.rejected) == len(made.rejected())
        self.again = made.run("--full-refresh")
        self.is_known = len(made.rows()) == len(self.landed)
        self.is_known &= len(made.rejected()) == len(self.rejected)


@pytest.fixture(scope="module", params=KINDS)
def delivered(
    request: pytest.FixtureRequest,
    server: FakeSources,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Delivered]]:
    """All drifts in one delivery, each between two good records, and once more."""
    kind = request.param
    records = []
    for number, drift in enumerate(DRIFTS):
        records.append(thing(kind, 2 * number))
        broken = thing(kind, 2 * number + 1)
        value = drift.sql if kind == "sql" else drift.api
        if value is ABSENT:
            del broken[drift.field]
        else:
            broken[drift.field] = value
        records.append(broken)
    with pytest.MonkeyPatch.context() as monkeypatch:
        project = Project(tmp_path_factory.mktemp(kind))
        made = DriftProject(project, server, kind, monkeypatch)
        yield kind, Delivered(made, records)


def test_good_neighbours_land_and_nothing_is_lost(
    delivered: tuple[str, Delivered],
) -> None:
    _, found = delivered
    marks = range(2 * len(DRIFTS))
    assert found.landed.keys() | found.rejected.keys() == set(marks)
    assert not found.landed.keys() & found.rejected.keys()
    assert set(marks[::2]) <= found.landed.keys()
    assert found.is_known
    assert "Traceback" not in found.output + found.again


@pytest.mark.parametrize("number", range(len(DRIFTS)), ids=[d.name for d in DRIFTS])
def test_each_record_is_landed_or_set_aside(
    delivered: tuple[str, Delivered], number: int
) -> None:
    kind, found = delivered
    drift = DRIFTS[number]
    if drift.reason is not None:
        rejection = found.rejected[2 * number + 1]
        assert drift.reason in rejection["reason"]
        assert json.loads(rejection["payload"])
        return
    row = found.landed[2 * number + 1]
    if drift.field in COLUMNS:
        wanted = drift.landed
        if isinstance(wanted, tuple):
            wanted = wanted[kind == "sql"]
        assert flat(row[drift.field]) == flat(wanted)
        assert row["_extra"] is None
    elif drift.extra is None:
        assert row["_extra"] is None
    else:
        [(name, value)] = json.loads(row["_extra"]).items()
        assert name == drift.field
        assert flat(value) == flat(drift.extra)


def flat(value: Any) -> Any:
    """Return JSON in one form, also where what is nested deep is text in it."""
    if isinstance(value, dict | list):
        value = json.dumps(value)
    if isinstance(value, str) and value[:1] in ("{", "["):
        return value.translate(str.maketrans("", "", ' "\\'))
    return value


@pytest.mark.parametrize("field", ["name", "stage", "id"])
def test_a_column_that_a_database_no_longer_has(
    project: Project,
    sources: FakeSources,
    monkeypatch: pytest.MonkeyPatch,
    field: str,
) -> None:
    """An optional one is null; without a required one there are no records to judge."""
    made = DriftProject(project, sources, "sql", monkeypatch)
    before, after = thing("sql", 1), thing("sql", 2)
    made.deliver(before)
    made.run()
    made.deliver({name: one for name, one in after.items() if name != field})
    result = project.call("run", "--source", "drift")
    assert "Traceback" not in result.output
    if field == "name":
        assert [row["name"] for row in made.rows()] == ["Thing 1", None]
        return
    assert result.exit_code == 1
    assert f"has no column '{field}'; mend it or the contract" in result.output
    made.deliver(before, after)
    made.run()
    assert [row["id"] for row in made.rows()] == ["1", "2"]


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_fields_are_named_once(
    project: Project, sources: FakeSources, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    made = DriftProject(project, sources, kind, monkeypatch)
    gold: Field = "gold" if kind == "sql" else b'"gold"'
    line = "drift.things: fields that the contract does not know, kept in _extra: "
    made.deliver(thing(kind, 1, tier=gold, plan=gold), thing(kind, 2, tier=gold))
    assert f"{line}plan, tier\n" in made.run()
    made.deliver(thing(kind, 3, plan=gold, tier=gold))
    assert "does not know" not in made.run()
    made.deliver(thing(kind, 4, plan=gold, coupon=gold))
    assert f"{line}coupon\n" in made.run()
    assert "does not know" not in made.run("--full-refresh")
    assert [row["id"] for row in made.rows()] == ["1", "2", "3", "4"]


def test_unknown_fields_that_did_not_land_are_named_when_they_do(
    project: Project, sources: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = DriftProject(project, sources, "rest", monkeypatch)
    made.deliver(thing("rest", 1, tier=b'"gold"'))
    with monkeypatch.context() as broken:

        def refuse(*arguments: object, **options: object) -> None:
            raise LakeError("the disk is full")

        broken.setattr("ingestion.lake.LakeTable.append", refuse)
        assert project.call("run", "--source", "drift").exit_code == 1
    assert "kept in _extra: tier\n" in made.run()


def test_of_many_unknown_fields_some_are_named(
    project: Project, sources: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = DriftProject(project, sources, "rest", monkeypatch)
    made.deliver(thing("rest", 1, **{f"day_{n}": b"1" for n in range(25)}))
    assert ", day_24, day_3, day_4 and 5 more\n" in made.run()
    made.deliver(
        thing("rest", 2, **{f"day_{n}": b"1" for n in range(25)}),
        thing("rest", 3, **{"n" * 100: b"1"}),
    )
    assert f": day_5, day_6, day_7, day_8, day_9, {'n' * 60}...\n" in made.run()
