"""What is really the case, as Parquet files in the world's folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from demo.frames import DAY, NEVER, Array, Frame, objects

_TEXT, _NUMBER, _TIME = pa.string(), pa.float64(), pa.timestamp("ms", tz="UTC")
_PEOPLE_TEXTS = (
    "person_id",
    "household_id",
    "given_name",
    "surname",
    "father_name",
    "gender",
    "email",
    "second_email",
    "phone",
    "second_phone",
    "loyalty_id",
    "acquisition_channel",
    "country_code",
    "city",
    "address",
    "postcode",
)

SCHEMAS: dict[str, Any] = {
    "people": pa.schema(
        [
            ("number", pa.int64()),
            *((name, _TEXT) for name in _PEOPLE_TEXTS),
            ("birth_date", pa.date32()),
            ("joined_at", _TIME),
            ("churned_at", _TIME),
            ("orders_per_day", _NUMBER),
            ("sessions_per_day", _NUMBER),
            ("spend_factor", _NUMBER),
        ]
    ),
    "records": pa.schema(
        [
            ("source_name", _TEXT),
            ("source_record_id", _TEXT),
            ("person_id", _TEXT),
            ("created_at", _TIME),
            ("is_in_source", pa.bool_()),
        ]
    ),
    "orders": pa.schema(
        [
            ("order_id", _TEXT),
            ("person_id", _TEXT),
            ("shop_customer_id", _TEXT),
            ("ordered_at", _TIME),
            ("recorded_at", _TIME),
        ]
    ),
    "events": pa.schema([("event_id", _TEXT), ("person_id", _TEXT)]),
    "malformed": pa.schema(
        [
            ("source_name", _TEXT),
            ("table_name", _TEXT),
            ("source_record_id", _TEXT),
            ("true_key", _TEXT),
            ("field", _TEXT),
            ("defect", _TEXT),
            ("payload", _TEXT),
        ]
    ),
    "changes": pa.schema(
        [
            ("played_date", _TEXT),
            ("source_name", _TEXT),
            ("table_name", _TEXT),
            ("source_record_id", _TEXT),
            ("change", _TEXT),
        ]
    ),
}
"""The truth's tables. `people`: one row per person; `churned_at` may lie in the future
and is null for people who never buy. `records`: one row per source record ever given an
id; `is_in_source` is false for those that orders and tickets name but the account table
lacks. `orders`, `events`: whose they really are (no person: a visitor never known).
`malformed`: one row per record that breaks its contract. `changes`: what each later day
did to which record."""


class Truth:
    """The truth of one world; every table is a folder of Parquet parts."""

    def __init__(self, folder: Path) -> None:
        """Look into the world folder; nothing is read before it is asked for."""
        self.folder = folder / "truth"

    def table(self, name: str) -> Any:
        """Return a table of the truth as a `pyarrow.Table`."""
        parts = sorted((self.folder / name).glob("part-*.parquet"))
        # `read_table` would import pyarrow.dataset, and with it pandas if installed.
        tables = [pq.ParquetFile(part).read() for part in parts]
        return pa.concat_tables([SCHEMAS[name].empty_table(), *tables])

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return a table of the truth as dictionaries."""
        rows: list[dict[str, Any]] = self.table(name).to_pylist()
        return rows

    def append(self, name: str, rows: Frame | Sequence[dict[str, Any]]) -> None:
        """Add rows to a table as a further part."""
        schema = SCHEMAS[name]
        if isinstance(rows, dict):
            columns = [_column(rows[field.name], field.type) for field in schema]
            table = pa.Table.from_arrays(columns, schema=schema)
        else:
            table = pa.Table.from_pylist(list(rows), schema=schema)
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        part = len(list(folder.glob("part-*.parquet")))
        pq.write_table(table, folder / f"part-{part:05d}.parquet")

    def append_people(self, people: Frame) -> None:
        """Add people as the generator made them."""
        dates = people["born_at"].astype("datetime64[s]").astype("datetime64[D]")
        self.append("people", {**people, "birth_date": dates})

    def people(self) -> Frame:
        """Return the people as the generator made them."""
        table = self.table("people")
        frame = {field.name: _values(table[field.name]) for field in table.schema}
        born = table["birth_date"].cast(pa.int32()).to_numpy().astype(np.int64)
        del frame["birth_date"]
        return {**frame, "born_at": born * DAY}


def _column(values: Array, kind: Any) -> Any:
    if kind == _TIME:
        mask = values == NEVER
        return pa.array(values * 1000, mask=mask).cast(kind)
    return pa.array(values, type=kind)


def _values(column: Any) -> Array:
    if column.type == _TIME:
        milliseconds = column.cast(pa.int64()).fill_null(NEVER * 1000)
        values: Array = milliseconds.to_numpy() // 1000
        return values
    if column.type == _TEXT:
        return objects(column.to_pylist())
    values = column.to_numpy()
    return values
