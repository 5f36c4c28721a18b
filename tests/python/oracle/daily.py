"""`kpi_daily`: day, country and channel, with the day and the year before."""

import datetime as dt
from collections.abc import Iterator

from tests.python.oracle.compare import Table
from tests.python.oracle.facts import Facts, Place, level_name, month, same_day
from tests.python.oracle.measures import Measures, Row

ONE_DAY = dt.timedelta(days=1)
DAYS_OF_A_WEEK = 7
TOLD = ("level_name", "is_complete_period")


def days(facts: Facts) -> Iterator[dt.date]:
    """Every day from the beginning of the first month of the calendar."""
    day = month(facts.first_day)
    while day <= facts.last_day:
        yield day
        day += ONE_DAY


def kpi_daily(facts: Facts) -> Table:
    """All rows by day, country and channel."""
    measures = Measures(facts, same_day)
    rows = {
        (day, *place): _row(measures, day, place)
        for day in days(facts)
        for place in facts.places
    }
    nothing = dict.fromkeys(next(iter(rows.values())))
    return {
        (day, *place): {
            **row,
            **_named(rows.get((day - ONE_DAY, *place), nothing), "previous_day"),
            **_named(rows.get((_year_before(day), *place), nothing), "previous_year"),
        }
        for (day, *place), row in rows.items()
    }


def _row(measures: Measures, day: dt.date, place: Place) -> Row:
    users = {deed.person for deed in measures.activities(day, place)}
    week = {
        deed.person
        for back in range(DAYS_OF_A_WEEK)
        for deed in measures.activities(day - back * ONE_DAY, place)
    }
    return {
        "level_name": level_name(place),
        "is_complete_period": day <= measures.facts.as_of,
        **measures.revenue(day, place),
        "active_customer_count": len(measures.active(day, place)),
        "new_customer_count": len(measures.new(day, place)),
        "marketing_spend_amount": measures.spend(day, place),
        "dau": len(users),
        "wau": len(week),
        "session_count": measures.sessions(day, place),
    }


def _named(row: Row, suffix: str) -> Row:
    """The measures of another day, under names of their own."""
    return {f"{name}_{suffix}": row[name] for name in row if name not in TOLD}


def _year_before(day: dt.date) -> dt.date:
    """The same date; the last of February where there is no 29th."""
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)
