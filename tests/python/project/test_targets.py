"""The production targets parse, with what `profiles.example.yml` says of them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.python.support.platform import REPOSITORY

# Parsing contacts nobody: any value will do.
VARIABLES = {
    "DATABRICKS_HOST": "adb-0.azuredatabricks.net",
    "DATABRICKS_HTTP_PATH": "/sql/1.0/warehouses/0",
    "DATABRICKS_TOKEN": "dummy",
    "LOCAL_WAREHOUSE_TOKEN": "dummy",
}


@pytest.mark.parametrize("target", ["databricks", "warehouse"])
def test_target_parses_without_a_warning(target: str, tmp_path: Path) -> None:
    profiles = (REPOSITORY / "profiles.example.yml").read_text()
    (tmp_path / "profiles.yml").write_text(profiles)
    run = subprocess.run(
        [
            Path(sys.executable).with_name("dbt"),
            *("parse", "--warn-error", "--no-use-colors", "--target", target),
            *("--profiles-dir", tmp_path, "--target-path", tmp_path / "target"),
            *("--log-path", tmp_path / "logs"),
        ],
        cwd=REPOSITORY,
        env=os.environ | VARIABLES,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
