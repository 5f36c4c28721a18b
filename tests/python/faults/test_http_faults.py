"""Whatever goes wrong between us and an API: in the end the lake is as ever.

Each case reads one table, of at least twenty pages, in two runs, the second of which
finds the world a week later. In one of them a fault happens once or goes on, and the
run ends well or with one clear line; where it ended, it is run again. Every version of
every record is then in the lake exactly once, as after two runs without any fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.python.faults.conftest import be_patient
from tests.python.faults.http_faults import SECOND, HttpFault, dates_alike
from tests.python.faults.laboratory import Bench, Laboratory, Subject, Undisturbed
from tests.python.faults.matrix import HTTP_CASES, HttpCase


@pytest.mark.parametrize("case", HTTP_CASES)
def test_a_disturbed_run_ends_as_an_undisturbed_one(
    case: HttpCase,
    bench: Bench,
    make_laboratory: Callable[[Subject], Laboratory],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    laboratory = make_laboratory(case.subject)
    expected = prepare(case.fault, bench, laboratory, monkeypatch)
    state = int(case.moment == SECOND)
    laboratory.use_lake(expected.first if state else expected.empty)
    bench.begin(laboratory, state)
    disturb(case, bench, expected, monkeypatch)
    result = laboratory.call()
    judge(case, result.exit_code, result.output, bench)
    bench.proxy.accept()
    if result.exit_code:
        bench.begin(laboratory, state)
        laboratory.run()
    bench.begin(laboratory, 1)
    laboratory.run()
    found = laboratory.contents()
    if case.fault.is_change:
        assert found["versions"] <= expected.end["versions"]
        found["versions"] = expected.end["versions"]
    assert found == expected.end
    assert set(found["versions"].values()) == {1}


def prepare(
    fault: HttpFault,
    bench: Bench,
    laboratory: Laboratory,
    monkeypatch: pytest.MonkeyPatch,
) -> Undisturbed:
    """Return what to compare with."""
    monkeypatch.setattr(bench.proxy, "usual", bench.proxy.usual)
    if not fault.dates_alike:
        return bench.undisturbed(laboratory)
    bench.proxy.usual = dates_alike
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingestion.hubspot.LIST_LIMIT", 100)
        patch.setattr("ingestion.hubspot.SEARCH_LIMIT", 100)
        given = laboratory.subject.params or {}
        laboratory.change_contract(**dict.fromkeys(given, 1_000))
        expected = bench.undisturbed(laboratory, "dates-alike")
        laboratory.change_contract(**given)
    return expected


def disturb(
    case: HttpCase,
    bench: Bench,
    expected: Undisturbed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = expected.asked[case.moment == SECOND]
    assert asked >= 20 or case.fault.dates_alike or case.moment == SECOND
    lasts = case.fault.always or case.is_lasting
    bench.proxy.disturb(case.fault.begin(), case.place(asked), lasts=lasts)
    if case.fault.is_slow:
        be_patient(monkeypatch, seconds=0.3)
    if not case.is_lasting:
        bench.at_pause = lambda count: bench.proxy.accept() if count == 2 else None


def judge(case: HttpCase, exit_code: int, output: str, bench: Bench) -> None:
    """Check what the run said and did about the fault."""
    assert "Traceback" not in output
    assert bench.world.commerce_token not in output
    text = case.ending
    if text is None:
        assert exit_code == 0, output
    else:
        assert exit_code == 1, output
        line = " ".join(output.split())
        assert re.search(text, line), output
    if case.fault.pauses is not None and not case.is_lasting:
        assert tuple(bench.pauses) == case.fault.pauses
