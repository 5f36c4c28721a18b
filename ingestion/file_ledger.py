"""Which files are landed: a source's table `_files`, one row per reading of a file.

A commit that lands rows says in its metadata which files it completes, so that neither
is ever there without the other. The table is completed from these commits: how far is
the version of an app transaction in the commit that completes it. Files that brought
nothing new left no commit; they are noted at the end. A run that is killed before has
landed nothing of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

import pyarrow as pa
import pyarrow.compute as pc

from ingestion import cursors
from ingestion.contract import BATCH_ID, LOADED_AT, POSITION
from ingestion.errors import LakeError
from ingestion.lake import LakeTable, next_loaded_at
from ingestion.tally import metadata

ATTEMPTS = 3
METADATA = "ingestion.files"


@dataclass(frozen=True)
class ReadFile:
    """A file as it was when it was read."""

    path: str
    size: int
    modified: int
    digest: str


def as_metadata(files: Iterable[ReadFile]) -> Mapping[str, str]:
    """Return what the commit says that lands the last rows of these files."""
    return {METADATA: json.dumps([asdict(file) for file in files])}


class FileLedger:
    """What is known about the files of one table."""

    def __init__(self, lake: LakeTable, raw: LakeTable, batch_id: str) -> None:
        """Take the table `_files`, the table that the files land in, and the run."""
        self._lake = lake
        self._raw = raw
        self._batch_id = batch_id
        self._table_name = raw.table.name
        # A raw table that was deleted and made again has landed none of them.
        self._app = f"ingestion/files/{raw.table.name}/{raw.table_id}"

    def known(self) -> dict[str, ReadFile]:
        """Complete the table, and return the newest reading of each file by path."""
        self.complete()
        if self._lake.transaction_version(self._app) is None:
            return {}
        names = ["file_path", "file_size", "modified_at", "content_digest"]
        mine = (pc.field("table_name") == self._table_name) & (
            pc.field(LOADED_AT) >= self._raw.created_at
        )
        found: dict[str, tuple[tuple[int, int], ReadFile]] = {}
        for rows in self._lake.scan([*names, LOADED_AT, POSITION], mine):
            columns = [rows.column(name) for name in names]
            columns[2] = pc.cast(columns[2], pa.int64())
            loaded = pc.cast(rows.column(LOADED_AT), pa.int64())
            places = zip(
                loaded.to_pylist(), rows.column(POSITION).to_pylist(), strict=True
            )
            parts = zip(*(column.to_pylist() for column in columns), strict=True)
            for place, part in zip(places, parts, strict=True):
                file = ReadFile(*part)
                if file.path not in found or found[file.path][0] < place:
                    found[file.path] = (place, file)
        return {path: file for path, (_, file) in found.items()}

    def complete(self, others: Iterable[ReadFile] = ()) -> None:
        """Note the files of commits that are not noted yet, and other files.

        Raises:
            LakeError: The lake refuses, or other runs keep writing.
        """
        noted = list(others)
        for attempt in range(1, ATTEMPTS + 1):
            files = [*self._unnoted(), *noted]
            if not files:
                return
            try:
                self._append(files)
            except LakeError:
                if attempt == ATTEMPTS:
                    raise
                # The run of another table may have been quicker.
                self._lake.refresh()
            else:
                return

    def _unnoted(self) -> list[ReadFile]:
        known = self._lake.transaction_version(self._app)
        first = 0 if known is None else known + 1
        commits = self._raw.commits(first) if self._raw.version >= first else []
        return [
            ReadFile(**one)
            for commit in commits
            for one in json.loads(commit.metadata.get(METADATA, "[]"))
        ]

    def _append(self, files: list[ReadFile]) -> None:
        loaded_at = next_loaded_at(self._lake)
        rows = [
            {
                "table_name": self._table_name,
                "file_path": file.path,
                "file_size": file.size,
                "modified_at": cursors.from_microseconds(file.modified),
                "content_digest": file.digest,
                LOADED_AT: cursors.from_microseconds(loaded_at),
                BATCH_ID: self._batch_id,
                POSITION: index,
            }
            for index, file in enumerate(files)
        ]
        batch = pa.RecordBatch.from_pylist(rows, schema=self._lake.schema)
        self._lake.append(
            iter([batch]),
            loaded_at=loaded_at,
            # The log of loads is told that these are no records.
            metadata=metadata(),
            versions={self._app: self._raw.version},
        )
