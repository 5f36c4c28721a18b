"""A project variable that no build can use is named, with what to do."""

from pathlib import Path

import pytest

from tests.python.support.platform import Platform


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("churn_horizon_days", "0", "give a whole number above zero"),
        ("churn_horizon_days", "-90", "give a whole number above zero"),
        ("churn_cut_off_count", "1.5", "give a whole number above zero"),
        ("as_of_date", "30/06/2025", "give a date as YYYY-MM-DD"),
    ],
)
def test_a_wrong_variable_ends_in_one_line(
    tmp_path: Path, name: str, value: str, advice: str
) -> None:
    platform = Platform(tmp_path)
    variables = f"{{{name}: {value}}}"
    run = platform.run("dbt", "--no-use-colors", "parse", "--vars", variables)
    assert run.returncode != 0
    assert f"Variable '{name}' is '{value}': {advice}" in run.stdout
