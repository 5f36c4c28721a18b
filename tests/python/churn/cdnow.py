"""CDNOW as the purchase models see it: from the file itself, without any model."""

import datetime as dt
from typing import NamedTuple

import numpy as np

from tests.python.support.cdnow import purchases

# Calibration of 39 weeks, as in the papers.
CUT_OFF = dt.date(1997, 9, 30)


class Customers(NamedTuple):
    """One entry per customer: x, t_x and T in days, mean value of a repeat day."""

    bought: np.ndarray
    recency: np.ndarray
    age: np.ndarray
    mean: np.ndarray


def customers(name: str) -> Customers:
    """What was known of each customer at the cut-off."""
    days: dict[str, dict[dt.date, float]] = {}
    for customer, day, amount in purchases(name):
        if day <= CUT_OFF:
            bought = days.setdefault(customer, {})
            bought[day] = bought.get(day, 0.0) + float(amount)
    rows = []
    for _, bought in sorted(days.items()):
        first, *repeats = sorted(bought)
        mean = sum(bought[day] for day in repeats) / max(len(repeats), 1)
        last = repeats[-1] if repeats else first
        rows.append((len(repeats), (last - first).days, (CUT_OFF - first).days, mean))
    x, t_x, age, mean = zip(*rows, strict=True)
    return Customers(np.array(x), np.array(t_x), np.array(age), np.array(mean))
