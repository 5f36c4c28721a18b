"""Orders that the shop corrects after their month is over.

Each has a course: what the shop says of it when it is planted, and what it says
differently one batch and two batches later. All belong to one person.
"""

from typing import Any, NamedTuple

from demo import shop
from demo.world import World
from tests.python.oracle.planted import insert
from tests.python.oracle.planted_orders import CORRECTED, LAST_DAY

Told = dict[str, Any]
FIRST_ORDER, FIRST_REFUND = 3_000_001, 950_001
BATCHES = 3
USUAL = {
    "customer_id": CORRECTED,
    "ordered_at": "2024-09-10 09:00:00",
    "status": "delivered",
    "currency": "AED",
    "country": "UAE",
    "total_amount": "100.00",
}


class Course(NamedTuple):
    """What the shop says of an order, batch by batch.

    Attributes:
        order: What is different from the usual order or from the batch before; null
            where the batch has nothing of it.
        refund: The same of its one refund.
    """

    order: tuple[Told | None, Told | None, Told | None]
    refund: tuple[Told | None, Told | None, Told | None] = (None, None, None)


def _repaid(when: str, amount: str, currency: str = "AED") -> Told:
    return {"refunded_at": when, "amount": amount, "currency": currency}


COURSES = [
    # Cancelled, and placed after all.
    Course(({}, {"status": "cancelled"}, {"status": "delivered"})),
    # Cancelled with its refund of another month.
    Course(
        ({}, {"status": "Canceled"}, None),
        (_repaid("2024-10-05 09:00:00", "30.00"), None, None),
    ),
    # Two of one month whose amounts are corrected, one of them twice.
    Course(({}, {"total_amount": "80.00"}, {"total_amount": "85.50"})),
    Course(({}, {"total_amount": "120.00"}, None)),
    # Not of the batch in between.
    Course(({}, None, {"total_amount": "70.00"})),
    Course(({}, {"currency": "SAR"}, None)),
    # Late; late and cancelled; cancelled until the next batch.
    Course((None, {}, None)),
    Course((None, {"status": "cancelled"}, None)),
    Course((None, {"status": "cancelled"}, {"status": "delivered"})),
    # Refunded, more than before, and in another month; late; in another currency.
    Course(
        ({}, None, None),
        (
            _repaid("2024-09-20 09:00:00", "10.00"),
            {"amount": "25.00"},
            {"refunded_at": "2024-10-03 09:00:00"},
        ),
    ),
    Course(({}, None, None), (None, _repaid("2024-09-20 09:00:00", "9.50"), None)),
    Course(
        ({}, None, None), (None, _repaid("2024-11-20 09:00:00", "2.50", "SAR"), None)
    ),
    # Refunded in full, and less than that after all.
    Course(
        ({}, None, None),
        (None, _repaid("2024-10-20 09:00:00", "100.00"), {"amount": "99.00"}),
    ),
    # Another month; and with a refund that stays in its own.
    Course(({}, {"ordered_at": "2024-12-31 20:30:00"}, None)),
    Course(
        ({}, {"ordered_at": "2024-11-10 09:00:00", "total_amount": "90.00"}, None),
        (_repaid("2024-12-01 09:00:00", "15.00"), None, None),
    ),
    # Another country, with a refund; there it is another day, and month.
    Course(
        ({}, {"country": "Saudi Arabia"}, None),
        (_repaid("2024-10-10 09:00:00", "8.00"), None, None),
    ),
    Course(
        ({"ordered_at": "2024-10-31 20:30:00"}, {"country": "Egypt"}, None),
    ),
    # Nobody said where until now, so it was where the customer lives; and no longer.
    Course(({"country": None}, {"country": "UAE"}, None)),
    Course(({}, {"country": None}, None)),
    # Another day of the month, with another rate.
    Course(
        (
            {
                "currency": "EGP",
                "country": "Egypt",
                "ordered_at": "2024-03-01 09:00:00",
            },
            {"ordered_at": "2024-03-28 09:00:00"},
            None,
        )
    ),
    # Told again, and nothing is different.
    Course(({}, {"status": "shipped", "sales_channel": "app"}, None)),
    # June is over by now; this month is not.
    Course(({"ordered_at": "2025-06-03 09:00:00"}, {"total_amount": "60.00"}, None)),
    Course(({"ordered_at": "2025-07-02 09:00:00"}, {"total_amount": "60.00"}, None)),
    Course((None, {"ordered_at": "2025-07-02 09:00:00"}, {"status": "cancelled"})),
]


def plant_corrections(world: World, batch: int) -> None:
    """Tells what is new in one of the three batches, from 0."""
    told_at = f"{LAST_DAY} {12 + batch}:00:00"
    engine = shop.connect(world.shop_url)
    with engine.begin() as connection:
        for number, course in enumerate(COURSES):
            order, refund = FIRST_ORDER + number, FIRST_REFUND + number
            for table, key, usual, news in (
                ("orders", order, {"order_id": order, **USUAL}, course.order),
                (
                    "refunds",
                    refund,
                    {"refund_id": refund, "order_id": order},
                    course.refund,
                ),
            ):
                told = news[batch]
                if told is None:
                    continue
                row = {**told, "updated_at": told_at}
                if any(each is not None for each in news[:batch]):
                    shop.update(connection, table, key, row)
                else:
                    insert(connection, table, [{**usual, **row}])
    engine.dispose()
