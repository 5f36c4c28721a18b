"""Closure of the `fixed_point` materialization against a union-find."""

import random
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.python.support.dbt_project import ScratchProject

Edge = tuple[str, str]


def union_find(edges: list[Edge]) -> dict[str, str]:
    """Smallest node of each node's component."""
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for one, two in edges:
        first, second = sorted((root(one), root(two)))
        parent[second] = first
    return {node: root(node) for node in list(parent)}


def name(number: int) -> str:
    """Node names whose order is not the order of the numbers."""
    return f"n{(number * 7919) % 1_000_003:07d}"


def chain(length: int) -> list[Edge]:
    return [(name(node), name(node + 1)) for node in range(length)]


def random_graph(node_count: int, edge_count: int, seed: int) -> list[Edge]:
    pick = random.Random(seed).randrange
    return [(name(pick(node_count)), name(pick(node_count))) for _ in range(edge_count)]


SHAPES: dict[str, list[Edge]] = {
    "self_loop": [(name(1), name(1))],
    "repeated_edge": [(name(1), name(2))] * 3 + [(name(2), name(1))],
    "chain_of_8": chain(8),
    "chain_of_500": chain(500),
    "ring": [*chain(99), (name(99), name(0))],
    "star": [(name(0), name(leaf)) for leaf in range(1, 2_000)],
    "diamond": [(name(a), name(b)) for a, b in [(1, 2), (1, 3), (2, 4), (3, 4)]],
    "fan_in": [(name(leaf), name(0)) for leaf in range(1, 50)],
    "disjoint": [(name(2 * pair), name(2 * pair + 1)) for pair in range(500)],
    "late_bridge": [
        *chain(50),
        *((name(a), name(a + 1)) for a in range(100, 150)),
        (name(25), name(125)),
    ],
    **{
        f"random_{seed}": random_graph(2_000, edges, seed)
        for seed, edges in enumerate([800, 1_000, 2_000])
    },
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ScratchProject:
    """A project whose one model closes the edges of table `main.edges`."""
    return ScratchProject(
        tmp_path_factory.mktemp("fixed_point"),
        models={
            "components.sql": (
                "{{ config(materialized='fixed_point') }}\n"
                "select source_node, target_node from main.edges"
            )
        },
    )


def close(project: ScratchProject, edges: list[Edge]) -> dict[str, str]:
    with duckdb.connect(str(project.database)) as connection:
        rows = pa.table(
            {
                "source_node": pa.array([one for one, _ in edges], pa.string()),
                "target_node": pa.array([two for _, two in edges], pa.string()),
            }
        )
        connection.register("rows", rows)
        connection.execute("create or replace table main.edges as from rows")
    project.dbt("run")
    with duckdb.connect(str(project.database), read_only=True) as connection:
        rows = connection.execute("select node, component from main.components")
        return dict(rows.fetchall())


@pytest.fixture(scope="module")
def closed_shapes(project: ScratchProject) -> dict[str, str]:
    """All shapes side by side in one graph, closed in one run."""
    return close(
        project,
        [
            (f"{shape}/{one}", f"{shape}/{two}")
            for shape, edges in SHAPES.items()
            for one, two in edges
        ],
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_closure_equals_union_find(closed_shapes: dict[str, str], shape: str) -> None:
    expected = union_find(SHAPES[shape])
    assert {
        node.removeprefix(f"{shape}/"): component.removeprefix(f"{shape}/")
        for node, component in closed_shapes.items()
        if node.startswith(f"{shape}/")
    } == expected


def test_closure_of_nothing_is_empty(project: ScratchProject) -> None:
    assert close(project, []) == {}


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    edges=st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 40)).map(
            lambda pair: (name(pair[0]), name(pair[1]))
        ),
        max_size=60,
    )
)
def test_closure_of_any_small_graph_equals_union_find(
    project: ScratchProject, edges: list[Edge]
) -> None:
    assert close(project, edges) == union_find(edges)


def test_nothing_but_the_result_is_left(project: ScratchProject) -> None:
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(
            "create or replace table main.components__labels_b as select 1"
        )
    close(project, chain(9))
    assert tables(project) == {"components", "edges"}


def tables(project: ScratchProject) -> set[str]:
    with duckdb.connect(str(project.database), read_only=True) as connection:
        rows = connection.execute("select table_name from duckdb_tables()").fetchall()
    return {name for (name,) in rows}


def test_too_few_rounds_fail_instead_of_publishing(tmp_path: Path) -> None:
    project = ScratchProject(
        tmp_path,
        models={
            "components.sql": (
                "{{ config(materialized='fixed_point', max_rounds=2) }}\n"
                "select source_node, target_node from main.edges"
            )
        },
    )
    with pytest.raises(AssertionError, match="raise its config max_rounds"):
        close(project, chain(500))
    assert tables(project) == {"edges"}
