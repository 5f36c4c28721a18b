"""Our offline `dbt_expectations` finds exactly what the real package finds.

Every test of the stand-in runs on a planted good table (no failing row) and on a
planted bad one, with our package and the real one; the failing rows are as many.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from dbt.cli.main import dbtRunner

from tests.python.dbt_expectations.cases import CASES, COLUMNS, TABLES, Case

ROOT = Path(__file__).parents[3]
OUR_PACKAGES = ROOT / "dbt_packages_offline"
REAL_PACKAGES = ROOT.parent / "shared" / "dbt_packages"
DBT = Path(sys.executable).with_name("dbt")

Failures = dict[str, int]


def run_dbt(
    project: Path, packages: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DBT_PACKAGES_INSTALL_PATH": str(packages)}
    return subprocess.run(
        [DBT, "--no-use-colors", *arguments, "--profiles-dir", project],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def write_project(folder: Path, models: list[dict[str, Any]]) -> Path:
    """A dbt project on DuckDB with the planted tables and the given model YAML."""
    settings = {
        "name": "planted",
        "config-version": 2,
        "profile": "planted",
        "packages-install-path": "{{ env_var('DBT_PACKAGES_INSTALL_PATH') }}",
        "flags": {
            "send_anonymous_usage_stats": False,
            "require_generic_test_arguments_property": True,
        },
        "models": {"+materialized": "table"},
    }
    output = {"type": "duckdb", "path": "planted.duckdb", "threads": 1}
    profile = {"planted": {"target": "dev", "outputs": {"dev": output}}}
    files = {
        "dbt_project.yml": yaml.safe_dump(settings),
        "profiles.yml": yaml.safe_dump(profile),
        "models/models.yml": yaml.safe_dump({"models": models}),
    }
    for name, values in TABLES.items():
        query = f"select * from (values {values}) as planted {COLUMNS}"
        files[f"models/{name}.sql"] = query
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def model_entry(name: str, cases: list[Case]) -> dict[str, Any]:
    """The YAML of one planted table, with the tests of all cases."""
    columns: dict[str, list[Any]] = {case.column: [] for case in cases if case.column}
    of_table = [case.entry(name) for case in cases if not case.column]
    for case in cases:
        if case.column:
            columns[case.column].append(case.entry(name))
    return {
        "name": name,
        "data_tests": of_table,
        "columns": [{"name": c, "data_tests": tests} for c, tests in columns.items()],
    }


def failures_by_test(project: Path, packages: Path) -> Failures:
    """Failing rows of each test of the planted project, by name."""
    run = run_dbt(project, packages, "build", "--quiet")
    results = json.loads((project / "target" / "run_results.json").read_text())
    tests = {
        result["unique_id"].split(".")[2]: result["failures"]
        for result in results["results"]
        if result["unique_id"].startswith("test.")
    }
    assert len(tests) == 2 * len(CASES), run.stdout
    assert None not in tests.values(), run.stdout
    return tests


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    models = [model_entry(table, CASES) for table in ("good", "bad")]
    return write_project(tmp_path_factory.mktemp("planted"), models)


@pytest.fixture(scope="module")
def ours(project: Path) -> Failures:
    return failures_by_test(project, OUR_PACKAGES)


@pytest.fixture(scope="module")
def real(project: Path) -> Failures:
    if not REAL_PACKAGES.exists():
        pytest.skip("the real packages are not beside the repository")
    return failures_by_test(project, REAL_PACKAGES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_finds_planted_rows(case: Case, ours: Failures) -> None:
    assert ours[f"good__{case.name}"] == 0
    assert ours[f"bad__{case.name}"] == case.failures > 0


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_finds_as_many_as_real_package(
    case: Case, ours: Failures, real: Failures
) -> None:
    for table in ("good", "bad"):
        name = f"{table}__{case.name}"
        assert ours[name] == real[name]


def test_every_test_of_the_stand_in_is_tried() -> None:
    macros = OUR_PACKAGES / "dbt_expectations" / "macros"
    assert {case.test for case in CASES} == {path.stem for path in macros.glob("*.sql")}


@pytest.mark.parametrize(
    ("test", "arguments", "message"),
    [
        ("expect_column_values_to_be_between", {}, "Give a min_value"),
        (
            "expect_column_values_to_be_between",
            {"min_value": 0, "group_by": "id"},
            "no keyword argument 'group_by'",
        ),
        (
            "expect_column_values_to_match_regex",
            {"regex": "a", "flags": "x"},
            "flag 'x' is not supported",
        ),
        (
            "expect_column_values_to_be_in_set",
            {"value_set": []},
            "value_set is empty",
        ),
        (
            "expect_compound_columns_to_be_unique",
            {"column_list": ["id"], "ignore_row_if": "never"},
            "ignore_row_if is 'never'",
        ),
        (
            "expect_table_row_count_to_equal_other_table",
            {
                "compare_model": "ref('other')",
                "group_by": ["id"],
                "compare_group_by": ["id", "code"],
            },
            "differ in length",
        ),
    ],
)
def test_what_is_not_supported_is_an_error(
    test: str,
    arguments: dict[str, Any],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    column = "code" if "column_value" in test else None
    case = Case("wrong", test, 0, arguments, column)
    folder = str(write_project(tmp_path, [model_entry("good", [case])]))
    monkeypatch.setenv("DBT_PACKAGES_INSTALL_PATH", str(OUR_PACKAGES))
    # In this process: six starts of dbt would take half a minute.
    where = ["--project-dir", folder, "--profiles-dir", folder]
    run = dbtRunner().invoke(["parse", *where, "--quiet", "--log-level-file", "none"])
    assert not run.success
    assert message in str(run.exception)
