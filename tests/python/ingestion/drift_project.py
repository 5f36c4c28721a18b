"""One table with a column of each type, read from each kind of source."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

import pytest
from starlette.responses import Response

from ingestion.contract import TECHNICAL
from ingestion.contract_rules import REJECTED_COLUMNS
from ingestion.datatypes import type_name
from tests.python.ingestion.fake_sources import TOKEN, FakeSources, moment
from tests.python.ingestion.ingestion_project import Project

KINDS = ("rest", "hubspot", "sql")
COLUMNS = {
    "id": "string",
    "name": "string",
    "amount": "decimal(18,4)",
    "quantity": "int",
    "ratio": "double",
    "is_active": "boolean",
    "born_on": "date",
    "state": "string",
    "stage": "string",
    "changed_at": "timestamp",
    "mark": "int",
}
REQUIRED = ("id", "stage", "changed_at")
SOURCES = {
    "rest": "kind: rest, base_url_env: DRIFT_URL, "
    "auth: {type: bearer, token_env: DRIFT_TOKEN}",
    "hubspot": "kind: hubspot, base_url_env: DRIFT_URL, "
    "auth: {type: bearer, token_env: DRIFT_TOKEN}",
    "sql": "kind: sql, url_env: DRIFT_URL",
}
TABLES = {
    "rest": "endpoint: /v1/events, data_selector: data",
    "hubspot": "object: things",
    "sql": "table: things",
}

# A value as a source has it: JSON bytes of an API, what SQLite stores of a database.
Field = bytes | str | int | float | None


class DriftProject:
    """A project of one source, whose records are given field by field."""

    def __init__(
        self,
        project: Project,
        sources: FakeSources,
        kind: str,
        monkeypatch: pytest.MonkeyPatch,
        *,
        load_mode: str = "incremental",
    ) -> None:
        self.project = project
        self.sources = sources
        self.kind = kind
        self.columns = dict(COLUMNS)
        self.load_mode = load_mode
        self.path = project.folder / "things.db"
        monkeypatch.setenv("DRIFT_TOKEN", TOKEN)
        url = f"sqlite:///{self.path}" if kind == "sql" else sources.url
        monkeypatch.setenv("DRIFT_URL", url)
        monkeypatch.setenv("CDP_LAKE", str(project.lake))
        # The tables of the platform itself are needed, other sources are not.
        for name in ("commerce", "crm", "shop", "stewardship"):
            project.contract(name).unlink()
        self.write_contract()

    def write_contract(self, **columns: str) -> None:
        """Write the contract, with more columns."""
        self.columns |= columns
        content = "".join(
            f"          - name: {name}\n            data_type: {kind}\n"
            + (
                "            constraints: [{type: not_null}]\n"
                if name in REQUIRED
                else ""
            )
            for name, kind in self.columns.items()
        )
        incremental = (
            ", incremental: {cursor_path: changed_at, lag: 3600}"
            if self.load_mode == "incremental"
            else ""
        )
        settings = (
            f"{TABLES[self.kind]}, primary_key: [id],"
            f" load_mode: {self.load_mode}{incremental}"
        )
        text = (
            "version: 2\nsources:\n  - name: drift\n    config: {meta: {ingestion:"
            f" {{{SOURCES[self.kind]}}}}}}}\n    tables:\n"
            + _table("things", f", ingestion: {{{settings}}}")
            + content
            + _columns(TECHNICAL)
            + _table("_rejected", "")
            + _columns(REJECTED_COLUMNS)
        )
        path = self.project.folder / "models/staging/drift/_drift__sources.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def deliver(self, *records: Mapping[str, Field]) -> None:
        """Make the source deliver records."""
        if self.kind == "sql":
            self._fill(records)
            return
        make = _crm_object if self.kind == "hubspot" else _json_object
        rows = [make(record) for record in records]
        name = b"results" if self.kind == "hubspot" else b"data"
        full = b'{"%s":[%s]}' % (name, b",".join(rows))
        empty = b'{"%s":[]}' % name

        def answer(path: str, count: int) -> Response:
            # The CRM lists what is archived, too.
            body = empty if "archived=true" in self.sources.requests[-1] else full
            return Response(body, 200, {"content-type": "application/json"})

        self.sources.before = answer

    def run(self, *arguments: str) -> str:
        """Run, insist that all went well, and return what was printed."""
        return self.project.run("--source", "drift", *arguments).output

    def rows(self) -> list[dict[str, Any]]:
        return self.project.rows("drift/things")

    def by_id(self) -> dict[str, dict[str, Any]]:
        return {row["id"]: row for row in self.rows()}

    def extra(self, identifier: str) -> Any:
        text = self.by_id()[identifier]["_extra"]
        return None if text is None else json.loads(text)

    def rejected(self) -> list[dict[str, Any]]:
        return self.project.rows("drift/_rejected")

    def _fill(self, records: tuple[Mapping[str, Field], ...]) -> None:
        self.path.unlink(missing_ok=True)
        names = list(dict.fromkeys(name for record in records for name in record))
        connection = sqlite3.connect(self.path)
        with connection:
            connection.execute(f"create table things ({', '.join(names)})")
            for record in records:
                # Text of a database is bytes, which need not be UTF-8.
                values = (
                    f"cast(:{name} as text)"
                    if isinstance(record.get(name), bytes)
                    else f":{name}"
                    for name in names
                )
                connection.execute(
                    f"insert into things values ({', '.join(values)})",
                    {name: record.get(name) for name in names},
                )
        connection.close()


def thing(kind: str, number: int, **fields: Field) -> dict[str, Field]:
    """Return a record that keeps the contract but for `fields`."""
    values: dict[str, Any] = {
        "id": str(number),
        "name": f"Thing {number}",
        "amount": 1.5,
        "quantity": 3,
        "ratio": 0.25,
        "is_active": 1 if kind == "sql" else True,
        "born_on": "2024-02-29",
        "state": "open",
        "stage": "new",
        "changed_at": moment(number),
        "mark": number,
    }
    if kind == "sql":
        return {**values, **fields}
    return {
        **{name: json.dumps(one).encode() for name, one in values.items()},
        **fields,
    }


def _json_object(record: Mapping[str, Field]) -> bytes:
    parts = [b'"%s":%s' % (name.encode(), one) for name, one in record.items()]  # type: ignore[str-bytes-safe]
    return b"{" + b",".join(parts) + b"}"


def _crm_object(record: Mapping[str, Field]) -> bytes:
    inner = {name: one for name, one in record.items() if name != "id"}
    outer = {name: one for name, one in record.items() if name == "id"}
    return _json_object({**outer, "properties": _json_object(inner)})


def _table(name: str, more: str) -> str:
    path = f"delta_table_path: '<lake>/drift/{name}'"
    return (
        f"      - name: {name}\n        config: {{meta: {{{path}{more}}}}}\n"
        "        columns:\n"
    )


def _columns(columns: Mapping[str, Any]) -> str:
    return "".join(
        f"          - name: {name}\n            data_type: {type_name(kind)}\n"
        for name, kind in columns.items()
    )
