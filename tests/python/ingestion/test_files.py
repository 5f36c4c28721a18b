"""Files that others drop: every format, each once, half-written ones left alone."""

from __future__ import annotations

import datetime as dt
import json
import os
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.python.ingestion.files_project import Drop, csv_text, order, packed
from tests.python.ingestion.ingestion_project import Project

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
        (JSONL, "a.jsonl.gz", packed(lines(order(1), order(2)))),
        (JSONL, "a.jsonl", "\ufeff" + lines(order(1), order(2)).replace("\n", "\r\n")),
        (CSV, "a.csv", csv_text(order(1), order(2))),
        (CSV, "a.csv.gz", packed(csv_text(order(1), order(2)))),
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


def test_json_keeps_every_digit_and_any_depth(drop: Drop) -> None:
    deep = "[" * 2_000 + "]" * 2_000
    rows = [
        '{"order_id": "1", "amount": 12345678901234.5678, "kg": 0.10000000000000001}',
        '{"order_id": "2", "amount": 99999999999999.9999}',
        f'{{"order_id": "3", "amount": 3, "tree": {deep}}}',
        '{"order_id": "4", "amount": 123456789012345678.9}',
    ]
    drop.write("orders/a.jsonl", "\n".join(rows))
    drop.table(**JSONL, max_rejected_ratio=1.0)
    drop.run()
    assert drop.orders("order_id", "amount") == [
        ("1", Decimal("12345678901234.5678")),
        ("2", Decimal("99999999999999.9999")),
        ("3", Decimal(3)),
    ]
    assert "0.10000000000000001" in drop.orders("_extra")[0]
    [rejected] = drop.project.rows("exports/_rejected")
    assert "123456789012345678.9" in rejected["payload"]


def test_parquet_with_moments_that_python_does_not_know(drop: Drop) -> None:
    """Also within lists and records, also in columns that nobody knows."""
    far = 2**62
    kinds = {
        "when": pa.timestamp("us"),
        "whens": pa.list_(pa.timestamp("us")),
        "visit": pa.struct([("at", pa.timestamp("us"))]),
    }
    values = {
        "when": [far, 0],
        "whens": [[0, far], [0]],
        "visit": [{"at": far}, {"at": 0}],
    }
    columns = {name: pa.array(values[name], kind) for name, kind in kinds.items()}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"order_id": ["1", "2"], **columns}), sink)
    drop.write("orders/a.parquet", sink.getvalue().to_pybytes())
    drop.table(**PARQUET)
    drop.run()
    first, second = map(json.loads, drop.orders("_extra"))
    assert str(far) in first["when"]
    assert str(far) in first["whens"][1]
    assert str(far) in first["visit"]["at"]
    assert first["whens"][0] == second["whens"][0] == second["visit"]["at"]


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


def test_without_cursor_no_file_passes_one_that_is_unusable(drop: Drop) -> None:
    drop.table(**{**JSONL, "incremental": None})
    drop.write("orders/c.jsonl", lines(order(1, city="Cairo")))
    broken = drop.write("orders/b.jsonl.gz", b"no gzip")
    drop.write("orders/a.jsonl", lines(order(1, city="Luxor")))
    changed = broken.stat().st_mtime
    assert "b.jsonl.gz" in drop.fail()
    assert drop.orders("city") == ["Cairo"]
    broken.write_bytes(packed(lines(order(1, city="Giza"))))
    os.utime(broken, (changed, changed))
    drop.run()
    assert drop.orders("city") == ["Cairo", "Giza", "Luxor"]


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
