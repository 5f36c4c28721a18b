"""`run --dry-run`: says what a run would do, and leaves every byte as it is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.python.ingestion.fake_sources import (
    FakeSources,
    ShopDatabase,
    customer,
    event,
    moment,
)
from tests.python.ingestion.ingestion_project import Project


def every_byte(folder: Path) -> dict[Path, tuple[bytes, int]]:
    return {
        file: (file.read_bytes(), file.stat().st_mtime_ns)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def counted(output: str) -> dict[str, str]:
    """Return what the lines say by table, without the seconds."""
    lines = [line for line in output.splitlines() if "delivered," in line]
    parts = (line.rpartition(" (")[0].partition(": ") for line in lines)
    return {table: text for table, _, text in parts}


@pytest.fixture
def world(project: Project, commerce: FakeSources, shop: ShopDatabase) -> Project:
    commerce.customers = [customer(n, moment(n)) for n in range(20)]
    commerce.customers.append(customer(91, moment(91), birth_date="?"))
    shop.insert("products", (1, "Cup", 2.5, "2025-01-01"))
    return project


def test_without_a_lake_none_is_made(
    world: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = counted(world.run("--dry-run").output)
    assert found["commerce.customers"] == (
        "21 delivered, 20 would be landed, 1 would be rejected"
    )
    assert found["shop.products"] == (
        "1 delivered, 1 would be landed, 0 would be rejected"
    )
    assert not world.lake.exists()


def test_a_lake_stays_as_it_is(
    world: Project, commerce: FakeSources, shop: ShopDatabase
) -> None:
    world.run()
    before = every_byte(world.lake)
    commerce.customers += [customer(n, moment(n)) for n in range(100, 103)]
    commerce.customers.append(customer(92, moment(92), birth_date="?"))
    commerce.events = [event(1, moment(0))]
    shop.execute("delete from products")
    output = world.run("--dry-run", "--allow-empty").output
    assert every_byte(world.lake) == before
    assert counted(output)["commerce.customers"].endswith(
        " 3 would be landed, 1 would be rejected"
    )
    assert counted(output)["commerce.events"] == (
        "1 delivered, 1 would be landed, 0 would be rejected"
    )
    again = counted(world.run("--dry-run", "--allow-empty").output)
    assert again == counted(output)
    real = counted(world.run("--allow-empty").output)
    assert real == {name: text.replace("would be ", "") for name, text in again.items()}


def test_a_lake_of_an_older_contract_stays_as_it_is(
    world: Project, commerce: FakeSources
) -> None:
    world.run()
    before = every_byte(world.lake)
    world.edit(
        "commerce",
        "          - name: full_name\n",
        "          - name: nickname\n            data_type: string\n"
        "          - name: full_name\n",
    )
    commerce.customers.append(customer(300, moment(300), nickname="Lulu"))
    output = world.run("--dry-run", "--full-refresh").output
    assert every_byte(world.lake) == before
    assert (
        "nickname"
        not in world.delta("commerce/customers").to_pyarrow_table().schema.names
    )
    assert " 1 would be landed" in counted(output)["commerce.customers"]


def test_many_commits_are_none(
    world: Project, commerce: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.load.COMMIT_ROWS", 5)
    commerce.largest_page = 3
    found = counted(world.run("--dry-run").output)
    assert " 20 would be landed" in found["commerce.customers"]
    assert not world.lake.exists()


def test_it_fails_where_a_run_would(world: Project, shop: ShopDatabase) -> None:
    world.run()
    before = every_byte(world.lake)
    shop.execute("delete from products")
    result = world.call("run", "--dry-run")
    assert result.exit_code == 1
    assert "shop.products: the source delivered no rows at all" in result.stderr
    assert every_byte(world.lake) == before


def test_the_scratch_folder_is_removed(
    world: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    world.run("--dry-run")
    assert Counter(scratch.rglob("*")) == Counter()


def test_status_changes_no_byte_either(world: Project) -> None:
    world.run()
    before = every_byte(world.lake)
    world.edit(
        "commerce",
        "          - name: full_name\n",
        "          - name: nickname\n            data_type: string\n"
        "          - name: full_name\n",
    )
    assert world.call("status").exit_code == 0
    assert every_byte(world.lake) == before
