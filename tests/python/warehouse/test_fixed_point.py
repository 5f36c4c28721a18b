"""The `fixed_point` materialization on Spark makes what it makes on DuckDB."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.python.support.graphs import (
    Edge,
    GraphProject,
    Labels,
    apart,
    chain,
    links,
    name,
    random_graph,
    split,
    star,
)
from tests.python.support.platform import REPOSITORY
from tests.python.support.warehouse import Warehouse, running_warehouse

pytestmark = pytest.mark.warehouse

LIMIT = 8
CONFIG = f", meta={{'max_component_size': {LIMIT}}}"
TABLE = "`main`.`cdp`.`components_edges`"

DAY_ONE = [
    *links(chain(12)),
    *links([(f"s{one}", f"s{two}") for one, two in star(12)]),
    *links([(f"r{one}", f"r{two}") for one, two in random_graph(60, 35, 1)], 3),
    *(apart(f"r{one}", f"r{two}") for one, two in random_graph(60, 8, 2)),
    *[Edge("x", "c", 2), Edge("y", "c", 1), apart("x", "y"), Edge("محمد", None, None)],
]
# A bridge goes and another one comes, nodes are told apart, one is gone, one is new.
DAY_TWO = [
    *(edge for edge in DAY_ONE if edge.target != "c" and name(6) not in edge[:2]),
    *links([("rn0000000", f"s{name(7)}"), ("new", "x")]),
    apart(name(1), name(2)),
]


class WarehouseGraphs:
    """What `GraphProject` is for DuckDB, on a local warehouse.

    Args:
        graphs: The project on DuckDB, whose models this one builds, too.
        warehouse: The running warehouse.
    """

    def __init__(self, graphs: GraphProject, warehouse: Warehouse) -> None:
        self.folder = graphs.folder
        self.warehouse = warehouse
        profiles = (REPOSITORY / "profiles.example.yml").read_text()
        (self.folder / "profiles" / "profiles.yml").parent.mkdir()
        (self.folder / "profiles" / "profiles.yml").write_text(profiles)
        model = self.folder / "models" / "components.sql"
        model.write_text(model.read_text().replace("main.", "{{ target.schema }}."))
        project = self.folder / "dbt_project.yml"
        settings = yaml.safe_load(project.read_text())
        settings["flags"]["use_materialization_v2"] = True
        project.write_text(yaml.safe_dump(settings))
        warehouse.query("create schema if not exists `main`.`cdp`")

    def close(self, edges: list[Edge]) -> tuple[Labels, str]:
        """What a run makes of these edges, and what it says."""
        values = ", ".join(
            f"('{edge.source}', {literal(edge.target)},"
            f" cast({literal(edge.strength)} as int), {edge.is_apart})"
            for edge in edges
        )
        self.warehouse.query(
            f"create or replace table {TABLE} as select * from values {values}"
            " as edges (source_node, target_node, strength, is_apart)"
        )
        target = self.folder / "target_warehouse"
        run = subprocess.run(
            [
                Path(sys.executable).with_name("dbt"),
                *("--no-use-colors", "run", "--target", "warehouse"),
                *("--project-dir", self.folder, "--target-path", target),
                *("--profiles-dir", self.folder / "profiles"),
            ],
            env={**os.environ, **self.warehouse.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout
        [result] = [
            each
            for each in json.loads((target / "run_results.json").read_text())["results"]
            if each["unique_id"].startswith("model.")
        ]
        rows = self.warehouse.query("select * from `main`.`cdp`.`components`")
        names = ("component", "_linked_component", "_edges_hash")
        labels = {
            row["node"]: tuple(row[column] for column in names)
            for row in rows.to_pylist()
        }
        assert len(labels) == rows.num_rows
        return labels, str(result["message"])


def literal(value: object) -> str:
    return "null" if value is None else f"'{value}'"


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> GraphProject:
    return GraphProject(tmp_path_factory.mktemp("duckdb"), components=CONFIG)


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarehouseGraphs]:
    folder = tmp_path_factory.mktemp("spark")
    made = GraphProject(folder / "project", components=CONFIG)
    with running_warehouse(folder / "server") as warehouse:
        yield WarehouseGraphs(made, warehouse)


def test_both_engines_make_the_same(
    graphs: GraphProject, spark: WarehouseGraphs
) -> None:
    """In full, incrementally, and where nothing is new."""
    for edges in (DAY_ONE, DAY_TWO, DAY_TWO):
        graphs.close(edges)
        labels, message = spark.close(edges)
        assert {node: row[0] for node, row in labels.items()} == split(edges, LIMIT)
        assert labels == graphs.labels()
        assert message == graphs.message()
    assert message == f"recomputed 0 of {len(labels)} nodes"
    tables = spark.warehouse.query("show tables in `main`.`cdp`").to_pylist()
    assert {table["tableName"] for table in tables} == {
        "components",
        "components_edges",
    }
