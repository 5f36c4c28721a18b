"""What Spark's catalog holds, read without running Spark jobs.

The public API of PySpark takes more than a second to list ten tables, so the catalog is
asked inside the JVM. The metastore does not know the columns and the comment of Delta
tables: `detailed` reads them from Delta.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urlparse

from local_warehouse.catalog.datatypes import SparkType, field_type
from local_warehouse.names import TableName
from local_warehouse.sql.catalog_names import from_spark

if TYPE_CHECKING:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

DELTA = "delta"
VIEW = "VIEW"
_CLUSTERING = "clusteringColumns"
# Properties by which Spark hands over what has a place of its own here.
_RESERVED = {
    "provider",
    "location",
    "owner",
    "comment",
    "external",
    "is_managed_location",
    "transient_lastDdlTime",
}


@dataclass(frozen=True)
class Column:
    """A column of a table or view."""

    name: str
    type: SparkType
    is_nullable: bool = True
    comment: str | None = None
    default: str | None = None


@dataclass(frozen=True)
class Schema:
    """A schema."""

    name: str
    comment: str | None = None
    owner: str | None = None
    location: str | None = None


@dataclass(frozen=True)
class Relation:
    """A table or view.

    Attributes:
        name: Its name.
        kind: MANAGED, EXTERNAL or VIEW.
        provider: Format of a table in lower case, such as `delta`.
        location: Where a table is stored.
        text: The query of a view.
        columns: Of Delta tables known only when `detailed`, as comment and properties.
    """

    name: TableName
    kind: str
    provider: str | None = None
    owner: str | None = None
    created: datetime.datetime | None = None
    comment: str | None = None
    location: str | None = None
    text: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    partition_columns: tuple[str, ...] = ()
    clustering_columns: tuple[str, ...] = ()

    @property
    def is_view(self) -> bool:
        """Whether it is a view."""
        return self.kind == VIEW


class Catalog(Protocol):
    """What can be asked about schemas, tables and views."""

    def current_schema(self) -> str:
        """Return the schema of names that have none."""

    def schemas(self) -> list[str]:
        """Return the names of all schemas."""

    def schema(self, name: str) -> Schema:
        """Return what is known of a schema."""

    def relations(self, schema: str) -> list[Relation]:
        """Return the tables and views of a schema; none where there is no schema."""

    def relation(self, name: TableName) -> Relation | None:
        """Return one table or view."""

    def detailed(self, relation: Relation) -> Relation | None:
        """Return a table with what only its format knows; none if it is gone by now."""


class SparkCatalog:
    """The catalog of a Spark session."""

    def __init__(self, spark: SparkSession) -> None:
        """Ask through a session, whose current schema and temporary views count."""
        java = _Java.of(spark.sparkContext)
        state: Any = spark._jsparkSession.sessionState()
        self._session = state.catalog()
        self._tables = state.catalogManager().v2SessionCatalog()
        self._external = self._session.externalCatalog()
        self._java = java

    def current_schema(self) -> str:
        """Return the schema of names that have none."""
        return str(self._session.getCurrentDatabase())

    def is_temporary_view(self, name: str) -> bool:
        """Tell whether the session has a temporary view of this name."""
        return bool(self._session.getTempView(name).isDefined())

    def schemas(self) -> list[str]:
        """Return the names of all schemas."""
        return sorted(self._strings(self._external.listDatabases()))

    def schema(self, name: str) -> Schema:
        """Return what is known of a schema."""
        found = self._external.getDatabase(name)
        properties = self._mapping(found.properties())
        return Schema(
            name,
            str(found.description()) or None,
            properties.get("owner"),
            str(found.locationUri()),
        )

    def relations(self, schema: str) -> list[Relation]:
        """Return the tables and views of a schema; none where there is no schema."""
        if not self._external.databaseExists(schema):
            return []
        try:
            names = self._external.listTables(schema)
            tables = self._external.getTablesByName(schema, names)
        except _java_errors():
            if self._external.databaseExists(schema):
                raise
            return []  # It has been dropped in the meantime.
        found = (self._relation(tables.apply(index)) for index in range(tables.size()))
        return sorted(found, key=lambda relation: relation.name)

    def relation(self, name: TableName) -> Relation | None:
        """Return one table or view."""
        if not self._exists(name):
            return None
        try:
            table = self._external.getTable(name.schema, name.table)
        except _java_errors():
            if self._exists(name):
                raise
            return None
        return self._relation(table)

    def detailed(self, relation: Relation) -> Relation | None:
        """Return a table with what only its format knows; none if it is gone by now.

        A Delta table whose folder is gone stays as it is.
        """
        if relation.provider != DELTA or relation.is_view:
            return relation
        try:
            table = self._tables.loadTable(self._java.identifier(relation.name))
            properties = self._java.value(table.properties())
            columns = _columns(str(table.schema().json()))
        except _java_errors():
            return relation if self._exists(relation.name) else None
        return replace(
            relation,
            comment=properties.get("comment"),
            properties=_own(properties),
            columns=columns,
            partition_columns=_partitions(table.partitioning()),
            clustering_columns=_clustering(properties),
        )

    def _exists(self, name: TableName) -> bool:
        return bool(self._external.tableExists(name.schema, name.table))

    def _relation(self, table: Any) -> Relation:
        identifier = table.identifier()
        location = table.storage().locationUri()
        text = table.viewText()
        provider = table.provider()
        comment = table.comment()
        created = table.createTime() / 1000
        return Relation(
            TableName.of(identifier.database().get(), identifier.table()),
            str(table.tableType().name()),
            str(provider.get()).lower() if provider.isDefined() else None,
            str(table.owner()),
            datetime.datetime.fromtimestamp(created, datetime.UTC),
            str(comment.get()) if comment.isDefined() else None,
            str(location.get()) if location.isDefined() else None,
            from_spark(str(text.get())) if text.isDefined() else None,
            _own(self._mapping(table.properties())),
            _columns(str(table.schema().json())),
            tuple(self._strings(table.partitionColumnNames())),
        )

    def _strings(self, values: Any) -> list[str]:
        return list(map(str, self._java.scala_value(values)))

    def _mapping(self, values: Any) -> dict[str, str]:
        return dict(self._java.scala_value(values))


def _java_errors() -> tuple[type[Exception], ...]:
    """Return what exceptions of Java are here: PySpark converts most, but not all."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    return PySparkException, Py4JJavaError


@dataclass(frozen=True)
class _Java:
    """Java classes; each step of a path such as `java.lang.String` takes a call."""

    new_array: Any
    text: Any
    identifiers: Any
    converters: Any
    mapper: Any

    @classmethod
    @cache
    def of(cls, context: SparkContext) -> _Java:
        """Look the classes up, once for all sessions of one Spark."""
        jvm: Any = context._jvm
        gateway: Any = context._gateway
        return cls(
            gateway.new_array,
            jvm.java.lang.String,
            jvm.org.apache.spark.sql.connector.catalog.Identifier,
            jvm.scala.jdk.javaapi.CollectionConverters,
            jvm.com.fasterxml.jackson.databind.ObjectMapper(),
        )

    def identifier(self, name: TableName) -> Any:
        """Return a name as Spark's catalogs take it."""
        namespace = self.new_array(self.text, 1)
        namespace[0] = name.schema
        return self.identifiers.of(namespace, name.table)

    def value(self, values: Any) -> Any:
        """Bring a Java collection over at once; each element would take a call."""
        return json.loads(self.mapper.writeValueAsString(values))

    def scala_value(self, values: Any) -> Any:
        """Bring a Scala collection over at once."""
        return self.value(self.converters.asJava(values))


def last_altered(relation: Relation) -> datetime.datetime | None:
    """Return when a table last changed: its last commit, where that can be seen."""
    path = urlparse(relation.location or "")
    if relation.provider != DELTA or path.scheme not in ("", "file") or not path.path:
        return relation.created
    try:
        log = Path(unquote(path.path)) / "_delta_log"
        times = [file.stat().st_mtime for file in log.glob("*.json")]
    except OSError:
        return relation.created
    if not times:
        return relation.created
    return datetime.datetime.fromtimestamp(max(times), datetime.UTC)


def _columns(schema: str) -> tuple[Column, ...]:
    """Return the columns of a schema in Spark's JSON."""
    return tuple(
        Column(
            each["name"],
            field_type(each),
            each["nullable"],
            each["metadata"].get("comment"),
            each["metadata"].get("CURRENT_DEFAULT"),
        )
        for each in json.loads(schema)["fields"]
    )


def _own(properties: Mapping[str, str]) -> dict[str, str]:
    """Return the properties of a table that are not attributes of it."""
    return {
        name: value
        for name, value in properties.items()
        if name not in _RESERVED and not name.startswith("view.")
    }


def _partitions(transforms: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(each.describe()).strip("`") for each in transforms)


def _clustering(properties: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns that Delta lists as `[["a"],["b","nested"]]`."""
    listed = json.loads(properties.get(_CLUSTERING) or "[]")
    return tuple(".".join(path) for path in listed)
