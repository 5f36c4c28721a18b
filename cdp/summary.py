"""What was built, in tables that a person understands at a glance."""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.table import Table

from cdp.warehouse import Row, Warehouse

# What a run can change, and the query that measures it.
MEASURES = {
    "Source records": "select count(*) from marts.customer_identities where is_current",
    "Customers": "select count(*) from marts.customer_360",
    "Intervals of customer history": "select count(*) from marts.customer_history",
    "Orders": "select count(*) from marts.fct_orders",
    "Net revenue": (
        "select cast(sum(net_amount) as decimal(18, 2)) from marts.fct_orders"
        " where is_valid"
    ),
    "Rejected records": "select count(*) from quality.rejected_records",
    "As-of date": "select max(as_of_date) from marts.customer_360",
}


def customers(warehouse: Warehouse) -> Table:
    """How many records of each source became how many customers."""
    by_source = warehouse.rows(
        """
        select
            source_name, count(*) as record_count,
            count(distinct customer_id) as customer_count
        from marts.customer_identities
        where is_current
        group by source_name
        order by source_name
        """
    )
    ((customer_count,),) = warehouse.rows("select count(*) from marts.customer_360")
    table = _table("From source records to customers", "Source", "Records", "Customers")
    for row in by_source:
        _add_row(table, *row)
    table.add_section()
    _add_row(table, "customer_360", sum(row[1] for row in by_source), customer_count)
    return table


def monthly_customers(warehouse: Warehouse, month_count: int) -> Table:
    """Orders and customers of the last complete months."""
    table = _table(
        "Last complete months",
        *("Month", "Orders", "Active", "New", "Retained", "Mean customers"),
    )
    table.caption = (
        "Active: with a valid order in the month. Mean customers: with one in the 90"
        " days before, mean of the month's start and end."
    )
    columns = """
        order_count, active_customer_count, new_customer_count,
        retained_customer_count,
        (customers_at_start_count + customers_at_end_count) / 2
    """
    for month, *counts, mean in _last_months(warehouse, columns, month_count):
        _add_row(table, month, *counts, _whole(mean))
    return table


def monthly_amounts(warehouse: Warehouse, month_count: int) -> Table:
    """Revenue and spend of the last complete months, and what a customer stands for."""
    table = _table(
        "Amounts, in the reporting currency",
        *("Month", "Net revenue", "ARPPU", "ARPU", "Spend", "CAC"),
    )
    table.caption = (
        "ARPPU, ARPU: net revenue per active and per mean customer. CAC: spend per new"
        " customer. The currency is dbt's variable reporting_currency."
    )
    columns = """
        net_revenue_amount, arppu_amount, arpu_amount, marketing_spend_amount,
        cac_amount
    """
    for month, revenue, arppu, arpu, spend, cac in _last_months(
        warehouse, columns, month_count
    ):
        _add_row(table, month, _whole(revenue), arppu, arpu, _whole(spend), cac)
    return table


def _last_months(warehouse: Warehouse, columns: str, month_count: int) -> list[Row]:
    """The last complete months, all countries and channels together, oldest first."""
    months = warehouse.rows(
        f"""
        select strftime(month_start_date, '%Y-%m') as month_name, {columns}
        from marts.kpi_monthly
        where
            is_complete_period
            and country_code = 'all'
            and acquisition_channel = 'all'
        order by month_start_date desc
        limit ?
        """,
        [month_count],
    )
    return months[::-1]


def segments(warehouse: Warehouse) -> Table:
    """Customers, their share and their revenue by RFM segment."""
    rows = warehouse.rows(
        """
        select
            customer_segments.rfm_segment, count(*) as customer_count,
            100 * count(*) / sum(count(*)) over () as customer_percent,
            sum(customer_360.net_revenue_amount) as net_revenue_amount
        from marts.customer_segments
        inner join marts.customer_360 using (customer_id)
        group by customer_segments.rfm_segment
        order by customer_count desc, customer_segments.rfm_segment
        """
    )
    table = _table("Segments", "RFM segment", "Customers", "Percent", "Net revenue")
    for segment, count, percent, revenue in rows:
        _add_row(table, segment, count, percent, _whole(revenue))
    return table


def scores(warehouse: Warehouse) -> Table:
    """Churn and value, by what each rests on: nobody is without a word why."""
    rows = warehouse.rows(
        """
        select
            churn_scores.score_status as churn_status,
            values_to_come.score_status as value_status,
            count(*) as customer_count,
            100 * avg(churn_scores.churn_probability) as mean_churn_percent,
            sum(values_to_come.predicted_value_12m_amount) as predicted_amount
        from marts.churn_scores
        inner join marts.customer_lifetime_value as values_to_come using (customer_id)
        group by churn_scores.score_status, values_to_come.score_status
        order by churn_status, value_status
        """
    )
    table = _table(
        "Churn and value",
        *("Churn by", "Value by", "Customers", "Churn percent", "Value of 12 months"),
    )
    table.caption = (
        "by_segment, pooled: models of the segment, or of all. no_...: not scored, and"
        " why. docs/churn-and-value.md says how to read the scores."
    )
    for churn_status, value_status, count, percent, amount in rows:
        _add_row(table, churn_status, value_status, count, percent, _whole(amount))
    return table


def rejected_records(warehouse: Warehouse) -> Table:
    """Records that broke the contract; the mart itself says why each of them did."""
    rows = warehouse.rows(
        """
        select
            source_name || '.' || table_name, count(*) as record_count,
            count(distinct reason) as reason_count
        from quality.rejected_records
        group by source_name, table_name
        order by source_name, table_name
        """
    )
    table = _table("Rejected records", "Table", "Records", "Reasons")
    for row in rows or [("none", 0, 0)]:
        _add_row(table, *row)
    return table


def changes(earlier: Warehouse, later: Warehouse) -> Table:
    """What the last run changed."""
    table = _table("What changed", "", "Before", "Now", "Change")
    for name, query in MEASURES.items():
        ((before,),), ((now,),) = earlier.rows(query), later.rows(query)
        _add_row(table, name, before, now, _change(before, now))
    return table


def dbt_results(path: Path) -> Table | None:
    """How many models and tests of the last dbt command ended how.

    None if it built and tested nothing: `dbt docs generate`, for one, leaves a file in
    which everything is a success.
    """
    results = json.loads(path.read_text(encoding="utf-8"))
    command = results.get("args", {}).get("which")
    if command not in {"build", "run", "test"}:
        return None
    counts = Counter(
        (result["unique_id"].split(".")[0], result["status"])
        for result in results["results"]
    )
    title = f"Results of dbt {command} ({results['elapsed_time']:.0f} s)"
    table = _table(title, "What", "Result", "Count")
    for (kind, status), count in sorted(counts.items()):
        _add_row(table, kind.replace("_", " "), status, count)
    return table


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", caption_justify="left"
    )
    table.add_column(first, overflow="fold")
    for heading in others:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _add_row(table: Table, *values: Any) -> None:
    table.add_row(*(_text(value) for value in values))


def _whole(amount: Any) -> int | None:
    """Without decimals, which say nothing about a sum and take room."""
    return None if amount is None else round(amount)


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Decimal | float):
        return f"{value:,.2f}"
    return str(value)


def _change(before: Any, now: Any) -> str:
    if before is None or now is None or before == now:
        return "no change" if before == now else "-"
    if isinstance(now, int | float | Decimal):
        return f"{now - before:+,}" if isinstance(now, int) else f"{now - before:+,.2f}"
    return f"+{(now - before).days} days"
