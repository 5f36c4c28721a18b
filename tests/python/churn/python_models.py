"""The Python models as modules, and their inputs as DuckDB relations."""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pyarrow as pa

from tests.python.support.dbt_project import ScratchProject

MODELS = Path(__file__).resolve().parents[3] / "models" / "intermediate"

PURCHASE_TYPES = {
    "segment_code": "varchar",
    "repeat_purchase_count": "integer",
    "recency_days": "integer",
    "age_days": "integer",
    "outcome_days": "integer",
    "customer_count": "bigint",
    "returned_customer_count": "bigint",
    "cut_off_date": "date",
    "outcome_date": "date",
}
VALUE_TYPES = {
    "segment_code": "varchar",
    "repeat_purchase_count": "integer",
    "mean_repeat_amount": "double",
    "customer_count": "bigint",
    "cut_off_date": "date",
}
Row = dict[str, Any]


def load(path: str) -> ModuleType:
    """A Python model by its path below `models/intermediate`."""
    spec = spec_from_file_location(Path(path).stem, MODELS / path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PURCHASE_MODELS = load("value/int_purchase_model_parameters.py")
RECALIBRATION = load("churn/int_churn_recalibration_parameters.py")


def fill(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    types: Mapping[str, str],
    rows: Sequence[Row],
) -> duckdb.DuckDBPyRelation:
    """A table with these columns and rows; a column that a row lacks is null."""
    columns = ", ".join(f"{column} {type_}" for column, type_ in types.items())
    connection.execute(f"create or replace table {name} ({columns})")
    if rows:
        listed = {column: [row.get(column) for row in rows] for column in types}
        connection.register("listed", pa.table(listed))
        connection.execute(f"insert into {name} by name select * from listed")
    return connection.table(name)


class Dbt:
    """What dbt hands to a Python model: its inputs and its configuration."""

    def __init__(self, refs: Mapping[str, Any], meta: Mapping[str, Any]) -> None:
        self.ref = refs.__getitem__
        self.config = self
        self.meta_get = meta.get


def purchase_models(
    purchases: Sequence[Row],
    values: Sequence[Row] = (),
    least: int = 1000,
    least_repeaters: int = 1,
) -> list[Row]:
    """Rows that the model of the purchase models returns."""
    with duckdb.connect() as connection:
        refs = {
            "int_purchases_compressed": fill(
                connection, "purchases", PURCHASE_TYPES, purchases
            ),
            "int_purchase_values_compressed": fill(
                connection, "purchase_values", VALUE_TYPES, values
            ),
        }
        meta = {
            "min_customers_per_segment_model": least,
            "min_repeat_customers_per_model": least_repeaters,
        }
        dbt = Dbt(refs, meta)
        found: list[Row] = PURCHASE_MODELS.model(dbt, connection).to_pylist()
        return found


def day(number: int) -> dt.date:
    """Days of the tests, from 1 January 2024 on."""
    return dt.date(2024, 1, 1) + dt.timedelta(days=number)


def run_dbt(project: ScratchProject, *arguments: str) -> None:
    """Builds a scratch project in a process of its own.

    dbt-duckdb leaves an event loop open where it has run a Python model.
    """
    folder = ("--project-dir", project.folder, "--profiles-dir", project.folder)
    quiet = ("--quiet", "--no-use-colors", "--log-level-file", "none")
    run = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "run", *arguments, *folder, *quiet],
        env=os.environ | {"DBT_TARGET_PATH": str(project.folder / "target")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
