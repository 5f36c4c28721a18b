"""A laboratory for identity resolution: labelled records through the real models.

The ingestion package lands the records as raw Delta tables, and the real dbt project
makes customers of them. All other tables of the contract exist, and are empty.
"""

import csv
import datetime as dt
import gc
import os
import shutil
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode

from ingestion.contract import BATCH_ID, LOADED_AT, POSITION, Table
from ingestion.contract_files import load_contract
from ingestion.cursors import to_microseconds
from ingestion.hash_key import ensure_hash_key
from ingestion.lake import LakeTable
from tests.python.support.platform import REPOSITORY, Platform

Rows = Sequence[Mapping[str, Any]] | pa.Table
Records = Mapping[str, Rows]
"""Rows by `source.table`; columns that they leave out are null."""

SeedChanges = Mapping[str, Mapping[str, Mapping[str, str]]]
"""By seed and value of its first column, the columns to set."""

NOT_BUILT = ("seed", "test", "unit_test")
CHAIN = ("+int_customer_records_resolved",)
EVERYTHING = ("*",)
# Without `customer_360`, which the foreign key of `customer_identities` names.
PUBLISHED = (*CHAIN, "+snap_identity__customer_records", "customer_identities")
# Later than anything that the known world's records say.
FIRST_LOAD = dt.datetime(2025, 7, 15, 3, tzinfo=dt.UTC)

# What a source says of each version: by default that it is as old as its landing.
CHANGE_TIMES = ("updated_at", "lastmodifieddate", "hs_lastmodifieddate")
BUILT_SCHEMAS = (
    "select schema_name from information_schema.schemata"
    " where catalog_name = current_database()"
    " and schema_name not in ('information_schema', 'main', 'pg_catalog', 'reference')"
)
NOT_COPIED = ("seeds", "logs", "target", "profiles.yml")


class IdentityLab:
    """One lake and one database, and the identity models on them.

    Args:
        folder: Where lake, database and dbt's artefacts go.
        seeds: Rows of the project's seeds that are different here.
    """

    def __init__(self, folder: Path, seeds: SeedChanges | None = None) -> None:
        self.platform = Platform(folder)
        self.project = _with_seeds(folder / "project", seeds) if seeds else REPOSITORY
        self._manifest: bytes | None = None
        self._has_seeds = False
        self._batches = 0
        self._prepare()

    def _prepare(self) -> None:
        """Makes every table of the contract exist, as ingestion does."""
        lake = str(self.platform.lake)
        self._tables: dict[str, LakeTable] = {}
        for source in load_contract(REPOSITORY):
            for table in source.tables:
                name = f"{source.name}.{table.name}"
                self._tables[name] = LakeTable(lake, source, table)
        with mock.patch.dict(os.environ, {"CDP_HASH_KEY": "0123456789abcdef"}):
            ensure_hash_key(self._tables["ingestion.hash_keys"])

    def reset(self) -> None:
        """Forgets all records and all that was built of them."""
        shutil.rmtree(self.platform.lake)
        with duckdb.connect(str(self.platform.database)) as connection:
            for (schema,) in connection.execute(BUILT_SCHEMAS).fetchall():
                connection.execute(f"drop schema {schema} cascade")
        self._batches = 0
        self._prepare()

    def land(self, records: Records, loaded_at: dt.datetime | None = None) -> None:
        """Lands one batch.

        Args:
            records: What the batch holds.
            loaded_at: When; by default a day after the batch before.
        """
        when = loaded_at or FIRST_LOAD + dt.timedelta(days=self._batches)
        self._batches += 1
        batch_id = f"{when:%Y%m%dT%H%M%SZ}-{self._batches:08x}"
        for name, rows in records.items():
            lake = self._tables[name]
            table = _raw(lake.table, rows, when, batch_id)
            lake.append(iter(table.to_batches()), loaded_at=to_microseconds(when))

    def land_as_is(self, records: Mapping[str, pa.Table]) -> None:
        """Lands rows of whatever batches: each has its time and batch already."""
        for name, rows in records.items():
            newest = pc.max(rows[LOADED_AT]).cast(pa.int64()).as_py()
            self._tables[name].append(iter(rows.to_batches()), loaded_at=newest)

    def build(self, *arguments: str, select: Iterable[str] = CHAIN) -> None:
        """Builds the identity models without their tests.

        Args:
            arguments: Further arguments of `dbt build`, such as `--full-refresh`.
            select: What to build.
        """
        if not self._has_seeds:
            self._dbt("seed")
            self._has_seeds = True
        kinds = [f"--exclude-resource-type={kind}" for kind in NOT_BUILT]
        self._dbt("build", *kinds, *arguments, "--select", *select)

    def customers(self) -> dict[str, str]:
        """The customer of each record."""
        return dict(
            self.platform.query(
                "select record_key, customer_id"
                " from intermediate.int_customer_records_resolved"
            )
        )

    def groups(self) -> set[frozenset[str]]:
        """The records of each customer."""
        return grouping(self.customers())

    def marts(self) -> dict[str, tuple[str, ...]]:
        """Columns of the primary key of each mart, by `schema.table`."""
        return {
            f"{node.schema}.{node.name}": tuple(key.columns)
            for node in self.manifest().nodes.values()
            if isinstance(node, ModelNode) and node.fqn[1] == "marts"
            for key in node.constraints
            if key.type == "primary_key"
        }

    def manifest(self) -> Manifest:
        """What dbt knows of the project, read only once: a copy, since runs change it.

        Raises:
            AssertionError: when dbt cannot read the project.
        """
        if self._manifest is None:
            with mock.patch.dict(os.environ, self.platform.environment):
                parsed = dbtRunner().invoke(["parse", *self._place])
            assert parsed.success, parsed.exception
            assert isinstance(parsed.result, Manifest)
            self._manifest = parsed.result.to_msgpack()
        return Manifest.from_msgpack(self._manifest)

    @property
    def _place(self) -> tuple[str, ...]:
        return ("--project-dir", str(self.project), "--quiet", "--no-use-colors")

    def _dbt(self, *arguments: str) -> None:
        """Runs dbt in this process.

        Raises:
            AssertionError: with dbt's messages, when anything fails.
        """
        runner = dbtRunner(manifest=self.manifest())
        with mock.patch.dict(os.environ, self.platform.environment), _loops_left_open():
            try:
                outcome = runner.invoke([*arguments, *self._place])
            finally:
                # dbt keeps the database open, which would lock it against the test.
                DuckDBConnectionManager.close_all_connections()
        if not outcome.success:
            messages = [str(outcome.exception or "")]
            messages += [str(node.message) for node in outcome.result or []]
            raise AssertionError("\n".join(messages))


@contextmanager
def _loops_left_open() -> Iterator[None]:
    """Bears that dbt-duckdb opens an event loop for Python models and closes none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


def grouping(customers: Mapping[str, str]) -> set[frozenset[str]]:
    """The records of each customer, whatever the customers are called."""
    members: defaultdict[str, set[str]] = defaultdict(set)
    for record, customer in customers.items():
        members[customer].add(record)
    return {frozenset(records) for records in members.values()}


def _raw(table: Table, rows: Rows, when: dt.datetime, batch_id: str) -> pa.Table:
    """Rows with the columns and types of the contract."""
    given = rows if isinstance(rows, pa.Table) else _columns(table, rows)
    count = given.num_rows
    technical = {
        LOADED_AT: pa.repeat(pa.scalar(when), count),
        BATCH_ID: pa.repeat(batch_id, count),
        POSITION: pa.array(range(count)),
    }
    # Tables that the platform keeps for itself have fewer of these.
    values = {name: technical[name] for name in technical if name in table.schema.names}
    values |= {name: given.column(name) for name in given.column_names}
    unknown = values.keys() - set(table.schema.names)
    assert not unknown, f"{table.name} has no {sorted(unknown)}"
    for name in set(CHANGE_TIMES) & set(table.schema.names):
        stated = values.get(name, pa.nulls(count))
        stated_at = _typed(stated, table.schema.field(name).type)
        values[name] = stated_at.fill_null(pa.scalar(when))
    arrays = [
        _typed(values.get(field.name, pa.nulls(count)), field.type)
        for field in table.schema
    ]
    return pa.Table.from_arrays(arrays, schema=table.schema)


def _typed(values: Any, kind: pa.DataType) -> Any:
    """Values in the type of the contract; texts of times may leave UTC unsaid."""
    if pa.types.is_timestamp(kind) and pa.types.is_string(values.type):
        plain = pc.replace_substring_regex(values, "Z$", "")
        return pc.assume_timezone(plain.cast(pa.timestamp("us")), "UTC")
    return values.cast(kind)


def _columns(table: Table, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table({name: pa.array([row.get(name) for row in rows]) for name in names})


def _with_seeds(folder: Path, changes: SeedChanges) -> Path:
    """The repository's project with other seeds, in a folder of its own."""
    folder.mkdir(parents=True)
    for entry in REPOSITORY.iterdir():
        if entry.name not in NOT_COPIED and not entry.name.startswith("."):
            (folder / entry.name).symlink_to(entry)
    shutil.copytree(REPOSITORY / "seeds", folder / "seeds")
    for seed, rows in changes.items():
        [file] = (folder / "seeds").rglob(f"{seed}.csv")
        _change_rows(file, rows)
    return folder


def _change_rows(file: Path, changes: Mapping[str, Mapping[str, str]]) -> None:
    with file.open(newline="", encoding="utf-8") as stream:
        columns, *rows = csv.reader(stream)
    lines = [dict(zip(columns, row, strict=True)) for row in rows]
    for key, values in changes.items():
        found = [line for line in lines if line[columns[0]] == key]
        assert found, f"{file.name} has no row {key}"
        for line in found:
            unknown = values.keys() - line.keys()
            assert not unknown, f"{file.name} has no column {sorted(unknown)}"
            line.update(values)
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
