"""Planted tables, and every use of a test that is tried on them."""

from dataclasses import dataclass, field
from typing import Any

COLUMNS = "(id, amount, floor_amount, code, status, country)"
TABLES = {
    "good": """
        (1, 10.0, 5.0, 'AB1', 'paid', 'EG'),
        (2, 20.0, 6.0, 'CD2', 'open', 'SA'),
        (3, null, null, null, 'paid', 'EG')
    """,
    "bad": """
        (1, 10.0, 5.0, 'AB1', 'paid', 'EG'),
        (1, 10.0, 10.0, 'ab1', 'lost', 'EG'),
        (2, 0.0, 5.0, '12', null, 'SA'),
        (3, 100.0, 50.0, 'ABCDE1', 'open', null),
        (3, 101.0, 200.0, '', 'Open', null),
        (4, -1.0, -2.0, 'é1', 'paid', 'AE'),
        (null, null, null, null, 'paid', null),
        (null, null, null, null, 'it''s', null)
    """,
    "other": """
        (7, 1.0, 1.0, 'A', 'paid', 'EG'),
        (8, 1.0, 1.0, 'A', 'paid', 'EG'),
        (9, 1.0, 1.0, 'A', 'open', 'SA')
    """,
}


@dataclass(frozen=True)
class Case:
    """One use of a test, and the failing rows that it must find in the bad table."""

    name: str
    test: str
    failures: int
    arguments: dict[str, Any]
    column: str | None = None
    config: dict[str, Any] = field(default_factory=dict)

    def entry(self, table: str) -> dict[str, Any]:
        """The test as it stands in a model's YAML."""
        body: dict[str, Any] = {
            "name": f"{table}__{self.name}",
            "arguments": self.arguments,
        }
        if self.config:
            body["config"] = self.config
        return {f"dbt_expectations.{self.test}": body}


def between(name: str, failures: int, column: str = "amount", **more: Any) -> Case:
    """A case of the range test, the one that most other arguments are tried on."""
    config = more.pop("config", {})
    test = "expect_column_values_to_be_between"
    return Case(name, test, failures, more, column, config)


def lengths(name: str, failures: int, **arguments: Any) -> Case:
    """A case of the length test."""
    test = "expect_column_value_lengths_to_be_between"
    return Case(name, test, failures, arguments, "code")


def regex(name: str, failures: int, **arguments: Any) -> Case:
    """A case of the regex test."""
    test = "expect_column_values_to_match_regex"
    return Case(name, test, failures, arguments, "code")


def unique(name: str, failures: int, **arguments: Any) -> Case:
    """A case of the compound key test."""
    return Case(name, "expect_compound_columns_to_be_unique", failures, arguments)


def pair(name: str, failures: int, **arguments: Any) -> Case:
    """A case of the column pair test."""
    test = "expect_column_pair_values_A_to_be_greater_than_B"
    pair_columns = {"column_A": "amount", "column_B": "floor_amount"}
    return Case(name, test, failures, pair_columns | arguments)


def in_set(name: str, failures: int, column: str, **arguments: Any) -> Case:
    """A case of the value set test."""
    test = "expect_column_values_to_be_in_set"
    return Case(name, test, failures, arguments, column)


def rows(name: str, failures: int, **arguments: Any) -> Case:
    """A case of the row count test."""
    test = "expect_table_row_count_to_equal_other_table"
    return Case(name, test, failures, {"compare_model": "ref('other')"} | arguments)


def row_number(name: str, failures: int, value: int, **arguments: Any) -> Case:
    """A case of the fixed row count test."""
    test = "expect_table_row_count_to_equal"
    return Case(name, test, failures, {"value": value} | arguments)


def is_true(name: str, failures: int, **arguments: Any) -> Case:
    """A case of the free expression test."""
    return Case(name, "expression_is_true", failures, arguments)


KNOWN = "status in ('paid', 'open')"
CASES = [
    between("in_range", 2, min_value=0, max_value=100),
    between("in_range_strictly", 4, min_value=0, max_value=100, strictly=True),
    between("minimum_only", 1, min_value=0),
    between("maximum_only", 1, max_value=100),
    between("range_of_columns", 2, min_value="floor_amount"),
    between("range_where_row", 1, min_value=0, max_value=100, row_condition="id = 3"),
    between("range_where_config", 1, min_value=0, config={"where": "id > 3"}),
    between("range_warns", 1, min_value=0, config={"severity": "warn"}),
    between("range_or_condition", 1, min_value=1, row_condition="id = 1 or id = 2"),
    lengths("length", 4, min_value=3, max_value=5),
    lengths("length_strictly", 2, min_value=1, max_value=6, strictly=True),
    lengths("length_where_row", 1, max_value=3, row_condition="amount > 1"),
    regex("pattern", 4, regex="^[A-Z]+[0-9]$"),
    regex("pattern_part", 1, regex="[0-9]"),
    regex("pattern_case", 3, regex="^[A-Z]+[0-9]$", flags="i"),
    regex("pattern_where_row", 1, regex="^[A-Z]", row_condition="id = 1"),
    regex("pattern_raw", 1, regex="[A-Za-z0-9]+", is_raw=True),
    unique("key", 2, column_list=["id", "country"]),
    unique(
        "key_any_missing",
        1,
        column_list=["id", "country"],
        ignore_row_if="any_value_is_missing",
    ),
    unique("key_quoted", 2, column_list=["id", "country"], quote_columns=True),
    unique("key_where_row", 1, column_list=["id", "country"], row_condition="id = 1"),
    pair("greater", 3),
    pair("greater_or_equal", 2, or_equal=True),
    pair("greater_where_row", 1, row_condition="id = 1"),
    in_set("values", 4, "status", value_set=["paid", "open"]),
    in_set(
        "values_where_row",
        2,
        "status",
        value_set=["paid", "open"],
        row_condition="amount < 20 or id = 4",
    ),
    in_set("numbers", 3, "id", value_set=[1, 2, 3], quote_values=False),
    in_set("numbers_as_text", 3, "id", value_set=[1, 2, 3]),
    rows("row_count", 1),
    rows("row_count_by_group", 2, group_by=["country"]),
    rows(
        "row_count_by_status",
        4,
        group_by=["status"],
        compare_group_by=["status"],
        row_condition="status is not null",
    ),
    rows("row_count_factor", 1, factor=3, compare_row_condition="id = 7"),
    rows(
        "row_count_conditions",
        1,
        row_condition="id > 0",
        compare_row_condition="id >= 7",
    ),
    row_number("fixed_count", 1, 3),
    row_number("fixed_count_where_row", 1, 2, row_condition="status = 'paid'"),
    row_number("fixed_count_by_group", 3, 1, group_by=["id"]),
    is_true("expression", 3, expression=KNOWN),
    is_true(
        "expression_is_false",
        1,
        expression="amount > 20",
        test_condition="= false",
        row_condition=KNOWN,
    ),
    is_true(
        "expression_by_group",
        1,
        expression="count(*) <= 2",
        group_by_columns=["country"],
    ),
    is_true(
        "expression_condition",
        2,
        expression="amount",
        test_condition="between 0 and 100",
    ),
]
