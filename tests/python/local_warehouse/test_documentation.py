"""The page on the local warehouse says what the code does."""

from __future__ import annotations

import re

from local_warehouse.bridge.rules import RULES
from local_warehouse.cli import app
from tests.python.support.platform import REPOSITORY

PAGE = REPOSITORY / "docs/local-warehouse.md"


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading."""
    section = PAGE.read_text("utf-8").partition(f"\n## {heading}\n")[2]
    section = section.partition("\n## ")[0]
    table = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert table is not None
    cells = [
        [
            cell.strip().replace(r"\|", "|")
            for cell in re.split(r"(?<!\\)\|", line)[1:-1]
        ]
        for line in table[0].splitlines()
    ]
    return cells[2:]


def test_rules_of_the_bridge() -> None:
    listed = [[rule.name, rule.statements, rule.does] for rule in RULES]
    assert rows("What it does for Spark") == listed


def test_options() -> None:
    [command] = app.registered_commands
    assert command.callback is not None
    parameters = command.callback.__annotations__.keys() - {"return"}
    documented = {option.strip("`-") for option, *_ in rows("Start")}
    assert documented == parameters


def test_errors() -> None:
    """Our own messages begin as in the code."""
    files = (REPOSITORY / "local_warehouse").rglob("*.py")
    code = "".join(file.read_text("utf-8") for file in files)
    code = re.sub(r'"\s+f?"', "", code)
    for said, _ in rows("When it does not work"):
        if said.startswith("`"):
            for message in re.findall("`(.+?)`", said):
                for part in re.split(r"\.\.\.|pyspark|8443|11", message):
                    assert part in code, message
