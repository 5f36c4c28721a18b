"""Folders and object stores: what lies in them, and a copy of one file at a time.

A URL is opened with the library that the lake is opened with, so that the same
variables of the environment configure both.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake.exceptions import DeltaError
from deltalake.fs import DeltaStorageHandler
from pyarrow import fs

from ingestion.errors import SettingsError, UnreachableError
from ingestion.redaction import brief

CHUNK = 1 << 20
_REMOTE = re.compile(r"[a-z][a-z0-9+]+://")
# Names that programs give to what they are still writing.
_UNFINISHED = re.compile(
    r".*(\.tmp|\.temp|\.part|\.partial|\.crdownload|\.filepart|\.download|\.swp|~)",
    re.ASCII | re.IGNORECASE,
)


class IncompleteError(Exception):
    """A file ends before its end: it is still being written, or it is cut off."""


@dataclass(frozen=True, order=True)
class ListedFile:
    """A file of a listing; ordered by its last change, in epoch microseconds."""

    modified: int
    path: str
    size: int


class FileStore:
    """A folder or a URL with all that is below it."""

    def __init__(self, root: str, variable: str, name: str) -> None:
        """Open it; a listing is the first to look into it.

        Raises:
            SettingsError: The variable holds no place of files.
        """
        self._variable = variable
        self._name = name
        with self._errors(SettingsError):
            if _REMOTE.match(root):
                handler: Any = DeltaStorageHandler(root.rstrip("/"), {})
                self._fs = fs.PyFileSystem(handler)
            else:
                base = str(Path(root).expanduser().resolve())
                self._fs = fs.SubTreeFileSystem(base, fs.LocalFileSystem())

    def files(self, pattern: str) -> list[ListedFile] | None:
        """Return the files that match, oldest first; None where there is no folder."""
        folder = fixed_folder(pattern)
        matches = re.compile(_as_regex(pattern), re.DOTALL)
        with self._errors(UnreachableError):
            found = self._fs.get_file_info(folder)
            if found.type != fs.FileType.Directory:
                return None
            selector = fs.FileSelector(folder, recursive=True, allow_not_found=True)
            infos = self._fs.get_file_info(selector)
        listed = {
            _listed(info)
            for info in infos
            if info.type == fs.FileType.File
            and matches.fullmatch(info.path)
            and not _is_unfinished(info.path[len(folder) :])
        }
        return sorted(listed)

    def look(self, path: str) -> ListedFile | None:
        """Return a file as it is now, None where it is gone."""
        with self._errors(UnreachableError):
            info = self._fs.get_file_info(path)
        return _listed(info) if info.type == fs.FileType.File else None

    def copy(self, path: str, target: Path, *, unzip: bool) -> tuple[int, str]:
        """Copy a file, in pieces; return how long it was, and its digest.

        Raises:
            IncompleteError: It is compressed and ends too early, or is not compressed.
        """
        digest = blake2b(digest_size=16)
        size = 0
        with self._errors(UnreachableError):
            source = self._fs.open_input_stream(path, compression=None)
        with source, target.open("wb") as copy:
            while True:
                with self._errors(UnreachableError):
                    piece = source.read(CHUNK)
                if not piece:
                    break
                size += len(piece)
                digest.update(piece)
                copy.write(piece)
        if unzip and size:
            _unzip(target)
        return size, digest.hexdigest()

    @contextmanager
    def _errors(self, kind: type[SettingsError | UnreachableError]) -> Iterator[None]:
        """Turn what the store raises into one clear line."""
        try:
            yield
        except FileNotFoundError:
            raise UnreachableError(
                f"{self._name}: a file or folder went away while it was read; run again"
            ) from None
        except (DeltaError, OSError, ValueError, pa.ArrowException) as error:
            raise kind(
                f"{self._name}: the files cannot be read: {_brief(error)} (check"
                f" {self._variable} and the AZURE_STORAGE_* variables)"
            ) from None


def fixed_folder(pattern: str) -> str:
    """Return the part of a pattern before the first folder or name with a wildcard."""
    fixed = []
    for part in pattern.split("/")[:-1]:
        if "*" in part or "?" in part:
            break
        fixed.append(part)
    return "/".join(fixed)


def _as_regex(pattern: str) -> str:
    """Return a pattern as a regular expression: `**/` stands for any folders."""
    parts = re.split(r"(\*\*/|\*|\?)", pattern)
    words = {"**/": "(?:[^/]+/)*", "*": "[^/]*", "?": "[^/]"}
    return "".join(words.get(part) or re.escape(part) for part in parts)


def _is_unfinished(path: str) -> bool:
    parts = path.strip("/").split("/")
    return any(part.startswith(("_", ".")) for part in parts) or bool(
        _UNFINISHED.fullmatch(parts[-1])
    )


def _listed(info: fs.FileInfo) -> ListedFile:
    nanoseconds = info.mtime_ns or 0
    return ListedFile(nanoseconds // 1000, info.path, info.size or 0)


def _brief(error: Exception) -> str:
    """Return a message as one line without what stands in a query: a signature."""
    return brief(re.sub(r"\?\S*", "", str(error)), 300) or type(error).__name__


def _unzip(path: Path) -> None:
    plain = path.with_name(f"{path.name}.plain")
    try:
        with gzip.open(path, "rb") as source, plain.open("wb") as copy:
            while piece := source.read(CHUNK):
                copy.write(piece)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise IncompleteError("is no complete gzip file") from None
    plain.replace(path)
