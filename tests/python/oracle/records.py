"""What the sources themselves hold, read as one of their clients.

Nothing of the lake and no code of ingestion or of the models is used. Records that the
truth lists as malformed are left out.
"""

import datetime as dt
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa

from demo.world import World

Row = dict[str, Any]


class Account(NamedTuple):
    """A customer record of a source."""

    key: str
    country: str | None
    channel: str | None
    is_deleted: bool
    changed_at: dt.datetime
    since: dt.datetime | None


class Order(NamedTuple):
    order_id: str
    account: str
    ordered_at: dt.datetime
    status: str
    currency: str
    sales_channel: str | None
    country: str | None
    discount: Decimal | None
    shipping: Decimal | None
    tax: Decimal | None
    total: Decimal


class Line(NamedTuple):
    order_id: str
    product_id: str | None
    quantity: int


class Product(NamedTuple):
    unit_cost: Decimal | None
    currency: str | None


class Refund(NamedTuple):
    refund_id: str
    order_id: str
    refunded_at: dt.datetime
    amount: Decimal
    currency: str


class Shop(NamedTuple):
    """The orders and refunds that the shop holds at a moment.

    Attributes:
        recorded: When each of them was recorded, if that was not before it happened.
    """

    orders: list[Order]
    refunds: list[Refund]
    recorded: list[dt.datetime]


class Quote(NamedTuple):
    """What one unit of a currency was worth in another one on a day."""

    day: dt.date
    base: str
    quote: str
    rate: Decimal


class Spend(NamedTuple):
    day: dt.date
    channel: str
    country: str | None
    amount: Decimal
    currency: str
    is_deleted: bool


class Event(NamedTuple):
    event_id: str
    account: str | None
    device: str | None
    session: str | None
    kind: str
    occurred_at: dt.datetime


class Ticket(NamedTuple):
    account: str | None
    opened_at: dt.datetime
    closed_at: dt.datetime | None
    score: int | None
    is_deleted: bool


class Records(NamedTuple):
    """Everything that all sources hold now.

    Attributes:
        consents: The CRM contacts that consents name, and when.
        recorded: Every moment at which a source recorded anything.
    """

    accounts: list[Account]
    orders: list[Order]
    lines: list[Line]
    products: dict[str, Product]
    refunds: list[Refund]
    quotes: list[Quote]
    spends: list[Spend]
    events: list[Event]
    tickets: list[Ticket]
    consents: list[tuple[str, dt.datetime]]
    recorded: list[dt.datetime]


def read(world: World) -> Records:
    """Reads all sources of a world."""
    reader = _Reader(world)
    shop, commerce, crm = reader.shop(), reader.commerce(), reader.crm()
    return Records(
        accounts=[
            *map(_member, shop["customers"]),
            *map(_web_account, commerce["customers"]),
            *map(_contact, crm["contacts"]),
        ],
        orders=[*map(_order, shop["orders"])],
        lines=[*map(_line, shop["order_lines"])],
        products={str(row["product_id"]): _product(row) for row in shop["products"]},
        refunds=[*map(_refund, shop["refunds"])],
        quotes=[*map(_quote, commerce["exchange_rates"])],
        spends=[*map(_spend, crm["campaign_spend"])],
        events=_once(map(_event, commerce["events"])),
        tickets=[*map(_ticket, crm["tickets"])],
        consents=[
            (f"crm:{row['contact_id']}", moment(row["changed_at"]))
            for row in crm["consents"]
        ],
        recorded=sorted(_times([*shop.values(), *commerce.values(), *crm.values()])),
    )


def read_shop(world: World) -> Shop:
    """Reads what the shop holds now."""
    tables = _Reader(world).shop()
    orders, refunds = tables["orders"], tables["refunds"]
    return Shop(
        orders=[*map(_order, orders)],
        refunds=[*map(_refund, refunds)],
        recorded=[max(_times([[row]])) for row in [*orders, *refunds]],
    )


def _once(events: Iterable[Event]) -> list[Event]:
    """Events that were delivered twice are one."""
    return list({event.event_id: event for event in events}.values())


class _Reader:
    """Rows of the sources that are not malformed."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.malformed: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for row in world.truth.rows("malformed"):
            table = (row["source_name"], row["table_name"])
            self.malformed[table].add(row["true_key"])

    def sound(
        self, source: str, table: str, key: str, rows: Iterator[Row]
    ) -> list[Row]:
        """Rows with a key that the truth does not list."""
        broken = self.malformed[source, table]
        columns = key.split("|")
        return [
            row
            for row in rows
            if all(row.get(column) is not None for column in columns)
            and "|".join(str(row[column]) for column in columns) not in broken
        ]

    def shop(self) -> dict[str, list[Row]]:
        engine = sa.create_engine(self.world.shop_url)
        tables = {}
        with engine.connect() as connection:
            for table, key in (
                ("customers", "customer_id"),
                ("orders", "order_id"),
                ("order_lines", "order_line_id"),
                ("products", "product_id"),
                ("refunds", "refund_id"),
            ):
                found = connection.execute(sa.text(f"select * from {table}"))
                rows = (dict(row._mapping) for row in found)
                tables[table] = self.sound("shop", table, key, rows)
        engine.dispose()
        return tables

    def commerce(self) -> dict[str, list[Row]]:
        tables = {}
        for table, key, stored in (
            ("customers", "customer_id", "customers"),
            ("events", "event_id", "events"),
            ("exchange_rates", "rate_date|base_currency|quote_currency", "rates"),
        ):
            found = self._store(f"select document from {stored}")
            rows = (json.loads(text, parse_float=Decimal) for (text,) in found)
            tables[table] = self.sound("commerce", table, key, rows)
        return tables

    def crm(self) -> dict[str, list[Row]]:
        tables = {}
        for kind in ("contacts", "tickets", "campaign_spend", "consents"):
            found = self._store(
                "select id, archived, archived_at, contact_id, properties"
                f" from objects where kind = '{kind}'"
            )
            rows = (
                {
                    **json.loads(properties),
                    "id": str(number),
                    "is_archived": bool(archived),
                    "archived_at": archived_at,
                    "associated_id": contact,
                }
                for number, archived, archived_at, contact, properties in found
            )
            tables[kind] = self.sound("crm", kind, "id", rows)
        return tables

    def _store(self, query: str) -> list[Any]:
        connection = sqlite3.connect(self.world.folder / "world.db")
        rows = connection.execute(query).fetchall()
        connection.close()
        return rows


def moment(text: str) -> dt.datetime:
    """A time in UTC; one without an offset is in UTC."""
    when = dt.datetime.fromisoformat(text)
    return when.astimezone(dt.UTC) if when.tzinfo else when.replace(tzinfo=dt.UTC)


def _moment(text: str | None) -> dt.datetime | None:
    return moment(text) if text else None


def _text(value: Any) -> str | None:
    """A text without blanks around it; none where nothing is left."""
    return (str(value).strip() or None) if value is not None else None


def _money(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(str(text)[:10])


def _last(*times: str | None) -> dt.datetime:
    return max(moment(time) for time in times if time)


def _member(row: Row) -> Account:
    return Account(
        key=f"shop:{row['customer_id']}",
        country=_text(row["country"]),
        channel=None,
        is_deleted=row["deleted_at"] is not None,
        changed_at=_last(row["updated_at"], row["deleted_at"]),
        since=_moment(row["created_at"]),
    )


def _web_account(row: Row) -> Account:
    return Account(
        key=f"commerce:{row['customer_id']}",
        country=_text(row.get("country")),
        channel=_text(row.get("acquisition_channel")),
        is_deleted=row.get("deleted_at") is not None,
        changed_at=_last(row["updated_at"], row.get("deleted_at")),
        since=_moment(row.get("registration_date")),
    )


def _contact(row: Row) -> Account:
    return Account(
        key=f"crm:{row['id']}",
        country=_text(row.get("country")),
        channel=None,
        is_deleted=row["is_archived"],
        changed_at=_last(row["lastmodifieddate"], row["archived_at"]),
        since=_moment(row.get("createdate")),
    )


def _order(row: Row) -> Order:
    return Order(
        order_id=str(row["order_id"]),
        account=f"shop:{row['customer_id']}",
        ordered_at=moment(row["ordered_at"]),
        # Americans write one l.
        status=row["status"].lower().replace("canceled", "cancelled"),
        currency=row["currency"].upper(),
        sales_channel=_text(row["sales_channel"]),
        country=_text(row["country"]),
        discount=_money(row["discount_amount"]),
        shipping=_money(row["shipping_amount"]),
        tax=_money(row["tax_amount"]),
        total=Decimal(str(row["total_amount"])),
    )


def _line(row: Row) -> Line:
    product = None if row["product_id"] is None else str(row["product_id"])
    return Line(str(row["order_id"]), product, int(row["quantity"]))


def _product(row: Row) -> Product:
    return Product(_money(row["unit_cost"]), _text(row["currency"]))


def _refund(row: Row) -> Refund:
    return Refund(
        refund_id=str(row["refund_id"]),
        order_id=str(row["order_id"]),
        refunded_at=moment(row["refunded_at"]),
        amount=Decimal(str(row["amount"])),
        currency=row["currency"].upper(),
    )


def _quote(row: Row) -> Quote:
    pair = (row["base_currency"], row["quote_currency"])
    return Quote(_day(row["rate_date"]), *pair, Decimal(str(row["rate"])))


def _spend(row: Row) -> Spend:
    return Spend(
        day=_day(row["spend_date"]),
        channel=row["channel"],
        country=_text(row.get("country")),
        amount=Decimal(row["amount"]),
        currency=row["currency"].upper(),
        is_deleted=row["is_archived"],
    )


def _event(row: Row) -> Event:
    account = row.get("customer_id")
    return Event(
        event_id=row["event_id"],
        account=None if account is None else f"commerce:{account}",
        device=_text(row.get("anonymous_id")),
        session=_text(row.get("session_id")),
        kind=row["event_type"],
        occurred_at=moment(row["occurred_at"]),
    )


def _ticket(row: Row) -> Ticket:
    contact = row["associated_id"] or row.get("contact_id")
    score = row.get("satisfaction_score")
    return Ticket(
        account=f"crm:{contact}" if contact else None,
        opened_at=moment(row["createdate"]),
        closed_at=_moment(row.get("closed_date")),
        score=int(score) if score else None,
        is_deleted=row["is_archived"],
    )


_TIMES = ("_at", "date", "registration_date", "rate_date", "spend_date")


def _times(tables: list[list[Row]]) -> Iterator[dt.datetime]:
    """Every moment that a record names as one at which something happened."""
    for rows in tables:
        for row in rows:
            for name, value in row.items():
                if value and name.endswith(_TIMES) and "birth" not in name:
                    yield moment(str(value))
