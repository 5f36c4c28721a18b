"""What people type: every command has help, and a page that shows it."""

from pathlib import Path

import pytest
from typer import Typer

import cdp.cli
import demo.cli
import ingestion.cli
import local_warehouse.cli

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("app", "package", "page"),
    [
        (cdp.cli.app, "cdp", "README.md"),
        (demo.cli.app, "demo", "demo/README.md"),
        (ingestion.cli.app, "ingestion", "docs/ingestion.md"),
        (local_warehouse.cli.app, "local_warehouse", "docs/local-warehouse.md"),
    ],
    ids=["cdp", "demo", "ingestion", "local_warehouse"],
)
def test_commands_have_help_and_are_documented(
    app: Typer, package: str, page: str
) -> None:
    text = (REPOSITORY / page).read_text()
    assert app.registered_commands
    for command in app.registered_commands:
        assert command.callback is not None
        assert command.callback.__doc__
        name = command.name or command.callback.__name__
        assert f"python -m {package} {name}" in text
