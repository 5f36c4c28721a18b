"""`kpi_monthly_compared`: each value beside those of the month and the year before."""

from typing import Any

from tests.python.oracle.acquisition import kpi_acquisition
from tests.python.oracle.compare import Table
from tests.python.oracle.facts import Facts, months_later
from tests.python.oracle.measures import Row, ratio
from tests.python.oracle.monthly import kpi_monthly

NO_KPIS = {
    "level_name",
    "is_complete_period",
    "elapsed_day_count",
    "active_customer_days_count",
    "previous_active_customer_count",
    "repeat_customer_count",
    "email_recipient_count",
    "email_opener_count",
    "email_clicker_count",
    "rated_ticket_count",
    "satisfied_ticket_count",
    "promoting_ticket_count",
}
"""Columns that say what a row is of, or that a rate beside them is made of."""
OF_ACQUISITION = ("paid_cac_amount", "payback_months", "new_customer_value_amount")


def kpi_monthly_compared(facts: Facts) -> Table:
    """All rows by month, country, channel and name of the value."""
    acquired = kpi_acquisition(facts)
    months = {
        key: {**row, **{name: acquired[key][name] for name in OF_ACQUISITION}}
        for key, row in kpi_monthly(facts).items()
    }
    nothing: Row = {}
    return {
        (start, *place, name): _row(
            row,
            name,
            months.get((months_later(start, -1), *place), nothing),
            months.get((months_later(start, -12), *place), nothing),
        )
        for (start, *place), row in months.items()
        for name in row.keys() - NO_KPIS
    }


def _row(row: Any, name: str, month_before: Any, year_before: Any) -> Row:
    value = _double(row[name])
    previous_month = _double(month_before.get(name))
    previous_year = _double(year_before.get(name))
    is_over = row["is_complete_period"]
    return {
        "level_name": row["level_name"],
        "is_complete_period": is_over,
        "kpi_value": value,
        "previous_month_value": previous_month,
        "previous_year_value": previous_year,
        "previous_month_change_rate": _change(value, previous_month, is_over),
        "previous_year_change_rate": _change(value, previous_year, is_over),
    }


def _double(value: Any) -> float | None:
    return None if value is None else float(value)


def _change(value: float | None, before: float | None, is_over: bool) -> float | None:
    """Change per size of what was before; none in a month that is not over."""
    if value is None or before is None or not is_over:
        return None
    return ratio(value - before, abs(before))
