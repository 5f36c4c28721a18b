"""Products, orders, order lines and refunds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.countries import BY_CODE
from demo.frames import DAY, NEVER, Array, Frame, length, objects, pick_skewed, take
from demo.noise import Noise

STATUSES = ("placed", "paid", "shipped", "delivered")
"""An order moves one step a day, in this order, unless it is cancelled."""

PRICE_PER_DOLLAR = {"EGP": 48.0, "SAR": 3.75, "AED": 3.67, "USD": 1.0}
"""Price lists are kept in local money at these fixed factors."""

CANCELLED = 0.04
REFUNDED = 0.055
REFUND_REASONS = ("damaged", "wrong size", "changed mind", "late delivery", "faulty")
REFUND_WINDOW_DAYS = (3, 30)

_CATEGORIES = (
    "Fashion",
    "Beauty",
    "Home",
    "Electronics",
    "Grocery",
    "Toys",
    "Sports",
    "Books",
)
_THINGS = (
    "Set",
    "Classic",
    "Deluxe",
    "Mini",
    "Family Pack",
    "Premium",
    "Basic",
    "Travel",
)
# Demand over the year; thinning keeps the process Poisson within each month.
_SEASON = np.array(
    [0.80, 0.80, 0.95, 0.95, 0.80, 0.75, 0.70, 0.80, 0.80, 0.85, 1.0, 0.90]
)


@dataclass(frozen=True)
class Buyers:
    """Who may order: true people, and their shop accounts.

    Attributes:
        people: True people with their purchase process.
        accounts: Shop accounts with record_id, person, created_at, deleted_at.
        is_online: Per person, whether there is a commerce account.
    """

    people: Frame
    accounts: Frame
    is_online: Array


def products(rng: np.random.Generator, now: int) -> Frame:
    """Return 240 products; some have no known cost.

    Costs are in US dollars, a few in dirhams.
    """
    count = 240
    dollars = np.round(rng.lognormal(2.7, 0.7, count), 2)
    currency = np.where(rng.random(count) < 0.1, "AED", "USD").astype(object)
    factor = np.where(currency == "AED", PRICE_PER_DOLLAR["AED"], 1.0)
    cost = np.round(dollars * rng.uniform(0.4, 0.7, count) * factor, 4)
    unit_cost = objects(f"{value:.4f}" for value in cost.tolist())
    unit_cost[rng.random(count) < 0.05] = None
    category = np.arange(count) % len(_CATEGORIES)
    style = np.arange(count) // len(_CATEGORIES) % len(_THINGS)
    number = np.arange(count) + 1
    return {
        "product_id": number,
        "sku": objects(f"SKU-{n:05d}" for n in (number * 37).tolist()),
        "name": objects(
            f"{_CATEGORIES[c]} {_THINGS[s]} {n}"
            for c, s, n in zip(category, style, number, strict=True)
        ),
        "category": objects(_CATEGORIES[c] for c in category),
        "unit_cost": unit_cost,
        "currency": currency,
        "dollars": dollars,
        "updated_at": now - rng.integers(1, 700, count) * DAY,
    }


def place(
    rng: np.random.Generator,
    buyers: Buyers,
    window: tuple[int, int],
    noise: Noise,
    first_id: int,
) -> Frame:
    """Let living buyers order within a window of recording times.

    A small share is recorded days after it was ordered: the window bounds when the
    shop wrote the order down, so that late orders arrive with a later window.
    """
    people = buyers.people
    begins = np.maximum(people["joined_at"], window[0])
    ends = np.minimum(people["churned_at"], window[1])
    alive_days = np.maximum(ends - begins, 0) / DAY
    # 1 / mean(season) keeps the yearly number of orders at the stated rate.
    intensity = people["orders_per_day"] * alive_days / _SEASON.mean()
    person = np.repeat(np.arange(length(people)), rng.poisson(intensity))
    span = (ends - begins)[person]
    recorded_at = begins[person] + (rng.random(len(person)) * span).astype(np.int64)
    month = recorded_at.astype("datetime64[s]").astype("datetime64[M]").astype(int) % 12
    account = _choose_account(rng, buyers.accounts, person, recorded_at)
    keep = (rng.random(len(person)) < _SEASON[month]) & (account >= 0)
    person, recorded_at, account = person[keep], recorded_at[keep], account[keep]
    order = np.lexsort((person, recorded_at))
    person, recorded_at, account = person[order], recorded_at[order], account[order]
    count = len(person)
    country = people["country_code"][person]
    currency = objects(BY_CODE[code].currency for code in country)
    currency[rng.random(count) < 0.02] = "USD"
    online = buyers.is_online[person]
    channel = np.where(
        rng.random(count) < np.where(online, 0.65, 0.12),
        np.where(rng.random(count) < 0.45, "app", "web"),
        "store",
    ).astype(object)
    channel[rng.random(count) < 0.01] = None
    # Tills that were offline hand in their receipts days later.
    is_late = (channel == "store") & (rng.random(count) < noise.late)
    delay = rng.integers(1, 7, count) * DAY * is_late
    created_at = buyers.accounts["created_at"][account]
    ordered_at = np.maximum(recorded_at - delay, np.minimum(created_at, recorded_at))
    stated = objects(BY_CODE[c].spellings[0] for c in country)
    iso = rng.random(count) < 0.6
    stated[iso] = country[iso]
    return {
        "order_id": np.arange(count) + first_id,
        "person": person,
        "person_id": people["person_id"][person],
        "customer_id": buyers.accounts["record_id"][account],
        "country_code": country,
        "country": stated,
        "currency": currency,
        "sales_channel": channel,
        "ordered_at": ordered_at,
        "recorded_at": recorded_at,
        "spend_factor": people["spend_factor"][person],
    }


def _choose_account(
    rng: np.random.Generator, accounts: Frame, person: Array, when: Array
) -> Array:
    """Return an account of the person that is open at the time, -1 without one."""
    order = np.argsort(accounts["person"], kind="stable")
    owners = accounts["person"][order]
    low = np.searchsorted(owners, person, side="left")
    high = np.searchsorted(owners, person, side="right")
    drawn = low + (rng.random(len(person)) * np.maximum(high - low, 1)).astype(np.int64)
    chosen = np.full(len(person), -1, dtype=np.int64)
    # The drawn account if open, else the oldest one: most people have just one.
    for attempt in (drawn, low):
        candidate = order[np.minimum(attempt, len(order) - 1)] if len(order) else low
        if not len(order):
            break
        closed_at = accounts["deleted_at"][candidate]
        fits = (high > low) & (accounts["created_at"][candidate] <= when)
        fits &= (closed_at == NEVER) | (closed_at > when)
        chosen = np.where((chosen < 0) & fits, candidate, chosen)
    return chosen


def lines(
    rng: np.random.Generator, orders: Frame, catalogue: Frame, first_id: int
) -> Frame:
    """Return the lines of the orders and write the orders' amounts into them.

    All amounts are integer hundredths of the order's currency. About 2 % of the orders
    keep their amounts but come without lines.
    """
    count = length(orders)
    per_order = 1 + np.minimum(rng.poisson(0.9, count), 5)
    order = np.repeat(np.arange(count), per_order)
    product = pick_skewed(rng, length(catalogue), len(order), 0.5)
    quantity = 1 + rng.binomial(3, 0.12, len(order))
    factor = objects(PRICE_PER_DOLLAR[c] for c in orders["currency"]).astype(float)
    dollars = catalogue["dollars"][product] * orders["spend_factor"][order]
    price = np.maximum(np.round(dollars * factor[order] * 20).astype(np.int64) * 5, 100)
    is_discounted = rng.random(len(order)) < 0.10
    discount = np.where(is_discounted, quantity * price // 10, 0)
    goods = np.bincount(order, quantity * price - discount, minlength=count)
    _total(rng, orders, goods.astype(np.int64))
    has_lines = rng.random(count) >= 0.02
    frame = {
        "order": order,
        "order_id": orders["order_id"][order],
        "product_id": catalogue["product_id"][product],
        "quantity": quantity,
        "unit_price": price,
        "discount_amount": discount,
        "updated_at": orders["recorded_at"][order],
    }
    frame = take(frame, has_lines[order])
    frame["order_line_id"] = np.arange(length(frame)) + first_id
    return frame


def _total(rng: np.random.Generator, orders: Frame, goods: Array) -> None:
    count = len(goods)
    share = np.where(rng.random(count) < 0.12, rng.integers(5, 21, count), 0)
    discount = goods * share // 100
    is_free = rng.random(count) < 0.008
    discount = np.where(is_free, goods, discount)
    percent = np.array([BY_CODE[c].tax_percent for c in orders["country_code"]])
    tax = (goods - discount) * percent.astype(np.int64) // 100
    factor = objects(PRICE_PER_DOLLAR[c] for c in orders["currency"]).astype(float)
    fee = np.round(4 * factor).astype(np.int64) * 100
    is_sent = (orders["sales_channel"] != "store") & ~is_free & (goods < 12 * fee)
    shipping = np.where(is_sent, fee, 0)
    orders["discount_amount"] = discount
    orders["tax_amount"] = tax
    orders["shipping_amount"] = shipping
    orders["total_amount"] = goods - discount + tax + shipping


def progress(rng: np.random.Generator, orders: Frame, now: int) -> None:
    """Write status and update time of orders as they stand at a time.

    An order moves one step a day after it was recorded; those sold in a store are
    delivered at once. A few finished orders were restated weeks later.
    """
    count = length(orders)
    step = np.clip((now - orders["recorded_at"]) // DAY, 0, len(STATUSES) - 1)
    in_store = orders["sales_channel"] == "store"
    moved_at = orders["recorded_at"] + np.where(in_store, 0, step * DAY)
    status = objects(STATUSES)[np.where(in_store, len(STATUSES) - 1, step)]
    cancelled = (rng.random(count) < CANCELLED) & ~in_store & (step > 0)
    status[cancelled] = "cancelled"
    moved_at = np.where(cancelled, orders["recorded_at"] + DAY, moved_at)
    restated_at = orders["recorded_at"] + rng.integers(5, 40, count) * DAY
    restated = (rng.random(count) < 0.005) & (restated_at < now)
    orders["status"] = status
    orders["updated_at"] = np.where(restated, restated_at, moved_at)


def refundable(rng: np.random.Generator, orders: Frame, share: float) -> Array:
    """Return positions of a share of the delivered orders that cost something."""
    is_due = (orders["status"] == "delivered") & (orders["total_amount"] > 0)
    return np.flatnonzero(is_due & (rng.random(length(orders)) < share))


def refunds(  # noqa: PLR0913, PLR0917 (who, when, until when)
    rng: np.random.Generator,
    orders: Frame,
    chosen: Array,
    window: tuple[Array, Array],
    now: int,
    first_id: int,
) -> Frame:
    """Refund orders in full, in part, or in full by two parts.

    Args:
        rng: Source of all chance.
        orders: Orders with their amounts.
        chosen: Positions of the orders to refund.
        window: Per order (of all) the epoch seconds between which it is refunded.
        now: Epoch second; refunds after it have not happened yet.
        first_id: Next free id.
    """
    total = orders["total_amount"][chosen]
    kind = rng.choice(3, size=len(chosen), p=[0.4, 0.5, 0.1])
    part = np.maximum(total * rng.integers(10, 80, len(chosen)) // 100, 1)
    first = np.where(kind == 0, total, np.where(kind == 1, part, total // 2))
    twice = kind == 2
    order = np.concatenate([chosen, chosen[twice]])
    amount = np.concatenate([first, (total - total // 2)[twice]])
    refunded_at = rng.integers(window[0][order], window[1][order] + 1)
    happened = np.flatnonzero((refunded_at <= now) & (amount > 0))
    sequence = happened[np.lexsort((order[happened], refunded_at[happened]))]
    order, refunded_at = order[sequence], refunded_at[sequence]
    return {
        "refund_id": np.arange(len(order)) + first_id,
        "order_id": orders["order_id"][order],
        "refunded_at": refunded_at,
        "amount": amount[sequence],
        "currency": orders["currency"][order],
        "reason": objects(REFUND_REASONS)[
            rng.integers(0, len(REFUND_REASONS), len(order))
        ],
        "updated_at": refunded_at,
    }
