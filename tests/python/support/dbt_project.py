"""A throw-away dbt project that uses this repository's macros on DuckDB."""

from collections.abc import Mapping
from pathlib import Path

import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

REPOSITORY = Path(__file__).resolve().parents[3]


class ScratchProject:
    """Models in a folder of their own, with the macros of the repository.

    Args:
        folder: Where the project lives; it must be empty.
        models: SQL text by file name, relative to `models/`.
    """

    def __init__(self, folder: Path, models: Mapping[str, str]) -> None:
        self.folder = folder
        self.database = folder / "scratch.duckdb"
        for path, text in models.items():
            file = folder / "models" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        (folder / "dbt_project.yml").write_text(
            yaml.safe_dump(
                {
                    "name": "cdp",
                    "profile": "cdp",
                    "macro-paths": [str(REPOSITORY / "macros")],
                    "flags": {"send_anonymous_usage_stats": False},
                    "on-run-start": ["{{ create_databricks_functions() }}"],
                }
            )
        )
        target = {
            "type": "duckdb",
            "path": str(self.database),
            "settings": {"TimeZone": "UTC"},
        }
        (folder / "profiles.yml").write_text(
            yaml.safe_dump({"cdp": {"target": "local", "outputs": {"local": target}}})
        )

    def dbt(self, *arguments: str) -> None:
        """Runs dbt in this process.

        Raises:
            AssertionError: with dbt's messages, when anything fails.
        """
        folder = str(self.folder)
        result = dbtRunner().invoke(
            [
                *arguments,
                "--project-dir",
                folder,
                "--profiles-dir",
                folder,
                "--quiet",
                "--log-level-file",
                "none",
            ]
        )
        # dbt keeps the database open, which would lock it against the test.
        DuckDBConnectionManager.close_all_connections()
        if not result.success:
            messages = [str(result.exception or "")]
            messages += [str(node.message) for node in result.result or []]
            raise AssertionError("\n".join(messages))
