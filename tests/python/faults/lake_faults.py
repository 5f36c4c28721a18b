"""What the lake, or the disk below it, can do wrong."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError

from ingestion.spool import Spool
from tests.python.faults.http_faults import MOMENTS, SECOND

Raise = Callable[[], Exception]


@dataclass
class Lake:
    """Counts the commits to one table, and disturbs the chosen ones.

    Attributes:
        folder: How the table's address ends.
        number: The commit to disturb; 0 for none.
        lasts: Whether all from that one on are disturbed.
        disturb: Called instead of the commit, with the rows and a way to commit them.
    """

    folder: str = ""
    number: int = 0
    lasts: bool = False
    disturb: Callable[[Commit], None] = lambda commit: commit.write()
    committed: int = 0

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def write(table: Any, rows: pa.RecordBatchReader, **options: Any) -> None:
            commit = Commit(table, rows, options)
            if not table.table_uri.rstrip("/").endswith(self.folder):
                commit.write()
                return
            self.committed += 1
            is_due = self.committed == self.number or (
                self.lasts and self.committed > self.number > 0
            )
            (self.disturb if is_due else Commit.write)(commit)

        monkeypatch.setattr("ingestion.lake.write_deltalake", write)


@dataclass
class Commit:
    """One commit that is to be made."""

    table: Any
    rows: pa.RecordBatchReader
    options: dict[str, Any]

    def write(self) -> None:
        write_deltalake(self.table, self.rows, **self.options)

    def leave_half(self) -> None:
        """Leave a data file behind that no commit knows of."""
        some = pa.Table.from_batches(islice(self.rows, 1), self.rows.schema)
        pq.write_table(some, Path(self.table.table_uri) / "part-of-nobody.parquet")


@dataclass(frozen=True)
class LakeFault:
    """One kind of fault.

    Attributes:
        kind: What it is called.
        disturb: What happens instead of a commit.
        ends: What the run says when it ends by it; None: it ends well.
        folder: The table whose commits are disturbed; empty: the one that is loaded.
        moments: When it can happen.
        lasts: Whether all further commits fail, too.
    """

    kind: str
    disturb: Callable[[Commit], None]
    ends: str | None = "lake not usable, check CDP_LAKE"
    folder: str = ""
    moments: tuple[str, ...] = MOMENTS
    lasts: bool = False


def _refuse(error: Raise, *, half: bool = False) -> Callable[[Commit], None]:
    def disturb(commit: Commit) -> None:
        if half:
            commit.leave_half()
        raise error()

    return disturb


def _commit_and(error: Raise) -> Callable[[Commit], None]:
    def disturb(commit: Commit) -> None:
        commit.write()
        raise error()

    return disturb


def _unavailable() -> Exception:
    return DeltaError("Generic MicrosoftAzure error: 503 Service Unavailable")


def _full() -> Exception:
    return OSError(errno.ENOSPC, "No space left on device")


def _denied() -> Exception:
    return PermissionError(errno.EACCES, "Permission denied")


def _conflict() -> Exception:
    return CommitFailedError("a concurrent transaction")


BEGINNINGS = (MOMENTS[0], SECOND)
LAKE_FAULTS = (
    LakeFault("lake refuses a write", _refuse(_unavailable)),
    LakeFault("lake fails half-way", _refuse(_unavailable, half=True)),
    LakeFault("lake stays away", _refuse(_unavailable), lasts=True),
    LakeFault("disk full", _refuse(_full, half=True), "No space left on device"),
    LakeFault("write denied", _refuse(_denied), "Permission denied"),
    LakeFault("another run was quicker", _refuse(_conflict), "another run has written"),
    LakeFault("acknowledgement lost", _commit_and(_unavailable)),
    LakeFault(
        "log of loads refused once",
        _refuse(_unavailable),
        None,
        "_ingestion/loads",
        BEGINNINGS,
    ),
    LakeFault(
        "log of loads refused for good",
        _refuse(_unavailable),
        folder="_ingestion/loads",
        moments=BEGINNINGS,
        lasts=True,
    ),
    LakeFault(
        "acknowledgement of the log lost",
        _commit_and(_unavailable),
        None,
        "_ingestion/loads",
        BEGINNINGS,
    ),
)


def fill_temporary_folder(monkeypatch: pytest.MonkeyPatch, number: int) -> str:
    """Let no more than so many batches find room to wait; return what a run says."""
    add, count = Spool.add, 0

    def adding(spool: Spool, rows: pa.RecordBatch) -> None:
        nonlocal count
        count += 1
        if count == number:
            raise _full()
        add(spool, rows)

    monkeypatch.setattr(Spool, "add", adding)
    return "the temporary folder cannot be used (No space left on device)"


def deny_reading(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let rows be no longer readable once tables are open; return what a run says."""

    def refuse(table: DeltaTable) -> None:
        raise _denied()

    monkeypatch.setattr(DeltaTable, "to_pyarrow_dataset", refuse)
    return "Permission denied"
