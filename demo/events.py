"""Behavioural events: sessions before and after login, and the email programme."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from demo.countries import BY_CODE
from demo.frames import DAY, NEVER, Array, Frame, concat, length, objects, take, times
from demo.noise import Noise

_ORDER_PATH = (
    "page_view",
    "product_view",
    "login",
    "add_to_cart",
    "checkout",
    "purchase",
)
_BROWSE = np.array(["page_view", "product_view", "search", "add_to_cart"], dtype=object)
_EMAILS_PER_MONTH = 0.4
_UNKNOWN_VISITORS = 0.06
_TRACKED_ORDERS = 0.45


@dataclass(frozen=True)
class Visitors:
    """Who may leave events: true people and their commerce accounts.

    Attributes:
        people: True people.
        accounts: Commerce accounts with record_id, person, created_at, deleted_at.
    """

    people: Frame
    accounts: Frame


def record(
    rng: np.random.Generator,
    visitors: Visitors,
    orders: Frame,
    window: tuple[int, int],
    noise: Noise,
) -> Frame:
    """Return all events received within a window, in order of receipt.

    Args:
        rng: Source of all chance.
        visitors: Who may leave events.
        orders: Orders recorded in the window; web and app orders leave a trace.
        window: First and last epoch second of receipt.
        noise: Shares of late and repeated events.

    Returns:
        person (-1 for unknown visitors), customer_id and other fields of the interface
        as values, occurred_at and received_at as epoch seconds.
    """
    parts = [
        _order_sessions(rng, visitors, orders),
        _browse_sessions(rng, visitors, window),
        _emails(rng, visitors, window),
    ]
    events = concat(parts)
    count = length(events)
    late = rng.random(count) < noise.late
    delay = rng.integers(0, 4, count) + late * rng.integers(DAY // 2, 5 * DAY, count)
    # The window bounds the receipt: lateness moves the occurrence back, so that
    # everything that has happened by the end of the world has also arrived.
    events["received_at"] = events["occurred_at"]
    events["occurred_at"] = events["occurred_at"] - delay
    inside = (events["received_at"] >= window[0]) & (events["received_at"] <= window[1])
    events = take(events, inside)
    return take(events, np.lexsort((events["step"], events["received_at"])))


def _device(rng: np.random.Generator, people: Frame, person: Array) -> Array:
    """Return the browser or app id: one's own, or at times the household's tablet."""
    is_tablet = rng.random(len(person)) < 0.25
    # A household is called after the number of its first member.
    home = np.array([int(name[1:]) for name in people["household_id"]], dtype=np.int64)
    number = np.where(is_tablet, home[person] * 2 + 1, people["number"][person] * 2)
    return objects(f"anon-{n:08x}" for n in number.tolist())


def _session_events(
    rng: np.random.Generator,
    sessions: Frame,
    kinds: Array,
    session: Array,
    step: Array,
) -> Frame:
    """Spread events over their sessions; before the login nobody is known."""
    gap = np.where(step == 0, 0, rng.integers(8, 120, len(step)))
    total = np.cumsum(gap)
    starts = np.flatnonzero(step == 0)
    offset = total - np.repeat(total[starts], np.diff([*starts.tolist(), len(step)]))
    is_known = step >= sessions["login_step"][session]
    customer = sessions["customer_id"][session].copy()
    customer[~is_known] = None
    order = sessions["order_id"][session].copy()
    order[kinds != "purchase"] = None
    return {
        "person": sessions["person"][session],
        "customer_id": customer,
        "anonymous_id": sessions["anonymous_id"][session],
        "session_id": sessions["session_id"][session],
        "event_type": kinds,
        "channel": sessions["channel"][session],
        "occurred_at": sessions["began_at"][session] + offset,
        "step": step,
        "order_id": order,
        "campaign": np.full(len(step), None, dtype=object),
    }


def _order_sessions(
    rng: np.random.Generator, visitors: Visitors, orders: Frame
) -> Frame:
    accounts, people = visitors.accounts, visitors.people
    first = np.full(length(people), -1, dtype=np.int64)
    first[accounts["person"][::-1]] = np.arange(length(accounts))[::-1]
    account = first[orders["person"]]
    traced = (account >= 0) & (orders["sales_channel"] != "store")
    traced &= orders["sales_channel"] != None  # noqa: E711 (elementwise)
    traced &= rng.random(length(orders)) < _TRACKED_ORDERS
    traced &= accounts["created_at"][account] <= orders["ordered_at"]
    orders, account = take(orders, traced), account[traced]
    person = orders["person"]
    path = np.tile(np.arange(len(_ORDER_PATH)), length(orders))
    session = np.repeat(np.arange(length(orders)), len(_ORDER_PATH))
    # Every session has its first view and its purchase; the steps between may be lost.
    kept = (path == 0) | (path == 5) | (rng.random(len(path)) < 0.68)
    path, session = path[kept], session[kept]
    step = _positions(session)
    has_login = np.zeros(length(orders), dtype=bool)
    has_login[session[path == 2]] = True
    login_step = np.zeros(length(orders), dtype=np.int64)
    login_step[session[path == 2]] = step[path == 2]
    sessions = {
        "person": person,
        "customer_id": accounts["record_id"][account].astype(object),
        "anonymous_id": _device(rng, people, person),
        "session_id": objects(f"s-o{i}" for i in orders["order_id"].tolist()),
        "channel": orders["sales_channel"],
        "began_at": orders["recorded_at"] - 600,
        "login_step": login_step,
        "order_id": orders["order_id"].astype(object),
    }
    return _session_events(rng, sessions, objects(_ORDER_PATH)[path], session, step)


def _browse_sessions(
    rng: np.random.Generator, visitors: Visitors, window: tuple[int, int]
) -> Frame:
    accounts, people = visitors.accounts, visitors.people
    owner = accounts["person"]
    begins = np.maximum(accounts["created_at"], window[0])
    # Interest outlives the last purchase a little.
    stops = people["churned_at"][owner]
    stops = np.where(stops == NEVER, window[1], stops + 45 * DAY)
    closed = accounts["deleted_at"]
    ends = np.minimum(stops, np.where(closed == NEVER, window[1], closed))
    ends = np.minimum(ends, window[1])
    expected = people["sessions_per_day"][owner] * np.maximum(ends - begins, 0) / DAY
    account = np.repeat(np.arange(length(accounts)), rng.poisson(expected))
    count = len(account)
    began_at = begins[account] + (rng.random(count) * (ends - begins)[account]).astype(
        np.int64
    )
    person = owner[account]
    customer = accounts["record_id"][account].astype(object)
    unknown = rng.random(count) < _UNKNOWN_VISITORS
    device = _device(rng, people, person)
    device[unknown] = objects(
        f"anon-x{began:x}{i:x}" for i, began in enumerate(began_at[unknown].tolist())
    )
    person = np.where(unknown, -1, person)
    size = 1 + np.minimum(rng.geometric(0.5, count), 12)
    login_step = np.where(
        rng.random(count) < 0.55, rng.integers(0, 3, count), 1_000_000
    )
    login_step[unknown] = 1_000_000
    sessions = {
        "person": person,
        "customer_id": customer,
        "anonymous_id": device,
        "session_id": objects(
            f"s-b{began:x}-{i}"
            for i, began in zip(account.tolist(), began_at.tolist(), strict=True)
        ),
        "channel": np.where(rng.random(count) < 0.4, "app", "web").astype(object),
        "began_at": began_at,
        "login_step": login_step,
        "order_id": np.full(count, None, dtype=object),
    }
    session = np.repeat(np.arange(count), size)
    step = _positions(session)
    kinds = _BROWSE[rng.choice(4, size=len(step), p=[0.35, 0.42, 0.13, 0.10])]
    kinds[step == 0] = "page_view"
    kinds[(step == 0) & (sessions["channel"][session] == "app")] = "app_open"
    kinds[step == login_step[session]] = "login"
    return _session_events(rng, sessions, kinds, session, step)


def _positions(session: Array) -> Array:
    """Return the position of each event within its run of equal sessions."""
    index = np.arange(len(session))
    new = np.r_[True, session[1:] != session[:-1]] if len(session) else index == 0
    return index - np.maximum.accumulate(np.where(new, index, 0))


def _emails(
    rng: np.random.Generator, visitors: Visitors, window: tuple[int, int]
) -> Frame:
    """Return newsletters sent, opened and clicked, until the person unsubscribes."""
    accounts = visitors.accounts
    reachable = (accounts["email"] != None) & (accounts["deleted_at"] == NEVER)  # noqa: E711
    begins = np.maximum(accounts["created_at"], window[0])
    months = np.where(reachable, np.maximum(window[1] - begins, 0), 0) / DAY / 30.4
    account = np.repeat(
        np.arange(length(accounts)), rng.poisson(months * _EMAILS_PER_MONTH)
    )
    count = len(account)
    span = window[1] - begins[account]
    sent_at = begins[account] + (rng.random(count) * span).astype(np.int64)
    order = np.lexsort((sent_at, account))
    account, sent_at = account[order], sent_at[order]
    left = rng.random(count) < 0.004
    gone = np.cumsum(left)
    first = np.searchsorted(account, account, side="left")
    before = gone - left - np.r_[0, gone][first]
    keep = before == 0
    account, sent_at, left = account[keep], sent_at[keep], left[keep]
    opened = left | (rng.random(len(account)) < 0.26)
    clicked = opened & ~left & (rng.random(len(account)) < 0.18)
    frames = []
    for step, (kind, mask) in enumerate(
        (
            ("email_sent", np.ones(len(account), dtype=bool)),
            ("email_open", opened),
            ("email_click", clicked),
            ("unsubscribe", left),
        )
    ):
        who = account[mask]
        wait = rng.integers(60, 20_000, len(who)) if step == 1 else step * 9_000
        when = sent_at[mask] + (0 if step == 0 else wait)
        blank = np.full(len(who), None, dtype=object)
        frames.append(
            {
                "person": accounts["person"][who],
                "customer_id": accounts["record_id"][who].astype(object),
                "anonymous_id": blank,
                "session_id": blank,
                "event_type": np.full(len(who), kind, dtype=object),
                "channel": np.full(len(who), "email", dtype=object),
                "occurred_at": when,
                "step": np.full(len(who), step),
                "order_id": blank,
                "campaign": objects(
                    "newsletter-" + day[:7]
                    for day in times(sent_at[mask], "api").tolist()
                ),
            }
        )
    return concat(frames)


def documents(events: Frame, people: Frame, first_id: int) -> tuple[Array, list[str]]:
    """Return the event ids and the events as the API's JSON texts.

    Apps report local time with its offset, everything else UTC.
    """
    ids = objects(f"ev-{n:09d}" for n in range(first_id, first_id + length(events)))
    person = events["person"]
    country = people["country_code"][np.maximum(person, 0)]
    hours = np.array([BY_CODE[code].utc_offset_hours for code in country], dtype=int)
    is_local = (events["channel"] == "app") & (person >= 0)
    hours = np.where(is_local, hours, 0)
    occurred = times(events["occurred_at"] + hours * 3600, "api")
    received = times(events["received_at"], "api")
    texts = []
    for row in zip(
        ids,
        events["customer_id"].tolist(),
        events["anonymous_id"],
        events["session_id"],
        events["event_type"],
        events["channel"],
        occurred,
        received,
        events["order_id"].tolist(),
        events["campaign"],
        hours.tolist(),
        strict=True,
    ):
        texts.append(_document(*row))
    return ids, texts


def _document(  # noqa: PLR0913, PLR0917 (one argument per field of the interface)
    event_id: str,
    customer_id: int | None,
    anonymous_id: str | None,
    session_id: str | None,
    event_type: str,
    channel: str,
    occurred_at: str,
    received_at: str,
    order_id: int | None,
    campaign: str | None,
    hours: int,
) -> str:
    properties: dict[str, object] = {}
    if order_id is not None:
        properties["order_id"] = order_id
    if campaign is not None:
        properties["campaign"] = campaign
    if hours:
        occurred_at = f"{occurred_at[:-1]}+{hours:02d}:00"
    return json.dumps(
        {
            "event_id": event_id,
            "customer_id": customer_id,
            "anonymous_id": anonymous_id,
            "session_id": session_id,
            "event_type": event_type,
            "channel": channel,
            "occurred_at": occurred_at,
            "received_at": received_at,
            "properties": properties,
        }
    )
