"""One Spark session, as the rules of the bridge see it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa

from local_warehouse.catalog.recorded import Recorded
from local_warehouse.catalog.relations import Relation, SparkCatalog
from local_warehouse.errors import StatementError
from local_warehouse.names import CATALOG, SPARK_CATALOG, TableName, literal, quoted
from local_warehouse.sql.parameters import Parameters, spark_arguments

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def nothing() -> pa.Table:
    """Return what statements without rows answer."""
    return pa.table({})


@dataclass(frozen=True)
class Session:
    """Spark, what is recorded beside it, and the parameters of a statement."""

    spark: SparkSession
    recorded: Recorded
    parameters: Parameters | None = None

    @cached_property
    def catalog(self) -> SparkCatalog:
        """The catalog of this session."""
        return SparkCatalog(self.spark)

    def sql(self, statement: str) -> DataFrame:
        """Run a statement with the parameters; at once, unless it is a query."""
        if self.parameters is None:
            return self.spark.sql(statement)
        statement, arguments = spark_arguments(self.spark, statement, self.parameters)
        return self.spark.sql(statement, args=arguments)

    def table_name(self, parts: Sequence[str]) -> TableName:
        """Return the table that a name of one to three parts means."""
        if len(parts) == 1:
            return TableName.of(self.catalog.current_schema(), parts[0])
        if len(parts) == 3 and not _is_catalog(parts[0]):
            # Spark knows best what to say of catalogs that do not exist.
            self.spark.sql(f"describe table {'.'.join(map(quoted, parts))}")
        return TableName.of(*parts[-2:])

    def relation(self, parts: Sequence[str]) -> Relation:
        """Return an existing table or view, or fail with Spark's own error."""
        name = self.table_name(parts)
        return self._existing(name, self.catalog.relation(name))

    def detailed(self, parts: Sequence[str]) -> Relation:
        """Return an existing table or view with what only its format knows."""
        relation = self.relation(parts)
        return self._existing(relation.name, self.catalog.detailed(relation))

    def _existing(self, name: TableName, relation: Relation | None) -> Relation:
        if relation is None:
            self.spark.sql(f"describe table {name.sql}")
            raise StatementError(f"{name.full} is not a table or view.", "42P01")
        return relation

    def schema_name(self, parts: Sequence[str]) -> str:
        """Return an existing schema, or fail with Spark's own error."""
        name = parts[-1].lower()
        if len(parts) > 2 or (len(parts) == 2 and not _is_catalog(parts[0])):
            self.spark.sql(f"describe schema {'.'.join(map(quoted, parts))}")
        if name not in self.catalog.schemas():
            self.spark.sql(f"describe schema {quoted(SPARK_CATALOG)}.{quoted(name)}")
        return name

    def check_column(self, relation: Relation, column: str) -> None:
        """Fail with Spark's own error where a table has no such column."""
        columns = {each.name.lower() for each in relation.columns}
        if column.lower() not in columns:
            self.spark.sql(f"select {quoted(column)} from {relation.name.sql}")

    def replace_view(self, view: Relation) -> DataFrame:
        """Replace a view with one of the same query and other comments.

        Spark has no other way to comment on the columns of a view.
        """
        name = view.name
        spark_view = self.spark.sql(f"describe table extended {name.sql} as json")
        document = json.loads(spark_view.collect()[0][0])
        properties = ", ".join(
            f"{literal(key)} = {literal(value)}"
            for key, value in view.properties.items()
        )
        columns = ", ".join(
            f"{quoted(column.name)} comment {literal(column.comment or '')}"
            for column in view.columns
        )
        # Names within the query mean what they meant when it was written. This session
        # may be running other statements, for which nothing may change.
        path = document["view_catalog_and_namespace"].split(".")
        other = self.spark.newSession()
        other.catalog.setCurrentDatabase(path[-1].strip("`"))
        return other.sql(
            f"create or replace view {name.sql} ({columns})"
            + (f" comment {literal(view.comment)}" if view.comment else "")
            + (f" tblproperties ({properties})" if properties else "")
            + f" as {document['view_text']}"
        )


def _is_catalog(name: str) -> bool:
    return name.lower() in (CATALOG, SPARK_CATALOG)
