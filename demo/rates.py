"""Daily exchange rates against the US dollar; none on weekends."""

from __future__ import annotations

import numpy as np

from demo.frames import DAY, Frame, days, epoch, objects

# The devaluation of March 2024 and the levels around it, as published widely.
_POUNDS_BEFORE, _POUNDS_AFTER, _DEVALUED = 30.9, 48.5, "2024-03-06"
_HOLIDAYS = {"01-01", "12-25"}


def quote(rng: np.random.Generator, first_day: int, last_day: int) -> Frame:
    """Return one rate per currency and working day.

    Args:
        rng: Source of all chance.
        first_day: Days since 1970-01-01, inclusive.
        last_day: Days since 1970-01-01, inclusive.

    Returns:
        rate_date, base_currency, quote_currency (always USD) and rate (dollars for one
        unit of the base currency, ten decimals).
    """
    rows = []
    for day in range(first_day, last_day + 1):
        text = str(np.datetime64(day, "D"))
        # 1970-01-01 was a Thursday: 2 and 3 days later come Saturday and Sunday.
        if day % 7 in (2, 3) or text[5:] in _HOLIDAYS:
            continue
        wobble = rng.normal(0.0, 1.0, 3)
        pounds = _POUNDS_BEFORE + 0.02 * wobble[0]
        since = day - epoch(_DEVALUED) // DAY
        if since >= 0:
            pounds = _POUNDS_AFTER + min(since, 400) * 0.005 + 0.25 * wobble[0]
        per_dollar = {
            "EGP": pounds,
            "SAR": 3.75 + 0.0008 * wobble[1],
            "AED": 3.6725 + 0.0002 * wobble[2],
        }
        rows += [
            (day, code, round(1 / value, 10)) for code, value in per_dollar.items()
        ]
    return {
        "rate_date": days(np.array([r[0] for r in rows], dtype=np.int64) * DAY),
        "base_currency": objects(r[1] for r in rows),
        "quote_currency": objects("USD" for _ in rows),
        "rate": objects(r[2] for r in rows),
    }
