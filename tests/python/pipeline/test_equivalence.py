"""One raw log gives the same marts however it is cut into builds."""

from pathlib import Path

from tests.python.pipeline.conftest import PARTS, PlayedWorld
from tests.python.support.compare import differences, tables
from tests.python.support.platform import Platform

SCHEMAS = ["staging", "intermediate", "marts", "pii", "quality", "reference"]
# Records what each build knew, by design: its rows tell when a version was first seen.
HISTORIES = {
    "intermediate.int_customer_versions_unioned",
    "marts.customer_history",
}


def test_many_builds_equal_one_full_refresh(
    played_world: PlayedWorld, tmp_path: Path
) -> None:
    cut = played_world.platform
    whole = Platform(tmp_path, lake=cut.lake)
    whole.build()
    names = tables(cut.database, SCHEMAS)
    assert names == tables(whole.database, SCHEMAS)
    assert names >= HISTORIES
    assert PARTS >= 10
    assert list(differences(cut.database, whole.database, names - HISTORIES)) == []


def test_a_build_without_news_changes_nothing(
    played_world: PlayedWorld, tmp_path: Path
) -> None:
    platform = played_world.platform
    before = tmp_path / "before.duckdb"
    before.write_bytes(platform.database.read_bytes())
    platform.build()
    names = tables(before, [*SCHEMAS, "snapshots"])
    assert list(differences(before, platform.database, names)) == []


def test_the_log_that_was_cut_holds_late_and_corrected_records(
    played_world: PlayedWorld,
) -> None:
    """Without them the comparison above would prove little."""
    platform = played_world.platform
    for table, key in [("crm/contacts", "id"), ("shop/orders", "order_id")]:
        versions, records = platform.query(
            "select count(*), count(distinct record) from ("
            f"select {key} as record from read_parquet(?))",
            [str(platform.lake / table / "*.parquet")],
        )[0]
        assert versions > records
