"""All cases: kind of fault, source, moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.python.faults.database_faults import DATABASE_FAULTS, DatabaseFault
from tests.python.faults.http_faults import (
    EVERY_API,
    FIRST,
    HTTP_FAULTS,
    LAST,
    MIDDLE,
    SECOND,
    HttpFault,
)
from tests.python.faults.laboratory import (
    CONTACTS,
    CUSTOMERS,
    EVENTS,
    ORDERS,
    Subject,
)
from tests.python.faults.lake_faults import (
    LAKE_FAULTS,
    LakeFault,
    deny_reading,
    fill_temporary_folder,
)


@dataclass(frozen=True)
class HttpCase:
    """One fault of one source's HTTP server at one moment."""

    fault: HttpFault
    subject: Subject
    moment: str
    is_lasting: bool

    def place(self, asked: int) -> int:
        """Return the number of the request, of so many."""
        return _place(self.moment, asked)

    @property
    def ending(self) -> str | None:
        """What the run says when it ends by the fault; None where it ends well."""
        is_search = self.subject is CONTACTS and self.moment == SECOND
        if is_search and self.fault.search_passes:
            return None
        return self.fault.ends or (self.fault.lasting if self.is_lasting else None)


@dataclass(frozen=True)
class DatabaseCase:
    """One fault of a database at one moment."""

    fault: DatabaseFault
    moment: str

    def place(self, fetched: int) -> int:
        """Return the number of the batch, of so many."""
        return _place(self.moment, fetched)


@dataclass(frozen=True)
class LakeCase:
    """One fault of the lake at one moment."""

    fault: LakeFault
    subject: Subject
    moment: str

    @property
    def state(self) -> int:
        """Which of the two runs it is."""
        return int(self.moment == SECOND)

    def place(self, committed: int) -> int:
        """Return the number of the commit, of so many."""
        return _place(self.moment, committed)


@dataclass(frozen=True)
class OtherLakeCase:
    """Something around the lake that fails at one moment."""

    kind: str
    subject: Subject
    moment: str

    @property
    def state(self) -> int:
        """Which of the two runs it is."""
        return int(self.moment == SECOND)

    def disturb(self, monkeypatch: pytest.MonkeyPatch) -> str:
        """Let it fail; return what the run then says."""
        if self.kind == FULL:
            return fill_temporary_folder(monkeypatch, 5 if self.moment == MIDDLE else 1)
        return deny_reading(monkeypatch)


@dataclass(frozen=True)
class ExpiredCase:
    """An access token that expires at one moment."""

    subject: Subject
    moment: str

    @property
    def state(self) -> int:
        """Which of the two runs it is."""
        return int(self.moment == SECOND)

    def place(self, asked: int) -> int:
        """Return the number of the request, of so many."""
        return _place(self.moment, asked)


@dataclass(frozen=True)
class TwoRunsCase:
    """A second run while the first one halts."""

    subject: Subject
    moment: str
    is_later: bool


def _place(moment: str, count: int) -> int:
    middle = (count + 1) // 2
    return {FIRST: 1, MIDDLE: middle, LAST: count, SECOND: middle}[moment]


def _http_cases() -> Iterator[Any]:
    """Yield each fault with each source at each moment, most of them as slow.

    What the pages say is read by each source in its own way: one moment each. The rest
    they have in common: two sources in turn, once for a fault that passes by itself and
    once for one that goes on.
    """
    for number, fault in enumerate(HTTP_FAULTS):
        is_of_pages = fault.always or fault.is_change
        for other, subject in enumerate(fault.subjects):
            chosen = fault.moments[(number + other) % len(fault.moments)]
            is_due = is_of_pages or (number + other) % len(EVERY_API) in (0, 1)
            for moment in fault.moments:
                lasts = fault.lasting is not None and moment in (MIDDLE, SECOND)
                case = HttpCase(fault, subject, moment, lasts)
                is_quick = is_due and moment == chosen
                yield _case(case, fault.kind, subject, moment, is_quick=is_quick)


def _case(
    case: object, kind: str, subject: Subject, moment: str, *, is_quick: bool
) -> Any:
    name = f"{kind}-{subject.name}-{moment}".replace(" ", "_")
    return pytest.param(case, id=name, marks=() if is_quick else pytest.mark.slow)


def _database_cases() -> Iterator[Any]:
    """Yield each fault at one moment, the first one at all, and, slow, all others."""
    for number, fault in enumerate(DATABASE_FAULTS):
        chosen = fault.moments[number % len(fault.moments)]
        for moment in fault.moments:
            is_quick = moment == chosen or number == 0
            case = DatabaseCase(fault, moment)
            yield _case(case, fault.kind, ORDERS, moment, is_quick=is_quick)


def _lake_cases() -> Iterator[Any]:
    """Yield each fault with each source, most of them as slow."""
    for number, fault in enumerate(LAKE_FAULTS):
        for other, subject in enumerate(LANDED):
            chosen = fault.moments[(number + other) % len(fault.moments)]
            for moment in fault.moments:
                is_quick = moment == chosen and (number + other) % len(LANDED) < 2
                case = LakeCase(fault, subject, moment)
                yield _case(case, fault.kind, subject, moment, is_quick=is_quick)


def _other_lake_cases() -> Iterator[Any]:
    for number, kind in enumerate((FULL, "lake not readable")):
        for other, subject in enumerate(LANDED):
            for place, moment in enumerate((FIRST, MIDDLE, SECOND)):
                case = OtherLakeCase(kind, subject, moment)
                is_quick = (number + other + place) % 6 == 0
                yield _case(case, kind, subject, moment, is_quick=is_quick)


def _expired_cases() -> Iterator[Any]:
    moments = (MIDDLE, LAST, SECOND)
    for number, subject in enumerate((CUSTOMERS, EVENTS, CONTACTS)):
        for other, moment in enumerate(moments):
            case = ExpiredCase(subject, moment)
            is_quick = number == other
            yield _case(case, "expired token", subject, moment, is_quick=is_quick)


def _two_runs_cases() -> Iterator[Any]:
    """Yield each moment with each source, in the first load or in a later one."""
    for number, subject in enumerate(LANDED):
        for other, moment in enumerate(HALTS):
            if moment == BETWEEN_COMMITS and subject is CONTACTS:
                continue
            is_later = (number + other) % 2 == 1 and moment not in FIRST_LOAD_ONLY
            case = TwoRunsCase(subject, moment, is_later)
            is_quick = (number + other) % 2 == 0 or number == 0
            yield _case(case, "two runs", subject, moment, is_quick=is_quick)


MAKING_TABLES = "while tables are made"
BEFORE_READING = "before the first record"
WHILE_READING = "while records are read"
BEFORE_COMMIT = "before the first commit"
BETWEEN_COMMITS = "between commits"
BEFORE_LOG = "before the log of loads"
HALTS = (
    MAKING_TABLES,
    BEFORE_READING,
    WHILE_READING,
    BEFORE_COMMIT,
    BETWEEN_COMMITS,
    BEFORE_LOG,
)
FIRST_LOAD_ONLY = (MAKING_TABLES, WHILE_READING, BETWEEN_COMMITS)
FULL = "temporary folder full"
LANDED = (EVENTS, CUSTOMERS, CONTACTS, ORDERS)
HTTP_CASES = list(_http_cases())
DATABASE_CASES = list(_database_cases())
LAKE_CASES = list(_lake_cases())
OTHER_LAKE_CASES = list(_other_lake_cases())
TWO_RUNS_CASES = list(_two_runs_cases())
# How often a run is killed, by what it reads; some of them while it commits.
KILLS = dict(zip((subject.name for subject in LANDED), (14, 12, 12, 12), strict=True))
KILLS_IN_COMMITS = 4
EXPIRED_CASES = list(_expired_cases())
ALL = [
    *HTTP_CASES,
    *EXPIRED_CASES,
    *DATABASE_CASES,
    *LAKE_CASES,
    *OTHER_LAKE_CASES,
    *TWO_RUNS_CASES,
]
QUICK = [case for case in ALL if not case.marks]


def kinds(cases: list[Any]) -> set[str]:
    """Return the distinct kinds of fault among the cases."""
    return {str(case.id).rsplit("-", 2)[0] for case in cases}
