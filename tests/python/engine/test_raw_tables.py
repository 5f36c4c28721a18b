"""What stops a run on Databricks before it registers a table of the wrong lake."""

import json

import pytest

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
