"""What dbt says about its nodes: manifest, results of a run, catalog."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMPOUND_KEY = "expect_compound_columns_to_be_unique"


@dataclass(frozen=True)
class Table:
    """A table that a node makes.

    Attributes:
        name: `schema.table` as on the laptop.
        key: Columns that identify a row; empty where no test and no contract says so.
    """

    name: str
    key: tuple[str, ...]


def manifest(target: Path) -> dict[str, Any]:
    """The manifest of the last run."""
    return dict(json.loads((target / "manifest.json").read_text("utf-8")))


def tables(target: Path) -> dict[str, Table]:
    """Models, snapshots and seeds by unique id, as their manifest describes them."""
    nodes = manifest(target)["nodes"]
    keys = dict(_tested_keys(nodes))
    return {
        name: Table(
            f"{node['schema']}.{node['alias']}",
            _declared_key(node) or keys.get(name, ()),
        )
        for name, node in nodes.items()
        if node["resource_type"] in ("model", "snapshot", "seed")
    }


def _declared_key(node: Mapping[str, Any]) -> tuple[str, ...]:
    for constraint in node.get("constraints", []):
        if constraint["type"] == "primary_key":
            return tuple(constraint["columns"])
    key = node["config"].get("unique_key") or []
    key = [key] if isinstance(key, str) else key
    # A record has a row per version.
    versions = ["dbt_valid_from"] if node["resource_type"] == "snapshot" else []
    return (*key, *versions)


def _tested_keys(nodes: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in nodes.values():
        test = node.get("test_metadata") or {}
        if test.get("name") == "unique":
            yield node["attached_node"], (node["column_name"],)
        if test.get("name") == COMPOUND_KEY:
            yield node["attached_node"], tuple(test["kwargs"]["column_list"])


def statuses(target: Path) -> dict[str, str]:
    """Status of every node of the last run, by unique id; saved queries do nothing."""
    results = json.loads((target / "run_results.json").read_text("utf-8"))["results"]
    return {
        result["unique_id"]: result["status"]
        for result in results
        if result["status"] != "no-op"
    }


def seconds_by_kind(target: Path) -> Counter[str]:
    """Seconds that the nodes of the last run took, by kind: model, test, ..."""
    spent: Counter[str] = Counter()
    results = json.loads((target / "run_results.json").read_text("utf-8"))["results"]
    for result in results:
        spent[result["unique_id"].split(".")[0]] += result["execution_time"]
    return spent
