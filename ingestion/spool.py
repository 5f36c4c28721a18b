"""Rows that wait for their commit: a few in memory, more of them on the local disk."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from ingestion.contract import BATCH_ID, LOADED_AT

# Rows beyond go to the disk.
MEMORY_BYTES = 48 * 1024 * 1024


class Spool:
    """Filled batch by batch, read back, then emptied; its memory is bounded."""

    def __init__(self) -> None:
        """Make a folder that goes when the spool is closed."""
        self._folder = tempfile.TemporaryDirectory(prefix="ingestion-")
        # One more each time that rows come after others were read back.
        self._paths: list[Path] = []
        self._writer: pa.ipc.RecordBatchStreamWriter | None = None
        self._in_memory: list[pa.RecordBatch] = []
        self.bytes = 0
        self.rows = 0

    def __enter__(self) -> Spool:
        """Return the spool."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the file."""
        self._finish()
        self._folder.cleanup()

    def add(self, rows: pa.RecordBatch) -> None:
        """Append rows."""
        if not rows.num_rows:
            return
        self.rows += rows.num_rows
        self.bytes += rows.nbytes
        if self.bytes <= MEMORY_BYTES:
            self._in_memory.append(rows)
            return
        if self._writer is None:
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            path = Path(self._folder.name) / f"rows{len(self._paths)}.arrow"
            self._writer = pa.ipc.new_stream(path, rows.schema, options=options)
            self._paths.append(path)
        self._writer.write_batch(rows)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield what was added."""
        self._finish()
        yield from self._in_memory
        for path in self._paths:
            with pa.ipc.open_stream(path) as reader:
                yield from reader

    def clear(self) -> None:
        """Forget what was added."""
        self._finish()
        for path in self._paths:
            path.unlink(missing_ok=True)
        self._paths = []
        self._in_memory = []
        self.bytes = self.rows = 0

    def _finish(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def stamped(
    batches: Iterator[pa.RecordBatch],
    schema: pa.Schema,
    loaded_at: dt.datetime,
    batch_id: str,
) -> Iterator[pa.RecordBatch]:
    """Yield rows in the shape of the lake, with their load time and batch."""
    for rows in batches:
        size = rows.num_rows
        constants = {
            LOADED_AT: pa.repeat(
                pa.scalar(loaded_at, schema.field(LOADED_AT).type), size
            ),
            BATCH_ID: pa.repeat(pa.scalar(batch_id), size),
        }
        arrays = [
            constants[field.name]
            if field.name in constants
            else rows.column(field.name)
            if field.name in rows.schema.names
            else pa.nulls(size, field.type)
            for field in schema
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)
