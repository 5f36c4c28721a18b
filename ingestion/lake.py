"""The raw layer: one Delta table per table of the contract, and how it is committed.

The cursor of a table and its last `_loaded_at` are the versions of two app transactions
in the very commit that lands the rows. There is no other state.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.schema import Schema

from ingestion import cursors
from ingestion.contract import LOADED_AT, Source, Table
from ingestion.datatypes import type_name
from ingestion.errors import LakeError
from ingestion.redaction import brief
from ingestion.tally import metadata

DEFAULT = ".data/lake"
_OS_ERROR = re.compile(r'\s*(?:Error: )?Os \{[^{}]*message: "([^"]*)"[^{}]*\}')
_REMOTE = re.compile(r"[a-z][a-z0-9+]+://")


def lake_root(project_dir: Path) -> str:
    """Return the place of the lake, from the environment."""
    root = os.environ.get("CDP_LAKE", "").strip() or DEFAULT
    if _REMOTE.match(root):
        return root.rstrip("/")
    return str((project_dir / Path(root).expanduser()).resolve())


@dataclass(frozen=True)
class Status:
    """What a raw table holds."""

    rows: int = 0
    cursor: int | None = None
    loaded_at: int | None = None
    batch_id: str | None = None


@dataclass(frozen=True)
class Commit:
    """One commit: what was done, and what its writer noted in it."""

    version: int
    operation: str
    metadata: Mapping[str, str]


class LakeTable:
    """One raw Delta table, as it was when it was opened."""

    def __init__(self, root: str, source: Source, table: Table) -> None:
        """Create the table where it is missing, add columns that are new, open it."""
        self.table = table
        self.name = f"{source.name}.{table.name}"
        self._uri = f"{root}/{source.folder}/{table.name}"
        self._source_name = source.name
        self._apps = {key: self.app(key) for key in ("cursor", "loaded_at")}
        with lake_errors(self.name):
            self._delta = self._open_or_create()
            self._evolve()

    @classmethod
    def find(cls, root: str, source: Source, table: Table) -> Self | None:
        """Open a table if it is there."""
        with lake_errors(f"{source.name}.{table.name}"):
            exists = DeltaTable.is_deltatable(f"{root}/{source.folder}/{table.name}")
        return cls(root, source, table) if exists else None

    def app(self, key: str) -> str:
        """Return the name of one of the table's own app transactions."""
        return f"ingestion/{self._source_name}/{self.table.name}/{key}"

    @property
    def cursor(self) -> int | None:
        """How far the source was read: epoch microseconds, or an integer key."""
        return self._delta.transaction_version(self._apps["cursor"])

    @property
    def loaded_at(self) -> int | None:
        """The newest `_loaded_at`, in epoch microseconds."""
        return self._delta.transaction_version(self._apps["loaded_at"])

    @property
    def version(self) -> int:
        """The number of the newest commit."""
        return self._delta.version()

    @property
    def table_id(self) -> str:
        """What tells this table from one that was at its place before."""
        return str(self._delta.metadata().id)

    @property
    def created_at(self) -> pa.Scalar:
        """When this table was made."""
        return moment((self._delta.metadata().created_time or 0) * 1000)

    def transaction_version(self, app: str) -> int | None:
        """Return the version of an app transaction."""
        return self._delta.transaction_version(app)

    def commits(self, first: int) -> list[Commit]:
        """Return the commits from `first` on, as far as Delta's log still has them."""
        with lake_errors(self.name):
            found = self._delta.history(self.version - first + 1)
        commits = [
            Commit(
                one["version"],
                one.get("operation", ""),
                {key: text for key, text in one.items() if isinstance(text, str)},
            )
            for one in found
        ]
        return sorted(
            (one for one in commits if one.version >= first),
            key=lambda one: one.version,
        )

    def refresh(self) -> None:
        """See what others have committed."""
        with lake_errors(self.name):
            self._delta.update_incremental()

    def scan(
        self, names: Sequence[str], condition: pc.Expression | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows landed so far, in no order."""
        with lake_errors(self.name):
            scanner = self._dataset().scanner(
                columns=list(names),
                filter=condition,
                batch_size=16_384,
                batch_readahead=2,
                fragment_readahead=1,
            )
            yield from scanner.to_batches()

    def count(self, condition: pc.Expression | None = None) -> int:
        """Return how many rows there are."""
        with lake_errors(self.name):
            return int(self._dataset().count_rows(filter=condition))

    def append(
        self,
        batches: Iterator[pa.RecordBatch],
        *,
        loaded_at: int,
        cursor: int | None = None,
        metadata: Mapping[str, str] | None = None,
        versions: Mapping[str, int] | None = None,
    ) -> None:
        """Commit rows, cursor and load time together.

        Args:
            batches: The rows.
            loaded_at: Their load time, in epoch microseconds.
            cursor: How far the source was read.
            metadata: What the commit shall say besides.
            versions: Versions of other app transactions.

        Raises:
            LakeError: The lake refuses, or another run committed in between.
        """
        reader = pa.RecordBatchReader.from_batches(self.schema, batches)
        with lake_errors(self.name):
            write_deltalake(
                self._delta,
                reader,
                mode="append",
                commit_properties=self._properties(
                    loaded_at, cursor, metadata, versions
                ),
            )
            self._delta.update_incremental()

    def rewrite(self, batches: Iterator[pa.RecordBatch], *, since: int) -> None:
        """Commit other content of the rows that were landed at `since` or later.

        Args:
            batches: All of these rows, as many as before.
            since: Their first load time, in epoch microseconds.

        Raises:
            LakeError: The lake refuses, or another run committed in between.
        """
        bound = cursors.from_microseconds(since).isoformat()
        # The log of loads need not know. The load time stays, but that it is named lets
        # a run that is under way fail: it has compared its records with the old rows.
        properties = self._properties(self.loaded_at or since, None, metadata())
        with lake_errors(self.name):
            write_deltalake(
                self._delta,
                pa.RecordBatchReader.from_batches(self.schema, batches),
                mode="overwrite",
                predicate=f"{LOADED_AT} >= '{bound}'",
                commit_properties=properties,
            )
            self._delta.update_incremental()

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema on disk: the contract's, and columns it had before."""
        return pa.schema(self._delta.schema().to_arrow())

    def status(self) -> Status:
        """Return rows, cursor and last batch."""
        loaded_at = self.loaded_at
        batch = None
        if loaded_at is not None:
            newest = pc.field(LOADED_AT) >= moment(loaded_at)
            found = next(
                (b for b in self.scan(["_batch_id"], newest) if b.num_rows), None
            )
            batch = None if found is None else found.column(0)[0].as_py()
        return Status(self.count(), self.cursor, loaded_at, batch)

    def _properties(
        self,
        loaded_at: int,
        cursor: int | None,
        metadata: Mapping[str, str] | None = None,
        versions: Mapping[str, int] | None = None,
    ) -> CommitProperties:
        reached = {self._apps["loaded_at"]: loaded_at, **(versions or {})}
        if cursor is not None:
            reached[self._apps["cursor"]] = cursor
        return CommitProperties(
            app_transactions=[Transaction(app, to) for app, to in reached.items()],
            custom_metadata=dict(metadata or {}),
        )

    def _dataset(self) -> ds.Dataset:
        return self._delta.to_pyarrow_dataset()

    def _open_or_create(self) -> DeltaTable:
        try:
            return DeltaTable(self._uri)
        except TableNotFoundError:
            return self._create(self._uri)

    def _create(self, uri: str) -> DeltaTable:
        schema = Schema.from_arrow(self.table.schema)
        return DeltaTable.create(uri, schema, mode="ignore")

    def _evolve(self) -> None:
        """Add the contract's new columns; refuse a type that has changed."""
        known = self.schema
        new = []
        for field in self.table.schema:
            if field.name not in known.names:
                new.append(field)
            elif type_name(known.field(field.name).type) != type_name(field.type):
                raise LakeError(
                    f"{self.name}: column '{field.name}' is"
                    f" {type_name(known.field(field.name).type)} in the lake but"
                    f" {type_name(field.type)} in the contract; give the contract"
                    " the old type, or the column a new name"
                )
        if new:
            self._add_columns(new)

    def _add_columns(self, new: list[pa.Field]) -> None:
        self._delta.alter.add_columns(Schema.from_arrow(pa.schema(new)).fields)
        self._delta = DeltaTable(self._uri)


def next_loaded_at(lake: LakeTable) -> int:
    """Return a load time that is later than any before in the table."""
    last = lake.loaded_at
    return cursors.now() if last is None else max(cursors.now(), last + 1)


def moment(microseconds: int) -> pa.Scalar:
    """Return epoch microseconds as a timestamp in UTC."""
    return pa.scalar(microseconds, pa.timestamp("us", tz="UTC"))


@contextmanager
def lake_errors(name: str) -> Iterator[None]:
    """Turn what the Delta library raises into one clear line."""
    try:
        yield
    except CommitFailedError:
        raise LakeError(
            f"{name}: another run has written to the table; nothing was written"
            " by this one, run it again"
        ) from None
    except (DeltaError, OSError, pa.ArrowException) as error:
        # The library wraps what the rows that it is given raise.
        if "KeyboardInterrupt" in str(error):
            raise KeyboardInterrupt from None
        raise LakeError(
            f"{name}: lake not usable, check CDP_LAKE: {_brief(error)}"
        ) from None


def _brief(error: Exception) -> str:
    """Return a message as one line, without Rust's notation."""
    return brief(_OS_ERROR.sub(r" (\1)", str(error))) or type(error).__name__
