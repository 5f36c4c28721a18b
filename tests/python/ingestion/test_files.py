"""Files that others drop: every format, each once, half-written ones left alone."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from ingestion import load
from ingestion.file_store import FileStore, _brief
from tests.python.ingestion.files_project import Drop, csv_text, order
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


# Formats.


def test_parquet_is_typed(drop: Drop) -> None:
    moment = pa.array([1_735_689_600_123_456_789], pa.timestamp("ns"))
    table = pa.table(
        {
            "order_id": pa.array([1], pa.int64()),
            "city": pa.array(["القاهرة"]).dictionary_encode(),
            "amount": pa.array([Decimal("2.00005")], pa.decimal128(20, 5)),
            "updated_at": moment,
            "gift": pa.array([{"note": "yes"}]),
        }
    )
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    drop.write("orders/a.parquet", sink.getvalue().to_pybytes())
    drop.table(**PARQUET)
    drop.run()
    assert drop.orders("order_id", "city", "amount", "updated_at", "_extra") == [
        (
            "1",
            "القاهرة",
            Decimal("2.0001"),
            dt.datetime(2025, 1, 1, 0, 0, 0, 123456, tzinfo=dt.UTC),
            '{"gift":{"note":"yes"}}',
        )
    ]


@pytest.mark.parametrize(
    ("settings", "name", "content"),
    [
        (PARQUET, "a.parquet", as_parquet(order(1), order(2, colour="red"))),
        (JSONL, "a.jsonl", lines(order(1), order(2, colour="red"))),
        (JSONL, "a.jsonl.gz", gzip.compress(lines(order(1), order(2)).encode())),
        (JSONL, "a.jsonl", "\ufeff" + lines(order(1), order(2)).replace("\n", "\r\n")),
        (CSV, "a.csv", csv_text(order(1), order(2))),
        (CSV, "a.csv.gz", gzip.compress(csv_text(order(1), order(2)).encode())),
        (CSV, "a.csv", "\ufeff" + csv_text(order(1), order(2)).replace("\n", "\r\n")),
        (
            {**CSV, "encoding": "utf-16", "csv": {"delimiter": ";"}},
            "a.csv",
            csv_text(order(1), order(2)).replace(",", ";").encode("utf-16"),
        ),
        (
            {**CSV, "csv": {"header": False}},
            "a.csv",
            csv_text(order(1), order(2)).partition("\n")[2],
        ),
    ],
)
def test_each_format(
    drop: Drop, settings: dict[str, Any], name: str, content: bytes | str
) -> None:
    drop.write(f"orders/{name}", content)
    drop.table(**settings)
    drop.run()
    assert drop.orders("order_id", "city", "amount", "updated_at") == [
        (n, "Cairo", Decimal(f"{n}.5"), dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
        for n in ("1", "2")
    ]


def test_csv_with_quoted_newlines_and_empty_fields(drop: Drop) -> None:
    drop.write(
        "orders/a.csv",
        'order_id,city,amount,colour\n1,"مدينة\n""نصر"", القاهرة",1,red\n\n2,,,\n',
    )
    drop.table(**CSV)
    drop.run()
    assert drop.orders("order_id", "city", "amount", "_extra") == [
        ("1", 'مدينة\n"نصر", القاهرة', Decimal(1), '{"colour":"red"}'),
        ("2", None, None, None),
    ]


def test_column_within_a_structure(drop: Drop) -> None:
    drop.parquet("orders/a.parquet", [{"order_id": "1", "at": {"city": "Giza"}}])
    drop.table(**PARQUET)
    text = drop.project.contract("exports").read_text()
    assert "name: city\n" in text
    drop.project.edit(
        "exports", "name: city\n", "name: city\n      config: {meta: {path: at.city}}\n"
    )
    drop.run()
    assert drop.orders("order_id", "city", "_extra") == [("1", "Giza", None)]


# Broken records.


def test_broken_lines_are_set_aside(drop: Drop) -> None:
    good, broken = json.dumps(order(1)), json.dumps(order(4, amount="x"))
    drop.write("orders/a.jsonl", f'{good}\n{{"order_id": "2"\n[3]\n\n{broken}\n')
    drop.table(**JSONL)
    drop.run()
    drop.run("--full-refresh")
    assert drop.orders() == ["1"]
    found = {
        reason: json.loads(payload)
        for reason, payload in drop.rejected("reason", "payload")
    }
    assert found == {
        "is no JSON": {
            "_file": "orders/a.jsonl",
            "_line": 2,
            "text": '{"order_id": "2"',
        },
        "is no JSON object": {"_file": "orders/a.jsonl", "_line": 3, "text": "[3]"},
        "amount is not a number": {
            "_file": "orders/a.jsonl",
            "_line": 5,
            **order(4, amount="x"),
        },
    }
    assert len(drop.rejected("reason")) == 3


def test_broken_lines_of_csv(drop: Drop) -> None:
    drop.write(
        "orders/a.csv",
        'order_id,city\n1,Cairo\n2\n3,"Gi"za\n4,"a\nb"\n5,x,y\n,Tanta\n',
    )
    drop.table(**CSV)
    drop.run()
    assert drop.orders("order_id", "city") == [("1", "Cairo"), ("4", "a\nb")]
    found = [
        (reason, json.loads(payload)["_line"])
        for reason, payload in drop.rejected("reason", "payload")
    ]
    assert found == [
        ("has 1 fields instead of 2", 3),
        ("has a quote in the wrong place", 4),
        ("has 3 fields instead of 2", 7),
        ("order_id is missing", 8),
    ]


def test_broken_row_of_parquet(drop: Drop) -> None:
    rows = [order(1), order(2, amount="x"), order(3, updated_at="2025-02-30")]
    drop.parquet("orders/a.parquet", rows)
    drop.table(**PARQUET)
    drop.run()
    assert drop.orders() == ["1"]
    found = [json.loads(text) for text in drop.rejected("payload")]
    assert [(one["_file"], one["_row"]) for one in found] == [
        ("orders/a.parquet", 2),
        ("orders/a.parquet", 3),
    ]


def test_times_that_python_does_not_know(drop: Drop) -> None:
    far = pa.array([10**18 // 2, 0], pa.timestamp("us"))
    table = pa.table({"order_id": ["1", "2"], "updated_at": far})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    drop.write("orders/a.parquet", sink.getvalue().to_pybytes())
    drop.table(**PARQUET)
    drop.run()
    assert drop.orders() == ["2"]
    assert drop.rejected("reason") == ["updated_at is not a timestamp"]


def test_too_many_broken_records_land_nothing(drop: Drop) -> None:
    drop.write("orders/a.jsonl", lines(*(order(n, amount="x") for n in range(11))))
    drop.write("orders/b.jsonl", lines(order(99)))
    drop.table(**JSONL, max_rejected_ratio=0.1)
    assert "11 of 12 new records break the contract" in drop.fail()
    assert drop.orders() == []
    assert drop.read_files() == []
    drop.write("orders/a.jsonl", lines(*(order(n) for n in range(11))))
    drop.run()
    assert len(drop.orders()) == 12


# Exactly once.


@pytest.mark.parametrize("settings", [PARQUET, {**PARQUET, "incremental": None}])
def test_files_are_read_once(drop: Drop, settings: dict[str, Any]) -> None:
    drop.parquet("orders/a.parquet", [order(1), order(2)])
    drop.table(**settings)
    drop.run()
    version = drop.project.delta("exports/orders").version()
    assert "0 delivered" in drop.run()
    drop.parquet("orders/b.parquet", [order(3)])
    assert "1 delivered, 1 landed" in drop.run()
    drop.run("--full-refresh")
    assert drop.orders() == ["1", "2", "3"]
    assert drop.project.delta("exports/orders").version() == version + 1


def test_same_content_in_another_file_adds_nothing(drop: Drop) -> None:
    drop.parquet("orders/a.parquet", [order(1)])
    drop.parquet("orders/b.parquet", [order(1)])
    drop.table(**PARQUET)
    assert "2 delivered, 1 landed" in drop.run()
    drop.parquet("orders/c.parquet", [order(1)])
    assert "1 delivered, 0 landed" in drop.run()
    assert "0 delivered" in drop.run()
    assert drop.orders() == ["1"]
    assert drop.read_files() == [f"orders/{name}.parquet" for name in "abc"]


def test_replaced_file_adds_its_new_versions(drop: Drop) -> None:
    drop.parquet("orders/a.parquet", [order(1), order(2)])
    drop.table(**PARQUET)
    drop.run()
    changed = order(2, minute=5, city="Giza")
    drop.parquet("orders/a.parquet", [order(1), changed, order(3)])
    assert "3 delivered, 2 landed" in drop.run()
    assert drop.orders("order_id", "city") == [
        ("1", "Cairo"),
        ("2", "Cairo"),
        ("2", "Giza"),
        ("3", "Cairo"),
    ]


def test_touched_file_is_not_read_again(drop: Drop) -> None:
    path = drop.write("orders/a.csv", csv_text(order(1)))
    drop.table(**{**CSV, "incremental": None})
    drop.run()
    drop.write("orders/b.csv", csv_text(order(1, city="Giza")))
    drop.run()
    os.utime(path, (1_700_000_000, 1_700_000_000))
    assert "0 delivered" in drop.run()
    assert drop.orders("city") == ["Cairo", "Giza"]


def test_without_cursor_the_order_of_the_files_counts(drop: Drop) -> None:
    """A, B, A are three versions, and reading them once more adds none."""
    drop.table(**{**JSONL, "incremental": None})
    for name, city in (("c", "Cairo"), ("b", "Giza"), ("a", "Cairo")):
        drop.write(f"orders/{name}.jsonl", lines(order(1, city=city)))
    drop.run()
    drop.run("--full-refresh")
    assert drop.orders("city") == ["Cairo", "Giza", "Cairo"]


def test_known_files_survive_compaction_and_a_cleaned_log(drop: Drop) -> None:
    drop.table(**{**JSONL, "incremental": None})
    for name, city in (("c", "Cairo"), ("b", "Giza"), ("a", "Cairo")):
        drop.write(f"orders/{name}.jsonl", lines(order(1, city=city)))
        drop.run()
    for name in ("orders", "_files"):
        table = drop.project.delta(f"exports/{name}")
        table.optimize.compact()
        table.vacuum(0, dry_run=False, enforce_retention_duration=False)
        table.create_checkpoint()
        for file in (drop.project.lake / f"exports/{name}/_delta_log").glob("*.json"):
            if int(file.stem) < table.version():
                file.unlink()
    assert "0 delivered" in drop.run()
    drop.write("orders/d.jsonl", lines(order(2)))
    assert "1 delivered, 1 landed" in drop.run()


def test_table_that_is_made_anew_gets_all_files_again(drop: Drop) -> None:
    drop.write("orders/a.csv", csv_text(order(1)))
    drop.table(**CSV)
    drop.run()
    (drop.project.lake / "exports/orders").rename(drop.project.folder / "old")
    drop.run()
    assert drop.orders() == ["1"]


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
            gzip.compress(lines(order(1)).encode())[:-9],
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
        "jsonl.gz": gzip.compress(lines(order(9)).encode()),
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


def newest(drop: Drop) -> list[str]:
    rows = drop.project.rows("exports/orders")
    last = max((row["_loaded_at"] for row in rows), default=None)
    return sorted(row["order_id"] for row in rows if row["_loaded_at"] == last)


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
