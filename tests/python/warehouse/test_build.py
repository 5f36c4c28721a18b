"""The whole project on Spark + Delta through dbt-databricks equals the laptop's.

One world over two days, with records planted in which engines could differ; both days
are built by both engines from one lake. The tests follow the days, in their order.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import pytest
from deltalake import DeltaTable

from tests.python.support import artefacts
from tests.python.support.both_engines import READERS, BothEngines, Day, Run, dbt
from tests.python.support.parity import Comparison
from tests.python.support.statements import is_of_dbt, kind, unparsed, without_header
from tests.python.support.warehouse import running_warehouse

pytestmark = pytest.mark.warehouse

PASSED = {"pass", "success"}
# Data tests whose severity is a warning, and what was planted that they warn of.
WARNINGS = {
    "assert_orders_are_in_the_kpi_calendar": "orders of 1970 are planted",
    "assert_few_identity_links_are_cut": (
        "decisions and loyalty ids are planted that contradict what joins the records"
    ),
    "assert_rates_have_no_long_gaps": "rates are planted on a few days only",
    "expect_column_values_to_be_between_stg_commerce__exchange_rates_rate": (
        "rates of zero and below are planted"
    ),
}
# Tests of single columns, which tables that are equal pass on both engines or on none.
SINGLE_COLUMNS = ("test_name:not_null", "test_name:unique")
# Tests that a run leaves out that has little time: many more of the same.
OF_INTERMEDIATES = (
    "test_type:unit,path:models/intermediate",
    "test_name:expect_compound_columns_to_be_unique,path:models/intermediate",
)
LEAST_TESTS_OF_INTERMEDIATES = 200
# Tables that may be empty, and why.
EMPTY = {
    "intermediate.int_exchange_rates_missed": "a missing rate would fail the build",
    "reference.identity_overrides": "it is for the decisions of a team",
}
EMPTY_ON_DAY_ONE = {
    "marts.customer_id_changes": "no id has changed before the second day",
    "marts.kpi_restatements": "the first load closes months and restates none",
}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BothEngines]:
    folder = tmp_path_factory.mktemp("both")
    with running_warehouse(folder / "server") as warehouse:
        yield BothEngines(folder, warehouse)


@pytest.fixture(scope="module")
def day_one(both: BothEngines) -> Day:
    """Models, seeds and snapshots, with the unit tests and data tests of the others."""
    both.ingest(1)
    return both.build("--exclude", *SINGLE_COLUMNS, *OF_INTERMEDIATES)


@pytest.fixture(scope="module")
def day_two(both: BothEngines, day_one: Day) -> Day:
    """A week later, incrementally: models, seeds and snapshots."""
    assert day_one
    both.advance()
    both.ingest(2)
    return both.build("--exclude-resource-type", "test", "unit_test")


@pytest.fixture(scope="module")
def day_three(both: BothEngines, day_two: Day) -> Day:
    """The same once more, of what keeps what it has, and one mart: nothing is new.

    No foreign key refers to that mart: replacing a parent without its children loses
    theirs until the next whole build (docs/decisions/0004-keys-on-databricks.md).
    """
    assert day_two
    keeping = ("incremental", "snapshot", "fixed_point")
    select = [
        "kpi_cohort_retention",
        *(f"config.materialized:{each}" for each in keeping),
    ]
    without = ("--exclude-resource-type", "test", "unit_test")
    return both.build(*without, "--select", *select)


def test_every_node_passes_on_day_one(day_one: Day, figures: list[str]) -> None:
    figures.append(described("day one", day_one.warehouse, day_one.local))
    unhappy = {
        name: status
        for name, status in day_one.warehouse.statuses.items()
        if status not in PASSED
    }
    expected = {
        name: status
        for name, status in day_one.local.statuses.items()
        if status not in PASSED
    }
    named = {
        name: status
        for name, status in unhappy.items()
        if status == "warn" and any(warning in name for warning in WARNINGS)
    }
    assert unhappy == named, day_one.warehouse.output
    assert unhappy == expected
    kinds = {name.split(".")[0] for name in day_one.warehouse.statuses}
    assert kinds >= {"model", "seed", "snapshot", "test", "unit_test"}
    assert day_one.warehouse.statuses.keys() == day_one.local.statuses.keys()


def test_tables_are_equal_on_day_one(day_one: Day, figures: list[str]) -> None:
    may_be_empty = EMPTY.keys() | EMPTY_ON_DAY_ONE.keys()
    assert_equal("day one", day_one.parity, figures, may_be_empty)


@pytest.mark.slow
def test_tests_of_intermediates_pass(both: BothEngines, day_one: Day) -> None:
    assert day_one
    run = dbt(
        both.warehouse, "test", "--select", *OF_INTERMEDIATES, "--target", "warehouse"
    )
    assert len(run.statuses) >= LEAST_TESTS_OF_INTERMEDIATES
    assert set(run.statuses.values()) <= PASSED, run.output


def test_every_node_passes_on_day_two(day_two: Day, figures: list[str]) -> None:
    figures.append(described("day two", day_two.warehouse, day_two.local))
    statuses = set(day_two.warehouse.statuses.values())
    assert statuses == {"success"}, day_two.warehouse.output
    assert set(day_two.local.statuses.values()) == {"success"}, day_two.local.output


def test_tables_are_equal_on_day_two(
    day_one: Day, day_two: Day, figures: list[str]
) -> None:
    assert_equal("day two", day_two.parity, figures)
    # Else the second day would prove nothing new.
    for name in ("marts.fct_orders", "snapshots.snap_crm__contacts"):
        assert day_two.parity.rows[name] > day_one.parity.rows[name]


def test_day_two_was_incremental(both: BothEngines, day_two: Day) -> None:
    sent = [
        without_header(each["statement"])
        for each in both.server.statements()[day_two.statements :]
    ]
    merged = {
        name
        for statement in sent
        for name in re.findall(r"(?i)^merge\s+into\s+`main`\.`\w+`\.`(\w+)`", statement)
    }
    nodes = artefacts.manifest(both.warehouse.target)["nodes"].values()
    assert merged >= {
        node["alias"]
        for node in nodes
        if node["config"].get("materialized") in ("incremental", "snapshot")
    }


def test_a_run_without_news_changes_nothing(
    both: BothEngines, day_two: Day, day_three: Day, figures: list[str]
) -> None:
    figures.append(described("nothing new", day_three.warehouse, day_three.local))
    assert set(day_three.warehouse.statuses.values()) == {"success"}
    assert_equal("nothing new", day_three.parity, figures)
    assert day_three.parity.rows == day_two.parity.rows
    altered = [
        each["statement"]
        for each in both.server.statements()[day_three.statements :]
        if re.match(r"(?i)alter\b", without_header(each["statement"]))
    ]
    assert altered == []


def test_docs_list_every_column(both: BothEngines, day_three: Day) -> None:
    assert day_three
    generate_docs = ("docs", "generate", "--target", "warehouse")
    output = both.warehouse.dbt(*generate_docs).stdout
    catalog = json.loads((both.warehouse.target / "catalog.json").read_text("utf-8"))
    assert catalog["errors"] is None, output
    nodes = artefacts.manifest(both.warehouse.target)["nodes"]
    for name in artefacts.tables(both.warehouse.target):
        described = {column.lower() for column in nodes[name]["columns"]}
        listed = {column.lower() for column in catalog["nodes"][name]["columns"]}
        assert described, name
        assert described <= listed, name
    assert any(catalog["sources"][source]["columns"] for source in catalog["sources"])


def test_descriptions_are_comments_in_the_catalog(
    both: BothEngines, day_three: Day
) -> None:
    """dbt-databricks writes them, but leaves them out of `catalog.json`."""
    assert day_three
    schema = "`main`.information_schema"
    shown = {
        (row["table_schema"], row["table_name"], row.get("column_name")): row["comment"]
        for query in (
            f"select table_schema, table_name, comment from {schema}.tables",
            f"select table_schema, table_name, column_name, comment"
            f" from {schema}.columns",
        )
        for row in both.server.query(query).to_pylist()
    }
    nodes = artefacts.manifest(both.warehouse.target)["nodes"]
    for name in artefacts.tables(both.warehouse.target):
        node = nodes[name]
        place = (node["schema"], node["alias"])
        assert shown[*place, None] == node["description"]
        for column, declared in node["columns"].items():
            assert shown[*place, column] == declared["description"], (name, column)


def marts(both: BothEngines) -> dict[str, Mapping[str, Any]]:
    """The marts by `schema.table` of the warehouse."""
    nodes = artefacts.manifest(both.warehouse.target)["nodes"].values()
    found = {
        f"{node['schema']}.{node['alias']}": node
        for node in nodes
        if node["resource_type"] == "model" and node["path"].startswith("marts/")
    }
    assert found
    return found


def test_keys_are_in_the_catalog_as_declared(both: BothEngines, day_three: Day) -> None:
    assert day_three
    rows = both.server.query(
        "select tc.table_schema, tc.table_name, tc.constraint_type,"
        " kcu.column_name, kcu.ordinal_position, tc.constraint_name"
        " from `main`.information_schema.table_constraints tc"
        " join `main`.information_schema.key_column_usage kcu"
        " on tc.constraint_schema = kcu.constraint_schema"
        " and tc.constraint_name = kcu.constraint_name"
        " and tc.table_name = kcu.table_name"
    ).to_pylist()
    shown: dict[tuple[str, ...], list[tuple[int, str]]] = {}
    for row in rows:
        place = (f"{row['table_schema']}.{row['table_name']}", row["constraint_type"])
        key = (*place, row["constraint_name"])
        shown.setdefault(key, []).append((row["ordinal_position"], row["column_name"]))
    found = Counter(
        (name, what, tuple(column for _, column in sorted(columns)))
        for (name, what, _), columns in shown.items()
    )
    declared = Counter(
        (name, constraint["type"].replace("_", " ").upper(), tuple(columns))
        for name, node in marts(both).items()
        for constraint in node["constraints"]
        if constraint["type"] in ("primary_key", "foreign_key")
        for columns in [constraint["columns"]]
    )
    assert found == declared
    assert {what for _, what, _ in declared} == {"PRIMARY KEY", "FOREIGN KEY"}


def test_clustering_and_properties_are_as_declared(
    both: BothEngines, day_three: Day
) -> None:
    assert day_three
    nodes = artefacts.manifest(both.warehouse.target)["nodes"].values()
    clustered = 0
    for node in nodes:
        if node["resource_type"] != "model":
            continue
        wanted = node["config"].get("liquid_clustered_by")
        properties = node["config"].get("tblproperties") or {}
        if not wanted and not properties:
            continue
        name = f"`main`.`{node['schema']}`.`{node['alias']}`"
        [detail] = both.server.query(f"describe detail {name}").to_pylist()
        shown = dict(detail["properties"])
        assert {key: shown.get(key) for key in properties} == properties, name
        assert list(detail["clusteringColumns"]) == (wanted or []), name
        clustered += bool(wanted)
    assert clustered > 0


def test_marts_need_reader_version_one_only(both: BothEngines, day_three: Day) -> None:
    """What Synapse serverless knows, as another reader of Delta sees it."""
    assert day_three
    for name in marts(both):
        schema, table = name.split(".")
        [detail] = both.server.query(
            f"describe detail `main`.`{schema}`.`{table}`"
        ).to_pylist()
        delta = DeltaTable(str(detail["location"]).removeprefix("file:"))
        assert delta.protocol().min_reader_version == 1, name
        assert delta.to_pyarrow_dataset().count_rows() > 0, name


def test_who_may_read_is_granted(both: BothEngines, day_three: Day) -> None:
    assert day_three
    for name, node in marts(both).items():
        schema, table = name.split(".")
        rows = both.server.query(f"show grants on table `main`.`{schema}`.`{table}`")
        readers = {
            row["Principal"]
            for row in rows.to_pylist()
            if row["ActionType"].upper() == "SELECT"
        }
        is_personal = node["config"]["schema"] == "pii"
        variable = "CDP_PII_READERS" if is_personal else "CDP_MART_READERS"
        assert readers == {each.strip() for each in READERS[variable].split(",")}, name


def test_every_statement_is_databricks_sql(
    both: BothEngines, day_three: Day, figures: list[str]
) -> None:
    assert day_three
    sent = [each for each in both.server.statements() if is_of_dbt(each["statement"])]
    assert len(sent) > len(day_three.warehouse.statuses)
    seconds: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for each in sent:
        seconds[kind(each["statement"])] += each["seconds"]
        counts[kind(each["statement"])] += 1
    figures.append(
        f"statements: {len(sent):,}"
        + "".join(
            f"\n  {word:<10} {counts[word]:>6,} {spent:>8.1f} s"
            for word, spent in seconds.most_common(12)
        )
    )
    assert list(unparsed(each["statement"] for each in sent)) == []
    failed = [each for each in sent if each["state"] != "finished"]
    assert failed == []


def described(day: str, warehouse: Run, local: Run) -> str:
    """Figures of a day's runs."""
    counts = Counter(warehouse.statuses.values())
    passed = sum(counts[status] for status in PASSED)
    spent = ", ".join(
        f"{name} {seconds:.0f} s" for name, seconds in warehouse.spent.most_common()
    )
    return (
        f"{day}: {passed} of {len(warehouse.statuses)} nodes pass on the warehouse"
        f" ({counts['warn']} warn), {warehouse.seconds:.0f} s"
        f" (local {local.seconds:.0f} s)\n  in nodes: {spent}"
    )


def assert_equal(
    day: str,
    parity: Comparison,
    figures: list[str],
    may_be_empty: AbstractSet[str] = EMPTY.keys(),
) -> None:
    """The tables of both engines are the same, and not empty."""
    mismatches = [
        each
        for each in parity.mismatches
        if not (each.table in may_be_empty and each.what.startswith("no rows on "))
    ]
    figures.append(
        f"{day}: {len(mismatches)} mismatches in {len(parity.rows)} tables,"
        f" {sum(parity.rows.values()):,} rows, {parity.values:,} values"
    )
    assert mismatches == [], "\n".join(map(str, mismatches))
