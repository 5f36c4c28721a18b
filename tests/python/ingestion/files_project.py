"""A small contract of kind `files`, and a folder that somebody drops files into."""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from tests.python.ingestion.ingestion_project import Project

LONG_AGO = 7200.0
_TECHNICAL = {
    "_extra": "string",
    "_loaded_at": "timestamp",
    "_batch_id": "string",
    "_source_position": "bigint",
}
_OTHERS = {
    "_rejected": {
        "table_name": "string",
        "source_record_id": "string",
        "reason": "string",
        "payload": "string",
    },
    "_files": {
        "table_name": "string",
        "file_path": "string",
        "file_size": "bigint",
        "modified_at": "timestamp",
        "content_digest": "string",
    },
}
COLUMNS = {
    "order_id": "string",
    "city": "string",
    "amount": "decimal(18,4)",
    "updated_at": "timestamp",
}


def packed(text: str) -> bytes:
    """Return the same bytes at any time: names of tests may have them in them."""
    return gzip.compress(text.encode(), mtime=0)


class Drop:
    """The folder; what is dropped is old, each file a second younger than the last."""

    def __init__(self, project: Project) -> None:
        self.project = project
        # Each run makes the tables of all sources, which takes its time.
        for other in ("commerce", "crm", "shop", "stewardship"):
            project.contract(other).unlink(missing_ok=True)
        self.folder = project.folder / "drop"
        self.folder.mkdir()
        self._dropped = 0

    def table(self, **settings: Any) -> None:
        """Make the contract: one table `exports.orders`."""
        loaded = {"primary_key": ["order_id"], "load_mode": "incremental", **settings}
        if loaded["load_mode"] == "incremental" and "incremental" not in settings:
            loaded["incremental"] = {"cursor_path": "updated_at"}
        loaded = {key: value for key, value in loaded.items() if value is not None}
        tables = [_table("orders", {**COLUMNS, **_TECHNICAL}, loaded)]
        for name, columns in _OTHERS.items():
            own = {**columns, **_TECHNICAL}
            own.pop("_extra")
            tables.append(_table(name, own, None))
        source = {
            "name": "exports",
            "config": {
                "meta": {"ingestion": {"kind": "files", "path_env": "EXPORTS_PATH"}}
            },
            "tables": tables,
        }
        path = self.project.contract("exports")
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump({"version": 2, "sources": [source]}))

    def write(self, name: str, content: bytes | str, age: float = LONG_AGO) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        raw = content.encode() if isinstance(content, str) else content
        path.write_bytes(raw)
        self._dropped += 1
        changed = time.time() - age + self._dropped
        os.utime(path, (changed, changed))
        return path

    def parquet(self, name: str, rows: Sequence[dict[str, Any]], **more: Any) -> Path:
        sink = pa.BufferOutputStream()
        pq.write_table(pa.Table.from_pylist(list(rows)), sink)
        return self.write(name, sink.getvalue().to_pybytes(), **more)

    def run(self, *arguments: str) -> str:
        return self.project.run("--source", "exports", *arguments).output

    def fail(self) -> str:
        result = self.project.call("run", "--source", "exports")
        assert result.exit_code == 1, result.output
        assert "Traceback" not in result.output
        return result.output

    def orders(self, *columns: str) -> list[Any]:
        return self.project.values("exports/orders", *(columns or ("order_id",)))

    def rejected(self, *columns: str) -> list[Any]:
        return self.project.values("exports/_rejected", *columns)

    def read_files(self) -> list[str]:
        return self.project.values("exports/_files", "file_path")


def order(number: int, minute: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "order_id": str(number),
        "city": "Cairo",
        "amount": f"{number}.5",
        "updated_at": f"2025-01-01T00:{minute:02d}:00Z",
        **more,
    }


def csv_text(*rows: dict[str, Any]) -> str:
    lines = [",".join(rows[0])]
    lines += [",".join(str(value) for value in row.values()) for row in rows]
    return "\n".join(lines) + "\n"


def _table(name: str, columns: dict[str, str], loaded: Any) -> dict[str, Any]:
    meta: dict[str, Any] = {"delta_table_path": f"lake/exports/{name}"}
    if loaded is not None:
        meta["ingestion"] = loaded
    described = [{"name": key, "data_type": kind} for key, kind in columns.items()]
    return {"name": name, "config": {"meta": meta}, "columns": described}
