"""The contract: every mistake is named with its file and line."""

from __future__ import annotations

import pytest

from ingestion import contract, contract_sources
from ingestion.contract_files import load_contract
from ingestion.errors import ContractError
from tests.python.ingestion.ingestion_project import REPOSITORY, Project

INCREMENTAL = "cursor_path: rate_date"


def test_contract_of_the_repository_is_good(project: Project) -> None:
    result = project.call("validate")
    assert result.exit_code == 0
    assert result.output == "contract is good: 3 sources, 12 tables\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "primary_key: [rate",
            "primry_key: [rate",
            "unknown key 'primry_key' (meant: primary_key?)",
        ),
        (
            "primary_key: [rate_date,",
            "primary_key: [day,",
            "primary_key 'day' is no column",
        ),
        (
            "load_mode: incremental",
            "load_mode: increment",
            "'load_mode': Input should be",
        ),
        (
            INCREMENTAL,
            "cursor_path: day",
            "cursor_path 'day' is no column",
        ),
        (INCREMENTAL, "cursor_path: rate", "must be a timestamp, date"),
        ("data_type: decimal(28,12)", "data_type: decimal(28;12)", "unknown data_type"),
        ("data_type: decimal(28,12)", "data_type: decimal(40,2)", "needs 1 <= p <= 38"),
        (
            "data_type: decimal(28,12)",
            "data_tpye: decimal(28,12)",
            "unknown key 'data_tpye'",
        ),
        ("kind: rest", "kind: soap", "Input tag 'soap'"),
        ("endpoint: /v1/events", "table: events", "key 'endpoint' is missing"),
        (
            "endpoint: /v1/events",
            "endpoint: /v1/events\n              object: e",
            "means nothing to kind 'rest'",
        ),
        ("type: page_number", "type: page_numbers", "Input tag 'page_numbers'"),
        (
            "base_url_env: COMMERCE_API_URL",
            "base_url: x",
            "key 'base_url_env' is missing",
        ),
        (
            '/commerce/events"',
            '/commerce/event"',
            "delta_table_path must be <lake>/commerce/events",
        ),
        ("- name: events", "- name: customers", "table 'customers' stands twice"),
        ("- name: event_type", "- name: event_id", "column 'event_id' stands twice"),
        (
            "- name: _batch_id",
            "- name: _batch",
            "column '_batch_id' (string) is missing",
        ),
        ("- name: _rejected", "- name: rejected", "has no table _rejected"),
        (
            "max_rejected_ratio: 0.05",
            "max_rejected_ratio: 5",
            "less than or equal to 1",
        ),
        (
            "loader: ingestion",
            "loader: ingestion\n    loader: other",
            "key 'loader' stands twice",
        ),
        ("version: 2", "version: [2", "YAML:"),
    ],
)
def test_mistake_is_named_with_its_line(
    project: Project, old: str, new: str, message: str
) -> None:
    project.edit("commerce", old, new)
    result = project.call("validate")
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output
    for line in result.output.splitlines():
        name, number = line.removeprefix("error: ").split(":")[:2]
        assert name == "models/staging/commerce/_commerce__sources.yml"
        assert int(number) >= 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("- name: value_freq", "- name: freq", "the platform keeps no such table"),
        ("- name: decided_by", "- name: by", "column 'decided_by' (string) is missing"),
        ("data_type: bigint", "data_type: int", "'record_count' must be bigint"),
        (
            "/_stewardship/identity_decisions",
            "/stewardship/identity_decisions",
            "delta_table_path must be <lake>/_stewardship/identity_decisions",
        ),
    ],
)
def test_mistake_in_a_table_of_the_platform(
    project: Project, old: str, new: str, message: str
) -> None:
    project.edit("stewardship", old, new)
    result = project.call("validate")
    assert result.exit_code == 1
    assert message in result.output


def test_line_is_the_right_one(project: Project) -> None:
    project.edit("shop", "load_mode: full", "load_mode: whole")
    lines = project.contract("shop").read_text().splitlines()
    expected = 1 + next(n for n, text in enumerate(lines) if "load_mode: whole" in text)
    with pytest.raises(ContractError) as caught:
        load_contract(project.folder)
    [problem] = caught.value.problems
    assert problem.line == expected


def test_all_mistakes_at_once(project: Project) -> None:
    project.edit("commerce", "primary_key: [customer_id]", "primary_key: [id]")
    project.edit("shop", "primary_key: [order_id]", "primary_key: [id]")
    result = project.call("run")
    assert result.exit_code == 1
    assert result.output.count("primary_key 'id' is no column") == 2
    assert not project.lake.exists()


def test_folder_without_contract(project: Project) -> None:
    empty = project.folder / "empty"
    empty.mkdir()
    project.folder = empty
    result = project.call("validate")
    assert result.exit_code == 1
    assert "run in the dbt project or give --project-dir" in result.output


def test_every_key_is_documented() -> None:
    text = (REPOSITORY / "docs/contract.md").read_text()
    models = (
        contract_sources.RestSource,
        contract_sources.SqlSource,
        contract_sources.FilesSource,
        contract.CsvOptions,
        contract.TableSettings,
        contract.Incremental,
        contract_sources.PageNumberPaginator,
        contract_sources.OffsetPaginator,
        contract_sources.CursorPaginator,
        contract.ColumnMeta,
        contract_sources.BearerAuth,
        contract_sources.OauthAuth,
        contract_sources.RateLimit,
        contract_sources.SchemaContract,
    )
    for model in models:
        for key in model.model_fields:
            assert f"`{key}`" in text, f"{key} of {model.__name__}"
