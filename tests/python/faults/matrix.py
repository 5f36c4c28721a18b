"""All cases: kind of fault, source, moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.python.faults.http_faults import (
    EVERY_API,
    FIRST,
    HTTP_FAULTS,
    LAST,
    MIDDLE,
    SECOND,
    HttpFault,
)
from tests.python.faults.laboratory import CONTACTS, Subject


@dataclass(frozen=True)
class HttpCase:
    """One fault of one source's HTTP server at one moment."""

    fault: HttpFault
    subject: Subject
    moment: str
    is_lasting: bool

    def place(self, asked: int) -> int:
        """Return the number of the request, of so many."""
        middle = (asked + 1) // 2
        return {FIRST: 1, MIDDLE: middle, LAST: asked, SECOND: middle}[self.moment]

    @property
    def ending(self) -> str | None:
        """What the run says when it ends by the fault; None where it ends well."""
        is_search = self.subject is CONTACTS and self.moment == SECOND
        if is_search and self.fault.search_passes:
            return None
        return self.fault.ends or (self.fault.lasting if self.is_lasting else None)


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


HTTP_CASES = list(_http_cases())
