"""The contract: what `models/staging/<source>/_<source>__sources.yml` may say.

The models follow the shape of dbt's source YAML, so that a wrong key is found where it
stands. `contract_files` reads the files; docs/contract.md explains every key.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, field_validator

from ingestion.contract_sources import (
    FilesSource,
    HubspotSource,
    InternalSource,
    Paginator,
    Ratio,
    RestSource,
    SchemaContract,
    SourceSettings,
    SqlSource,
    Strict,
)
from ingestion.datatypes import arrow_type

EXTRA = "_extra"
LOADED_AT = "_loaded_at"
BATCH_ID = "_batch_id"
POSITION = "_source_position"
REJECTED = "_rejected"
FILES = "_files"

TECHNICAL = {
    EXTRA: pa.string(),
    LOADED_AT: pa.timestamp("us", tz="UTC"),
    BATCH_ID: pa.string(),
    POSITION: pa.int64(),
}
HUBSPOT_ENVELOPE = frozenset(
    {"id", "createdAt", "updatedAt", "archived", "archivedAt", "associations"}
)


class _Dbt(BaseModel):
    """A part of the contract in which dbt may have keys of its own."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Incremental(Strict):
    """How to ask for what is new since the last cursor."""

    cursor_path: str
    start_param: str | None = None
    initial_value: str | None = None
    lag: int = Field(default=0, ge=0)
    row_order: Literal["asc"] | None = None

    @field_validator("initial_value", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return value.isoformat() if isinstance(value, dt.date) else value


class CsvOptions(Strict):
    """How the lines of a CSV file are written."""

    delimiter: str = Field(default=",", min_length=1, max_length=1)
    header: bool = True


class TableSettings(Strict):
    """Where a table's records are, and how they are landed."""

    endpoint: str | None = None
    data_selector: str | None = None
    paginator: Paginator | None = None
    params: dict[str, str | int | float | bool] = Field(default_factory=dict)
    object: str | None = None
    associations: list[str] = Field(default_factory=list)
    table: str | None = None
    file_glob: str | None = Field(default=None, min_length=1)
    format: Literal["parquet", "jsonl", "csv"] | None = None
    encoding: str = "utf-8"
    csv: CsvOptions | None = None
    primary_key: list[str] = Field(min_length=1)
    load_mode: Literal["incremental", "full"]
    incremental: Incremental | None = None
    max_rejected_ratio: Ratio | None = None
    schema_contract: SchemaContract | None = None

    @field_validator("encoding")
    @classmethod
    def _readable(cls, value: str) -> str:
        try:
            # What is no encoding of text, such as hex, raises this, too.
            "".encode(value)
        except LookupError:
            raise ValueError(f"unknown encoding '{value}'") from None
        return value

    @property
    def paginator_type(self) -> str:
        """The name of the paginator."""
        return "single_page" if self.paginator is None else self.paginator.type


class ColumnMeta(_Dbt):
    """`config.meta` of a column."""

    pii: bool = False
    path: str | list[str] | None = None
    property: str | None = None


class ColumnConfig(_Dbt):
    """`config` of a column."""

    meta: ColumnMeta = ColumnMeta()


class Constraint(_Dbt):
    """One of a column's constraints; ingestion obeys `not_null`."""

    type: str


class Column(Strict):
    """One column of a table."""

    name: str
    data_type: str
    description: str = ""
    constraints: list[Constraint] = Field(default_factory=list)
    config: ColumnConfig = ColumnConfig()
    quote: bool | None = None
    tests: Any = None
    data_tests: Any = None
    tags: Any = None
    meta: Any = None

    @field_validator("data_type")
    @classmethod
    def _known(cls, value: str) -> str:
        arrow_type(value)
        return value

    @property
    def type(self) -> pa.DataType:
        """The Arrow type."""
        return arrow_type(self.data_type)

    @property
    def is_required(self) -> bool:
        """Whether a record without it breaks the contract."""
        return any(constraint.type == "not_null" for constraint in self.constraints)

    @property
    def paths(self) -> list[str]:
        """Where the value lies in a record: the first path with a value wins."""
        path = self.config.meta.path
        if path is None:
            return [self.config.meta.property or self.name]
        return [path] if isinstance(path, str) else path


class TableMeta(_Dbt):
    """`config.meta` of a table."""

    delta_table_path: str | None = None
    ingestion: TableSettings | None = None


class TableConfig(_Dbt):
    """`config` of a table."""

    meta: TableMeta = TableMeta()


class Table(_Dbt):
    """One raw table."""

    name: str
    config: TableConfig = TableConfig()
    columns: list[Column] = []

    @property
    def settings(self) -> TableSettings:
        """The ingestion settings; only for tables that `is_loaded`."""
        settings = self.config.meta.ingestion
        if settings is None:
            raise TypeError(f"table {self.name} is not loaded from the source")
        return settings

    @property
    def is_loaded(self) -> bool:
        """Whether records of the source are landed in it (not so for `_rejected`)."""
        return self.config.meta.ingestion is not None

    @property
    def content(self) -> list[Column]:
        """The columns that come from the source."""
        return [column for column in self.columns if column.name not in TECHNICAL]

    @property
    def cursor(self) -> Column | None:
        """The column whose value says how far the table was read."""
        incremental = self.settings.incremental
        if incremental is None or self.settings.load_mode == "full":
            return None
        for column in self.content:
            if incremental.cursor_path in (column.name, *column.paths):
                return column
        return None

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of the raw table."""
        return pa.schema([(column.name, column.type) for column in self.columns])


class SourceMeta(_Dbt):
    """`config.meta` of a source."""

    ingestion: SourceSettings | None = None


class SourceConfig(_Dbt):
    """`config` of a source."""

    meta: SourceMeta = SourceMeta()


class Source(_Dbt):
    """One source with its tables."""

    name: str
    config: SourceConfig = SourceConfig()
    tables: list[Table] = []

    @property
    def settings(self) -> RestSource | HubspotSource | SqlSource | FilesSource:
        """The ingestion settings; only for sources that are not `is_internal`."""
        settings = self.config.meta.ingestion
        if settings is None or isinstance(settings, InternalSource):
            raise TypeError(f"source {self.name} has nothing to read")
        return settings

    @property
    def is_internal(self) -> bool:
        """Whether the platform itself fills its tables."""
        return isinstance(self.config.meta.ingestion, InternalSource)

    @property
    def folder(self) -> str:
        """Its folder in the lake."""
        return f"_{self.name}" if self.is_internal else self.name

    @property
    def variables(self) -> list[str]:
        """The environment variables that configure it."""
        if self.is_internal:
            return []
        settings = self.settings
        if isinstance(settings, SqlSource):
            return [settings.url_env]
        if isinstance(settings, FilesSource):
            return [settings.path_env]
        return [
            settings.base_url_env,
            *(settings.auth.variables if settings.auth else []),
        ]

    @property
    def loaded_tables(self) -> list[Table]:
        """The tables that are read from the source."""
        return [table for table in self.tables if table.is_loaded]

    def max_rejected_ratio(self, table: Table) -> float:
        """Return the share of rejected records above which a table fails."""
        own = table.settings.max_rejected_ratio
        return self.settings.max_rejected_ratio if own is None else own

    def is_frozen(self, table: Table) -> bool:
        """Tell whether one broken record fails the whole table."""
        contract = table.settings.schema_contract or self.settings.schema_contract
        return contract.data_type == "freeze"


class SourcesFile(_Dbt):
    """One contract file."""

    sources: list[Source] = []
