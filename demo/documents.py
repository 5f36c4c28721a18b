"""From frames to the records that each source holds."""

from __future__ import annotations

from typing import Any

import numpy as np

from demo.frames import Array, Frame, days, money, objects, times

Row = dict[str, Any]


def commerce_customers(accounts: Frame, people: Frame) -> list[Row]:
    """Return commerce accounts as the API gives them; some gaps are absent fields."""
    columns = {
        "customer_id": accounts["record_id"],
        "full_name": objects(
            " ".join(filter(None, parts))
            for parts in zip(
                accounts["given_name"],
                accounts["father_name"],
                accounts["surname"],
                strict=True,
            )
        ),
        "email": accounts["email"],
        "phone": accounts["phone"],
        "country": accounts["country"],
        "city": accounts["city"],
        "birth_date": accounts["birth_date"],
        "gender": accounts["gender"],
        "registration_date": days(accounts["created_at"]),
        "acquisition_channel": people["acquisition_channel"][accounts["person"]],
        "updated_at": times(accounts["updated_at"], "api"),
        "deleted_at": times(accounts["deleted_at"], "api"),
    }
    rows = as_rows(columns)
    for row in rows:
        if row["customer_id"] % 3 == 0:
            for name in [name for name, value in row.items() if value is None]:
                del row[name]
    return rows


def shop_customers(accounts: Frame) -> list[Row]:
    """Return shop accounts as rows of the database."""
    return as_rows(
        {
            "customer_id": accounts["record_id"],
            "first_name": accounts["given_name"],
            "last_name": accounts["surname"],
            "email": accounts["email"],
            "phone": accounts["phone"],
            "birth_date": accounts["birth_date"],
            "gender": accounts["gender"],
            "country": accounts["country"],
            "city": accounts["city"],
            "address": accounts["address"],
            "postcode": accounts["postcode"],
            "loyalty_id": accounts["loyalty_id"],
            "commerce_customer_id": accounts["commerce_customer_id"],
            "created_at": times(accounts["created_at"], "shop"),
            "updated_at": times(accounts["updated_at"], "shop"),
            "deleted_at": times(accounts["deleted_at"], "shop"),
        }
    )


def products(catalogue: Frame) -> list[Row]:
    """Return products as rows of the database."""
    hidden = {"dollars", "updated_at"}
    columns = {name: values for name, values in catalogue.items() if name not in hidden}
    columns["updated_at"] = times(catalogue["updated_at"], "shop")
    return as_rows(columns)


def orders(frame: Frame) -> list[Row]:
    """Return orders as rows of the database."""
    texts = (
        "order_id",
        "customer_id",
        "status",
        "currency",
        "sales_channel",
        "country",
    )
    columns = {name: frame[name] for name in texts}
    columns["ordered_at"] = times(frame["ordered_at"], "shop")
    for name in ("discount_amount", "shipping_amount", "tax_amount", "total_amount"):
        columns[name] = objects(money(frame[name]))
    columns["updated_at"] = times(frame["updated_at"], "shop")
    return as_rows(columns)


def order_lines(frame: Frame) -> list[Row]:
    """Return order lines as rows of the database."""
    return as_rows(
        {
            "order_line_id": frame["order_line_id"],
            "order_id": frame["order_id"],
            "product_id": frame["product_id"],
            "quantity": frame["quantity"],
            "unit_price": objects(money(frame["unit_price"])),
            "discount_amount": objects(money(frame["discount_amount"])),
            "updated_at": times(frame["updated_at"], "shop"),
        }
    )


def refunds(frame: Frame) -> list[Row]:
    """Return refunds as rows of the database."""
    return as_rows(
        {
            "refund_id": frame["refund_id"],
            "order_id": frame["order_id"],
            "refunded_at": times(frame["refunded_at"], "shop"),
            "amount": objects(money(frame["amount"])),
            "currency": frame["currency"],
            "reason": frame["reason"],
            "updated_at": times(frame["updated_at"], "shop"),
        }
    )


def records(source: str, accounts: Frame) -> Frame:
    """Return accounts as the truth lists them."""
    count = len(accounts["record_id"])
    return {
        "source_name": np.full(count, source, dtype=object),
        "source_record_id": objects(str(i) for i in accounts["record_id"].tolist()),
        "person_id": accounts["person_id"],
        "created_at": accounts["created_at"],
        "is_in_source": ~accounts["is_ghost"],
    }


def as_rows(columns: dict[str, Array]) -> list[Row]:
    """Return one dictionary per row."""
    names = list(columns)
    return [
        dict(zip(names, row, strict=True))
        for row in zip(*(values.tolist() for values in columns.values()), strict=True)
    ]
