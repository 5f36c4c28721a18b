"""One platform in a folder of its own: lake, DuckDB file, and commands on them."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

REPOSITORY = Path(__file__).resolve().parents[3]
SOURCE_VARIABLES = (
    "COMMERCE_API_URL",
    "COMMERCE_API_TOKEN",
    "CRM_API_URL",
    "CRM_API_TOKEN",
    "SHOP_DATABASE_URL",
)


class Platform:
    """Runs `ingestion` and `dbt` as people do, in processes of their own.

    Args:
        folder: Where lake, database and dbt's artefacts go.
        lake: A lake to read instead of one in `folder`.
    """

    def __init__(self, folder: Path, *, lake: Path | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.lake = lake or folder / "lake"
        self.database = folder / "cdp.duckdb"
        self.target = folder / "target"
        profiles = (REPOSITORY / "profiles.example.yml").read_text()
        (folder / "profiles.yml").write_text(profiles)
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if name not in SOURCE_VARIABLES
            },
            "CDP_LAKE": str(self.lake),
            "CDP_DUCKDB": str(self.database),
            "DBT_PROFILES_DIR": str(folder),
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(folder / "logs"),
            "DBT_LOG_LEVEL_FILE": "none",
        }

    def run(
        self, *words: str | Path, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs a program of the virtual environment in the repository, and waits."""
        program, *arguments = words
        return subprocess.run(
            [Path(sys.executable).with_name(str(program)), *arguments],
            cwd=REPOSITORY,
            env={**self.environment, **(variables or {})},
            capture_output=True,
            text=True,
            check=False,
        )

    def ingest(
        self, *arguments: str, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs `python -m ingestion run`; it must succeed."""
        words = ("python", "-m", "ingestion", "run", *arguments)
        return succeeded(self.run(*words, variables=variables))

    def dbt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs dbt; it must succeed."""
        return succeeded(self.run("dbt", "--no-use-colors", *arguments))

    def build(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Builds models, seeds and snapshots, without their tests."""
        tests = ("--exclude-resource-type", "test", "--exclude-resource-type")
        return self.dbt("--quiet", "build", *tests, "unit_test", *arguments)

    def query(self, sql: str, parameters: object = None) -> list[tuple[Any, ...]]:
        """Rows of a query on the DuckDB file."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql, parameters).fetchall()

    def value(self, sql: str, parameters: object = None) -> Any:
        """The one value of a query."""
        [(value,)] = self.query(sql, parameters)
        return value


def succeeded(
    run: subprocess.CompletedProcess[str],
) -> subprocess.CompletedProcess[str]:
    """Returns a run that ended well.

    Raises:
        AssertionError: with what the program printed, when it failed.
    """
    assert run.returncode == 0, f"{run.args}\n{run.stdout}\n{run.stderr}"
    return run
