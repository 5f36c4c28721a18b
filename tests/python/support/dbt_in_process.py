"""dbt on the real project, in the process of the test."""

import os
from pathlib import Path
from unittest import mock

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from tests.python.support.platform import REPOSITORY, Platform


class DbtInProcess:
    """Runs dbt on a platform's database without starting a program each time.

    Args:
        platform: Lake, database and folders.
        project: The dbt project.
    """

    def __init__(self, platform: Platform, project: Path = REPOSITORY) -> None:
        self.platform = platform
        self.place = ("--project-dir", str(project), "--quiet", "--no-use-colors")
        self._manifest: bytes | None = None

    def forget(self) -> None:
        """Reads the project anew with the next run: some of its files have changed."""
        self._manifest = None

    def run(self, *arguments: str) -> None:
        """Runs a command; the project is read only once.

        Raises:
            AssertionError: with dbt's messages, when anything fails.
        """
        with mock.patch.dict(os.environ, self.platform.environment):
            if self._manifest is None:
                parsed = dbtRunner().invoke(["parse", *self.place])
                assert parsed.success, parsed.exception
                assert isinstance(parsed.result, Manifest)
                # A run changes its manifest: each one gets a copy.
                self._manifest = parsed.result.to_msgpack()
            try:
                runner = dbtRunner(manifest=Manifest.from_msgpack(self._manifest))
                outcome = runner.invoke([*arguments, *self.place])
            finally:
                # dbt keeps the database open, which would lock it against the test.
                DuckDBConnectionManager.close_all_connections()
        if not outcome.success:
            messages = [str(outcome.exception or "")]
            messages += [str(node.message) for node in outcome.result or []]
            raise AssertionError("\n".join(messages))
