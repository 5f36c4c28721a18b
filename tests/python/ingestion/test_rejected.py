"""Broken records: what is set aside, what is counted, and when it is too much."""

from __future__ import annotations

from tests.python.ingestion.fake_sources import (
    FakeSources,
    ShopDatabase,
    customer,
    event,
    moment,
)
from tests.python.ingestion.ingestion_project import Project

CUSTOMERS = "commerce/customers"


def test_broken_records_are_set_aside_once(
    project: Project, commerce: FakeSources
) -> None:
    commerce.customers = [
        customer(1, moment(0)),
        customer(2, moment(1), birth_date="31/12/1990"),
        customer(3, "yesterday", deleted_at="soon"),
        {"full_name": "Nobody", "customer_id": None, "updated_at": moment(2)},
    ]
    project.run()
    project.run("--full-refresh")
    assert project.values(CUSTOMERS, "customer_id") == ["1"]
    rejected = {
        (row["source_record_id"], row["reason"])
        for row in project.rows("commerce/_rejected")
    }
    assert rejected == {
        ("2", "birth_date is not a date"),
        ("3", "updated_at is not a timestamp; deleted_at is not a timestamp"),
        (None, "customer_id is missing"),
    }
    assert len(project.rows("commerce/_rejected")) == 3


def test_blank_is_missing_where_a_value_is_required(
    project: Project, shop: ShopDatabase
) -> None:
    rest = ("2025-01-01", "paid", "EGP", 10, "2025-01-01")
    shop.insert("orders", (1, 7, *rest), (2, "", *rest), (3, " \u00a0\t", *rest))
    project.run()
    assert project.values("shop/orders", "order_id") == ["1"]
    assert project.values("shop/_rejected", "source_record_id", "reason") == [
        ("2", "customer_id is missing"),
        ("3", "customer_id is missing"),
    ]


def test_too_many_broken_records_fail_the_table(
    project: Project, commerce: FakeSources
) -> None:
    commerce.customers = [customer(n, moment(n)) for n in range(20)]
    commerce.customers += [
        customer(n, moment(n), birth_date="x") for n in range(20, 31)
    ]
    commerce.events = [event(1, moment(0))]
    for _ in range(2):  # it does not pass because it has failed before
        result = project.call("run")
        assert result.exit_code == 1
        assert "11 of 31 new records break the contract" in result.output
    assert project.rows(CUSTOMERS) == []
    assert len(project.rows("commerce/_rejected")) == 11
    table = project.delta(CUSTOMERS)
    assert table.transaction_version("ingestion/commerce/customers/cursor") is None
    assert len(project.rows("commerce/events")) == 1  # the next table is not stopped


def test_broken_records_of_long_ago_do_not_count_again(
    project: Project, shop: ShopDatabase
) -> None:
    good = ("paid", "EGP", 10, "2025-03-01")
    shop.insert("orders", *((n, 7, "2025-01-01", *good) for n in range(300)))
    bad = ("paid", "EGP", "ten", None)  # in every window, for it has no update time
    shop.insert("orders", *((n, 7, "2025-01-01", *bad) for n in range(900, 912)))
    shop.execute("update orders set updated_at = '2024-01-01' where order_id < 290")
    assert "312 delivered, 300 landed, 12 rejected" in project.run().output
    shop.insert("orders", (300, 7, "2025-01-01", *good))
    output = project.run().output
    assert "shop.orders: 23 delivered, 1 landed, 0 rejected" in output
    assert len(project.rows("shop/orders")) == 301
    assert len(project.rows("shop/_rejected")) == 12


def test_new_broken_records_count_against_new_records(
    project: Project, shop: ShopDatabase
) -> None:
    good = ("paid", "EGP", 10, "2025-03-01")
    shop.insert("orders", *((n, 7, "2025-01-01", *good) for n in range(300)))
    project.run()
    bad = ("paid", "EGP", "ten", "2025-03-01")
    shop.insert("orders", *((n, 7, "2025-01-01", *bad) for n in range(900, 911)))
    shop.insert("orders", (300, 7, "2025-01-01", *good))
    result = project.call("run")
    assert result.exit_code == 1
    assert "11 of 12 new records break the contract" in result.output


def test_small_first_load_may_have_a_few_broken_records(
    project: Project, commerce: FakeSources
) -> None:
    commerce.customers = [customer(n, moment(n)) for n in range(40)]
    commerce.customers += [
        customer(n, moment(n), birth_date="x") for n in range(40, 50)
    ]
    project.run()
    assert len(project.rows(CUSTOMERS)) == 40


def test_rejections_are_counted_as_they_are_kept(
    project: Project, commerce: FakeSources
) -> None:
    broken = customer(2, moment(1), birth_date="x")
    commerce.customers = [customer(1, moment(0)), broken, broken]
    output = project.run().output
    assert "commerce.customers: 3 delivered, 1 landed, 1 rejected" in output
    assert len(project.rows("commerce/_rejected")) == 1


def test_frozen_contract_fails_at_the_first_broken_record(
    project: Project, commerce: FakeSources
) -> None:
    project.edit(
        "commerce",
        "max_rejected_ratio: 0.05",
        "max_rejected_ratio: 0.05\n          schema_contract: {data_type: freeze}",
    )
    commerce.customers = [customer(1, moment(0), birth_date="x")]
    result = project.call("run")
    assert result.exit_code == 1
    assert "frozen contract" in result.output
    assert len(project.rows("commerce/_rejected")) == 1
