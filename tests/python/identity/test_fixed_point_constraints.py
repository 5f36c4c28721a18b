"""Splits of the `fixed_point` materialization, against their definition in Python."""

import random
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.python.support.graphs import (
    Edge,
    GraphProject,
    apart,
    chain,
    links,
    name,
    random_graph,
    split,
    star,
    union_find,
)

LIMIT = 7


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> GraphProject:
    return GraphProject(
        tmp_path_factory.mktemp("constraints"),
        components="",
        limited=f", meta={{'max_component_size': {LIMIT}}}",
    )


def weighted(
    seed: int, nodes: int, edges: int, strengths: int, aparts: int
) -> list[Edge]:
    """A random graph in which some random nodes are kept apart."""
    pick = random.Random(seed)
    return [
        *(
            Edge(one, two, pick.randrange(strengths))
            for one, two in random_graph(nodes, edges, seed)
        ),
        *(apart(one, two) for one, two in random_graph(nodes, aparts, seed + 1)),
    ]


CASES: dict[str, list[Edge]] = {
    "a_direct_link": [*links([("a", "b")]), apart("a", "b")],
    "through_a_third": [
        Edge("a", "c", 2),
        Edge("b", "c", 1),
        apart("a", "b"),
    ],
    "equal_links_are_cut_once": [
        *links([("a", "b"), ("b", "c"), ("a", "c")]),
        apart("a", "b"),
    ],
    "the_weakest_link_of_a_chain": [
        *(
            Edge(one, two, 9 - 3 * (place == 2))
            for place, (one, two) in enumerate(chain(5))
        ),
        apart(name(0), name(5)),
    ],
    "two_clusters_and_a_bridge": [
        *links([("a", "b"), ("b", "c"), ("a", "c")], 3),
        *links([("x", "y"), ("y", "z"), ("x", "z")], 3),
        *links([("c", "x")], 2),
        apart("a", "z"),
    ],
    # Once x has gone to a, d may no longer join through it.
    "a_refusal_that_follows_from_another": [
        Edge("x", "a", 9),
        Edge("x", "d", 8),
        Edge("d", "b", 7),
        Edge("b", "a", 6),
        apart("a", "d"),
    ],
    "everybody_apart": [
        *links([("hub", leaf) for leaf in "abcdef"]),
        *(apart(one, two) for one in "abcdef" for two in "abcdef" if one < two),
    ],
    "apart_from_a_stranger": [*links([("a", "b")]), apart("a", "elsewhere")],
    "apart_from_itself": [*links([("a", "b")]), apart("a", "a")],
    "repeated_and_turned_round": [
        Edge("a", "b", 1),
        Edge("b", "a", 5),
        Edge("b", "c", 3),
        Edge("b", "c", 3),
        apart("a", "c"),
        apart("c", "a"),
    ],
    "weaker_along_a_chain": [
        *(Edge(one, two, 99 - at) for at, (one, two) in enumerate(chain(40))),
        apart(name(0), name(40)),
    ],
    "a_sparse_crowd": weighted(1, nodes=400, edges=300, strengths=4, aparts=40),
    "a_dense_crowd": weighted(2, nodes=200, edges=500, strengths=10, aparts=60),
    "a_crowd_of_equals": weighted(3, nodes=300, edges=450, strengths=1, aparts=30),
}


@pytest.fixture(scope="module")
def split_cases(project: GraphProject) -> dict[str, dict[str, dict[str, str]]]:
    """Every case by model, side by side in one graph."""
    edges = [
        edge._replace(source=f"{case}/{edge.source}", target=f"{case}/{edge.target}")
        for case, rows in CASES.items()
        for edge in rows
    ]
    for model in ("components", "limited"):
        project.state(edges, model)
    project.run()
    return {
        model: {
            case: {
                node: component
                for node, component in project.components(model).items()
                if node.startswith(f"{case}/")
            }
            for case in CASES
        }
        for model in ("components", "limited")
    }


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("model", "limit"), [("components", None), ("limited", LIMIT)])
def test_split_is_that_of_one_link_after_the_other(
    split_cases: dict[str, dict[str, dict[str, str]]],
    model: str,
    limit: int | None,
    case: str,
) -> None:
    # Names are part of what orders equal links.
    edges = [
        edge._replace(source=f"{case}/{edge.source}", target=f"{case}/{edge.target}")
        for edge in CASES[case]
    ]
    found = split_cases[model][case]
    assert found == split(edges, limit)
    for edge in edges:
        if edge.is_apart and edge.source != edge.target:
            assert found[edge.source] != found[str(edge.target)]
    if limit:
        assert max(Counter(found.values()).values()) <= limit


def test_ties_are_cut_once(project: GraphProject) -> None:
    found = project.close(CASES["equal_links_are_cut_once"])
    assert len(set(found.values())) == 2
    assert found["a"] != found["b"]


def test_the_weakest_link_is_cut(project: GraphProject) -> None:
    found = project.close(CASES["two_clusters_and_a_bridge"])
    assert found == {**dict.fromkeys("abc", "a"), **dict.fromkeys("xyz", "x")}


def test_where_links_lead_is_kept_beside_the_split(project: GraphProject) -> None:
    edges = [*CASES["through_a_third"], *links([("x", "y")])]
    project.close(edges)
    labels = project.labels()
    assert {node: (row[0], row[1]) for node, row in labels.items()} == {
        "a": ("a", "a"),
        "b": ("b", "a"),
        "c": ("a", "a"),
        "x": ("x", "x"),
        "y": ("x", "x"),
    }


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_small_graph_is_split_as_defined(
    project: GraphProject, data: st.DataObject
) -> None:
    node = st.sampled_from("abcdefghijkl")
    row = st.builds(Edge, node, node, st.integers(1, 3), st.just(False))
    other = st.builds(apart, node, node)
    edges = data.draw(st.lists(row | row | row | other, min_size=1, max_size=40))
    shuffled = data.draw(st.permutations(edges))
    project.state(edges)
    project.state(shuffled, "limited")
    project.run("--full-refresh")
    assert project.components() == split(edges)
    assert project.components("limited") == split(edges, LIMIT)


@pytest.mark.parametrize("limit", [100, 3])
def test_a_large_star_is_split_in_a_few_rounds(
    project: GraphProject, limit: int
) -> None:
    project.configure(
        "limited", f", meta={{'max_component_size': {limit}, 'max_rounds': 5}}"
    )
    edges = [*links(star(10_000)), apart(name(0), name(7)), apart(name(8), name(9))]
    found = project.close(edges, model="limited")
    assert found == split(edges, limit)
    sizes = Counter(found.values())
    assert sorted(sizes.values())[-2:] == [1, limit]


@pytest.mark.parametrize("shape", ["chain", "random"])
def test_a_large_tangle_is_split_in_a_few_rounds(
    project: GraphProject, shape: str
) -> None:
    pairs = chain(10_000) if shape == "chain" else random_graph(10_000, 15_000, 5)
    project.configure("limited", ", meta={'max_component_size': 50, 'max_rounds': 20}")
    edges = links(pairs)
    assert project.close(edges, model="limited") == split(edges, 50)


def test_without_violations_nothing_is_cut(project: GraphProject) -> None:
    edges = [*links(chain(LIMIT - 1)), apart(name(0), name(99))]
    project.configure("limited", f", meta={{'max_component_size': {LIMIT}}}")
    assert project.close(edges, model="limited") == union_find(edges)
