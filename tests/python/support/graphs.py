"""Graphs for the `fixed_point` materialization, and what it must make of them."""

import hashlib
import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from tests.python.support.dbt_project import ScratchProject

Pair = tuple[str, str]
# Node, and the columns of the result beside it.
Labels = dict[str, tuple[Any, ...]]

MODEL = """{{{{ config(materialized='fixed_point'{config}) }}}}
select source_node, target_node, strength, is_apart from {table}"""
SCHEMA = pa.schema(
    {
        "source_node": pa.string(),
        "target_node": pa.string(),
        "strength": pa.int32(),
        "is_apart": pa.bool_(),
    }
)


class Edge(NamedTuple):
    """A row of the materialization's protocol.

    Attributes:
        source: The one node.
        target: The other one; None where the row only says that `source` exists.
        strength: The higher, the more certain.
        is_apart: Whether the two nodes are kept apart.
    """

    source: str
    target: str | None
    strength: int | None = 1
    is_apart: bool = False


def links(pairs: Iterable[Pair], strength: int = 1) -> list[Edge]:
    """Links of one strength."""
    return [Edge(one, two, strength) for one, two in pairs]


def apart(one: str, two: str) -> Edge:
    """Two nodes that are kept apart."""
    return Edge(one, two, None, is_apart=True)


def nodes_of(edges: Iterable[Edge]) -> set[str]:
    """All nodes that rows name."""
    return {
        node
        for edge in edges
        for node in (edge.source, edge.target)
        if node is not None
    }


class Groups:
    """Disjoint groups of nodes, which grow and know whom they must not join."""

    def __init__(self, nodes: Iterable[str]) -> None:
        self.members = {node: [node] for node in nodes}
        self.group_of = {node: node for node in self.members}
        self.foes: dict[str, set[str]] = {node: set() for node in self.members}

    def keep_apart(self, one: str, two: str) -> None:
        """Two nodes will not be joined."""
        if one != two:
            self.foes[one].add(two)
            self.foes[two].add(one)

    def may_join(self, one: str, two: str, max_size: int | None) -> bool:
        """Whether the groups of two nodes may become one."""
        first, second = self.group_of[one], self.group_of[two]
        size = len(self.members[first]) + len(self.members[second])
        if max_size is not None and size > max_size:
            return False
        return not any(
            self.group_of[foe] == second
            for node in self.members[first]
            for foe in self.foes[node]
        )

    def join(self, one: str, two: str) -> None:
        """Makes one group of those of two nodes."""
        first, second = self.group_of[one], self.group_of[two]
        if len(self.members[first]) < len(self.members[second]):
            first, second = second, first
        for node in self.members.pop(second):
            self.group_of[node] = first
            self.members[first].append(node)

    def names(self) -> dict[str, str]:
        """Smallest node of each node's group."""
        return {
            node: name
            for members in self.members.values()
            for name in [min(members)]
            for node in members
        }


def union_find(edges: Sequence[Edge]) -> dict[str, str]:
    """Smallest node of each node's component, whoever is kept apart."""
    groups = Groups(nodes_of(edges))
    for edge in edges:
        if edge.target is None or edge.is_apart:
            continue
        if groups.group_of[edge.source] != groups.group_of[edge.target]:
            groups.join(edge.source, edge.target)
    return groups.names()


def tie(edge: Edge) -> int:
    """Place of a link among those of its strength."""
    first, second = sorted((edge.source, str(edge.target)))
    text = f"{len(first)}:{first}:{second}:{edge.strength}"
    return int(hashlib.md5(text.encode()).hexdigest()[:14], 16)


def split(edges: Sequence[Edge], max_size: int | None = None) -> dict[str, str]:
    """The definition: links one after the other, the strongest first."""
    groups = Groups(nodes_of(edges))
    taken = []
    for edge in edges:
        if edge.target is not None and edge.is_apart:
            groups.keep_apart(edge.source, edge.target)
        elif edge.target is not None:
            taken.append(edge)
    for edge in sorted(taken, key=lambda edge: (-(edge.strength or 0), tie(edge))):
        one, two = edge.source, str(edge.target)
        is_new = groups.group_of[one] != groups.group_of[two]
        if is_new and groups.may_join(one, two, max_size):
            groups.join(one, two)
    return groups.names()


def name(number: int) -> str:
    """Node names whose order is not the order of the numbers."""
    return f"n{(number * 7919) % 1_000_003:07d}"


def chain(length: int, first: int = 0) -> list[Pair]:
    """A path of so many links."""
    return [(name(node), name(node + 1)) for node in range(first, first + length)]


def star(leaves: int) -> list[Pair]:
    """One node in the middle."""
    return [(name(0), name(leaf)) for leaf in range(1, leaves + 1)]


def random_graph(node_count: int, edge_count: int, seed: int) -> list[Pair]:
    """Links between random nodes."""
    pick = random.Random(seed).randrange
    return [(name(pick(node_count)), name(pick(node_count))) for _ in range(edge_count)]


class GraphProject(ScratchProject):
    """A project whose models `fixed_point` makes of tables of edges.

    Args:
        folder: Where the project lives; it must be empty.
        models: Configuration beyond the materialization, by name of the model.
    """

    def __init__(self, folder: Path, **models: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(
            folder,
            {
                f"{model}.sql": MODEL.format(config=config, table=f"main.{model}_edges")
                for model, config in (models or {"components": ""}).items()
            },
        )

    def configure(self, model: str, config: str) -> None:
        """Gives a model another configuration."""
        text = MODEL.format(config=config, table=f"main.{model}_edges")
        (self.folder / "models" / f"{model}.sql").write_text(text)

    def state(self, edges: Sequence[Edge], model: str = "components") -> None:
        """Makes these the edges of a model."""
        columns = [list(column) for column in zip(*edges, strict=True)] or [[]] * 4
        rows = pa.table(columns, schema=SCHEMA)
        with duckdb.connect(str(self.database)) as connection:
            connection.register("rows", rows)
            connection.execute(
                f"create or replace table main.{model}_edges as from rows"
            )

    def run(self, *arguments: str) -> None:
        """Builds the models."""
        self.dbt("run", "--target-path", str(self.folder / "target"), *arguments)

    def labels(self, model: str = "components") -> Labels:
        """The table of a model."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            rows = connection.execute(
                "select node, component, _linked_component, _edges_hash"
                f" from main.{model}"
            ).fetchall()
        labels = {row[0]: row[1:] for row in rows}
        assert len(labels) == len(rows), "a node is in several rows"
        return labels

    def components(self, model: str = "components") -> dict[str, str]:
        """Component of each node."""
        return {node: labels[0] for node, labels in self.labels(model).items()}

    def close(
        self, edges: Sequence[Edge], *arguments: str, model: str = "components"
    ) -> dict[str, str]:
        """Component of each node once a run has seen these edges."""
        self.state(edges, model)
        self.run("--select", model, *arguments)
        return self.components(model)

    def message(self, model: str = "components") -> str:
        """What the last run says about a model."""
        results = json.loads((self.folder / "target" / "run_results.json").read_text())
        [message] = [
            str(result["message"])
            for result in results["results"]
            if result["unique_id"] == f"model.cdp.{model}"
        ]
        return message

    def tables(self) -> set[str]:
        """Names of all tables."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            rows = connection.execute("select table_name from duckdb_tables()")
            return {name for (name,) in rows.fetchall()}
