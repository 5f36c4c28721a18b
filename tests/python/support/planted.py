"""Records in which engines could differ, planted into a world's sources.

Two days: what is new, changed, deleted or back on the second one is derived from the
first. Amounts in currencies that need rates fall on days that have them.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from demo import shop, store
from demo.world import World
from tests.python.support.planted_values import (
    AMOUNTS,
    BIRTH_DATES,
    CHANNELS,
    COUNTRIES,
    CURRENCIES,
    EARLY_TIMES,
    EMAILS,
    FATES,
    HUGE_AMOUNT,
    NAMES,
    PHONES,
    RATES,
    STATUSES,
    TEXTS,
    TIMES,
)
from tests.python.support.planted_visits import visits

Record = dict[str, Any]

FIRST = "2025-06-20T10:00:00Z"
SECOND = "2025-07-03T10:00:00Z"
_FIRST_MS, _SECOND_MS = 1_750_413_600_000, 1_751_536_800_000


def plant(world: World, day: int) -> None:
    """Plants the records of a day (1 or 2) where the servers read them."""
    api = store.open_for_writing(world.folder)
    engine = shop.connect(world.shop_url)
    try:
        api.execute("begin")
        with engine.begin() as connection:
            store.put_customers(api, _commerce_customers(day))
            store.add_events(api, [*_events(day), *visits(day)])
            store.put_rates(api, _rates(day))
            store.put_objects(api, "contacts", _contacts(day))
            store.put_objects(api, "tickets", _tickets(day))
            store.put_objects(api, "consents", _consents(day))
            store.put_objects(api, "campaign_spend", _spends(day))
            for table, rows in _shop_rows(day).items():
                key = next(iter(rows[0]))
                target = shop.table(table)
                for row in rows:
                    connection.execute(target.delete().where(target.c[key] == row[key]))
                shop.insert(connection, table, rows)
        api.execute("commit")
    finally:
        api.close()
        engine.dispose()


def _fate(number: int) -> str:
    return FATES[number % len(FATES)]


def _turn(values: list[Any], number: int) -> Any:
    return values[number % len(values)]


def _person(number: int, text: str, day: int) -> Record:
    """What all sources know of a person; on the second day another text, or none."""
    if day == 2 and _fate(number) in ("changed", "same time", "back"):
        text = _turn(TEXTS, number * 7 + 3) or text
    return {
        "name": text,
        "email": _turn(EMAILS, number + day - 1) if number % 3 else None,
        "phone": _turn(PHONES, number * day) if number % 4 else None,
        "country": _turn(COUNTRIES, number) or None,
        "city": _turn(TEXTS, number + 11),
        "birth_date": _turn(BIRTH_DATES, number),
        "gender": _turn(["F", "female", "M", "ﬁ", "İ", "", None, "مذكر"], number),
    }


def _people(day: int) -> Iterator[tuple[int, Record]]:
    pairs = [
        (given, f"+9665012{pair:05d}")
        for pair, names in enumerate(NAMES)
        for given in names
    ]
    texts = [(text, None) for text in TEXTS]
    for number, (text, phone) in enumerate([*texts, *pairs]):
        person = _person(number, text, 1 if phone else day)
        if phone:
            person |= {"phone": phone, "email": None, "country": "SA"}
        # Nothing but what the interfaces demand.
        if number % 13 == 12:
            person = dict.fromkeys(person)
        yield number, person


def _is_deleted(number: int, day: int) -> bool:
    if _fate(number) == "back":
        return day == 1
    return _fate(number) == "deleted" and day == 2


def _updated(number: int, day: int) -> str:
    return SECOND if day == 2 and _fate(number) in ("changed", "back") else FIRST


def _commerce_customers(day: int) -> Iterator[tuple[str, str, str]]:
    for number, person in _people(day):
        deleted = SECOND if day == 2 else FIRST
        document = {
            "customer_id": f" planted-{number:03d}" if number % 2 else f"p'{number}\\",
            "full_name": person["name"],
            **{key: person[key] for key in ("email", "phone", "country", "city")},
            "birth_date": person["birth_date"],
            "gender": person["gender"],
            "registration_date": _turn([None, "2024-02-29", "1500-01-01"], number),
            "acquisition_channel": _turn(CHANNELS, number),
            "updated_at": None if number % 10 == 6 else _updated(number, day),
            "deleted_at": deleted if _is_deleted(number, day) else None,
        }
        # A late version that is older than the one before must not win.
        if day == 2 and number % 10 == 8:
            document["updated_at"] = "2025-06-30T23:30:00.123456Z"
        sort_at = str(document["updated_at"] or "")[:19]
        sort_at = f"{sort_at}Z" if sort_at and not sort_at.endswith("Z") else sort_at
        # The store's own key is a number, as of all accounts that `advance` looks at.
        yield str(9_000_000 + number), sort_at, json.dumps(document)


def _contacts(day: int) -> Iterator[tuple[Any, ...]]:
    for number, person in _people(day):
        modified = _SECOND_MS if _updated(number, day) == SECOND else _FIRST_MS
        deleted = _is_deleted(number, day)
        properties = {
            "firstname": person["name"],
            "lastname": _turn(TEXTS, number + 5) if number % 4 == 1 else None,
            "email": person["email"],
            "phone": _turn(PHONES, number + 1),
            "mobilephone": person["phone"],
            "date_of_birth": person["birth_date"],
            **{key: person[key] for key in ("gender", "country", "city")},
            "address": _turn(TEXTS, number + 2) if number % 2 else None,
            "zip": _turn(TEXTS, number + 3),
            "loyalty_id": _turn(
                ["straße-9", "İd-1", "null", " lp-7 ", "LP-7", None], number
            ),
            "lifecyclestage": _turn(["Lead", "ÇUSTOMER", "", None], number),
            "hs_merged_object_ids": _turn(["90000099; 90000098;;", "", None], number),
            "createdate": f"{_turn(TIMES, number).replace(' ', 'T')[:23]}Z",
        }
        yield (
            90_000_000 + number,
            _FIRST_MS,
            modified + number,
            int(deleted),
            (SECOND if day == 2 else FIRST) if deleted else None,
            None,
            _properties(properties, "lastmodifieddate", modified + number),
        )


def _tickets(day: int) -> Iterator[tuple[Any, ...]]:
    for number, text in enumerate(TEXTS):
        modified = _SECOND_MS if _updated(number, day) == SECOND else _FIRST_MS
        properties = {
            "subject": text * day,
            "hs_pipeline_stage": _turn(
                ["NEW", "CLOSED\u00a0", "İN_PROGRESS", ""], number
            ),
            "hs_ticket_priority": _turn(["HIGH", "Σ", None], number),
            "satisfaction_score": _turn([None, "1", "5"], number),
            "createdate": f"{_turn(TIMES, number).replace(' ', 'T')[:23]}Z",
            "closed_date": "2025-07-02T21:30:00Z" if day == 2 else None,
            "contact_id": _turn([None, str(90_000_000 + number)], number),
        }
        contact = str(90_000_000 + number) if number % 3 else None
        yield (
            91_000_000 + number,
            _FIRST_MS,
            modified,
            int(_is_deleted(number, day)),
            SECOND if _is_deleted(number, day) else None,
            contact,
            _properties(properties, "hs_lastmodifieddate", modified),
        )


def _consents(day: int) -> Iterator[tuple[Any, ...]]:
    """Statements of one contact at the same moment: the order must be total."""
    for number in range(24):
        modified = _SECOND_MS if _updated(number, day) == SECOND else _FIRST_MS
        properties = {
            "contact_id": str(90_000_001 + number // 6),
            "channel": _turn(["email", "EMAİL", " Email\u00a0"], number // 2),
            "purpose": "marketing",
            "status": _turn(["Granted", "denied", "WİTHDRAWN"], number + day),
            "changed_at": _turn(["2025-01-01T00:00:00Z", FIRST], number // 3),
            "source": _turn(TEXTS, number),
        }
        yield (
            92_000_000 + number,
            _FIRST_MS,
            modified,
            int(_is_deleted(number, day)),
            SECOND if _is_deleted(number, day) else None,
            None,
            _properties(properties, "hs_lastmodifieddate", modified),
        )


def _spends(day: int) -> Iterator[tuple[Any, ...]]:
    for number, amount in enumerate(AMOUNTS):
        modified = _SECOND_MS if _updated(number, day) == SECOND else _FIRST_MS
        properties = {
            "campaign_id": f"c{number}",
            "campaign_name": _turn(TEXTS, number + 4 * day),
            "channel": _turn(CHANNELS, number),
            "country": _turn(COUNTRIES, number) or None,
            "spend_date": _turn(TIMES, number)[:10],
            "amount": amount,
            "currency": _turn(CURRENCIES, number),
            "impressions": _turn([None, "0", "9223372036854775807"], number),
        }
        yield (
            93_000_000 + number,
            _FIRST_MS,
            modified,
            0,
            None,
            None,
            _properties(properties, "hs_lastmodifieddate", modified),
        )


def _properties(properties: Mapping[str, Any], modified: str, when_ms: int) -> str:
    when_utc = datetime.fromtimestamp(when_ms / 1000, UTC)
    when = when_utc.isoformat(timespec="milliseconds")
    stated = {name: value for name, value in properties.items() if value is not None}
    return json.dumps({**stated, modified: when}, ensure_ascii=False)


def _events(day: int) -> Iterator[tuple[str, str, str]]:
    received = SECOND if day == 2 else "2025-06-30T22:00:00Z"
    times = [*TIMES, *EARLY_TIMES] if day == 1 else ["2025-07-02 22:00:00", *TIMES[:5]]
    for number, time in enumerate([*times, *times[:3]]):
        # The last ones are delivered twice, with another text the second time.
        place = number % len(times)
        document = {
            "event_id": f"planted-{place:03d}",
            "customer_id": f"planted-{place * 2 + 1:03d}" if place % 4 else None,
            "anonymous_id": _turn(TEXTS, place),
            "session_id": _turn([None, "s\u00a0", "s"], number),
            "event_type": _turn(["PAGE_VIEW", "login", "email_open"], place),
            "channel": _turn(["WEB", "EMAİL", " app\u00a0", None], place),
            "occurred_at": f"{time.replace(' ', 'T')}Z",
            "received_at": received if place % 5 else None,
            "properties": {
                "text": _turn(TEXTS, number),
                "n": 1.0,
                "deep": [{"a": None}],
            },
        }
        yield f"planted-{place:03d}", received, json.dumps(document)


def _rates(day: int) -> Iterator[tuple[str, str, str, str]]:
    for time in TIMES if day == 1 else ["2025-07-01", "2025-07-04"]:
        for number, (base, quote, rate) in enumerate(RATES):
            # The second day corrects some of the first day's rates, too.
            yield _rate(time[:10], base, quote, rate)
            if day == 2 and number % 2 == 0:
                yield _rate(
                    "2025-06-29", base, quote, f"{rate}1" if "." in rate else "2"
                )


def _rate(day: str, base: str, quote: str, rate: str) -> tuple[str, str, str, str]:
    document = {
        "rate_date": day,
        "base_currency": base,
        "quote_currency": quote,
        "rate": rate,
    }
    return day, base, quote, json.dumps(document)


def _shop_rows(day: int) -> dict[str, list[Record]]:
    return {
        "customers": [_shop_customer(*each, day) for each in _people(day)],
        "products": [_product(number, day) for number in range(12) if number != day],
        **_orders(day),
    }


def _shop_time(text: str) -> str:
    return text.replace("T", " ").removesuffix("Z")


def _shop_customer(number: int, person: Record, day: int) -> Record:
    deleted = SECOND if day == 2 else FIRST
    return {
        "customer_id": 8_000_000 + number,
        "first_name": person["name"],
        "last_name": _turn(TEXTS, number + 5) if number % 4 == 1 else None,
        **{key: person[key] for key in ("email", "phone", "birth_date", "gender")},
        **{key: person[key] for key in ("country", "city")},
        "address": _turn(TEXTS, number + 8),
        "postcode": _turn([None, "", "01234", "١٢٣٤٥"], number),
        "loyalty_id": _turn(["STRAßE-9", "STRASSE-9", "id-1", "0", None], number),
        "commerce_customer_id": f"planted-{number:03d}" if number % 6 == 1 else None,
        "created_at": _shop_time(_turn(TIMES, number)),
        "updated_at": _shop_time(_updated(number, day)),
        "deleted_at": _shop_time(deleted) if _is_deleted(number, day) else None,
    }


def _product(number: int, day: int) -> Record:
    return {
        "product_id": 8_000_000 + number,
        "sku": _turn(TEXTS, number + day),
        "name": _turn(TEXTS, number),
        "category": _turn(["Shoes", "أحذية", "", None], number),
        "unit_cost": _turn([None, "0.0050", "12.3456"], number),
        "currency": _turn([" usd", "eur", "JPY", None], number),
        "updated_at": _shop_time(_updated(number, day)),
    }


def _orders(day: int) -> dict[str, list[Record]]:
    orders, lines, refunds = [], [], []
    times = [(time, CURRENCIES) for time in TIMES for _ in range(4)]
    times += [(time, ["USD"]) for time in EARLY_TIMES]
    times += [("2025-07-02 22:00:00.25", CURRENCIES)] * 8 if day == 2 else []
    for number, (time, currencies) in enumerate(times):
        updated = SECOND if day == 2 and number % 3 == 0 else FIRST
        order: Record = {
            "order_id": 8_000_000 + number,
            "customer_id": 8_000_000 + number * 3 % 70,
            "ordered_at": _shop_time(time),
            "status": _turn(STATUSES, number // 3),
            "currency": _turn(currencies, number),
            "sales_channel": _turn(["WEB", "app\u00a0", "", None], number),
            "country": _turn(COUNTRIES, number // 2) or None,
            "discount_amount": _turn([None, "0.0050"], number),
            "shipping_amount": None,
            "tax_amount": _turn(AMOUNTS, number + 1),
            "total_amount": _turn(AMOUNTS, number + day // 2 * (number % 3 == 0)),
            "updated_at": _shop_time(updated),
        }
        if number == 1:
            order |= {"status": "paid", "currency": "USD", "total_amount": HUGE_AMOUNT}
        orders.append(order)
        lines.append(_line(number, order))
        if number % 4 == 3:
            refunds += _refunds(number, order, day)
    return {"orders": orders, "order_lines": lines, "refunds": refunds}


def _line(number: int, order: Record) -> Record:
    products = [None, 8_000_000 + number % 12, 7_999_999]
    if order["ordered_at"][:10] in {time[:10] for time in EARLY_TIMES}:
        # Costs of products need rates, too.
        products = [None]
    return {
        "order_line_id": 8_000_000 + number,
        "order_id": order["order_id"],
        "product_id": _turn(products, number),
        "quantity": _turn([1, 3, 0, 1_000], number),
        "unit_price": _turn(AMOUNTS, number),
        "discount_amount": _turn([None, "0.0050", "-0.0050"], number),
        "updated_at": order["updated_at"],
    }


def _refunds(number: int, order: Record, day: int) -> Iterator[Record]:
    for part in range(1 + number % 3):
        amount = (
            order["total_amount"] if number % 8 == 3 else _turn(AMOUNTS, number + part)
        )
        yield {
            "refund_id": 8_000_000 + number * 10 + part,
            "order_id": order["order_id"],
            "refunded_at": _shop_time(_turn(TIMES, number + part + 2)),
            "amount": amount,
            "currency": order["currency"]
            if part == 0
            else _turn(["USD", "EUR"], number),
            "reason": _turn(TEXTS, number + day),
            "updated_at": order["updated_at"],
        }
