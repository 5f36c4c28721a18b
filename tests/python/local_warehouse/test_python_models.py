"""dbt Python models, which dbt-databricks submits over the Command Execution API."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.python.support.warehouse import HTTP_PATH, Warehouse

pytestmark = pytest.mark.warehouse

PROJECT = """\
name: tiny
version: "1.0"
profile: tiny
flags:
  send_anonymous_usage_stats: false
  use_materialization_v2: true
models:
  tiny:
    +submission_method: all_purpose_cluster
    +cluster_id: local
    +create_notebook: false
"""
ADDRESS = "localhost:{{ env_var('LOCAL_WAREHOUSE_PORT') }}"
PROFILE = f"""\
tiny:
  target: warehouse
  outputs:
    warehouse:
      type: databricks
      host: "{ADDRESS}"
      http_path: {HTTP_PATH}
      token: "{{{{ env_var('LOCAL_WAREHOUSE_TOKEN') }}}}"
      catalog: main
      schema: tiny
      threads: 2
      connection_parameters:
        _connection_uri: "https://{ADDRESS}{HTTP_PATH}"
        _tls_trusted_ca_file: "{{{{ env_var('LOCAL_WAREHOUSE_CA') }}}}"
        enable_telemetry: false
"""
NUMBERS = "select id as number from range(10)"
# Spark's functions, SQL with the catalog's name, pandas, a function of Python's own.
DOUBLED = """\
import pandas as pd
from pyspark.sql import functions


def double(number):
    return number * 2


def model(dbt, session):
    dbt.config(materialized="table")
    numbers = dbt.ref("numbers")
    name = f"{dbt.this.database}.{dbt.this.schema}.numbers"
    count = session.sql(f"select count(*) as n from {name}").first().n
    text = session.sql("select 'main.tiny.numbers' as text from main.tiny.numbers")
    frame = numbers.toPandas()
    frame["doubled"] = frame["number"].map(double)
    frame["rows"] = count
    return session.createDataFrame(frame).withColumn(
        "text", functions.lit(text.first().text)
    )
"""
BROKEN = """\
def divide(number):
    return 1 / number


def model(dbt, session):
    dbt.config(materialized="table")
    dbt.ref("numbers")
    return session.createDataFrame([(divide(0),)], "a double")
"""


def project(folder: Path, models: dict[str, str]) -> Path:
    (folder / "models").mkdir()
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "profiles.yml").write_text(PROFILE)
    for name, text in models.items():
        (folder / "models" / name).write_text(text)
    return folder


def build(warehouse: Warehouse, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), "--no-use-colors", "build"],
        cwd=folder,
        env={**os.environ, **warehouse.environment, "DBT_PROFILES_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_python_model(warehouse: Warehouse, tmp_path: Path) -> None:
    models = {"numbers.sql": NUMBERS, "doubled.py": DOUBLED}
    folder = project(tmp_path, models)
    for _ in range(2):
        run = build(warehouse, folder)
        assert run.returncode == 0, run.stdout
        assert "PASS=2 WARN=0 ERROR=0" in run.stdout
        found = warehouse.query("select * from main.tiny.doubled order by number")
        assert found.to_pylist() == [
            {"number": n, "doubled": 2 * n, "rows": 10, "text": "main.tiny.numbers"}
            for n in range(10)
        ]
    # Created as a table of Delta's, and replaced by the second run.
    history = warehouse.query("describe history main.tiny.doubled").to_pylist()
    assert len(history) >= 2


def test_python_model_that_fails(warehouse: Warehouse, tmp_path: Path) -> None:
    models = {"numbers.sql": NUMBERS, "broken.py": BROKEN}
    run = build(warehouse, project(tmp_path, models))
    assert run.returncode == 1
    assert "PASS=1 WARN=0 ERROR=1" in run.stdout
    # Where it failed, and why.
    assert "ZeroDivisionError: division by zero" in run.stdout
    assert "in divide" in run.stdout
    # The server goes on.
    assert warehouse.query("select 1 as a").to_pylist() == [{"a": 1}]
