"""Memory does not grow with the table."""

from __future__ import annotations

import pyarrow as pa
import pytest

from ingestion import spool
from ingestion.known import KnownVersions, Version
from tests.python.ingestion.fake_sources import ShopDatabase
from tests.python.ingestion.ingestion_project import Project


def test_spooled_rows_are_not_in_memory(
    project: Project, shop: ShopDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The peak of Arrow's memory for three times the rows is about the same."""
    monkeypatch.setattr(spool, "MEMORY_BYTES", 1_000_000)
    allocated: list[int] = []
    original = spool.Spool.add

    def watching(self: spool.Spool, rows: pa.RecordBatch) -> None:
        allocated.append(pa.total_allocated_bytes())
        original(self, rows)

    monkeypatch.setattr(spool.Spool, "add", watching)
    peaks = []
    for size in (20_000, 60_000):
        shop.execute("delete from customers")
        shop.insert(
            "customers", *((n, "x" * 100, None, "2025-01-01") for n in range(size))
        )
        monkeypatch.setenv("CDP_LAKE", str(project.folder / f"lake{size}"))
        allocated.clear()
        project.run("--source", "shop", "--table", "customers")
        peaks.append(max(allocated))
    assert peaks[1] < 1.5 * peaks[0]


def test_index_keeps_the_last_version_of_a_key() -> None:
    known = KnownVersions()
    key = b"k" * 16
    for content, loaded_at, position in ((b"b", 2, 0), (b"c", 2, 1), (b"a", 1, 9)):
        known.add_latest([Version(key, content * 16, loaded_at, position)])
    assert known.latest_contents([key, b"x" * 16]) == {key: b"c" * 16}
    known.add_contents(n.to_bytes(16) for n in range(2_000))
    asked = [n.to_bytes(16) for n in range(1_000, 3_000)]
    assert known.known_contents(asked) == set(asked[:1_000])
    known.close()
