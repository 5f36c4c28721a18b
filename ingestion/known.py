"""Which record versions are landed already: an index that never outgrows its memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

CACHE_KIB = 64 * 1024
_CHUNK = 500


@dataclass(frozen=True)
class Version:
    """One record version: digests of key and content, and where it stands in time."""

    key: bytes
    content: bytes
    loaded_at: int
    position: int


class KnownVersions:
    """Digests of landed versions, in SQLite's own temporary storage.

    It stays in memory up to `CACHE_KIB` and goes to a temporary file beyond, which
    disappears with the process. `contents` holds every version; `latest` the version
    that was landed last for each key, kept only where a record may come without its
    cursor value, for then only a change against the last version is new.
    """

    def __init__(self) -> None:
        """Make an empty index."""
        self._db = sqlite3.connect("", isolation_level=None)
        for statement in (
            "pragma journal_mode = off",
            "pragma synchronous = off",
            f"pragma cache_size = -{CACHE_KIB}",
            "create table contents (content blob primary key) without rowid",
            "create table latest (key blob primary key, content blob,"
            " loaded_at integer, position integer) without rowid",
            # Never committed: a commit for each batch costs forty times as much.
            "begin",
        ):
            self._db.execute(statement)

    def close(self) -> None:
        """Free the storage."""
        self._db.close()

    def add_contents(self, contents: Iterable[bytes]) -> None:
        """Note versions as landed."""
        self._db.executemany(
            "insert or ignore into contents values (?)",
            ((content,) for content in sorted(contents)),
        )

    def add_latest(self, versions: Iterable[Version]) -> None:
        """Note versions, each the last of its key unless a later one is known."""
        self._db.executemany(
            "insert into latest values (?, ?, ?, ?) on conflict (key) do update set"
            " content = excluded.content, loaded_at = excluded.loaded_at,"
            " position = excluded.position where"
            " (excluded.loaded_at, excluded.position) > (loaded_at, position)",
            sorted((v.key, v.content, v.loaded_at, v.position) for v in versions),
        )

    def known_contents(self, contents: Sequence[bytes]) -> set[bytes]:
        """Return those of the given versions that are landed."""
        return {row[0] for row in self._select("contents", "content", contents)}

    def latest_contents(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the content landed last for each of the given keys."""
        return {row[0]: row[1] for row in self._select("latest", "key, content", keys)}

    def _select(
        self, table: str, columns: str, wanted: Sequence[bytes]
    ) -> Iterator[tuple[bytes, ...]]:
        name = columns.partition(",")[0]
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            marks = ",".join("?" * len(chunk))
            yield from self._db.execute(
                f"select {columns} from {table} where {name} in ({marks})", chunk
            )
