"""The production targets parse, with what `profiles.example.yml` says of them."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.python.support.platform import REPOSITORY

# Parsing contacts nobody: any value will do.
VARIABLES = {
    "DATABRICKS_HOST": "adb-0.azuredatabricks.net",
    "DATABRICKS_HTTP_PATH": "/sql/1.0/warehouses/0",
    "DATABRICKS_TOKEN": "dummy",
    "LOCAL_WAREHOUSE_TOKEN": "dummy",
    "CDP_PII_READERS": "",
    "CDP_MART_READERS": "",
}
# Synapse serverless knows Delta's reader version 1: what would raise it is off.
READABLE = {
    "delta.enableDeletionVectors": "false",
    "delta.checkpointPolicy": "classic",
}
CHANGE_FEED = {"delta.enableChangeDataFeed": "true"}

Nodes = dict[str, dict[str, Any]]


def parsed(target: str, folder: Path, variables: Mapping[str, str]) -> Nodes:
    """Models, seeds and snapshots of a target by name, parsed without a warning."""
    profiles = (REPOSITORY / "profiles.example.yml").read_text()
    (folder / "profiles.yml").write_text(profiles)
    run = subprocess.run(
        [
            Path(sys.executable).with_name("dbt"),
            *("parse", "--warn-error", "--no-use-colors", "--target", target),
            *("--profiles-dir", folder, "--target-path", folder / "target"),
            *("--log-path", folder / "logs"),
        ],
        cwd=REPOSITORY,
        env=os.environ | VARIABLES | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    manifest = json.loads((folder / "target" / "manifest.json").read_text())
    return {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed", "snapshot")
    }


@pytest.fixture(scope="module")
def databricks(tmp_path_factory: pytest.TempPathFactory) -> Nodes:
    """The production target, read by two groups of analysts and one of others."""
    # The last comma is what people leave behind.
    readers = {"CDP_PII_READERS": "privacy", "CDP_MART_READERS": "analysts, data team,"}
    return parsed("databricks", tmp_path_factory.mktemp("databricks"), readers)


def in_folder(nodes: Nodes, folder: str) -> list[dict[str, Any]]:
    found = [node for node in nodes.values() if node["fqn"][1] == folder]
    assert found
    return found


def test_the_local_warehouse_parses_without_a_warning(tmp_path: Path) -> None:
    assert parsed("warehouse", tmp_path, {})


def test_a_service_principal_needs_no_token(tmp_path: Path) -> None:
    principal = {"DATABRICKS_CLIENT_ID": "id", "DATABRICKS_CLIENT_SECRET": "dummy"}
    assert parsed("databricks", tmp_path, {"DATABRICKS_TOKEN": "", **principal})


def test_schemas_have_the_target_schema_as_prefix(databricks: Nodes) -> None:
    assert databricks["fct_orders"]["schema"] == "cdp_marts"
    assert databricks["customer_contacts"]["schema"] == "cdp_pii"


def test_every_mart_can_be_read_by_synapse(databricks: Nodes) -> None:
    """As strings, or dbt-databricks would see a change in every run."""
    for mart in in_folder(databricks, "marts"):
        properties = mart["config"]["tblproperties"]
        assert properties.items() >= READABLE.items(), mart["name"]


def test_what_is_exported_has_a_change_feed(databricks: Nodes) -> None:
    feeds = {
        name
        for name, node in databricks.items()
        if (node["config"].get("tblproperties") or {}).items() >= CHANGE_FEED.items()
    }
    assert feeds == {"customer_360", "customer_contacts"}


def test_large_facts_are_clustered_by_their_day(databricks: Nodes) -> None:
    days = {
        name: databricks[name]["config"]["liquid_clustered_by"][0]
        for name in ("fct_orders", "fct_order_lines", "fct_engagement_daily")
    }
    assert days == {
        "fct_orders": "order_date",
        "fct_order_lines": "order_date",
        "fct_engagement_daily": "engagement_date",
    }


def test_documentation_is_persisted_everywhere(databricks: Nodes) -> None:
    for node in databricks.values():
        persisted = node["config"]["persist_docs"]
        assert persisted == {"relation": True, "columns": True}, node["name"]


def granted(nodes: Nodes) -> dict[str, list[str]]:
    return {
        name: node["config"]["grants"].get("select", []) for name, node in nodes.items()
    }


def test_analysts_read_marts_and_lookups_and_no_personal_data(
    databricks: Nodes,
) -> None:
    expected = {
        name: ["analysts", "data team"]
        if node["fqn"][1] == "marts" or node["resource_type"] == "seed"
        else ["privacy"]
        for name, node in databricks.items()
    }
    expected["customer_contacts"] = ["privacy"]
    assert granted(databricks) == expected


def test_nobody_inherits_personal_data_where_no_group_is_named(
    tmp_path: Path,
) -> None:
    nodes = parsed("databricks", tmp_path, {"CDP_MART_READERS": "analysts"})
    assert granted(nodes)["fct_orders"] == ["analysts"]
    # An empty list, not none at all: dbt takes back what was granted before.
    assert nodes["customer_contacts"]["config"]["grants"] == {"select": []}
    assert nodes["stg_crm__contacts"]["config"]["grants"] == {}
