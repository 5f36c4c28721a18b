"""Records planted into the known world: hours at which a day is easily mistaken,
and money that is easily miscounted.

The day of each is stated by hand, from the clocks of its market: Cairo is two hours
ahead of UTC, and three from the last Friday of April at 00:00 to the last Thursday of
October at 24:00 (the rule since 2023); Riyadh is three hours ahead, Dubai four.
"""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from demo import shop, store
from demo.world import World
from tests.python.oracle.planted_orders import (
    HOME,
    LAST_DAY,
    MEMBER,
    MEMBERS,
    ODDITIES,
)

VISITOR, WEB_ACCOUNT = "planted visitor", 900_009
RECORDED_AT = f"{LAST_DAY} 12:00:00"
WRITTEN_AT = "2025-07-03T12:00:00Z"
FIRST_ORDER, FIRST_REFUND, FIRST_SPEND = 2_000_001, 900_001, 90_000_001

MIDNIGHTS = [
    # Winter: the day begins at 22:00 UTC, and with it a month.
    ("Egypt", "2024-01-31 21:59:00", "2024-01-31"),
    ("Egypt", "2024-01-31 22:01:00", "2024-02-01"),
    # Summer: it begins at 21:00 UTC.
    ("Egypt", "2024-06-30 20:59:00", "2024-06-30"),
    ("Egypt", "2024-06-30 21:01:00", "2024-07-01"),
    # Friday, 26 April 2024 begins at 01:00: the hour from 00:00 is skipped.
    ("Egypt", "2024-04-25 21:59:59", "2024-04-25"),
    ("Egypt", "2024-04-25 22:00:00", "2024-04-26"),
    ("Egypt", "2024-04-26 20:59:00", "2024-04-26"),
    ("Egypt", "2024-04-26 21:01:00", "2024-04-27"),
    # Friday, 25 April 2025.
    ("Egypt", "2025-04-24 21:59:59", "2025-04-24"),
    ("Egypt", "2025-04-24 22:00:00", "2025-04-25"),
    ("Egypt", "2025-04-25 21:01:00", "2025-04-26"),
    # Thursday, 31 October 2024 has 25 hours: 23:01 comes twice before November.
    ("Egypt", "2024-10-31 20:01:00", "2024-10-31"),
    ("Egypt", "2024-10-31 20:59:00", "2024-10-31"),
    ("Egypt", "2024-10-31 21:01:00", "2024-10-31"),
    ("Egypt", "2024-10-31 21:59:00", "2024-10-31"),
    ("Egypt", "2024-10-31 22:01:00", "2024-11-01"),
    # Thursday, 26 October 2023.
    ("Egypt", "2023-10-26 21:30:00", "2023-10-26"),
    ("Egypt", "2023-10-26 22:01:00", "2023-10-27"),
    ("Saudi Arabia", "2024-12-31 20:59:00", "2024-12-31"),
    ("Saudi Arabia", "2024-12-31 21:01:00", "2025-01-01"),
    ("UAE", "2024-02-29 19:59:00", "2024-02-29"),
    ("UAE", "2024-02-29 20:01:00", "2024-03-01"),
    # Nobody knows where: days of UTC.
    (None, "2024-08-31 23:59:59", "2024-08-31"),
    ("Atlantis", "2024-09-01 00:00:00", "2024-09-01"),
]
"""Country, time in UTC and day there."""

PURCHASES = [
    # Only the other direction is quoted, or only another currency.
    ("Kuwait", "2024-03-11 09:00:00", "KWD", "12.50"),
    ("Jordan", "2024-03-12 09:00:00", "JOD", "21.00"),
    # A rate is carried for seven days and no longer.
    ("Qatar", "2023-05-17 09:00:00", "QAR", "90.00"),
    ("Qatar", "2023-05-18 09:00:00", "QAR", "80.00"),
    # Quoted in both directions, of which neither is the inverse of the other.
    ("Kuwait", "2024-03-11 10:00:00", "OMR", "10.00"),
    # Quoted days ago; since then only against another currency.
    ("Kuwait", "2024-03-11 11:00:00", "BHD", "10.00"),
]
"""Country, time, currency and total."""

QUOTES = [
    ("2024-03-10", "USD", "KWD", 0.3071),
    ("2024-03-10", "JOD", "SAR", 5.29),
    ("2023-05-10", "QAR", "USD", 0.2747),
    ("2024-03-10", "USD", "OMR", 0.3845),
    ("2024-03-10", "OMR", "USD", 2.7),
    ("2024-03-05", "BHD", "USD", 2.65),
    ("2024-03-10", "BHD", "SAR", 9.97),
]
LATE_QUOTES = [(LAST_DAY, "AED", "USD", 0.2723)]
"""Of a day after the world's last one: they come with the records of that day."""


class Expense(NamedTuple):
    """Money spent on marketing."""

    day: str
    country: str
    channel: str
    amount: str
    currency: str
    is_archived: bool = False


EXPENSES = [
    # In a currency without a rate on that day, where there is no other spend.
    Expense("2023-05-25", "Qatar", "paid_search", "70.00", "QAR"),
    # Taken back.
    Expense("2024-08-07", "UAE", "paid_search", "999.00", "AED", is_archived=True),
]


Row = dict[str, Any]


class Repaid(NamedTuple):
    """A refund of a planted order, and the day there."""

    order: int
    refunded_at: str
    amount: str
    currency: str
    day: str


REPAID = [
    # Into the hour that comes twice, and after it; in other currencies.
    Repaid(11, "2024-10-31 21:30:00", "10.00", "EGP", "2024-10-31"),
    Repaid(11, "2024-10-31 22:30:00", "1.00", "USD", "2024-11-01"),
    Repaid(18, "2025-01-31 21:30:00", "99.00", "EGP", "2025-02-01"),
    Repaid(20, "2024-03-31 20:30:00", "7.00", "AED", "2024-04-01"),
]

VISITS = [
    ("2024-04-25T21:59:59Z", "2024-04-25"),
    ("2024-04-25T22:00:00Z", "2024-04-26"),
    ("2024-04-26T21:01:00Z", "2024-04-27"),
    ("2024-10-31T21:59:00Z", "2024-10-31"),
    ("2024-11-01T00:01:00+02:00", "2024-11-01"),
]
"""Time of a visit, and day in Cairo."""
GLANCE = "2024-06-11T09:00:00Z"
"""A mail was opened, and nothing else done in that session."""


def plant_quotes(world: World) -> None:
    """Adds quotes, which the first batch has to bring: old ones are not asked for."""
    api = store.open_for_writing(world.folder)
    store.put_rates(api, map(_quoted, QUOTES))
    api.close()


def plant(world: World) -> None:
    """Adds accounts with their orders and refunds, one with its visits, and spend."""
    engine = shop.connect(world.shop_url)
    with engine.begin() as connection:
        for table, rows in _shop_rows():
            insert(connection, table, rows)
    engine.dispose()
    api = store.open_for_writing(world.folder)
    account = {"customer_id": WEB_ACCOUNT, "country": "EG", "updated_at": WRITTEN_AT}
    store.put_customers(api, [(str(WEB_ACCOUNT), WRITTEN_AT, json.dumps(account))])
    store.add_events(api, _visits())
    store.put_rates(api, map(_quoted, LATE_QUOTES))
    store.put_objects(api, "campaign_spend", _spends())
    api.close()
    owned = [_owned("shop", member, person) for member, person in MEMBERS.items()]
    owned.append(_owned("commerce", WEB_ACCOUNT, VISITOR))
    world.truth.append("records", owned)


def order_ids() -> list[str]:
    """Ids of the orders at the midnights."""
    return [str(FIRST_ORDER + number) for number in range(len(MIDNIGHTS))]


def _owned(source: str, record: int, person: str) -> dict[str, Any]:
    return {
        "source_name": source,
        "source_record_id": str(record),
        "person_id": person,
        "created_at": dt.datetime(2025, 7, 3, 12, tzinfo=dt.UTC),
        "is_in_source": True,
    }


def _quoted(quote: tuple[str, str, str, float]) -> tuple[str, str, str, str]:
    names = ("rate_date", "base_currency", "quote_currency", "rate")
    return *quote[:3], json.dumps(dict(zip(names, quote, strict=True)))


def _shop_rows() -> Iterator[tuple[str, list[Row]]]:
    yield (
        "customers",
        [
            {
                "customer_id": member,
                "last_name": person.title(),
                "country": HOME.get(member),
            }
            for member, person in MEMBERS.items()
        ],
    )
    currencies = {"Egypt": "EGP", "Saudi Arabia": "SAR", "UAE": "AED"}
    orders = [
        _order(MEMBER, country, when, currencies.get(country or "", "USD"), "100.00")
        for country, when, _ in MIDNIGHTS
    ]
    orders += [_order(MEMBER, *purchase) for purchase in PURCHASES]
    first_oddity = len(orders)
    orders += [
        _order(odd.member, odd.country, odd.ordered_at, odd.currency, odd.total)
        | {"status": odd.status}
        for odd in ODDITIES
    ]
    yield (
        "orders",
        [{"order_id": FIRST_ORDER + n, **order} for n, order in enumerate(orders)],
    )
    refunds = [each[:4] for each in REPAID]
    refunds += [
        (number, *refund)
        for number, odd in enumerate(ODDITIES, first_oddity)
        for refund in odd.refunds
    ]
    yield (
        "refunds",
        [
            {
                "refund_id": FIRST_REFUND + number,
                "order_id": FIRST_ORDER + order,
                "refunded_at": when,
                "amount": amount,
                "currency": currency,
            }
            for number, (order, when, amount, currency) in enumerate(refunds)
        ],
    )


def _order(
    member: int, country: str | None, when: str, currency: str, total: str
) -> Row:
    return {
        "customer_id": member,
        "ordered_at": when,
        "status": "delivered",
        "currency": currency,
        "country": country,
        "total_amount": total,
    }


def _spends() -> Iterator[tuple[int, int, int, int, str | None, None, str]]:
    written_at = int(dt.datetime.fromisoformat(WRITTEN_AT).timestamp() * 1000)
    for number, spend in enumerate(EXPENSES, FIRST_SPEND):
        properties = {
            "campaign_id": f"planted-{number}",
            "channel": spend.channel,
            "country": spend.country,
            "spend_date": spend.day,
            "amount": spend.amount,
            "currency": spend.currency,
            "hs_createdate": WRITTEN_AT,
            "hs_lastmodifieddate": WRITTEN_AT,
        }
        archived_at = WRITTEN_AT if spend.is_archived else None
        times = (written_at, written_at, int(spend.is_archived), archived_at)
        yield number, *times, None, json.dumps(properties)


def insert(connection: sa.Connection, table: str, rows: list[Row]) -> None:
    """Inserts rows; what they leave out is null."""
    columns = list(shop.metadata(lenient=True).tables[table].columns.keys())
    blank = {**dict.fromkeys(columns), "updated_at": RECORDED_AT}
    shop.insert(connection, table, [{**blank, **row} for row in rows])


def _visits() -> Iterator[tuple[str, str, str]]:
    visits = [(when, "login", number // 2) for number, (when, _) in enumerate(VISITS)]
    visits.append((GLANCE, "email_open", len(VISITS)))
    for number, (when, kind, session) in enumerate(visits):
        event_id = f"planted-{number}"
        event = {
            "event_id": event_id,
            "customer_id": WEB_ACCOUNT,
            "session_id": f"planted-{session}",
            "event_type": kind,
            "occurred_at": when,
            "received_at": WRITTEN_AT,
        }
        yield event_id, WRITTEN_AT, json.dumps(event)
