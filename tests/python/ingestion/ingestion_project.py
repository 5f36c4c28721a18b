"""A project to run ingestion in, and what is in its lake afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from deltalake import DeltaTable
from typer.testing import CliRunner, Result

from ingestion.cli import app

REPOSITORY = Path(__file__).parents[3]


class Project:
    """A dbt project with the real contract, and a lake of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lake = folder / "lake"
        for file in REPOSITORY.glob("models/staging/*/_*__sources.yml"):
            target = folder / file.relative_to(REPOSITORY)
            target.parent.mkdir(parents=True)
            shutil.copy(file, target)

    def contract(self, source: str) -> Path:
        return self.folder / f"models/staging/{source}/_{source}__sources.yml"

    def edit(self, source: str, old: str, new: str) -> None:
        text = self.contract(source).read_text()
        assert old in text
        self.contract(source).write_text(text.replace(old, new, 1))

    def call(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--project-dir", str(self.folder)])

    def run(self, *arguments: str) -> Result:
        """Run and insist that all went well."""
        result = self.call("run", *arguments)
        assert result.exit_code == 0, result.output
        return result

    def delta(self, name: str) -> DeltaTable:
        return DeltaTable(self.lake / name)

    def rows(self, name: str) -> list[dict[str, Any]]:
        table = self.delta(name).to_pyarrow_table()
        order = [("_loaded_at", "ascending")]
        if "_source_position" in table.schema.names:
            order.append(("_source_position", "ascending"))
        found: list[dict[str, Any]] = table.sort_by(order).to_pylist()
        return found

    def values(self, name: str, *columns: str) -> list[Any]:
        rows = self.rows(name)
        if len(columns) == 1:
            return [row[columns[0]] for row in rows]
        return [tuple(row[column] for column in columns) for row in rows]
