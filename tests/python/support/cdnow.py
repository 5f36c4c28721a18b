"""CDNOW: the real purchases of 23,570 people, as the data set is published.

The data ships inside the `lifetimes` package: (id among all,) customer, day as
yyyymmdd, units, dollars.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from tests.python.support.platform import Platform


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


def fill_shop(
    url: str,
    bought: Sequence[Purchase],
    *,
    registered: Sequence[str] = (),
    refunded: Sequence[Purchase] = (),
) -> None:
    """Writes purchases as orders in dollars, one a row of the file.

    Args:
        url: Database to write to; it must be empty.
        bought: Purchases that stay.
        registered: Customers who are known without one.
        refunded: Purchases that are paid back in full on the same day.
    """
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
    rows = [order(number, each) for number, each in enumerate(bought, start=1)]
    given_back = [order(-number, each) for number, each in enumerate(refunded, start=1)]
    with engine.begin() as connection:
        connection.execute(orders.insert(), rows + given_back)
        if registered:
            known = [
                {"customer_id": each, "updated_at": rows[0]["updated_at"]}
                for each in registered
            ]
            connection.execute(metadata.tables["customers"].insert(), known)
        if given_back:
            refunds = [
                {
                    "refund_id": str(each["order_id"]),
                    "order_id": str(each["order_id"]),
                    "refunded_at": str(each["ordered_at"]),
                    "amount": each["total_amount"],
                    "currency": each["currency"],
                    "updated_at": str(each["updated_at"]),
                }
                for each in given_back
            ]
            connection.execute(metadata.tables["refunds"].insert(), refunds)
    engine.dispose()


def built_shop(
    folder: Path, variables: str, bought: Sequence[Purchase], **edges: Any
) -> Platform:
    """A platform of a shop with these purchases alone, ingested and built.

    Args:
        folder: Where the shop's database and the platform go.
        variables: dbt's variables, as YAML.
        bought: Purchases that stay.
        edges: Further customers, see `fill_shop`.
    """
    shop = f"sqlite:///{folder / 'shop.db'}"
    fill_shop(shop, bought, **edges)
    platform = Platform(folder)
    platform.ingest(variables={"SHOP_DATABASE_URL": shop})
    platform.build("--vars", variables)
    return platform


def order(number: int, purchase: Purchase) -> dict[str, Any]:
    """A purchase as a row of the shop's orders."""
    moment = dt.datetime.combine(purchase.day, dt.time())
    return {
        "order_id": number,
        "customer_id": purchase.customer_id,
        "ordered_at": moment,
        "status": "delivered",
        "currency": "USD",
        "total_amount": str(purchase.amount),
        "updated_at": moment,
    }


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
