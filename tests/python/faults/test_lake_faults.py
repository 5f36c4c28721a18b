"""Whatever goes wrong in the lake: in the end it is as ever.

A fault hits one commit, or all from one on. The run says in one line what it was, and
the next run lands what is missing, and nothing that is there.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import Result

from tests.python.faults.laboratory import (
    EVENTS,
    ORDERS,
    Bench,
    Laboratory,
    Subject,
    Undisturbed,
)
from tests.python.faults.lake_faults import Lake
from tests.python.faults.matrix import (
    LAKE_CASES,
    OTHER_LAKE_CASES,
    LakeCase,
    OtherLakeCase,
)

Make = Callable[[Subject], Laboratory]


@pytest.mark.parametrize("case", LAKE_CASES)
def test_a_disturbed_run_ends_as_an_undisturbed_one(
    case: LakeCase, bench: Bench, make_laboratory: Make
) -> None:
    laboratory, expected = prepare(case, bench, make_laboratory)
    folder = case.fault.folder or f"{case.subject.source}/{case.subject.table}"
    with pytest.MonkeyPatch.context() as patch:
        lake = Lake(folder, lasts=case.fault.lasts, disturb=case.fault.disturb)
        lake.install(patch)
        lake.number = case.place(expected.commits(folder, case.state))
        result = laboratory.call()
        assert lake.committed >= lake.number
    finish(case, bench, laboratory, result, case.fault.ends)
    assert laboratory.contents() == expected.end


@pytest.mark.parametrize("case", OTHER_LAKE_CASES)
def test_what_is_around_the_lake(
    case: OtherLakeCase, bench: Bench, make_laboratory: Make
) -> None:
    laboratory, expected = prepare(case, bench, make_laboratory)
    with pytest.MonkeyPatch.context() as patch:
        ends = case.disturb(patch)
        result = laboratory.call()
    finish(case, bench, laboratory, result, ends)
    assert laboratory.contents() == expected.end


@pytest.mark.parametrize("percent", [15, 30, 50, 70])
def test_a_disk_that_is_really_full(
    percent: int, bench: Bench, make_laboratory: Make
) -> None:
    laboratory = make_laboratory(EVENTS)
    expected = bench.undisturbed(laboratory)
    needed = sum(-(-file.stat().st_size // 4_096) + 1 for file in files(expected.first))
    laboratory.use_lake(None)
    with small_disk(laboratory.lake, needed * percent // 100 * 4):
        bench.begin(laboratory, 0)
        result = laboratory.call()
        assert result.exit_code == 1
        assert "No space left on device" in " ".join(result.output.split())
        assert "Traceback" not in result.output
        make_bigger(laboratory.lake)
        for state in (0, 1):
            bench.begin(laboratory, state)
            laboratory.run()
        assert laboratory.contents() == expected.end


def files(lake: Path) -> list[Path]:
    return [path for path in lake.rglob("*") if path.is_file()]


@contextmanager
def small_disk(folder: Path, kibibytes: int) -> Iterator[None]:
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={kibibytes}k", "tmpfs"]
    mount = ["mount", *options, str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def make_bigger(folder: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=64m", str(folder)], check=True)


def prepare(
    case: LakeCase | OtherLakeCase, bench: Bench, make_laboratory: Make
) -> tuple[Laboratory, Undisturbed]:
    laboratory = make_laboratory(case.subject)
    if case.subject is ORDERS:
        bench.use_databases()
    expected = bench.undisturbed(laboratory)
    laboratory.use_lake(expected.first if case.state else expected.empty)
    bench.begin(laboratory, case.state)
    return laboratory, expected


def finish(
    case: LakeCase | OtherLakeCase,
    bench: Bench,
    laboratory: Laboratory,
    result: Result,
    ends: str | None,
) -> None:
    """Check what the run said; run again where it ended, and once more."""
    assert "Traceback" not in result.output
    if ends is None:
        assert result.exit_code == 0, result.output
    else:
        assert result.exit_code == 1, result.output
        assert ends in " ".join(result.output.split())
        bench.begin(laboratory, case.state)
        laboratory.run()
    bench.begin(laboratory, 1)
    laboratory.run()
