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
create table marts.kpi_monthly as
    select
        date '2025-05-01' as month_start_date, country_code,
        'all' as acquisition_channel, is_complete_period, 7 as order_count,
        5 as active_customer_count, 2 as new_customer_count,
        3 as retained_customer_count, 1234.5 as net_revenue_amount,
        9.75 as arpu_amount, null as marketing_spend_amount, null as cac_amount
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


def line(output: str, start: str) -> list[str]:
    """The cells of the one line of the output that starts with a text."""
    (found,) = [row for row in output.splitlines() if row.strip("│ ").startswith(start)]
    return [cell.strip() for cell in found.strip("│").split("│")]


def test_says_what_was_built(database: Path) -> None:
    result = summary(database)
    assert result.exit_code == 0, result.output
    assert line(result.output, "commerce") == ["commerce", "1", "1"]
    assert line(result.output, "shop") == ["shop", "2", "2"]
    assert line(result.output, "customer_360") == ["customer_360", "3", "2"]
    month = ["2025-05", "7", "5", "2", "3", "1,234.50", "9.75", "-", "-"]
    assert line(result.output, "2025-05") == month
    assert line(result.output, "champions") == ["champions", "1", "50.00", "100.50"]
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


def test_counts_dbt_results(database: Path, tmp_path: Path) -> None:
    results = [
        {"unique_id": "test.cdp.one", "status": "pass"},
        {"unique_id": "test.cdp.two", "status": "pass"},
        {"unique_id": "unit_test.cdp.three", "status": "fail"},
    ]
    file = tmp_path / "run_results.json"
    file.write_text(json.dumps({"results": results, "elapsed_time": 12.4}))
    result = summary(database, "--dbt-results", str(file))
    assert "dbt results (12 s)" in result.output
    assert line(result.output, "test ") == ["test", "pass", "2"]
    assert line(result.output, "unit test") == ["unit test", "fail", "1"]


def test_no_file_is_one_line(tmp_path: Path) -> None:
    result = summary(tmp_path / "cdp.duckdb")
    assert result.exit_code == 1
    assert result.output.startswith("Error: there is no DuckDB file")
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
