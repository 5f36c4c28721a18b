"""Two runs at once: one of them stops with a clear line, and nothing is there twice.

Delta's optimistic concurrency is not left to luck: the first run halts at a chosen
moment, the second one runs from beginning to end, then the first one goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import Result

from ingestion.lake import LakeTable
from ingestion.load import TableLoad
from ingestion.loads import LoadLog
from ingestion.spool import Spool
from tests.python.faults.laboratory import ORDERS, Bench, Laboratory, Subject
from tests.python.faults.matrix import (
    BEFORE_COMMIT,
    BEFORE_LOG,
    BEFORE_READING,
    BETWEEN_COMMITS,
    MAKING_TABLES,
    TWO_RUNS_CASES,
    WHILE_READING,
    TwoRunsCase,
)

QUICKER = "another run has written to the table"
# Where the first run halts: what it is about to call, for which time.
PLACES: dict[str, tuple[type, str, int]] = {
    MAKING_TABLES: (LakeTable, "_evolve", 1),
    BEFORE_READING: (TableLoad, "run", 1),
    WHILE_READING: (Spool, "add", 3),
    BEFORE_COMMIT: (TableLoad, "_commit", 1),
    BETWEEN_COMMITS: (TableLoad, "_commit", 2),
    BEFORE_LOG: (LoadLog, "_append", 1),
}


@pytest.mark.parametrize("case", TWO_RUNS_CASES)
def test_second_run_while_the_first_one_halts(
    case: TwoRunsCase,
    bench: Bench,
    make_laboratory: Callable[[Subject], Laboratory],
) -> None:
    laboratory = make_laboratory(case.subject)
    if case.subject is ORDERS:
        bench.use_databases()
    expected = bench.undisturbed(laboratory)
    starts = {MAKING_TABLES: None, **dict.fromkeys(PLACES, expected.empty)}
    starts[MAKING_TABLES] = None
    laboratory.use_lake(expected.first if case.is_later else starts[case.moment])
    bench.begin(laboratory, int(case.is_later))
    others: list[Result] = []
    with pytest.MonkeyPatch.context() as patch:
        halt(patch, *PLACES[case.moment], lambda: others.append(laboratory.call()))
        first = laboratory.call()
    [second] = others
    assert second.exit_code == 0, second.output
    assert "Traceback" not in first.output
    if case.moment in (WHILE_READING, BEFORE_COMMIT, BETWEEN_COMMITS, BEFORE_READING):
        assert first.exit_code == 1, first.output
        assert QUICKER in " ".join(first.output.split())
    else:
        assert first.exit_code == 0 or QUICKER in " ".join(first.output.split())
    bench.begin(laboratory, 1)
    laboratory.run()
    found = laboratory.contents()
    assert found == expected.end
    assert set(found["versions"].values()) == {1}


def halt(
    patch: pytest.MonkeyPatch,
    owner: type,
    name: str,
    number: int,
    meanwhile: Callable[[], None],
) -> None:
    """Do something else before a method is called for a certain time."""
    original = getattr(owner, name)
    count = 0

    def halting(*arguments: Any, **options: Any) -> Any:
        nonlocal count
        count += 1
        if count == number:
            meanwhile()
        return original(*arguments, **options)

    patch.setattr(owner, name, halting)
