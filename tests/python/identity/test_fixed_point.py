"""Closure of the `fixed_point` materialization against a union-find."""

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.python.support.graphs import (
    Edge,
    GraphProject,
    Pair,
    chain,
    links,
    name,
    random_graph,
    star,
    union_find,
)

SHAPES: dict[str, list[Pair]] = {
    "self_loop": [(name(1), name(1))],
    "repeated_edge": [(name(1), name(2))] * 3 + [(name(2), name(1))],
    "chain_of_8": chain(8),
    "chain_of_500": chain(500),
    # Each node is the smallest neighbour of the next: the longest way for a label.
    "sorted_chain": [(f"{node:04d}", f"{node + 1:04d}") for node in range(500)],
    "ring": [*chain(99), (name(99), name(0))],
    "star": star(10_000),
    "diamond": [(name(a), name(b)) for a, b in [(1, 2), (1, 3), (2, 4), (3, 4)]],
    "fan_in": [(name(leaf), name(0)) for leaf in range(1, 50)],
    "fan_out": [(name(0), name(leaf)) for leaf in range(1, 50)],
    "disjoint": [(name(2 * pair), name(2 * pair + 1)) for pair in range(500)],
    "late_bridge": [*chain(50), *chain(50, first=100), (name(25), name(125))],
    **{
        # Below, at and above the density at which one component swallows the others.
        f"random_{seed}": random_graph(10_000, 3_000 + 500 * seed, seed)
        for seed in range(20)
    },
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> GraphProject:
    return GraphProject(tmp_path_factory.mktemp("fixed_point"))


@pytest.fixture(scope="module")
def closed_shapes(project: GraphProject) -> dict[str, dict[str, str]]:
    """All shapes side by side in one graph, closed in one run."""
    closed = project.close(
        [
            edge
            for shape, pairs in SHAPES.items()
            for edge in links(
                (f"{shape}/{one}", f"{shape}/{two}") for one, two in pairs
            )
        ]
    )
    by_shape: dict[str, dict[str, str]] = {shape: {} for shape in SHAPES}
    for node, component in closed.items():
        shape, _, short = node.partition("/")
        by_shape[shape][short] = component.removeprefix(f"{shape}/")
    return by_shape


@pytest.mark.parametrize("shape", SHAPES)
def test_closure_equals_union_find(
    closed_shapes: dict[str, dict[str, str]], shape: str
) -> None:
    assert closed_shapes[shape] == union_find(links(SHAPES[shape]))


def test_closure_of_nothing_is_empty(project: GraphProject) -> None:
    assert project.close([]) == {}


def test_a_lone_node_is_a_component_of_its_own(project: GraphProject) -> None:
    edges = [Edge("a", None, None), *links([("b", "c")]), Edge("b", None, None)]
    assert project.close(edges) == {"a": "a", "b": "b", "c": "b"}


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    pairs=st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 40)).map(
            lambda pair: (name(pair[0]), name(pair[1]))
        ),
        max_size=60,
    )
)
def test_closure_of_any_small_graph_equals_union_find(
    project: GraphProject, pairs: list[Pair]
) -> None:
    assert project.close(links(pairs)) == union_find(links(pairs))


def test_nothing_but_the_result_is_left(project: GraphProject) -> None:
    with duckdb.connect(str(project.database)) as connection:
        connection.execute("create or replace table main.components__trees as select 1")
    project.close(links(chain(9)))
    assert project.tables() == {"components", "components_edges"}


def test_too_few_rounds_fail_and_leave_the_old_table(project: GraphProject) -> None:
    project.configure("components", "")
    before = project.close(links(chain(9)))
    project.configure("components", ", meta={'max_rounds': 1}")
    with pytest.raises(AssertionError, match="raise its config max_rounds"):
        project.close(links(chain(500)))
    assert project.components() == before
    assert project.tables() == {"components", "components_edges"}
    project.configure("components", "")
    assert project.close(links(chain(500))) == union_find(links(chain(500)))
