"""Records planted into the known world: hours at which a day is easily mistaken.

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

PERSON, MEMBER = "planted", 900_001
"""A person whose one account tells no country, and has no channel."""
VISITOR, WEB_ACCOUNT = "planted visitor", 900_002
RECORDED_AT = "2025-07-03 12:00:00"
AHEAD = "2026-12-01 09:00:00"
FIRST_ORDER, FIRST_REFUND = 2_000_001, 900_001

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
]
"""Country, time, currency and total."""

QUOTES = [
    ("2024-03-10", "USD", "KWD", 0.3071),
    ("2024-03-10", "JOD", "SAR", 5.29),
    ("2023-05-10", "QAR", "USD", 0.2747),
]


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


class Oddity(NamedTuple):
    """An order in the Emirates whose money is easily miscounted."""

    ordered_at: str
    status: str
    total: str
    refunds: tuple[tuple[str, str, str], ...] = ()
    """Time, amount and currency of each."""


ODDITIES = [
    # Free, and an order all the same.
    Oddity("2024-02-10 09:00:00", "delivered", "0.00"),
    # Cancelled, and paid back in the month after.
    Oddity(
        "2024-02-12 09:00:00",
        "Canceled",
        "40.00",
        (("2024-03-02 09:00:00", "40.00", "AED"),),
    ),
    # All paid back, the rest of it two months later; all but one fils; more than all.
    Oddity(
        "2024-03-12 09:00:00",
        "delivered",
        "60.00",
        (
            ("2024-03-20 09:00:00", "20.00", "AED"),
            ("2024-05-02 09:00:00", "40.00", "AED"),
        ),
    ),
    Oddity(
        "2024-03-13 09:00:00",
        "delivered",
        "60.00",
        (("2024-04-01 09:00:00", "59.99", "AED"),),
    ),
    Oddity(
        "2024-03-14 09:00:00",
        "delivered",
        "60.00",
        (("2024-04-02 09:00:00", "75.00", "AED"),),
    ),
    # Paid back, says a clock, in the month before it was placed.
    Oddity(
        "2024-06-01 09:00:00",
        "delivered",
        "50.00",
        (("2024-05-31 09:00:00", "5.00", "AED"),),
    ),
    Oddity(
        "2024-06-02 09:00:00",
        "delivered",
        "30.00",
        (("2024-07-01 09:00:00", "0.00", "AED"),),
    ),
    # All of it in dollars, give or take what the rate of that day makes of them.
    Oddity(
        "2024-08-05 09:00:00",
        "delivered",
        "36.73",
        (("2024-08-20 09:00:00", "10.00", "USD"),),
    ),
    # Ahead of the as-of date.
    Oddity(
        "2024-09-01 09:00:00",
        "delivered",
        "80.00",
        ((AHEAD, "80.00", "AED"),),
    ),
    Oddity(AHEAD, "placed", "25.00"),
]

VISITS = [
    ("2024-04-25T21:59:59Z", "2024-04-25"),
    ("2024-04-25T22:00:00Z", "2024-04-26"),
    ("2024-04-26T21:01:00Z", "2024-04-27"),
    ("2024-10-31T21:59:00Z", "2024-10-31"),
    ("2024-11-01T00:01:00+02:00", "2024-11-01"),
]
"""Time of a visit, and day in Cairo."""


def plant_quotes(world: World) -> None:
    """Adds quotes, which the first batch has to bring: old ones are not asked for."""
    names = ("rate_date", "base_currency", "quote_currency", "rate")
    rows = [
        (*quote[:3], json.dumps(dict(zip(names, quote, strict=True))))
        for quote in QUOTES
    ]
    api = store.open_for_writing(world.folder)
    store.put_rates(api, rows)
    api.close()


def plant(world: World) -> None:
    """Adds an account with its orders and refunds, and one with its visits."""
    engine = shop.connect(world.shop_url)
    with engine.begin() as connection:
        for table, rows in _shop_rows():
            _insert(connection, table, rows)
    engine.dispose()
    api = store.open_for_writing(world.folder)
    at = "2025-07-03T12:00:00Z"
    account = {"customer_id": WEB_ACCOUNT, "country": "EG", "updated_at": at}
    store.put_customers(api, [(str(WEB_ACCOUNT), at, json.dumps(account))])
    store.add_events(api, _visits())
    api.close()
    world.truth.append(
        "records",
        [
            _owned("shop", MEMBER, PERSON),
            _owned("commerce", WEB_ACCOUNT, VISITOR),
        ],
    )


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


def _shop_rows() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    yield "customers", [{"customer_id": MEMBER, "last_name": "Planted"}]
    currencies = {"Egypt": "EGP", "Saudi Arabia": "SAR", "UAE": "AED"}
    orders: list[tuple[str | None, str, str, str, str]] = [
        (country, when, "delivered", currencies.get(country or "", "USD"), "100.00")
        for country, when, _ in MIDNIGHTS
    ]
    orders += [
        (country, when, "delivered", currency, total)
        for country, when, currency, total in PURCHASES
    ]
    first_oddity = len(orders)
    orders += [
        ("UAE", odd.ordered_at, odd.status, "AED", odd.total) for odd in ODDITIES
    ]
    yield (
        "orders",
        [
            {
                "order_id": FIRST_ORDER + number,
                "customer_id": MEMBER,
                "ordered_at": when,
                "status": status,
                "currency": currency,
                "country": country,
                "total_amount": total,
            }
            for number, (country, when, status, currency, total) in enumerate(orders)
        ],
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


def _insert(connection: sa.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    """Inserts rows; what they leave out is null."""
    columns = list(shop.metadata(lenient=True).tables[table].columns.keys())
    blank = dict.fromkeys(columns)
    shop.insert(
        connection,
        table,
        [{**blank, **row, "updated_at": RECORDED_AT} for row in rows],
    )


def _visits() -> Iterator[tuple[str, str, str]]:
    received_at = "2025-07-03T12:00:00Z"
    for number, (when, _) in enumerate(VISITS):
        event = {
            "event_id": f"planted-{number}",
            "customer_id": WEB_ACCOUNT,
            "session_id": f"planted-{number // 2}",
            "event_type": "login",
            "occurred_at": when,
            "received_at": received_at,
        }
        yield event["event_id"], received_at, json.dumps(event)
