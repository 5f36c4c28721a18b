"""Incremental runs of the `fixed_point` materialization against full ones."""

import random
from pathlib import Path

import duckdb
import pytest

from tests.python.support.graphs import (
    Edge,
    GraphProject,
    apart,
    chain,
    links,
    name,
    nodes_of,
    split,
    union_find,
)

LIMIT = 6


@pytest.fixture
def project(tmp_path: Path) -> GraphProject:
    return GraphProject(tmp_path)


def crowd(pairs: int) -> list[Edge]:
    """Bystanders: so many components of two."""
    return links((f"by{pair}", f"stander{pair}") for pair in range(pairs))


def assert_full_run_is_the_same(project: GraphProject) -> None:
    """Labels and fingerprints, but for the order of the rows."""
    incremental = project.labels()
    project.run("--full-refresh")
    assert project.labels() == incremental


CHANGES = {
    # Before, after, and how many nodes are in components that the change touches.
    "late_bridge": (
        links([*chain(20), *chain(20, first=50)]),
        links([*chain(20), *chain(20, first=50), (name(7), name(57))]),
        42,
    ),
    "deleted_bridge": (
        links([*chain(20), *chain(20, first=50), (name(7), name(57))]),
        links([*chain(20), *chain(20, first=50)]),
        42,
    ),
    "new_node": (links([("a", "b")]), links([("a", "b"), ("b", "c")]), 3),
    "new_lone_node": (links([("a", "b")]), [*links([("a", "b")]), Edge("c", None)], 1),
    "node_gone": (links([("a", "b"), ("b", "c")]), links([("a", "b")]), 2),
    "smallest_node_gone": (links([("a", "b"), ("b", "c")]), links([("b", "c")]), 2),
    "component_gone": (links([("a", "b"), ("x", "y")]), links([("x", "y")]), 0),
    "pair_newly_apart": (
        links([("a", "b"), ("b", "c")]),
        [*links([("a", "b"), ("b", "c")]), apart("a", "c")],
        3,
    ),
    "pair_no_longer_apart": (
        [*links([("a", "b"), ("b", "c")]), apart("a", "c")],
        links([("a", "b"), ("b", "c")]),
        3,
    ),
    "other_strength": (
        [Edge("a", "b", 1), Edge("b", "c", 2), apart("a", "c")],
        [Edge("a", "b", 3), Edge("b", "c", 2), apart("a", "c")],
        3,
    ),
    # Apart from a node elsewhere, and then linked to it by a third one.
    "link_between_nodes_apart": (
        [*links([("a", "b"), ("x", "y")]), apart("a", "x")],
        [*links([("a", "b"), ("x", "y"), ("b", "y")]), apart("a", "x")],
        4,
    ),
    # The change is far from where the component was split, and moves the cut.
    "a_cut_elsewhere_moves": (
        [
            *(
                Edge(one, two, 20 - at)
                for at, (one, two) in enumerate(chain(3 * LIMIT))
            ),
        ],
        [
            *(
                Edge(one, two, 20 - at)
                for at, (one, two) in enumerate(chain(3 * LIMIT))
                if at != 1
            ),
        ],
        3 * LIMIT + 1,
    ),
    "turned_round_and_reordered": (
        links([("a", "b"), ("b", "c"), ("x", "y")]),
        links([("y", "x"), ("c", "b"), ("a", "b")]),
        0,
    ),
}


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> GraphProject:
    folder = tmp_path_factory.mktemp("changes")
    return GraphProject(folder, components=f", meta={{'max_component_size': {LIMIT}}}")


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_recomputes_what_it_touches(
    limited: GraphProject, change: str
) -> None:
    before, after, touched = CHANGES[change]
    bystanders = crowd(50)
    project = limited
    assert project.close([*before, *bystanders], "--full-refresh") == split(
        [*before, *bystanders], LIMIT
    )
    edges = [*after, *bystanders]
    assert project.close(edges) == split(edges, LIMIT)
    assert project.message() == f"recomputed {touched} of {len(nodes_of(edges))} nodes"
    assert_full_run_is_the_same(project)


def test_without_changes_nothing_is_computed(project: GraphProject) -> None:
    edges = [*crowd(20), apart("by1", "by2")]
    project.close(edges)
    assert project.message() == "recomputed 40 of 40 nodes"
    before = project.labels()
    project.run()
    assert project.message() == "recomputed 0 of 40 nodes"
    assert project.labels() == before
    assert project.tables() == {"components", "components_edges"}


def changed(edges: list[Edge], pick: random.Random) -> list[Edge]:
    """Some rows go, some come, some get another strength, in another order."""
    nodes = [f"n{node}" for node in range(60)]

    def pair() -> tuple[str, str]:
        return pick.choice(nodes), pick.choice(nodes)

    kept = [edge for edge in edges if pick.random() > 0.06]
    kept = [
        edge._replace(strength=pick.randrange(4))
        if edge.strength is not None and pick.random() < 0.05
        else edge
        for edge in kept
    ]
    kept += [Edge(*pair(), pick.randrange(4)) for _ in range(pick.randrange(4))]
    kept += [apart(*pair()) for _ in range(pick.randrange(2))]
    kept += [Edge(pick.choice(nodes), None, None) for _ in range(pick.randrange(2))]
    # A node that is forgotten altogether, and may come back.
    if pick.random() < 0.3:
        gone = pick.choice(nodes)
        kept = [edge for edge in kept if gone not in (edge.source, edge.target)]
    pick.shuffle(kept)
    return kept


@pytest.mark.parametrize("seed", range(4))
def test_any_sequence_of_changes_equals_full_runs(
    project: GraphProject, seed: int
) -> None:
    limit = [None, LIMIT][seed % 2]
    project.configure(
        "components", f", meta={{'max_component_size': {limit or 'none'}}}"
    )
    pick = random.Random(seed)
    edges = [
        Edge(f"n{pick.randrange(60)}", f"n{pick.randrange(60)}", pick.randrange(4))
        for _ in range(45)
    ]
    partial = 0
    for _ in range(8):
        edges = changed(edges, pick)
        assert project.close(edges) == split(edges, limit)
        words = project.message().split()
        partial += words[1] != words[3]
    # Else full runs would have been compared with full runs.
    assert partial >= 4
    assert_full_run_is_the_same(project)


def test_another_configuration_computes_everything(project: GraphProject) -> None:
    edges = [*links(chain(30)), *crowd(20)]
    project.close(edges)
    project.configure("components", f", meta={{'max_component_size': {LIMIT}}}")
    project.run()
    assert project.message() == "recomputed 71 of 71 nodes"
    assert project.components() == split(edges, LIMIT)
    project.configure("components", "")
    project.run()
    assert project.components() == union_find(edges)


@pytest.mark.parametrize("breaks", ["round", "publication"])
def test_a_broken_run_leaves_what_the_next_one_needs(
    project: GraphProject, breaks: str
) -> None:
    project.close([*crowd(40), *links(chain(9))])
    before = project.labels()
    edges = [*crowd(41), *links(chain(9))]
    if breaks == "round":
        project.configure("components", ", meta={'max_rounds': 0}")
    else:
        # After the table was merged, before the transaction ends.
        project.configure("components", ", post_hook='select error(1)'")
    for _ in range(2):
        with pytest.raises(AssertionError):
            project.close(edges)
        assert project.labels() == before
    project.configure("components", "")
    assert project.close(edges) == union_find(edges)
    assert project.message() == f"recomputed 2 of {len(nodes_of(edges))} nodes"
    assert project.tables() == {"components", "components_edges"}


def test_a_broken_full_run_leaves_the_old_table(project: GraphProject) -> None:
    project.close(crowd(5))
    before = project.labels()
    project.configure("components", ", post_hook='select error(1)'")
    with pytest.raises(AssertionError):
        project.close(crowd(6), "--full-refresh")
    assert project.labels() == before


def test_a_table_of_an_earlier_version_is_replaced(project: GraphProject) -> None:
    project.state(crowd(3))
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(
            "create table main.components as select 'by1' as node, 'x' as component"
        )
    project.run()
    assert project.components() == union_find(crowd(3))
