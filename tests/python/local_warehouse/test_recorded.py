"""Records outlive the process and follow what happens to tables."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local_warehouse.catalog.recorded import Grant, Key, Recorded, Securable, Tag
from local_warehouse.names import TableName

PARENT, CHILD = TableName("shop", "parent"), TableName("shop", "child")
NEW = TableName("shop", "new")
ON = Securable("shop", "parent")


@pytest.fixture
def full(keys: Recorded) -> Recorded:
    """Keys, a tag on a table and on a column, and a grant."""
    keys.set_tags([Tag(ON, "area", "x"), Tag(Securable.of(PARENT, "ID"), "pii", "no")])
    keys.grant([Grant(ON, "analysts", "SELECT"), Grant(ON, "analysts", "SELECT")])
    return keys


def names(recorded: Recorded) -> list[str]:
    return [key.name for key in recorded.all_keys()]


def test_survives_a_restart(tmp_path: Path) -> None:
    store = Recorded(tmp_path / "x.sqlite")
    key = Key(CHILD, "fk", ("a", "b"), PARENT, ("c", "d"), is_relied_on=True)
    store.add_key(key)
    store.close()
    store = Recorded(tmp_path / "x.sqlite")
    assert store.all_keys() == [key]
    store.close()


def test_setting_a_tag_again_changes_it(full: Recorded) -> None:
    full.set_tags([Tag(ON, "area", "y")])
    assert [tag.value for tag in full.tags(PARENT)] == ["y", "no"]
    full.unset_tags(ON, ["area", "nothing"])
    assert [tag.name for tag in full.tags(PARENT)] == ["pii"]


def test_a_grant_counts_once(full: Recorded) -> None:
    assert full.grants() == [Grant(ON, "analysts", "SELECT")]
    full.revoke(full.grants())
    assert full.grants() == []


def test_dropping_a_table_forgets_it_and_what_points_at_it(full: Recorded) -> None:
    full.table_dropped(PARENT)
    assert (full.all_keys(), full.tags(), full.grants()) == ([], [], [])


def test_replacing_a_table_keeps_tags_and_grants_but_no_keys(full: Recorded) -> None:
    full.table_replaced(PARENT, ["other"])
    assert full.all_keys() == []
    assert [tag.name for tag in full.tags()] == ["area"]
    assert len(full.grants()) == 1


def test_replacing_a_child_leaves_its_parent_alone(full: Recorded) -> None:
    full.table_replaced(CHILD, None)
    assert names(full) == ["parent_pk"]


def test_renaming_a_table_takes_everything_along(full: Recorded) -> None:
    full.grant([Grant(Securable.of(NEW), "left over", "SELECT")])
    full.table_renamed(PARENT, NEW)
    assert names(full) == ["parent_pk", "fk"]
    assert full.references_to(NEW)[0].table == CHILD
    assert {tag.on.table for tag in full.tags()} == {"new"}
    assert full.grants() == [Grant(Securable.of(NEW), "analysts", "SELECT")]


def test_dropping_a_schema_forgets_all_in_it(full: Recorded) -> None:
    elsewhere = TableName("other", "t")
    full.add_key(Key(elsewhere, "pk", ("id",)))
    full.add_key(Key(elsewhere, "fk", ("id",), PARENT, ("id",)))
    full.schema_dropped("shop")
    assert names(full) == ["pk"]
    assert (full.tags(), full.grants()) == ([], [])


def test_renaming_a_column_changes_keys_on_both_sides(full: Recorded) -> None:
    full.column_renamed(PARENT, "id", "Key")
    assert full.keys_of(PARENT)[0].columns == ("Key",)
    assert full.keys_of(CHILD)[0].columns == ("id",)
    assert full.keys_of(CHILD)[0].parent_columns == ("Key",)
    assert [tag.on.column for tag in full.tags()] == ["", "key"]


def test_dropping_columns_forgets_their_tags(full: Recorded) -> None:
    full.columns_dropped(PARENT, ["ID"])
    assert [tag.name for tag in full.tags()] == ["area"]


def test_a_failed_change_leaves_nothing_behind(full: Recorded) -> None:
    def fail() -> None:
        with full.together():
            full.table_dropped(PARENT)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert names(full) == ["parent_pk", "fk"]


def test_many_threads_can_use_it(recorded: Recorded) -> None:
    def work(number: int) -> None:
        table = TableName("shop", f"t{number % 5}")
        with recorded.together():
            recorded.table_replaced(table, None)
            recorded.add_key(Key(table, f"pk_{number % 5}", ("id",)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(100)))
    assert sorted(names(recorded)) == [f"pk_{number}" for number in range(5)]
