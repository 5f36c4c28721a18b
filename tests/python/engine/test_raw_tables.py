"""What stops a run on Databricks before it registers a table of the wrong lake."""

import json
from pathlib import Path

import pytest
import yaml

from tests.python.support.dbt_project import ScratchProject

LAKE = "abfss://raw@account.dfs.core.windows.net/cdp"
TABLE = "main.cdp_raw_shop.orders"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ScratchProject:
    return ScratchProject(tmp_path_factory.mktemp("lake"), models={})


def run(project: ScratchProject, macro: str, **arguments: str) -> None:
    project.dbt("run-operation", macro, "--args", json.dumps(arguments))


@pytest.mark.parametrize("lake", [LAKE, "/data/lake", "file:///data/lake"])
def test_a_lake_that_a_warehouse_can_find(project: ScratchProject, lake: str) -> None:
    run(project, "check_lake_location", lake=lake)


@pytest.mark.parametrize(
    ("lake", "says"),
    [("", "CDP_LAKE is not set"), (".data/lake", "CDP_LAKE is .data/lake")],
    ids=["not_set", "relative"],
)
def test_a_lake_that_no_warehouse_can_find(
    project: ScratchProject, lake: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(AssertionError):
        run(project, "check_lake_location", lake=lake)
    assert says in capsys.readouterr().out


@pytest.mark.parametrize(
    ("registered", "configured"),
    [
        (f"{LAKE}/shop/orders", f"{LAKE}/shop/orders"),
        (f"{LAKE}/shop/orders/", f"{LAKE}/shop/orders"),
        ("file:/data/lake/shop/orders", "/data/lake/shop/orders"),
        ("file:///data/lake/shop/orders", "file:/data/lake/shop/orders"),
        # CDP_LAKE with a slash at its end, of which the catalog keeps none.
        (f"{LAKE}/shop/orders", f"{LAKE}//shop/orders"),
        ("file:/data/lake/shop/orders", "/data/lake//shop/orders"),
        # The catalog has a URL of what was a path.
        ("file:/My%20Data/100%25/%C3%A4é", "/My Data/100%/äé"),
        ("file:/data/50%2520", "/data/50%20"),
        ("/data/50%20", "/data/50%20"),
    ],
    ids=[
        *("same", "slash_at_the_end", "path", "url", "slash_of_the_lake"),
        *("slash_of_the_folder", "escapes", "escaped_escape", "no_url"),
    ],
)
def test_a_table_registered_where_the_lake_is(
    project: ScratchProject, registered: str, configured: str
) -> None:
    run(
        project,
        "check_raw_table_location",
        relation=TABLE,
        registered=registered,
        configured=configured,
    )


def test_a_table_registered_in_another_lake(
    project: ScratchProject, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there = "/data/lake/shop/orders", f"{LAKE}/shop/orders"
    with pytest.raises(AssertionError):
        run(
            project,
            "check_raw_table_location",
            relation=TABLE,
            registered=here,
            configured=there,
        )
    message = capsys.readouterr().out
    assert (
        f"{TABLE} is registered at {here}, but CDP_LAKE puts it at {there}" in message
    )


def test_two_tables_whose_locations_differ_in_an_escape(
    project: ScratchProject,
) -> None:
    with pytest.raises(AssertionError):
        run(
            project,
            "check_raw_table_location",
            relation=TABLE,
            registered="file:/data/50%20",
            configured="/data/50%20",
        )


# In place of Databricks: a catalog, which has names in lower case only.
CATALOG = """\
{%% macro run_query(query) -%%}
    {%%- if "information_schema.tables" not in query -%%}
        {%%- do exceptions.raise_compiler_error("The catalog was asked: " ~ query) -%%}
    {%%- endif -%%}
    {{ return({"rows": [("dev_raw_shop", "orders", "%s")]}) }}
{%%- endmacro %%}
"""


def test_registered_table_in_a_schema_with_capitals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is created, and the location is compared."""
    monkeypatch.setenv("CDP_LAKE", LAKE)
    project = ScratchProject(tmp_path, models={})
    configuration = tmp_path / "dbt_project.yml"
    settings = yaml.safe_load(configuration.read_text())
    settings["macro-paths"].append("macros")
    settings.pop("on-run-start")
    configuration.write_text(yaml.safe_dump(settings))
    meta = {"delta_table_path": f"{LAKE}/shop/orders"}
    table = {"name": "Orders", "config": {"meta": meta}}
    source = {"name": "shop", "schema": "DEV_raw_shop", "tables": [table]}
    (tmp_path / "models").mkdir()
    (tmp_path / "models/sources.yml").write_text(yaml.safe_dump({"sources": [source]}))
    (tmp_path / "macros").mkdir()
    catalog = tmp_path / "macros/run_query.sql"
    catalog.write_text(CATALOG % f"{LAKE}/shop/orders")
    project.dbt("run-operation", "default__register_raw_tables")
    catalog.write_text(CATALOG % "abfss://elsewhere/shop/orders")
    with pytest.raises(AssertionError):
        project.dbt("run-operation", "default__register_raw_tables")
