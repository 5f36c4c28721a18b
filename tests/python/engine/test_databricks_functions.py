"""The functions that DuckDB is taught answer as Databricks does.

The expected values are Spark's answers (4.1, ANSI mode, session in UTC); most of these
expressions have another answer, or none, in plain DuckDB.
"""

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.support.dbt_project import ScratchProject

CASES: dict[str, tuple[str, Any]] = {
    "add_months_end_of_month": (
        "add_months(date '2024-01-31', 1)",
        dt.date(2024, 2, 29),
    ),
    "add_months_backwards": ("add_months(date '2024-03-15', -2)", dt.date(2024, 1, 15)),
    "datediff_counts_days": ("datediff(date '2024-03-01', date '2024-02-28')", 2),
    "datediff_is_signed": ("datediff(date '2024-02-28', date '2024-03-01')", -2),
    "datediff_cuts_the_time": (
        "datediff(timestamp '2024-03-02 00:00', timestamp '2024-03-01 23:59')",
        1,
    ),
    "cairo_before_daylight_saving": (
        "from_utc_timestamp(timestamp '2024-04-25 21:59', 'Africa/Cairo')",
        dt.datetime(2024, 4, 25, 23, 59),
    ),
    "cairo_in_daylight_saving": (
        "from_utc_timestamp(timestamp '2024-04-26 22:30', 'Africa/Cairo')",
        dt.datetime(2024, 4, 27, 1, 30),
    ),
    "levenshtein_counts_letters": ("levenshtein('محمود', 'محمدد')", 1),
    "levenshtein_counts_one_for_a_letter_of_four_bytes": (
        "levenshtein('🙂ab', '🙃b')",
        2,
    ),
    "levenshtein_of_ascii": ("levenshtein('kitten', 'sitting')", 3),
    "levenshtein_to_nothing": ("levenshtein('', 'ﻻé')", 2),
    "levenshtein_of_null_is_null": ("levenshtein('أحمد', null) is null", True),
    "regexp_like_finds_a_part": ("regexp_like('abc', 'b')", True),
    "regexp_replace_replaces_all": ("regexp_replace('a1b2', '[0-9]', '')", "ab"),
    "sha2": ("sha2('abc', 256)", hashlib.sha256(b"abc").hexdigest()),
    "trim_leaves_other_spaces": ("length(trim(' a' || chr(160) || ' '))", 2),
    "sequence_includes_its_ends": ("sequence(1, 3)", [1, 2, 3]),
}
EXPLODED = "select explode(split('5;6;', ';')) as part"


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database after a run of the project's hooks."""
    folder = tmp_path_factory.mktemp("taught")
    project = ScratchProject(folder, models={"one.sql": "select 1 as one"})
    project.dbt("run")
    return project.database


@pytest.mark.parametrize("case", CASES)
def test_answers_as_spark_does(taught: Path, case: str) -> None:
    expression, expected = CASES[case]
    with duckdb.connect(str(taught)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        [(answer,)] = connection.execute(f"select {expression}").fetchall()
    assert answer == expected
    assert type(answer) is type(expected)


def test_levenshtein_of_too_many_letters_is_an_error(taught: Path) -> None:
    letters = "".join(map(chr, range(0x4E00, 0x4E00 + 128)))
    with duckdb.connect(str(taught)) as connection, pytest.raises(duckdb.Error):
        connection.execute("select levenshtein(?, 'a')", [letters]).fetchall()


def test_explode_gives_a_row_for_each_element(taught: Path) -> None:
    with duckdb.connect(str(taught)) as connection:
        assert connection.execute(EXPLODED).fetchall() == [("5",), ("6",), ("",)]


def test_sha2_of_another_length_is_an_error(taught: Path) -> None:
    with duckdb.connect(str(taught)) as connection, pytest.raises(duckdb.Error):
        connection.execute("select sha2('abc', 512)").fetchall()
