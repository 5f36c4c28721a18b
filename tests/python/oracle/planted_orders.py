"""Orders planted into the known world, of people who have nothing else."""

from typing import NamedTuple

MEMBER, TRAVELLER, TWIN_BUYER, CORRECTED = 900_001, 900_002, 900_003, 900_004
MISDATED = 900_005
MEMBERS = {
    MEMBER: "planted",
    TRAVELLER: "traveller",
    TWIN_BUYER: "twin buyer",
    CORRECTED: "corrected",
    MISDATED: "misdated",
}
"""The person of each account, which has no channel."""
HOME = {CORRECTED: "Saudi Arabia"}
"""Where they live, if their account tells it."""
LAST_DAY = "2025-07-31"
"""The last day on which a source recorded something."""
AHEAD = "2052-12-01 09:00:00"


class Oddity(NamedTuple):
    """An order whose money, or whose place among others, is easily mistaken."""

    ordered_at: str
    status: str
    total: str
    refunds: tuple[tuple[str, str, str], ...] = ()
    """Time, amount and currency of each."""
    country: str = "UAE"
    currency: str = "AED"
    member: int = MEMBER


ODDITIES = [
    # Free, and an order all the same.
    Oddity("2024-02-10 09:00:00", "delivered", "0.00"),
    Oddity(
        "2024-02-11 09:00:00",
        "delivered",
        "0.00",
        (("2024-02-20 09:00:00", "0.00", "AED"),),
    ),
    Oddity(
        "2024-02-11 10:00:00",
        "delivered",
        "0.00",
        (("2024-03-03 09:00:00", "5.00", "AED"),),
    ),
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
    # Paid back in a currency without a rate on that day.
    Oddity(
        "2023-05-20 09:00:00",
        "delivered",
        "55.00",
        (("2023-05-25 09:00:00", "12.00", "QAR"),),
    ),
    # On the last day in UTC: Dubai has begun another month.
    Oddity(f"{LAST_DAY} 20:30:00", "delivered", "45.00"),
    # The first order is the later one: a quarter before it, Dubai had March already.
    Oddity("2024-02-29 20:30:00", "delivered", "70.00", member=TRAVELLER),
    Oddity(
        "2024-02-29 20:45:00",
        "delivered",
        "900.00",
        country="Egypt",
        currency="EGP",
        member=TRAVELLER,
    ),
    # Two at once: the first one is the one with the lower number.
    Oddity(
        "2024-05-15 09:00:00",
        "delivered",
        "800.00",
        country="Egypt",
        currency="EGP",
        member=TWIN_BUYER,
    ),
    Oddity("2024-05-15 09:00:00", "delivered", "35.00", member=TWIN_BUYER),
    # Older than the calendar; one refund lies in it, and so does another order.
    Oddity(
        "1900-01-01 00:00:00",
        "delivered",
        "20.00",
        (
            ("1970-01-01 00:00:00", "1.00", "USD"),
            ("2024-06-20 09:00:00", "2.00", "USD"),
        ),
        currency="USD",
        member=MISDATED,
    ),
    Oddity("2024-06-21 09:00:00", "delivered", "65.00", member=MISDATED),
]
