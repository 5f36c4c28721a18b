"""Which files are read, which are left alone, and which are a whole table."""

from __future__ import annotations

import json
import os
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from ingestion import cursors, load
from ingestion.file_store import FileStore, _brief
from tests.python.ingestion.files_project import Drop, csv_text, order, packed
from tests.python.ingestion.ingestion_project import REPOSITORY, Project

PARQUET: dict[str, Any] = {"file_glob": "orders/*.parquet", "format": "parquet"}
JSONL: dict[str, Any] = {"file_glob": "orders/*.jsonl*", "format": "jsonl"}
CSV: dict[str, Any] = {"file_glob": "orders/*.csv*", "format": "csv"}


@pytest.fixture
def drop(project: Project, monkeypatch: pytest.MonkeyPatch) -> Drop:
    made = Drop(project)
    monkeypatch.setenv("EXPORTS_PATH", str(made.folder))
    return made


def lines(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def as_parquet(*rows: dict[str, Any]) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(list(rows)), sink)
    content: bytes = sink.getvalue().to_pybytes()
    return content


# Which files.


def test_nested_folders_and_odd_names(drop: Drop) -> None:
    names = ["a b%20c.csv", "2025/01/ü #1.csv", "2025/02/x.csv"]
    for number, name in enumerate(names):
        drop.write(f"orders/{name}", csv_text(order(number)))
    drop.write("orders/2025/x.txt", "no")
    drop.write("others/x.csv", "no")
    drop.table(**{**CSV, "file_glob": "orders/**/*.csv"})
    drop.run()
    assert drop.orders() == ["0", "1", "2"]
    assert drop.read_files() == [f"orders/{name}" for name in names]


@pytest.mark.parametrize(
    "name",
    ["_a.csv", ".a.csv", "a.csv.tmp", "a.csv.crdownload", "_temporary/a.csv", "~"],
)
def test_unfinished_names_are_left_alone(drop: Drop, name: str) -> None:
    drop.write(f"orders/{name}", csv_text(order(1)))
    drop.table(**{**CSV, "file_glob": "orders/**/*"})
    drop.run()
    assert drop.orders() == []


def test_young_files_are_left_alone(drop: Drop) -> None:
    path = drop.write("orders/a.csv", csv_text(order(1)), age=10)
    drop.write("orders/b.csv", csv_text(order(2)))
    drop.table(**CSV)
    assert "left alone: orders/a.csv has changed just now" in drop.run()
    assert drop.orders() == ["2"]
    os.utime(path, (1_700_000_000, 1_700_000_000))
    drop.run()
    assert drop.orders() == ["2", "1"]


def test_growing_files_are_left_alone(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the listing and the end of the copy somebody appends a line."""
    path = drop.write("orders/a.csv", csv_text(order(1)))
    drop.table(**CSV)
    original = FileStore.copy

    def appending(self: Any, *arguments: Any, **options: Any) -> Any:
        with path.open("a") as file:
            file.write("2,Giza,1,2025-01-01\n")
        return original(self, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr("ingestion.file_store.FileStore.copy", appending)
        assert "left alone: orders/a.csv has changed just now" in drop.run()
    assert drop.orders() == []
    os.utime(path, (1_700_000_000, 1_700_000_000))
    drop.run()
    assert drop.orders() == ["1", "2"]


@pytest.mark.parametrize(
    ("settings", "name", "content", "reason"),
    [
        (PARQUET, "b.parquet", as_parquet(order(1))[:-9], "has no Parquet footer"),
        (PARQUET, "b.parquet", b"", "has no Parquet footer"),
        (
            JSONL,
            "b.jsonl.gz",
            packed(lines(order(1)))[:-9],
            "is no complete gzip file",
        ),
        (CSV, "b.csv", 'order_id,city\n1,a\n2,"b\n', "ends within a quoted field"),
    ],
)
def test_cut_off_files(
    drop: Drop,
    settings: dict[str, Any],
    name: str,
    content: bytes | str,
    reason: str,
) -> None:
    """While young they are left alone; later they are an error, of that file alone."""
    suffix = name.partition(".")[2]
    good: dict[str, bytes | str] = {
        "parquet": as_parquet(order(9)),
        "jsonl.gz": packed(lines(order(9))),
        "csv": csv_text(order(9)),
    }
    drop.write(f"orders/{name}", content, age=600)
    drop.write(f"orders/c.{suffix}", good[suffix], age=300)
    drop.table(**settings)
    output = drop.run()
    assert f"left alone: orders/{name} {reason}" in output
    assert drop.orders() == ["9"]
    os.utime(drop.folder / f"orders/{name}", (1_700_000_000, 1_700_000_000))
    output = drop.fail()
    assert f"error: exports.orders: orders/{name} {reason}" in output
    drop.write(f"orders/{name}", good[suffix], age=200)
    drop.run()
    assert drop.orders() == ["9"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("id,city\n1,Cairo\n", "has no column 'order_id'"),
        ("order_id,city,city\n1,Cairo,x\n", "has the column 'city' twice"),
    ],
)
def test_unusable_file_does_not_stop_the_others(
    drop: Drop, content: str, reason: str
) -> None:
    drop.write("orders/a.csv", content)
    drop.write("orders/b.csv", csv_text(order(1)))
    drop.table(**CSV)
    assert f"orders/a.csv {reason}: mend it" in drop.fail()
    assert drop.orders() == ["1"]
    assert reason in drop.fail()
    drop.write("orders/a.csv", csv_text(order(2)))
    drop.run()
    assert drop.orders() == ["1", "2"]


@pytest.mark.parametrize(
    ("settings", "name", "content"),
    [
        (JSONL, "a.jsonl", b""),
        (CSV, "a.csv", b""),
        (CSV, "a.csv", b"order_id,city\n"),
        (PARQUET, "a.parquet", as_parquet(order(1))),
    ],
)
def test_empty_files(
    drop: Drop, settings: dict[str, Any], name: str, content: bytes
) -> None:
    if settings is PARQUET:
        sink = pa.BufferOutputStream()
        pq.write_table(pa.table({"order_id": pa.array([], pa.string())}), sink)
        content = sink.getvalue().to_pybytes()
    drop.write(f"orders/{name}", content)
    drop.table(**settings)
    drop.run()
    drop.run()
    assert drop.orders() == []
    assert drop.read_files() == [f"orders/{name}"]


def test_no_files(drop: Drop) -> None:
    (drop.folder / "orders").mkdir()
    drop.table(**CSV)
    assert "exports.orders: no file matches 'orders/*.csv*'" in drop.run()


def test_missing_folder(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    drop.table(**CSV)
    line = "error: exports.orders: there is no folder for 'orders/*.csv*'"
    assert line in drop.fail()
    monkeypatch.setenv("EXPORTS_PATH", str(drop.folder / "nowhere"))
    assert line in drop.fail()


def test_url_is_read_like_a_folder(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    """`file://` goes the way of `az://`: through the library of the lake."""
    monkeypatch.setenv("EXPORTS_PATH", drop.folder.as_uri())
    drop.write("orders/2025/a b%20c #1.csv", csv_text(order(1)))
    drop.write("orders/a.csv", csv_text(order(2)), age=1)
    drop.table(**{**CSV, "file_glob": "orders/**/*.csv"})
    assert "left alone: orders/a.csv" in drop.run()
    assert "0 delivered" in drop.run()
    assert drop.orders() == ["1"]
    assert drop.read_files() == ["orders/2025/a b%20c #1.csv"]


def test_place_that_is_none(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPORTS_PATH", "nowhere://x/y")
    drop.table(**CSV)
    assert "check EXPORTS_PATH" in drop.fail()


def test_signature_is_in_no_message() -> None:
    """Not even a part of it, where the message is cut."""
    url = f"http://a/b?sv=1&sig=PLANTED{'s' * 300}"
    assert _brief(OSError(f"GET {url} refused")) == "GET http://a/b refused"


# Whole tables.

FULL: dict[str, Any] = {**CSV, "load_mode": "full", "file_glob": "orders/*.csv"}
FOLDERS: dict[str, Any] = {**FULL, "file_glob": "orders/*/*.csv"}


def last_load(drop: Drop) -> list[dict[str, Any]]:
    """Return the rows of the last load, which may have had none."""
    rows = drop.project.rows("exports/orders")
    app = "ingestion/exports/orders/loaded_at"
    last = drop.project.delta("exports/orders").transaction_version(app)
    assert last is not None
    loaded_at = cursors.from_microseconds(last)
    return [row for row in rows if row["_loaded_at"] == loaded_at]


def newest(drop: Drop) -> list[str]:
    return sorted(row["order_id"] for row in last_load(drop))


def test_newest_file_is_the_whole_table(drop: Drop) -> None:
    drop.table(**FULL)
    drop.write("orders/b.csv", csv_text(order(1), order(2)))
    drop.write("orders/a.csv", csv_text(order(2), order(3)))
    assert "2 delivered, 2 landed" in drop.run()
    assert newest(drop) == ["2", "3"]
    assert "0 delivered" in drop.run()
    (drop.folder / "orders/a.csv").unlink()
    drop.run()
    assert newest(drop) == ["2", "3"]
    drop.write("orders/b.csv", csv_text(order(4)))
    drop.run()
    assert newest(drop) == ["4"]


@pytest.mark.parametrize("memory", [0, 48 << 20])
def test_what_comes_broken_and_good_is_not_carried_over(
    drop: Drop, memory: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is what comes broken alone lost, wherever the rows wait."""
    monkeypatch.setattr("ingestion.spool.MEMORY_BYTES", memory)
    drop.table(**FULL)
    drop.write("orders/a.csv", csv_text(*(order(n, city="old") for n in (1, 2, 3))))
    drop.run()
    broken = (order(n, amount="x", city="new") for n in (1, 2))
    drop.write("orders/b.csv", csv_text(*broken, order(1, city="new"), order(3)))
    drop.run()
    found = [(row["order_id"], row["city"]) for row in last_load(drop)]
    assert sorted(found) == [("1", "new"), ("2", "old"), ("3", "Cairo")]


def test_newest_folder_is_the_whole_table(drop: Drop) -> None:
    drop.table(**FOLDERS)
    drop.write("orders/1/a.csv", csv_text(order(1)))
    drop.write("orders/2/a.csv", csv_text(order(2)))
    drop.write("orders/2/b.csv", csv_text(order(3)))
    drop.run()
    assert newest(drop) == ["2", "3"]
    drop.write("orders/3/a.csv", csv_text(order(4)))
    drop.write("orders/3/b.csv", 'order_id\n"', age=600)
    assert "left alone: orders/3/b.csv ends within" in drop.run()
    assert newest(drop) == ["2", "3"]
    drop.write("orders/3/b.csv", csv_text(order(5)), age=5)
    assert "left alone: orders/3/b.csv has changed just now" in drop.run()
    assert newest(drop) == ["2", "3"]
    drop.write("orders/3/b.csv", csv_text(order(5)), age=500)
    drop.run()
    assert newest(drop) == ["4", "5"]


def test_empty_file_does_not_empty_the_table(drop: Drop) -> None:
    drop.table(**FULL)
    drop.write("orders/a.csv", csv_text(order(1)))
    drop.run()
    drop.write("orders/b.csv", "order_id\n")
    assert "would delete everything" in drop.fail()
    assert newest(drop) == ["1"]
    drop.run("--allow-empty")
    assert newest(drop) == []


# Contract and status.


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"file_glob": "a/*"}, "key 'format' is missing"),
        ({"format": "csv"}, "key 'file_glob' is missing"),
        ({**CSV, "format": "xlsx"}, "'format': Input should be 'parquet'"),
        ({**CSV, "file_glob": "/a/*"}, "file_glob '/a/*' must be a path below"),
        ({**CSV, "file_glob": "../*"}, "file_glob '../*' must be a path below"),
        ({**CSV, "encoding": "utf-9"}, "unknown encoding 'utf-9'"),
        ({**CSV, "encoding": "hex"}, "unknown encoding 'hex'"),
        ({**CSV, "csv": {"delimeter": ";"}}, "unknown key 'delimeter'"),
        ({**PARQUET, "csv": {}}, "key 'csv' means nothing to format 'parquet'"),
        ({**CSV, "table": "orders"}, "key 'table' means nothing to kind 'files'"),
        (
            {**CSV, "incremental": {"cursor_path": "updated_at", "lag": 5}},
            "key 'lag' means nothing to kind 'files'",
        ),
    ],
)
def test_mistakes_of_the_contract(
    drop: Drop, settings: dict[str, Any], message: str
) -> None:
    drop.table(**settings)
    result = drop.project.call("validate")
    assert result.exit_code == 1
    assert message in result.output


def test_example_of_the_documentation_is_good(drop: Drop) -> None:
    text = (REPOSITORY / "docs/contract.md").read_text()
    example = yaml.safe_load(text.partition("```yaml\n")[2].partition("```")[0])
    drop.table(**CSV)
    mine = yaml.safe_load(drop.project.contract("exports").read_text())
    rejected = next(
        table for table in mine["sources"][0]["tables"] if table["name"] == "_rejected"
    )
    rejected["config"]["meta"]["delta_table_path"] = "lake/tills/_rejected"
    example["sources"][0]["tables"].append(rejected)
    drop.project.contract("exports").unlink()
    path = drop.project.contract("tills")
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(example))
    result = drop.project.call("validate")
    assert result.exit_code == 0, result.output


def test_contract_needs_its_table_of_files(drop: Drop) -> None:
    drop.table(**CSV)
    assert drop.project.call("validate").exit_code == 0
    drop.project.edit("exports", "name: _files", "name: files")
    output = drop.project.call("validate").output
    assert "source 'exports' has no table _files" in output


def test_status_and_log_know_the_table(drop: Drop) -> None:
    drop.write("orders/a.jsonl", lines(order(1), order(2), order(3, amount="x")))
    drop.table(**JSONL)
    drop.run()
    row = next(
        line
        for line in drop.project.call("status").output.splitlines()
        if "exports.orders" in line
    )
    assert [part.strip() for part in row.split("│")][1::3] == ["2", "1"]
    loads = drop.project.rows("_ingestion/loads")
    mine = [one for one in loads if one["source_name"] == "exports"]
    assert {one["outcome"] for one in mine} == {"landed", "rejected", "finished"}
    names = ("delivered_count", "landed_count", "rejected_count")
    assert [sum(one[name] for one in mine) for name in names] == [3, 2, 1]


def test_commits_are_made_between_files(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "COMMIT_ROWS", 3)
    for number in range(4):
        first = number * 10
        drop.write(f"orders/{number}.csv", csv_text(order(first), order(first + 1)))
    drop.table(**CSV)
    drop.run()
    loads = drop.orders("_loaded_at")
    assert [loads.count(one) for one in sorted(set(loads))] == [4, 4]
