"""What the CRM knows besides contacts: tickets, consents and campaign spend."""

from __future__ import annotations

from typing import Any

import numpy as np

from demo.frames import (
    DAY,
    NEVER,
    Array,
    Frame,
    days,
    length,
    money,
    objects,
    pick,
    take,
    times,
)
from demo.orders import PRICE_PER_DOLLAR

STAGES = ("new", "waiting_on_contact", "in_progress", "closed")
_SUBJECTS = (
    "Where is my order?",
    "Wrong item delivered",
    "Refund not received",
    "Change of address",
    "Login does not work",
    "Discount code rejected",
    "Invoice needed",
    "أين طلبي؟",
    "المنتج وصل تالفا",
    "أريد استرجاع المبلغ",
)
PAID_CHANNELS = {"paid_search": 9.0, "paid_social": 7.0, "affiliate": 3.0}
"""Mean spend in US dollars per day and market, for two thousand people."""

_MARKETS = (("EG", "Egypt", "EGP"), ("SA", "SA", "SAR"), ("AE", "UAE", "AED"))
_MARKET_SHARE = {"EG": 0.45, "SA": 0.35, "AE": 0.20}
TICKETS_PER_DAY = 0.0009
"""Tickets that a contact opens, per day."""
_LONG_TICKETS_PERCENT = 8


def tickets(
    rng: np.random.Generator,
    contacts: Frame,
    window: tuple[int, int],
    first_id: int,
) -> Frame:
    """Return tickets opened within a window, as they stand at its end."""
    begins = np.maximum(contacts["created_at"], window[0])
    closed = contacts["deleted_at"]
    ends = np.where(closed == NEVER, window[1], np.minimum(closed, window[1]))
    exposure = np.maximum(ends - begins, 0) / DAY
    contact = np.repeat(
        np.arange(length(contacts)), rng.poisson(exposure * TICKETS_PER_DAY)
    )
    count = len(contact)
    span = (ends - begins)[contact]
    created_at = begins[contact] + (rng.random(count) * span).astype(np.int64)
    order = np.lexsort((contact, created_at))
    contact, created_at = contact[order], created_at[order]
    closes_at = created_at + (rng.exponential(4, count) * DAY).astype(np.int64) + 3600
    # So that some are always open; the second of creation is as good as chance.
    closes_at[created_at % 100 < _LONG_TICKETS_PERCENT] += 60 * DAY
    is_closed = closes_at <= window[1]
    score = objects(
        str(s) for s in rng.choice(5, size=count, p=[0.08, 0.08, 0.16, 0.3, 0.38]) + 1
    )
    score[~is_closed | (rng.random(count) < 0.45)] = None
    stage = objects(STAGES[:3])[rng.integers(0, 3, count)]
    stage[is_closed] = STAGES[3]
    return {
        "id": np.arange(count) + first_id,
        "contact_id": contacts["record_id"][contact],
        "is_associated": rng.random(count) < 0.85,
        "subject": pick(rng, _SUBJECTS, count),
        "hs_pipeline_stage": stage,
        "hs_ticket_priority": pick(rng, ("LOW", "MEDIUM", "MEDIUM", "HIGH"), count),
        "satisfaction_score": score,
        "created_at": created_at,
        "closed_at": np.where(is_closed, closes_at, NEVER),
        "modified_at": np.where(is_closed, closes_at, created_at),
    }


def consents(
    rng: np.random.Generator,
    contacts: Frame,
    window: tuple[int, int],
    first_id: int,
) -> Frame:
    """Return what contacts created within a window have said, at its end.

    One record per contact, channel and purpose. A share was withdrawn later, and some
    withdrawals reached the CRM days after they were made.
    """
    fresh = contacts["created_at"] >= window[0]
    fresh &= contacts["created_at"] <= window[1]
    parts = []
    for channel, purpose, share in (
        ("email", "marketing", 0.80),
        ("sms", "marketing", 0.35),
        ("phone", "marketing", 0.10),
        ("push", "marketing", 0.10),
        ("email", "analytics", 0.25),
    ):
        asked = np.flatnonzero(fresh & (rng.random(length(contacts)) < share))
        count = len(asked)
        created_at = contacts["created_at"][asked]
        status = pick(rng, ("granted", "granted", "granted", "denied"), count)
        span = np.maximum(window[1] - created_at - 8 * DAY, 0)
        withdrawn = (status == "granted") & (rng.random(count) < 0.18) & (span > 0)
        changed_at = np.where(
            withdrawn, created_at + (rng.random(count) * span).astype(int), created_at
        )
        is_late = withdrawn & (rng.random(count) < 0.2)
        status[withdrawn] = "withdrawn"
        parts.append(
            {
                "contact_id": contacts["record_id"][asked],
                "channel": np.full(count, channel, dtype=object),
                "purpose": np.full(count, purpose, dtype=object),
                "status": status,
                "changed_at": changed_at,
                "source": pick(rng, ("web form", "store", "call centre", None), count),
                "created_at": created_at,
                "modified_at": changed_at + is_late * rng.integers(1, 7, count) * DAY,
            }
        )
    frame = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    frame = take(frame, np.lexsort((frame["contact_id"], frame["modified_at"])))
    return {"id": np.arange(length(frame)) + first_id, **frame}


def campaign_spend(
    rng: np.random.Generator,
    window: tuple[int, int],
    people_count: int,
    first_id: int,
) -> Frame:
    """Return the spend per campaign and day; a campaign lasts a quarter.

    Some days are restated a few days later, as ad platforms do.
    """
    first, last = window[0] // DAY, (window[1] - DAY // 2) // DAY
    rows: list[tuple[int, str, str, str, str, float]] = []
    for day in range(first, last + 1):
        quarter = str(np.datetime64(day, "D"))[:7]
        month = int(quarter[5:])
        name = f"{quarter[:4]}-Q{(month - 1) // 3 + 1}"
        rows.extend(
            (day, name, channel, code, *place)
            for code, *spelling in _MARKETS
            for channel in PAID_CHANNELS
            for place in [_place(spelling, channel, code)]
        )
    count = len(rows)
    columns = list(zip(*rows, strict=True)) if rows else [()] * 6
    day_at = np.array(columns[0], dtype=np.int64) * DAY
    dollars = np.array(columns[5], dtype=float) * people_count / 2000
    dollars = dollars * rng.lognormal(-0.08, 0.4, count)
    factor = objects(PRICE_PER_DOLLAR[c] for c in columns[4]).astype(float)
    amount = np.round(dollars * factor * 100).astype(np.int64)
    impressions = np.round(dollars * rng.uniform(150, 400, count)).astype(np.int64)
    restated = rng.random(count) < 0.05
    booked_at = day_at + DAY + 3 * 3600
    later = np.minimum(booked_at + rng.integers(1, 6, count) * DAY, window[1])
    modified_at = np.minimum(np.where(restated, later, booked_at), window[1])
    return {
        "id": np.arange(count) + first_id,
        "campaign_id": objects(
            f"{quarter}-{code}-{channel}" for _, quarter, channel, code, _, _ in rows
        ),
        "campaign_name": objects(
            f"{quarter} {channel.replace('_', ' ')} {code}"
            for _, quarter, channel, code, _, _ in rows
        ),
        "channel": objects(columns[2]),
        "country": objects(_SPELLED[code] for code in columns[3]),
        "spend_date": days(day_at),
        "amount": objects(money(amount)),
        "currency": objects(columns[4]),
        "impressions": objects(str(n) for n in impressions.tolist()),
        "clicks": objects(str(n // 60) for n in impressions.tolist()),
        "created_at": np.minimum(booked_at, window[1]),
        "modified_at": modified_at,
    }


_SPELLED = {code: spelling for code, spelling, _ in _MARKETS}


def _place(spelling: list[str], channel: str, code: str) -> tuple[str, float]:
    return spelling[1], PAID_CHANNELS[channel] * 3 * _MARKET_SHARE[code]


def contact_properties(contacts: Frame) -> list[dict[str, Any]]:
    """Return the HubSpot properties of contacts (texts, None where missing)."""
    on_mobile = contacts["record_id"] % 5 < 3
    mobile = np.where(on_mobile, contacts["phone"], contacts["other_phone"])
    phone = np.where(on_mobile, contacts["other_phone"], contacts["phone"])
    stage = np.where(
        contacts["loyalty_id"] != None,  # noqa: E711 (elementwise)
        "customer",
        np.where(contacts["record_id"] % 3 == 0, "lead", "subscriber"),
    )
    columns = {
        "firstname": contacts["given_name"],
        "lastname": contacts["surname"],
        "email": contacts["email"],
        "phone": phone,
        "mobilephone": mobile,
        "date_of_birth": contacts["birth_date"],
        "gender": contacts["gender"],
        "country": contacts["country"],
        "city": contacts["city"],
        "address": contacts["address"],
        "zip": contacts["postcode"],
        "loyalty_id": contacts["loyalty_id"],
        "commerce_customer_id": contacts["commerce_customer_id"],
        "lifecyclestage": stage,
        "hs_merged_object_ids": contacts["merged_ids"],
        "createdate": times(contacts["created_at"], "crm"),
        "lastmodifieddate": times(contacts["updated_at"], "crm"),
    }
    return _dictionaries(columns)


def ticket_properties(frame: Frame) -> list[dict[str, Any]]:
    """Return the HubSpot properties of tickets.

    Tickets that came in by another way than the contact's page have no association:
    they name their contact in a property.
    """
    contact = objects(str(i) for i in frame["contact_id"].tolist())
    contact[frame["is_associated"]] = None
    columns = {name: frame[name] for name in _TICKET_TEXTS}
    columns["contact_id"] = contact
    columns["createdate"] = times(frame["created_at"], "crm")
    columns["closed_date"] = times(frame["closed_at"], "crm")
    columns["hs_lastmodifieddate"] = times(frame["modified_at"], "crm")
    return _dictionaries(columns)


_TICKET_TEXTS = (
    "subject",
    "hs_pipeline_stage",
    "hs_ticket_priority",
    "satisfaction_score",
)


def consent_properties(frame: Frame) -> list[dict[str, Any]]:
    """Return the HubSpot properties of consents."""
    columns = {
        "contact_id": objects(str(i) for i in frame["contact_id"].tolist()),
        "channel": frame["channel"],
        "purpose": frame["purpose"],
        "status": frame["status"],
        "changed_at": times(frame["changed_at"], "crm"),
        "source": frame["source"],
    }
    return _dictionaries({**columns, **_object_times(frame)})


def spend_properties(frame: Frame) -> list[dict[str, Any]]:
    """Return the HubSpot properties of campaign spend."""
    hidden = ("id", "created_at", "modified_at")
    columns = {name: frame[name] for name in frame if name not in hidden}
    return _dictionaries({**columns, **_object_times(frame)})


def _object_times(frame: Frame) -> dict[str, Array]:
    return {
        "hs_createdate": times(frame["created_at"], "crm"),
        "hs_lastmodifieddate": times(frame["modified_at"], "crm"),
    }


def _dictionaries(columns: dict[str, Array]) -> list[dict[str, Any]]:
    """Return one dictionary per row, without the properties that have no value."""
    names = list(columns)
    return [
        {
            name: value
            for name, value in zip(names, row, strict=True)
            if value is not None
        }
        for row in zip(*(columns[name].tolist() for name in names), strict=True)
    ]
