"""Keys stand in the contracts of the marts, but not on the tables of DuckDB.

DuckDB would enforce them, and then refuse incremental runs and replaced tables.
"""

from pathlib import Path

import duckdb
import pytest
import yaml

from tests.python.support.dbt_project import ScratchProject

CONTRACTS = {
    "version": 2,
    "models": [
        {
            "name": name,
            "config": {
                "materialized": "incremental",
                "unique_key": f"{name}_id",
                "on_schema_change": "fail",
                "contract": {"enforced": True},
                "grants": {"select": ["somebody"]},
            },
            "constraints": constraints,
            "columns": [
                {
                    "name": f"{column}_id",
                    "data_type": "int",
                    "constraints": [{"type": "not_null"}],
                }
                for column in columns
            ],
        }
        for name, columns, constraints in (
            (
                "parent",
                ["parent"],
                [{"type": "primary_key", "columns": ["parent_id"]}],
            ),
            (
                "child",
                ["child", "parent"],
                [
                    {"type": "primary_key", "columns": ["child_id"]},
                    {
                        "type": "foreign_key",
                        "columns": ["parent_id"],
                        "to": "ref('parent')",
                        "to_columns": ["parent_id"],
                    },
                    {"type": "check", "expression": "child_id > 0"},
                ],
            ),
        )
    ],
}
MODELS = {
    "parent.sql": "select 1 as parent_id",
    "child.sql": "select 1 as child_id, 1 as parent_id",
    "contracts.yml": yaml.safe_dump(CONTRACTS),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ScratchProject:
    built = ScratchProject(tmp_path_factory.mktemp("keys"), models=MODELS)
    # Grants are configuration for Databricks: nothing to warn of here.
    built.dbt("run", "--warn-error")
    return built


def constraints(database: Path) -> set[tuple[str, str, str]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            "select table_name, constraint_type, constraint_text"
            " from duckdb_constraints()"
        ).fetchall()
    return set(rows)


def test_tables_have_all_constraints_but_the_keys(project: ScratchProject) -> None:
    assert constraints(project.database) == {
        ("parent", "NOT NULL", "NOT NULL"),
        ("child", "NOT NULL", "NOT NULL"),
        ("child", "CHECK", "CHECK((child_id > 0))"),
    }


@pytest.mark.parametrize("arguments", [[], ["--full-refresh"]], ids=["merge", "full"])
def test_parents_are_built_again_under_their_children(
    project: ScratchProject, arguments: list[str]
) -> None:
    project.dbt("run", "--warn-error", *arguments)
    project.dbt("run", "--warn-error", "--select", "parent", *arguments)
    with duckdb.connect(str(project.database), read_only=True) as connection:
        assert connection.execute("select * from child").fetchall() == [(1, 1)]
