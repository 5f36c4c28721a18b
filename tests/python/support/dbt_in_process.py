"""dbt on the real project, in the process of the test."""

import os
from collections.abc import Iterable, Mapping
from unittest import mock

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from tests.python.support.platform import REPOSITORY, Platform

MODEL = "model.cdp."
PLACE = ("--project-dir", str(REPOSITORY), "--quiet", "--no-use-colors")


class DbtInProcess:
    """Runs dbt on a platform's database without starting a program each time.

    Args:
        platform: Lake, database and folders.
        variables: Variables of the project that are different.
    """

    def __init__(self, platform: Platform, variables: str = "{}") -> None:
        self.platform = platform
        self.place = (*PLACE, "--vars", variables)
        with mock.patch.dict(os.environ, platform.environment):
            parsed = dbtRunner().invoke(["parse", *self.place])
        assert parsed.success, parsed.exception
        assert isinstance(parsed.result, Manifest)
        self.graph = parsed.result
        # A run changes its manifest: each one gets a copy.
        self._manifest = parsed.result.to_msgpack()

    def between(
        self, model: str, targets: Iterable[str], without: Iterable[str] = ()
    ) -> set[str]:
        """The models from one on that some of the targets are made of.

        Selected by dbt itself it takes seconds.

        Args:
            model: The first model.
            targets: The last models.
            without: Folders of models to leave out.
        """
        parents, children = self.graph.parent_map, self.graph.child_map
        assert parents and children
        below = reached({f"{MODEL}{model}"}, children)
        above = reached({f"{MODEL}{target}" for target in targets}, parents)
        folders = tuple(f"models/{folder}/" for folder in without)
        return {
            self.graph.nodes[node].name
            for node in below & above
            if not self.graph.nodes[node].original_file_path.startswith(folders)
        }

    def run(self, *arguments: str, code: Mapping[str, str] | None = None) -> None:
        """Runs a command.

        Args:
            arguments: The command.
            code: Other code of some models, by name.

        Raises:
            AssertionError: with dbt's messages, when anything fails.
        """
        manifest = Manifest.from_msgpack(self._manifest)
        for name, text in (code or {}).items():
            manifest.nodes[f"{MODEL}{name}"].raw_code = text
        with mock.patch.dict(os.environ, self.platform.environment):
            try:
                runner = dbtRunner(manifest=manifest)
                outcome = runner.invoke([*arguments, *self.place])
            finally:
                # dbt keeps the database open, which would lock it against the test.
                DuckDBConnectionManager.close_all_connections()
        if not outcome.success:
            messages = [str(outcome.exception or "")]
            messages += [str(node.message) for node in outcome.result or []]
            raise AssertionError("\n".join(messages))


def reached(nodes: set[str], ways: Mapping[str, Iterable[str]]) -> set[str]:
    """The models that ways lead to, and those where they begin."""
    found, news = set(nodes), set(nodes)
    while news:
        led_to = {to for node in news for to in ways[node] if to.startswith(MODEL)}
        news = led_to - found
        found |= news
    return found
