"""Notice that records moved between numbered pages while these were read."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from types import TracebackType

from ingestion.known import KnownVersions, Version
from ingestion.typed import RawBatch
from ingestion.values import canonical_json


class Moves:
    """Watches the passes over numbered pages.

    A record that is updated while we page moves to the end, and the first record of a
    page not read yet moves to one read already: it is skipped. That can happen only
    where the moving record was read before it moved, so that it comes twice in the
    pass, with different content. Such a pass is repeated, until one brings nothing new.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        """Begin before the first pass."""
        self._keys = keys
        self._all = KnownVersions()
        self._pass = KnownVersions()
        self._position = 0
        self._has_moved = False
        self._has_news = False

    def __enter__(self) -> Moves:
        """Return the watch."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free the indexes."""
        self._all.close()
        self._pass.close()

    @property
    def is_settled(self) -> bool:
        """Whether nothing can have been skipped in the pass so far."""
        return not (self._has_moved and self._has_news)

    def next_pass(self) -> None:
        """Begin another pass."""
        self._pass.close()
        self._pass = KnownVersions()
        self._has_moved = self._has_news = False

    def note(self, raw: RawBatch) -> None:
        """Look at a page."""
        contents = [_digest(raw.payload(index)) for index in range(raw.size)]
        columns = [raw.columns[name] for name in self._keys]
        keys = [
            _digest(canonical_json([column[index] for column in columns]))
            for index in range(raw.size)
        ]
        latest = self._pass.latest_contents(keys)
        for key, content in zip(keys, contents, strict=True):
            self._has_moved |= latest.setdefault(key, content) != content
        known = self._all.known_contents(contents)
        self._has_news |= len(known) < len(set(contents))
        self._all.add_contents(contents)
        first = self._position
        self._position += raw.size
        self._pass.add_latest(
            Version(key, content, 0, first + index)
            for index, (key, content) in enumerate(zip(keys, contents, strict=True))
        )


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()
