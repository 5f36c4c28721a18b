"""Memory does not grow with the table, from PostgreSQL to Delta."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.ingestion import fill, ingest
from tests.python.support.postgres import Cluster

pytestmark = pytest.mark.integration

# Both make several commits, one on its way while the next is read.
FEW, MANY = 600_000, 2_000_000
MOST_MEGABYTES = 600


def test_many_rows_take_no_more_memory_than_few(
    cluster: Cluster, tmp_path: Path, figures: list[str]
) -> None:
    """The peak of the whole process; `make bench` measures ten million rows."""
    peaks = []
    for rows in (FEW, MANY):
        url = cluster.create_database("shop")
        fill(url, rows, ["orders"])
        measured = ingest(url, "orders", tmp_path / f"lake{rows}")
        assert measured["rows"] == rows
        peaks.append(measured["megabytes"])
    figures.append(
        f"peak memory of ingestion: {peaks[0]:.0f} MB for {FEW:,} rows,"
        f" {peaks[1]:.0f} MB for {MANY:,}"
    )
    assert peaks[1] <= MOST_MEGABYTES
    assert peaks[1] <= 1.2 * peaks[0]
