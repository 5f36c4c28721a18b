"""Raw tables that are looked at only: what a dry run and `status` see of the lake."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.dataset as ds
from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError

from ingestion.contract import Source, Table
from ingestion.errors import LakeError
from ingestion.lake import LakeTable


class ReadOnlyTable(LakeTable):
    """A raw table that takes rows, cursor and load time, and writes nothing.

    A table that is not in the lake yet is an empty one in a scratch folder. Columns
    that the lake does not have yet are null.
    """

    def __init__(
        self, root: str, source: Source, table: Table, scratch: str | None = None
    ) -> None:
        """Open the table; `scratch` is a folder to make it in where it is missing."""
        self._scratch = f"{scratch}/{source.folder}/{table.name}"
        self._missing: list[pa.Field] = []
        self._cursor: int | None = None
        self._loaded_at: int | None = None
        super().__init__(root, source, table)

    @property
    def cursor(self) -> int | None:
        """How far the source would have been read."""
        return super().cursor if self._cursor is None else self._cursor

    @property
    def loaded_at(self) -> int | None:
        """The newest `_loaded_at` there would be."""
        return super().loaded_at if self._loaded_at is None else self._loaded_at

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema that the table would have."""
        return pa.schema([*super().schema, *self._missing])

    def append(
        self,
        batches: Iterator[pa.RecordBatch],
        *,
        loaded_at: int,
        cursor: int | None = None,
        metadata: Mapping[str, str] | None = None,
        versions: Mapping[str, int] | None = None,
    ) -> None:
        """Look at the rows, and keep how far they would bring the table."""
        for _ in pa.RecordBatchReader.from_batches(self.schema, batches):
            pass
        self._loaded_at = loaded_at
        self._cursor = self._cursor if cursor is None else cursor

    def clear(self, *, loaded_at: int, metadata: Mapping[str, str]) -> None:
        """Leave the rows where they are."""
        self._loaded_at = loaded_at

    def refresh(self) -> None:
        """Stay with what was seen first."""

    def _dataset(self) -> ds.Dataset:
        return self._delta.to_pyarrow_dataset(schema=self.schema)

    def _open_or_create(self) -> DeltaTable:
        try:
            return DeltaTable(self._uri)
        except TableNotFoundError:
            return self._create(self._scratch)

    def _add_columns(self, new: list[pa.Field]) -> None:
        self._missing = new


@contextmanager
def scratch_folder() -> Iterator[str]:
    """Make a folder for tables that are not in the lake yet, and remove it.

    Raises:
        LakeError: The temporary folder cannot be used.
    """
    try:
        folder = tempfile.TemporaryDirectory(prefix="ingestion-")
    except OSError as error:
        raise LakeError(
            f"the temporary folder cannot be used ({error.strerror}): free some space"
            " there, or point TMPDIR elsewhere"
        ) from None
    with folder as path:
        yield path
