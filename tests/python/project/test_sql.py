"""Rules for SQL and Jinja that no linter has."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[3]
COMMENT = re.compile(r"\{#.*?#\}|--[^\n]*|/\*.*?\*/", re.DOTALL)
# Same inputs, same outputs: the one clock is the as-of date.
CLOCK = re.compile(
    r"\b(now|utcnow|today|getdate|curdate)\s*\(|\bunix_timestamp\s*\(\s*\)"
    r"|\b(current_date|current_timestamp|localtimestamp|run_started_at)\b",
    re.IGNORECASE,
)
# A model must be the same SQL for every target; macros/engine/ is where engines differ.
ENGINE_BRANCH = re.compile(r"\btarget\s*\.|\badapter\s*\.\s*(type|dispatch)\b")
# Only a table of one row multiplies nothing.
CROSS_JOIN = re.compile(
    r"\bcross\s+join\s+(?!(as_of|as_of_date|average_buyers|hash_keys|horizons"
    r"|pivoted_points|population)\b)\S+",
    re.IGNORECASE,
)
VARIABLE = re.compile(r"\bvar\s*\(\s*['\"]([^'\"]+)['\"]")


def sql_files(*folders: str) -> list[Path]:
    return [file for name in folders for file in (REPOSITORY / name).rglob("*.sql")]


def code(file: Path) -> str:
    return COMMENT.sub("", file.read_text(encoding="utf-8"))


def offenders(files: Iterable[Path], pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{file.relative_to(REPOSITORY)}: {match.group(0).strip()}"
        for file in files
        for match in pattern.finditer(code(file))
    ]


def test_nothing_reads_the_clock() -> None:
    files = sql_files("models", "macros", "snapshots", "tests")
    assert offenders(files, CLOCK) == []


def test_no_model_branches_on_the_engine() -> None:
    files = sql_files("models", "snapshots")
    assert offenders(files, ENGINE_BRANCH) == []


def test_only_tables_of_one_row_are_cross_joined() -> None:
    assert offenders(sql_files("models", "snapshots"), CROSS_JOIN) == []


def test_every_variable_is_declared_and_used() -> None:
    project = yaml.safe_load((REPOSITORY / "dbt_project.yml").read_text())
    declared = set(project["vars"][project["name"]])
    texts = [code(file) for file in sql_files("models", "macros", "snapshots", "tests")]
    texts += [file.read_text() for file in (REPOSITORY / "models").rglob("*.yml")]
    used = {name for text in texts for name in VARIABLE.findall(text)}
    # date_var('name') and its like read a variable whose name they are given.
    quoted = {name for text in texts for name in re.findall(r"""['"](\w+)['"]""", text)}
    used |= declared & quoted
    assert used - declared == set()
    assert declared - used == set()


@pytest.mark.parametrize(
    ("sql", "pattern"),
    [
        ("select current_date", CLOCK),
        ("select now ( )", CLOCK),
        ("{{ run_started_at }}", CLOCK),
        ("{% if target.type == 'duckdb' %}", ENGINE_BRANCH),
        ("from customers cross join days", CROSS_JOIN),
    ],
)
def test_the_rules_bite(sql: str, pattern: re.Pattern[str], tmp_path: Any) -> None:
    file = tmp_path / "model.sql"
    file.write_text(sql + " -- ")
    assert pattern.search(code(file))
    file.write_text(f"-- {sql}")
    assert not pattern.search(code(file))
