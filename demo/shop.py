"""The shop database: its tables, and writing to it through SQLAlchemy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

FILE_NAME = "shop.db"
_MONEY = sa.Numeric(18, 4)
_TABLES: dict[str, dict[str, tuple[Any, bool]]] = {
    "customers": {
        "customer_id": (sa.BigInteger, True),
        "first_name": (sa.String, False),
        "last_name": (sa.String, False),
        "email": (sa.String, False),
        "phone": (sa.String, False),
        "birth_date": (sa.Date, False),
        "gender": (sa.String, False),
        "country": (sa.String, False),
        "city": (sa.String, False),
        "address": (sa.String, False),
        "postcode": (sa.String, False),
        "loyalty_id": (sa.String, False),
        "commerce_customer_id": (sa.String, False),
        "created_at": (sa.DateTime, False),
        "updated_at": (sa.DateTime, True),
        "deleted_at": (sa.DateTime, False),
    },
    "products": {
        "product_id": (sa.BigInteger, True),
        "sku": (sa.String, False),
        "name": (sa.String, False),
        "category": (sa.String, False),
        "unit_cost": (_MONEY, False),
        "currency": (sa.String, False),
        "updated_at": (sa.DateTime, True),
    },
    "orders": {
        "order_id": (sa.BigInteger, True),
        "customer_id": (sa.BigInteger, True),
        "ordered_at": (sa.DateTime, True),
        "status": (sa.String, True),
        "currency": (sa.String, True),
        "sales_channel": (sa.String, False),
        "country": (sa.String, False),
        "discount_amount": (_MONEY, False),
        "shipping_amount": (_MONEY, False),
        "tax_amount": (_MONEY, False),
        "total_amount": (_MONEY, True),
        "updated_at": (sa.DateTime, True),
    },
    "order_lines": {
        "order_line_id": (sa.BigInteger, True),
        "order_id": (sa.BigInteger, True),
        "product_id": (sa.BigInteger, False),
        "quantity": (sa.Integer, True),
        "unit_price": (_MONEY, True),
        "discount_amount": (_MONEY, False),
        "updated_at": (sa.DateTime, True),
    },
    "refunds": {
        "refund_id": (sa.BigInteger, True),
        "order_id": (sa.BigInteger, True),
        "refunded_at": (sa.DateTime, True),
        "amount": (_MONEY, True),
        "currency": (sa.String, True),
        "reason": (sa.String, False),
        "updated_at": (sa.DateTime, True),
    },
}
"""Per table: column, type, whether the interface requires it."""

TABLES = tuple(_TABLES)


def is_lenient(url: sa.URL | str) -> bool:
    """Tell whether the database takes malformed values (SQLite does)."""
    return sa.make_url(url).get_backend_name() == "sqlite"


def default_url(folder: Path) -> str:
    """Return the URL of the SQLite file in a world folder."""
    return f"sqlite:///{(folder / FILE_NAME).resolve()}"


def connect(url: str) -> sa.Engine:
    """Return an engine for the shop; SQLite readers do not wait for writers."""
    engine = sa.create_engine(url)
    if is_lenient(url):

        @sa.event.listens_for(engine, "connect")
        def _(connection: Any, _record: Any) -> None:
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = normal")

    return engine


def metadata(*, lenient: bool) -> sa.MetaData:
    """Return the tables of the shop.

    Args:
        lenient: Leave out keys and NOT NULL, so that malformed rows find a place.
    """
    tables = sa.MetaData()
    for name, columns in _TABLES.items():
        key = next(iter(columns))
        sa.Table(
            name,
            tables,
            *(
                sa.Column(
                    column,
                    kind,
                    primary_key=column == key and not lenient,
                    autoincrement=False,
                    nullable=lenient or not required,
                )
                for column, (kind, required) in columns.items()
            ),
            sa.Index(f"{name}_by_key", key, unique=True),
            sa.Index(f"{name}_by_time", "updated_at", key),
        )
    return tables


def existing_tables(engine: sa.Engine) -> list[str]:
    """Return which of the shop's tables the database has already."""
    present = set(sa.inspect(engine).get_table_names())
    return [name for name in TABLES if name in present]


def create(engine: sa.Engine) -> None:
    """Create the tables, dropping those that are there."""
    tables = metadata(lenient=is_lenient(engine.url))
    tables.drop_all(engine)
    tables.create_all(engine)


def table(name: str) -> sa.TableClause:
    """Return a table without types: values pass as they are, malformed ones, too."""
    return sa.table(name, *(sa.column(column) for column in _TABLES[name]))


def insert(
    connection: sa.Connection, name: str, rows: Sequence[dict[str, Any]]
) -> None:
    """Insert rows; times and amounts are texts that every database understands."""
    if not rows:
        return
    target = table(name)
    if is_lenient(connection.engine.url):
        connection.execute(sa.insert(target), rows)
        return
    # A typed table lets strict databases take texts for times and amounts.
    kinds = _TABLES[name]
    values = {c: sa.cast(sa.bindparam(c, type_=sa.String), kinds[c][0]) for c in kinds}
    texts = [{c: None if v is None else str(v) for c, v in row.items()} for row in rows]
    connection.execute(sa.insert(target).values(values), texts)


def update(
    connection: sa.Connection, name: str, key: Any, values: dict[str, Any]
) -> None:
    """Change one row, found by its key."""
    target, kinds = table(name), _TABLES[name]
    column = next(iter(kinds))
    if not is_lenient(connection.engine.url):
        values = {
            c: sa.cast(
                sa.literal(None if v is None else str(v), sa.String), kinds[c][0]
            )
            for c, v in values.items()
        }
    connection.execute(sa.update(target).where(target.c[column] == key).values(values))
