"""Whatever goes wrong in a database: in the end the lake is as ever.

Each case reads 20,000 orders in batches of a thousand and commits of five thousand,
then what a week has changed. A run that a fault ended is run again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.python.faults.database import BATCH_ROWS, ORDERS
from tests.python.faults.database_faults import Scene, copy_of
from tests.python.faults.http_faults import SECOND
from tests.python.faults.laboratory import ORDERS as SUBJECT
from tests.python.faults.laboratory import Bench, Laboratory, Subject
from tests.python.faults.matrix import DATABASE_CASES, DatabaseCase


@pytest.mark.parametrize("case", DATABASE_CASES)
def test_a_disturbed_run_ends_as_an_undisturbed_one(
    case: DatabaseCase,
    bench: Bench,
    make_laboratory: Callable[[Subject], Laboratory],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    laboratory = make_laboratory(SUBJECT)
    alike = case.fault.dates_alike
    bench.use_databases(dates_alike=alike)
    expected = bench.undisturbed(laboratory, "dates-alike" if alike else "")
    assert expected.asked[0] >= ORDERS / BATCH_ROWS
    bench.shops = [copy_of(path, tmp_path) for path in bench.shops]
    state = int(case.moment == SECOND)
    laboratory.use_lake(expected.first if state else expected.empty)
    bench.begin(laboratory, state)
    number = case.place(expected.asked[state])
    scene = Scene(bench.driver, bench.shops[state], number, monkeypatch)
    case.fault.begin(scene)
    result = laboratory.call()
    for heal in scene.healing:
        heal()
    assert "Traceback" not in result.output
    if case.fault.ends is None:
        assert result.exit_code == 0, result.output
    else:
        assert result.exit_code == 1, result.output
        assert case.fault.ends in " ".join(result.output.split())
        bench.begin(laboratory, state)
        laboratory.run()
    bench.begin(laboratory, 1)
    laboratory.run()
    found = laboratory.contents()
    assert found == expected.end
    assert set(found["versions"].values()) == {1}
