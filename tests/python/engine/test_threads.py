"""Threads of one dbt run that declare the view of one raw table at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import yaml
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.environments.local import LocalEnvironment
from dbt.adapters.duckdb.utils import SourceConfig
from deltalake import write_deltalake

from tests.python.support.platform import REPOSITORY

THREADS = 4
TIMES = 100


@pytest.fixture
def local() -> dict[str, Any]:
    """The target `local` of the profile that people copy."""
    profile = yaml.safe_load((REPOSITORY / "profiles.example.yml").read_text())
    local: dict[str, Any] = profile["cdp"]["outputs"]["local"]
    return local


def declare_many_times(local: dict[str, Any], folder: Path) -> None:
    raw_table = folder / "orders"
    write_deltalake(raw_table, pa.table({"order_id": ["1"]}))
    source = SourceConfig(
        name="orders",
        identifier="orders",
        schema="raw_shop",
        database=None,
        meta={"delta_table_path": str(raw_table)},
        tags=[],
    )
    of_this_run = {"path": str(folder / "cdp.duckdb"), "database": "cdp"}
    environment = LocalEnvironment(
        DuckDBCredentials.from_dict({**local, **of_this_run, "keep_open": True})
    )
    # The first is alone, as it is where staging declared the view in an earlier run.
    environment.load_source("delta", source)
    with ThreadPoolExecutor(THREADS) as pool:
        declared = [
            pool.submit(environment.load_source, "delta", source) for _ in range(TIMES)
        ]
    for each in declared:
        each.result()


def test_each_declares_it(local: dict[str, Any], tmp_path: Path) -> None:
    declare_many_times(local, tmp_path)


def test_without_a_second_attempt_one_fails(
    local: dict[str, Any], tmp_path: Path
) -> None:
    """Else the profile needs none any more."""
    del local["retries"]
    with pytest.raises(duckdb.TransactionException, match="write-write conflict"):
        declare_many_times(local, tmp_path)
