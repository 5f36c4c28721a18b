"""Files that others drop: each is landed once, and left alone while it is written."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ingestion import cursors
from ingestion.contract import (
    Source,
    Table,
)
from ingestion.contract_sources import (
    FilesSource,
)
from ingestion.errors import SourceError
from ingestion.file_formats import RecordFile, UnusableError
from ingestion.file_ledger import FileLedger, ReadFile, as_metadata
from ingestion.file_store import FileStore, IncompleteError, ListedFile
from ingestion.sources import Window
from ingestion.typed import RawBatch

# How long a file may be incomplete before that is an error.
PATIENCE_SECONDS = 3600
_SHOWN = 3


class FilesReader:
    """An open folder or container."""

    def __init__(self, source: Source, root: str) -> None:
        """Take the place of the files.

        Raises:
            SettingsError: The variable holds no place of files.
        """
        settings = source.settings
        if not isinstance(settings, FilesSource):
            raise TypeError(f"{source.name} is no folder of files")
        self.name = source.name
        self.variable = settings.path_env
        self.settle = settings.settle_seconds * cursors.SECOND
        self.store = FileStore(root, self.variable, source.name)
        self.remarks: list[str] = []
        self._ledger: FileLedger | None = None
        self._again = False

    def remember(self, ledger: FileLedger, *, again: bool) -> None:
        """Take what is known about the files of the table that is read next.

        Args:
            ledger: The files that are landed.
            again: Whether to read them again all the same.
        """
        self._ledger = ledger
        self._again = again
        self.remarks = []

    def read(self, table: Table, window: Window) -> FilesReading:
        """Begin a pass over one table; files know no window."""
        if self._ledger is None:
            raise TypeError(f"{self.name} does not know which files are landed")
        # Without a cursor only the order of files tells which version is the last.
        again = self._again and (
            table.cursor is not None or table.settings.load_mode == "full"
        )
        return FilesReading(self, table, self._ledger, again=again)

    def close(self) -> None:
        """Do nothing; no connection is kept."""


class FilesReading:
    """One pass over the files of a table that are new, oldest first.

    Records are ordered only between two files, where all of a file may be committed.
    """

    has_no_duplicates = False
    is_wider = False

    def __init__(
        self, reader: FilesReader, table: Table, ledger: FileLedger, *, again: bool
    ) -> None:
        """List the files, and choose those that are new."""
        self._reader = reader
        self._table = table
        self._ledger = ledger
        self._where = f"{reader.name}.{table.name}"
        self._is_full = table.settings.load_mode == "full"
        self._now = cursors.now()
        cursor = table.cursor
        has_time = cursor is not None and cursors.is_time(cursor)
        self.fence = self._now if has_time else None
        self.is_ordered = False
        self._done: list[ReadFile] = []
        self._left_alone: list[str] = []
        self._errors: list[str] = []
        known = ledger.known()
        self._known = {} if again else known
        self._files = self._choose(known)
        if self._is_full and not self._all_complete():
            self._files = []
        self.is_idle = not self._files
        if self.is_idle:
            self._remark()

    def batches(self) -> Iterator[RawBatch]:
        """Yield the records, and an empty batch behind each file."""
        for file in self._files:
            is_read = yield from self._read(file)
            if self._is_full and self._left_alone:
                raise SourceError(
                    f"{self._where}: {self._left_alone[0]} while it was read; the"
                    " table stays as it is"
                )
            if not is_read and self._table.cursor is None:
                # Landed later, it would pass for newer than what is landed now.
                break
        self._remark()

    def metadata(self) -> Mapping[str, str]:
        """Return which files are complete with the commit that is made now."""
        done, self._done = self._done, []
        return as_metadata(done)

    def finish(self) -> None:
        """Note all files that were read.

        Raises:
            SourceError: A file could not be read.
        """
        self._ledger.complete(self._done)
        self._done = []
        if self._errors:
            more = len(self._errors) - 1
            others = f" (and {more} more)" if more else ""
            raise SourceError(f"{self._where}: {self._errors[0]}{others}")

    # Which files.

    def _choose(self, known: dict[str, ReadFile]) -> list[ListedFile]:
        pattern = self._table.settings.file_glob or ""
        files = self._reader.store.files(pattern)
        if files is None:
            raise SourceError(
                f"{self._where}: there is no folder for '{pattern}': check"
                f" {self._reader.variable} and 'file_glob'"
            )
        if not files:
            self._reader.remarks.append(f"no file matches '{pattern}'")
        if self._is_full:
            files = self._newest_batch(files, known)
        fresh = [file for file in files if not self._is_known(file)]
        settled = [file for file in fresh if self._is_settled(file)]
        for file in fresh:
            if file not in settled:
                self._leave(file, "has changed just now")
        if self._is_full:
            # One new part is reason to read all of them; one that is written, none.
            return files if fresh and settled == fresh else []
        return settled

    def _newest_batch(
        self, files: list[ListedFile], known: dict[str, ReadFile]
    ) -> list[ListedFile]:
        """Return the newest file, or all files of its folder.

        Folders are batches where the pattern has a wildcard in the name of a folder.
        What is older than all that was read is no news, also where newer files went.
        """
        last = max((file.modified for file in known.values()), default=0)
        if not files or files[-1].modified < last:
            return []
        folders, _, _ = (self._table.settings.file_glob or "").rpartition("/")
        if "*" not in folders and "?" not in folders:
            return files[-1:]
        folder = files[-1].path.rpartition("/")[0]
        return [file for file in files if file.path.rpartition("/")[0] == folder]

    def _is_known(self, file: ListedFile) -> bool:
        known = self._known.get(file.path)
        return known is not None and (known.size, known.modified) == (
            file.size,
            file.modified,
        )

    def _is_settled(self, file: ListedFile) -> bool:
        """Tell whether nobody has written to it lately; a clock may be wrong."""
        return abs(self._now - file.modified) >= self._reader.settle

    def _all_complete(self) -> bool:
        """Tell whether a whole table is there; a part would delete the rest of it."""
        for file in self._files:
            with self._fetched(file):
                pass
        return not self._left_alone

    # One file.

    def _read(self, file: ListedFile) -> Generator[RawBatch, None, bool]:
        """Yield the records of a file; returns whether it could be read."""
        with self._fetched(file) as fetched:
            if fetched is None:
                return False
            records, digest = fetched
            if records is not None:
                yield from records.batches()
        self._done.append(ReadFile(file.path, file.size, file.modified, digest))
        self.is_ordered = True
        yield RawBatch(0, {}, None, str)
        self.is_ordered = False
        return True

    @contextmanager
    def _fetched(
        self, file: ListedFile
    ) -> Iterator[tuple[RecordFile | None, str] | None]:
        """Yield a checked copy of a file and its digest; None where there is no use.

        There is no copy where only the time of the file has changed.
        """
        with tempfile.TemporaryDirectory(prefix="ingestion-") as folder:
            yield self._checked(file, Path(folder) / "file")

    def _checked(
        self, file: ListedFile, local: Path
    ) -> tuple[RecordFile | None, str] | None:
        records = RecordFile(local, file.path, self._table)
        try:
            digest = self._copy(file, local)
            if digest is None:
                return None
            if self._is_touched(file, digest):
                return None, digest
            records.check()
        except IncompleteError as error:
            self._incomplete(file, str(error))
            return None
        except UnusableError as error:
            self._fail(f"{file.path} {error}: mend it, or the contract")
            return None
        return records, digest

    def _copy(self, file: ListedFile, target: Path) -> str | None:
        """Return the digest of the copy, None where the file is being changed."""
        store = self._reader.store
        is_packed = file.path.lower().endswith(".gz")
        unzip = is_packed and self._table.settings.format != "parquet"
        if store.look(file.path) != file:
            self._leave(file, "has changed just now")
            return None
        size, digest = store.copy(file.path, target, unzip=unzip)
        if size != file.size or store.look(file.path) != file:
            self._leave(file, "has changed just now")
            return None
        return digest

    def _is_touched(self, file: ListedFile, digest: str) -> bool:
        """Tell whether only its time has changed."""
        known = self._known.get(file.path)
        return not self._is_full and known is not None and known.digest == digest

    def _incomplete(self, file: ListedFile, problem: str) -> None:
        if self._now - file.modified < PATIENCE_SECONDS * cursors.SECOND:
            self._leave(file, problem)
        else:
            self._fail(
                f"{file.path} {problem}, and has not changed for an hour: write it"
                " again, or take it away"
            )

    def _fail(self, text: str) -> None:
        if self._is_full:
            raise SourceError(f"{self._where}: {text}")
        self._errors.append(text)

    def _leave(self, file: ListedFile, reason: str) -> None:
        self._left_alone.append(f"{file.path} {reason}")

    def _remark(self) -> None:
        if self._left_alone:
            shown = "; ".join(self._left_alone[:_SHOWN])
            more = len(self._left_alone) - _SHOWN
            others = f"; and {more} more" if more > 0 else ""
            self._reader.remarks.append(f"left alone: {shown}{others}")
