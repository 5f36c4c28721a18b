"""CDNOW: the real purchases of 23,570 people, as the data set is published.

The data ships inside the `lifetimes` package: (id among all,) customer, day as
yyyymmdd, units, dollars.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa


class Purchase(NamedTuple):
    customer_id: str
    day: dt.date
    amount: Decimal


def purchases(name: str) -> Iterator[Purchase]:
    """The purchases of `master`, or of the `sample` of a tenth of the people."""
    # Found, not imported: only the file is wanted, and the package warns of its age.
    package = find_spec("lifetimes")
    assert package is not None and package.origin is not None
    file = Path(package.origin).with_name("datasets") / f"CDNOW_{name}.txt"
    for line in file.read_text().splitlines():
        words = line.split()
        if words and words[-2].isdigit():
            day = dt.datetime.strptime(words[-3], "%Y%m%d").date()
            yield Purchase(words[-4], day, Decimal(words[-1]))


def fill_shop(url: str, bought: Sequence[Purchase]) -> None:
    """Writes purchases as orders in dollars, one a row of the file."""
    engine = sa.create_engine(url)
    metadata = sa.MetaData()
    sa.Table(
        "customers",
        metadata,
        sa.Column("customer_id", sa.String, primary_key=True),
        sa.Column("updated_at", sa.DateTime, nullable=False),
    )
    orders = sa.Table(
        "orders",
        metadata,
        sa.Column("order_id", sa.Integer, primary_key=True),
        sa.Column("customer_id", sa.String, nullable=False),
        sa.Column("ordered_at", sa.DateTime, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("currency", sa.String, nullable=False),
        sa.Column("total_amount", sa.String, nullable=False),
        sa.Column("updated_at", sa.DateTime, nullable=False),
    )
    for name, columns in OTHER_TABLES.items():
        sa.Table(name, metadata, *(sa.Column(each, sa.String) for each in columns))
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(
            orders.insert(),
            [
                {
                    "order_id": number,
                    "customer_id": purchase.customer_id,
                    "ordered_at": dt.datetime.combine(purchase.day, dt.time()),
                    "status": "delivered",
                    "currency": "USD",
                    "total_amount": str(purchase.amount),
                    "updated_at": dt.datetime.combine(purchase.day, dt.time()),
                }
                for number, purchase in enumerate(bought, start=1)
            ],
        )
    engine.dispose()


OTHER_TABLES = {
    "products": ["product_id", "updated_at"],
    "order_lines": [
        "order_line_id",
        "order_id",
        "quantity",
        "unit_price",
        "updated_at",
    ],
    "refunds": [
        "refund_id",
        "order_id",
        "refunded_at",
        "amount",
        "currency",
        "updated_at",
    ],
}
