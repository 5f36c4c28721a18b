"""Rows, cursor, duplicates: what a run leaves in the lake."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from deltalake import CommitProperties, Transaction, write_deltalake

from tests.python.ingestion.fake_sources import (
    FakeSources,
    ShopDatabase,
    customer,
    event,
    moment,
)
from tests.python.ingestion.ingestion_project import Project

CUSTOMERS = "commerce/customers"


def test_all_tables_exist_and_are_empty_without_any_source(project: Project) -> None:
    result = project.run()
    assert result.output.count("skipped, not configured") == 3
    decided = ("_stewardship/identity_decisions", "_stewardship/value_frequencies")
    loaded = ("commerce/events", "crm/tickets", "shop/orders", "shop/_rejected")
    for name in (*loaded, *decided):
        assert project.rows(name) == []
    assert len(project.rows("_ingestion/hash_keys")) == 1


def test_hash_key_is_made_once(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDP_HASH_KEY", "a-key-of-sixteen-or-more")
    project.run()
    project.run()
    assert project.values("_ingestion/hash_keys", "hash_key") == [
        "a-key-of-sixteen-or-more"
    ]
    monkeypatch.setenv("CDP_HASH_KEY", "another-key-of-sixteen")
    result = project.call("run")
    assert result.exit_code == 1
    assert "CDP_HASH_KEY is not the key in the lake" in result.output
    assert "another-key" not in result.output


def test_rows_and_cursor_are_one_commit(
    project: Project, commerce: FakeSources
) -> None:
    commerce.customers = [customer(1, moment(0)), customer(2, moment(60))]
    project.run("--source", "commerce", "--table", "customers")
    table = project.delta(CUSTOMERS)
    assert table.version() == 1  # created, then one commit
    cursor = table.transaction_version("ingestion/commerce/customers/cursor")
    assert cursor == (1_735_689_600 + 60) * 1_000_000
    row = project.rows(CUSTOMERS)[0]
    assert row["customer_id"] == "1"
    assert row["registration_date"] == dt.date(2024, 1, 1)
    assert row["updated_at"] == dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    assert row["_source_position"] == 0


def test_nothing_new_makes_no_commit(project: Project, commerce: FakeSources) -> None:
    commerce.customers = [customer(1, moment(0))]
    commerce.events = [event(1, moment(0))]
    project.run()
    before = project.delta(CUSTOMERS).version()
    project.run()
    project.run("--full-refresh")
    assert project.delta(CUSTOMERS).version() == before
    assert project.delta("commerce/events").version() == 1


def test_versions_with_equal_update_time_both_land(
    project: Project, commerce: FakeSources
) -> None:
    for city in ("Cairo", "Dubai", "Cairo"):
        commerce.customers = [customer(1, moment(0), city=city)]
        project.run()
    assert project.values(CUSTOMERS, "city") == ["Cairo", "Dubai"]


def test_without_update_time_each_change_is_a_version(
    project: Project, commerce: FakeSources
) -> None:
    for city in ("Cairo", "Cairo", "Dubai", "Cairo", "Cairo"):
        commerce.customers = [customer(1, None, city=city), customer(2, moment(0))]
        project.run()
    rows = project.rows(CUSTOMERS)
    assert [row["city"] for row in rows if row["customer_id"] == "1"] == [
        "Cairo",
        "Dubai",
        "Cairo",
    ]
    assert len(rows) == 4


def test_no_filter_where_records_have_no_update_time(
    project: Project, commerce: FakeSources
) -> None:
    commerce.customers = [customer(1, None)]
    project.run()
    commerce.requests.clear()
    commerce.customers.append(customer(2, "2020-01-01T00:00:00Z"))
    project.run()
    assert not any("updated_since" in request for request in commerce.requests)
    assert len(project.rows(CUSTOMERS)) == 2


def test_late_record_inside_the_lag_lands(
    project: Project, commerce: FakeSources
) -> None:
    commerce.customers = [customer(1, moment(7200))]
    project.run()
    commerce.customers += [customer(2, moment(3600)), customer(3, moment(3599))]
    project.run()
    assert sorted(project.values(CUSTOMERS, "customer_id")) == ["1", "2"]


def test_record_from_the_future_does_not_move_the_cursor(
    project: Project, commerce: FakeSources
) -> None:
    future = "2052-01-01T00:00:00Z"  # the server says 2025-01-06
    commerce.customers = [customer(1, moment(0)), customer(2, future)]
    project.run()
    table = project.delta(CUSTOMERS)
    cursor = table.transaction_version("ingestion/commerce/customers/cursor")
    assert cursor == 1_735_689_600 * 1_000_000
    assert project.values(CUSTOMERS, "customer_id") == ["1", "2"]
    commerce.customers.append(customer(3, moment(60)))
    project.run()
    assert project.values(CUSTOMERS, "customer_id") == ["1", "2", "3"]


def test_nothing_but_the_future_leaves_no_cursor(
    project: Project, commerce: FakeSources
) -> None:
    commerce.customers = [customer(1, "2052-01-01T00:00:00Z")]
    project.run()
    table = project.delta(CUSTOMERS)
    assert table.transaction_version("ingestion/commerce/customers/cursor") is None
    commerce.customers.append(customer(2, moment(0)))
    project.run()
    assert project.values(CUSTOMERS, "customer_id") == ["1", "2"]


def test_load_times_strictly_increase(
    project: Project, commerce: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        # The local clock goes back from run to run.
        monkeypatch.setattr("ingestion.cursors.now", lambda n=number: 10**15 - n)
        commerce.customers.append(customer(number, moment(number)))
        project.run("--source", "commerce", "--table", "customers")
    in_order = project.values(CUSTOMERS, "customer_id")  # by load time
    assert in_order == ["0", "1", "2"]
    assert len(set(project.values(CUSTOMERS, "_loaded_at"))) == 3


def test_full_refresh_keeps_first_load_time(
    project: Project, commerce: FakeSources
) -> None:
    commerce.customers = [customer(1, moment(0))]
    project.run()
    first = project.rows(CUSTOMERS)
    commerce.customers = [customer(1, moment(0)), customer(2, "2001-01-01T00:00:00Z")]
    project.run("--full-refresh")
    assert project.rows(CUSTOMERS)[:1] == first
    assert len(project.rows(CUSTOMERS)) == 2


def test_unknown_fields_are_kept(project: Project, commerce: FakeSources) -> None:
    commerce.customers = [
        customer(1, moment(0), tier={"b": 1.5, "a": "ذهب"}, nothing=None),
        customer(2, moment(1)),
    ]
    project.run()
    assert project.values(CUSTOMERS, "_extra") == ['{"tier":{"a":"ذهب","b":1.5}}', None]


def test_stream_in_cursor_order_is_cut_into_commits(
    project: Project, commerce: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.load.COMMIT_ROWS", 10)
    commerce.largest_page = 5
    commerce.events = [event(n, moment(n)) for n in range(32)]
    project.run()
    assert project.delta("commerce/events").version() == 4
    assert project.values("commerce/events", "_source_position") == list(range(32))
    assert len(set(project.values("commerce/events", "_batch_id"))) == 1


def test_full_table_is_landed_whole(project: Project, shop: ShopDatabase) -> None:
    shop.insert(
        "products", (1, "Tea", 1.005, "2025-01-01"), (2, "Mug", 3, "2025-01-01")
    )
    project.run()
    project.run()  # the same again needs no batch
    assert project.delta("shop/products").version() == 1
    shop.execute("delete from products where product_id = 2")
    project.run()
    assert project.values("shop/products", "product_id") == ["1", "2", "1"]
    assert project.rows("shop/products")[0]["unit_cost"] == Decimal("1.0050")


def test_rejected_row_of_a_full_table_is_not_a_deleted_one(
    project: Project, shop: ShopDatabase
) -> None:
    shop.insert("products", (1, "Tea", 1, "2025-01-01"), (2, "Mug", 3, "2025-01-01"))
    project.run()
    shop.execute(
        "update products set unit_cost = 'n/a' where product_id = 1",
        "update products set name = 'Cup' where product_id = 2",
    )
    project.run()
    assert project.values("shop/products", "product_id", "name")[2:] == [
        ("2", "Cup"),
        ("1", "Tea"),
    ]


def test_empty_full_table_needs_permission(
    project: Project, shop: ShopDatabase
) -> None:
    shop.insert("products", (1, "Tea", 1, "2025-01-01"))
    project.run()
    shop.execute("delete from products")
    result = project.call("run")
    assert result.exit_code == 1
    assert "--allow-empty" in result.output
    assert len(project.rows("shop/products")) == 1
    project.run("--allow-empty")
    # What was landed stays; the batch without rows is in the log of loads.
    assert project.values("shop/products", "product_id") == ["1"]
    emptied = project.delta("shop/products").version()
    project.run()
    project.run("--allow-empty")
    assert project.delta("shop/products").version() == emptied
    shop.insert("products", (1, "Tea", 1, "2025-01-01"))
    project.run()
    assert project.values("shop/products", "product_id") == ["1", "1"]


def test_permission_for_an_empty_table_is_none_for_a_broken_one(
    project: Project, shop: ShopDatabase
) -> None:
    shop.insert("products", (1, "Tea", 1, "2025-01-01"))
    project.run()
    shop.execute("update products set product_id = null")
    version = project.delta("shop/products").version()
    result = project.call("run", "--allow-empty")
    assert result.exit_code == 1
    assert "none of 1 records keeps the contract" in result.output
    assert project.delta("shop/products").version() == version
    assert project.values("shop/_rejected", "reason") == ["product_id is missing"]


def test_new_column_of_the_contract_is_added(
    project: Project, commerce: FakeSources
) -> None:
    commerce.customers = [customer(1, moment(0), tier="gold")]
    project.run()
    project.edit(
        "commerce",
        "          - name: full_name\n",
        "          - name: tier\n            data_type: string\n"
        "          - name: full_name\n",
    )
    commerce.customers.append(customer(2, moment(1), tier="silver"))
    project.run()
    assert ("2", "silver") in project.values(CUSTOMERS, "customer_id", "tier")


def test_changed_type_is_refused(project: Project) -> None:
    project.run()
    project.edit("commerce", "data_type: decimal(28,12)", "data_type: decimal(30,12)")
    result = project.call("run")
    assert result.exit_code == 1
    assert "is decimal(28,12) in the lake but decimal(30,12)" in result.output


def test_another_run_in_between_is_noticed(
    project: Project, commerce: FakeSources
) -> None:
    project.run()
    commerce.customers = [customer(1, moment(0))]

    def interfere(path: str, count: int) -> None:
        properties = CommitProperties(
            app_transactions=[Transaction("ingestion/commerce/customers/loaded_at", 1)]
        )
        table = project.delta(CUSTOMERS)
        rows = table.to_pyarrow_table().schema.empty_table()
        write_deltalake(table, rows, mode="append", commit_properties=properties)

    commerce.before = interfere  # type: ignore[assignment]
    result = project.call("run", "--source", "commerce", "--table", "customers")
    assert result.exit_code == 1
    assert "another run has written" in result.output
    assert project.rows(CUSTOMERS) == []
    commerce.before = lambda path, count: None
    project.run()
    assert len(project.rows(CUSTOMERS)) == 1


def test_compaction_keeps_the_cursor(project: Project, commerce: FakeSources) -> None:
    for number in range(3):
        commerce.customers.append(customer(number, moment(number)))
        project.run()
    table = project.delta(CUSTOMERS)
    table.optimize.compact()
    table.create_checkpoint()
    table.cleanup_metadata()
    project.run()
    assert len(project.rows(CUSTOMERS)) == 3
