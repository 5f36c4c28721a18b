"""Buyers and models at the edges, for both engines."""

from itertools import product

from tests.python.value.exact import Buyer, Model

DAY = 1 / 7
YEAR = 52.2
MODELS = {
    "cdnow": Model("bg_nbd", 0.2426, 4.4136, 0.7929, 2.4259),
    "cdnow_modified": Model("mbg_nbd", 0.5248, 6.1831, 0.8914, 1.6140),
    "leaves_seldom": Model("bg_nbd", 0.6, 1.0, 0.1, 1.5),
    "buys_often": Model("mbg_nbd", 0.8, 0.3, 2.5, 3.0),
    "all_leave_alike": Model("bg_nbd", 0.5, 5.0, 20.0, 60.0),
    "all_buy_alike": Model("mbg_nbd", 80.0, 160.0, 0.5, 2.0),
    "all_buy_alike_and_stay": Model("bg_nbd", 400.0, 900.0, 0.9, 7.0),
    "all_buy_alike_and_leave": Model("bg_nbd", 60.0, 300.0, 2.5, 1.5),
    "forgets_within_a_day": Model("mbg_nbd", 0.15, 0.16, 0.6, 2.0),
}
# One purchase a day is the most that can be.
BUYERS = [
    Buyer(purchases, recency * age, age, horizon)
    for purchases, age, recency, horizon in product(
        (0, 1, 2, 20, 1000), (DAY, 1, 39, 10 * YEAR), (0.5, 1), (39, 52)
    )
]
# Who bought today for the first time.
BUYERS += [Buyer(0, 0, 0, horizon) for horizon in (90 * DAY, 39, 52)]
# What no bounds keep out of a table: at once, never, and a day.
LIMITS = [
    Buyer(0, 0, 0, 0),
    Buyer(3, 5, 5, 0),
    Buyer(0, 0, 0, DAY),
    Buyer(5, 1, 520, DAY),
]
