"""`python -m cdp summary`: figures that can be checked by hand, and its errors."""

import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from cdp.cli import app

MARTS = """
create schema marts;
create schema quality;
create table marts.customer_360 as
    select * from (values ('a', 100.5, date '2025-06-30'), ('b', 0, date '2025-06-30'))
    as rows (customer_id, net_revenue_amount, as_of_date);
create table marts.customer_identities as
    select * from (values
        ('commerce', 'a', true), ('shop', 'a', true), ('shop', 'b', true),
        ('crm', 'b', false)
    ) as rows (source_name, customer_id, is_current);
create table marts.customer_history as select 'a' as customer_id;
create table marts.fct_orders as select 100.5 as net_amount, true as is_valid;
create table marts.customer_segments as
    select * from (values ('a', 'champions'), ('b', 'prospects'))
    as rows (customer_id, rfm_segment);
create table marts.churn_scores as
    select * from (values ('a', 'by_segment', 0.25), ('b', 'no_orders', null),
        ('c', 'by_segment', 0.75), ('d', 'by_segment', 0.4))
    as rows (customer_id, score_status, churn_probability);
create table marts.customer_lifetime_value as
    select * from (values ('a', 'pooled', 40), ('b', 'no_orders', null),
        ('c', 'pooled', 20.25), ('d', 'no_value_model', null)) as rows
        (customer_id, score_status, predicted_value_12m_amount);
create table marts.kpi_monthly as
    select
        date '2025-05-01' as month_start_date, country_code,
        'all' as acquisition_channel, is_complete_period, 7 as order_count,
        5 as active_customer_count, 2 as new_customer_count,
        3 as retained_customer_count, 1234.5 as net_revenue_amount,
        6 as customers_at_start_count, 9 as customers_at_end_count,
        9.75 as arpu_amount, 12.5 as arppu_amount,
        null as marketing_spend_amount, null as cac_amount
    from (values ('all', true), ('EG', true), ('all', false))
        as rows (country_code, is_complete_period);
create table quality.rejected_records as
    select 'crm' as source_name, 'contacts' as table_name, 'no id' as reason;
"""


def build(path: Path, *statements: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        for statement in (MARTS, *statements):
            connection.execute(statement)
    return path


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return build(tmp_path / "cdp.duckdb")


def summary(database: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["summary", "--database", str(database), *options])


def lines(output: str, start: str) -> list[list[str]]:
    """The cells of the lines of the output that start with a text."""
    return [
        [cell.strip() for cell in row.strip("│").split("│")]
        for row in output.splitlines()
        if row.strip("│ ").startswith(start)
    ]


def line(output: str, start: str) -> list[str]:
    """The cells of the one line of the output that starts with a text."""
    (found,) = lines(output, start)
    return found


def test_says_what_was_built(database: Path) -> None:
    result = summary(database)
    assert result.exit_code == 0, result.output
    assert line(result.output, "commerce") == ["commerce", "1", "1"]
    assert line(result.output, "shop") == ["shop", "2", "2"]
    assert line(result.output, "customer_360") == ["customer_360", "3", "2"]
    assert lines(result.output, "2025-05") == [
        ["2025-05", "7", "5", "2", "3", "8"],
        ["2025-05", "1,234", "12.50", "9.75", "-", "-"],
    ]
    assert line(result.output, "champions") == ["champions", "1", "50.00", "100"]
    (heading,) = (row for row in result.output.splitlines() if "Churn by" in row)
    assert heading.split("┃")[1:3] == [" Churn by   ", "       Value by "]
    assert lines(result.output, "by_segment ") == [
        ["by_segment", "no_value_model", "1", "40.00", "-"],
        ["by_segment", "pooled", "2", "50.00", "60"],
    ]
    assert line(result.output, "no_orders") == ["no_orders", "no_orders", "1", "-", "-"]
    assert line(result.output, "crm.contacts") == ["crm.contacts", "1", "1"]


def test_says_what_changed(database: Path, tmp_path: Path) -> None:
    later = build(
        tmp_path / "later.duckdb",
        "insert into marts.fct_orders values (50, true), (1, false)",
        "update marts.customer_360 set as_of_date = date '2025-07-07'",
    )
    result = summary(later, "--since", str(database))
    assert line(result.output, "Orders") == ["Orders", "1", "3", "+2"]
    assert line(result.output, "Net revenue")[1:] == ["100.50", "150.50", "+50.00"]
    assert line(result.output, "As-of date")[3] == "+7 days"
    assert line(result.output, "Customers") == ["Customers", "2", "2", "no change"]


@pytest.mark.parametrize("columns", ["80", "60"])
def test_large_figures_are_whole(
    database: Path, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    with duckdb.connect(str(database)) as connection:
        connection.execute("drop table marts.kpi_monthly")
        connection.execute(
            """
            create table marts.kpi_monthly as select
                date '2025-05-01' as month_start_date, 'all' as country_code,
                'all' as acquisition_channel, true as is_complete_period,
                9999999 as order_count, 999999 as active_customer_count,
                999999 as new_customer_count, 999999 as retained_customer_count,
                999999 as customers_at_start_count, 999999 as customers_at_end_count,
                99999998.7 as net_revenue_amount, 98765.43 as arpu_amount,
                87654.32 as arppu_amount, 99999998.7 as marketing_spend_amount,
                76543.21 as cac_amount
            """
        )
        connection.execute(
            "update marts.customer_360 set net_revenue_amount = 99999999"
        )
        connection.execute(
            "update marts.customer_lifetime_value"
            " set predicted_value_12m_amount = 99999999 where score_status = 'pooled'"
        )
    result = summary(database)
    assert "…" not in result.output
    assert max(len(row) for row in result.output.splitlines()) <= 80
    assert lines(result.output, "2025-05") == [
        ["2025-05", "9,999,999", *["999,999"] * 4],
        ["2025-05", "99,999,999", "87,654.32", "98,765.43", "99,999,999", "76,543.21"],
    ]
    assert lines(result.output, "by_segment ") == [
        ["by_segment", "no_value_model", "1", "40.00", "-"],
        ["by_segment", "pooled", "2", "50.00", "199,999,998"],
    ]


def dbt_results_of(command: str, folder: Path) -> str:
    results = [
        {"unique_id": "test.cdp.one", "status": "pass"},
        {"unique_id": "test.cdp.two", "status": "pass"},
        {"unique_id": "unit_test.cdp.three", "status": "fail"},
    ]
    file = folder / "run_results.json"
    content = {"args": {"which": command}, "results": results, "elapsed_time": 12.4}
    file.write_text(json.dumps(content))
    return str(file)


def test_counts_dbt_results(database: Path, tmp_path: Path) -> None:
    result = summary(database, "--dbt-results", dbt_results_of("build", tmp_path))
    assert "Results of dbt build (12 s)" in result.output
    assert line(result.output, "test ") == ["test", "pass", "2"]
    assert line(result.output, "unit test") == ["unit test", "fail", "1"]


def test_what_was_not_built_is_no_result(database: Path, tmp_path: Path) -> None:
    results = dbt_results_of("generate", tmp_path)
    result = summary(database, "--dbt-results", results)
    assert result.exit_code == 0
    assert "Results of dbt" not in result.output
    assert lines(result.output, "test ") == []


def test_no_file_is_one_line(tmp_path: Path) -> None:
    result = summary(tmp_path / "cdp.duckdb")
    assert result.exit_code == 1
    assert result.output.startswith("error: there is no DuckDB file")
    assert result.output.count("\n") == 1


def test_missing_mart_is_one_line(database: Path) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute("drop table marts.kpi_monthly")
    result = summary(database)
    assert result.exit_code == 1
    assert "kpi_monthly" in result.output
    assert "run `dbt build`" in result.output
    assert result.output.count("\n") == 1


def test_another_kind_of_file_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "cdp.duckdb"
    file.write_text("not a database")
    result = summary(file)
    assert result.exit_code == 1
    assert "cannot be opened" in result.output
    assert result.output.count("\n") == 1
