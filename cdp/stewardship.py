"""What people decide about the data: written to the lake, read by the next build."""

from __future__ import annotations

import datetime as dt
import getpass
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pyarrow as pa

from cdp.warehouse import Warehouse, WarehouseError
from ingestion import cursors
from ingestion.contract import LOADED_AT
from ingestion.contract_files import load_contract
from ingestion.errors import SettingsError
from ingestion.internal import IDENTITY_DECISIONS, STEWARDSHIP, VALUE_FREQUENCIES
from ingestion.lake import LakeTable, lake_root, next_loaded_at

# What stands for all records is counted where there are none, too.
COUNTED = (
    "from intermediate.int_customer_value_frequencies_counted where record_count > 0"
)


class Decision(StrEnum):
    """What can be decided about a pair of records."""

    MUST_LINK = "must_link"
    CANNOT_LINK = "cannot_link"
    NONE = "none"


@dataclass(frozen=True, order=True)
class Record:
    """A customer record of a source."""

    source_name: str
    source_record_id: str

    def __str__(self) -> str:
        """Return it the way models and people write it."""
        return f"{self.source_name}:{self.source_record_id}"


@dataclass(frozen=True)
class AttributeCount:
    """What a refresh holds of one attribute."""

    attribute: str
    values: int
    population: int


@dataclass(frozen=True)
class Refresh:
    """A refresh of the value frequencies."""

    refreshed_at: dt.datetime
    attributes: list[AttributeCount]


class Stewardship:
    """The tables of decisions in the lake, made where they are missing.

    A table's load time is later with each commit, whatever the clocks of those who
    write it say. It is also the time of the decision, so that the later one wins.
    """

    def __init__(self, project_dir: Path) -> None:
        """Read the contract; nothing happens yet."""
        self._sources = load_contract(project_dir)
        self.lake = lake_root(project_dir)

    def record(self, text: str) -> Record:
        """Return the record that `source:id` names.

        Raises:
            SettingsError: It has another form, or there is no such source.
        """
        source_name, _, record_id = (part.strip() for part in text.partition(":"))
        if not source_name or not record_id:
            raise SettingsError(
                f"'{text}' names no record: write source:id, such as crm:17"
            )
        known = [each.name for each in self._sources if not each.is_internal]
        if source_name not in known:
            raise SettingsError(
                f"'{text}': no source '{source_name}'; there are: {', '.join(known)}"
            )
        return Record(source_name, record_id)

    def decide(
        self,
        decision: Decision,
        pair: tuple[Record, Record],
        *,
        reason: str,
        decided_by: str,
    ) -> dt.datetime:
        """Write one decision and return its time.

        Raises:
            SettingsError: The records are one and the same, or reason or name missing.
            LakeError: The lake cannot be written.
        """
        one, other = pair
        if one == other:
            raise SettingsError(f"{one} twice: a decision needs two records")
        if not reason.strip():
            raise SettingsError("a decision needs a reason: those who come later ask")
        if not decided_by.strip():
            raise SettingsError("nobody decides: give a name with --decided-by")
        lake = self._table(IDENTITY_DECISIONS)
        loaded_at = next_loaded_at(lake)
        moment = cursors.from_microseconds(loaded_at)
        row = {
            "decision_id": uuid.uuid4().hex,
            "source_name": one.source_name,
            "source_record_id": one.source_record_id,
            "other_source_name": other.source_name,
            "other_source_record_id": other.source_record_id,
            "decision": str(decision),
            "reason": reason.strip(),
            "decided_by": decided_by.strip(),
            "decided_at": moment,
            LOADED_AT: moment,
        }
        rows = pa.RecordBatch.from_pylist([row], schema=lake.schema)
        lake.append(iter([rows]), loaded_at=loaded_at)
        return moment

    def refresh_frequencies(self, warehouse: Warehouse) -> Refresh:
        """Write how common each value is now, as one commit.

        Raises:
            WarehouseError: The counts were not built, or there are none.
            LakeError: The lake cannot be written.
        """
        counted = [
            AttributeCount(*row)
            for row in warehouse.rows(
                f"select attribute, count(*), max(population_count) {COUNTED}"
                " group by attribute order by attribute"
            )
        ]
        if not counted:
            raise WarehouseError(
                "no value was counted, and the former frequencies stay: ingest"
                " customers and run `dbt build` first."
            )
        lake = self._table(VALUE_FREQUENCIES)
        loaded_at = next_loaded_at(lake)
        moment = cursors.from_microseconds(loaded_at)
        rows = warehouse.reader(
            "select attribute, value, cast(record_count as bigint) as record_count,"
            f" cast(population_count as bigint) as population_count {COUNTED}"
        )
        times = {"refreshed_at": moment, LOADED_AT: moment}
        lake.append(_shaped(rows, lake.schema, times), loaded_at=loaded_at)
        return Refresh(moment, counted)

    def _table(self, name: str) -> LakeTable:
        for source in self._sources:
            for table in source.tables:
                if (source.name, table.name) == (STEWARDSHIP, name):
                    return LakeTable(self.lake, source, table)
        raise SettingsError(f"the contract has no table {STEWARDSHIP}.{name}")


def user_name() -> str:
    """Return the name of whoever is logged in.

    Raises:
        SettingsError: The system does not say.
    """
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        raise SettingsError("who decides? give a name with --decided-by") from None


def _shaped(
    rows: pa.RecordBatchReader, schema: pa.Schema, constants: dict[str, Any]
) -> Iterator[pa.RecordBatch]:
    """Yield rows in the shape of the lake, with the same constants in each."""
    for batch in rows:
        columns = {name: batch.column(name) for name in batch.schema.names}
        for name, value in constants.items():
            scalar = pa.scalar(value, schema.field(name).type)
            columns[name] = pa.repeat(scalar, batch.num_rows)
        arrays = [
            columns[field.name]
            if field.name in columns
            else pa.nulls(batch.num_rows, field.type)
            for field in schema
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)
