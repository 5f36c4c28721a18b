"""The raw Delta tables of a lake, seen as external tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from local_warehouse.catalog.relations import Catalog
from local_warehouse.errors import WarehouseError
from local_warehouse.names import TableName, literal, quoted
from local_warehouse.spark_errors import as_statement_error

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

EXTERNAL = "EXTERNAL"


def register_lake(spark: SparkSession, catalog: Catalog, lake: Path) -> int:
    """Make every Delta table `<lake>/<source>/<table>` a table of `raw_<source>`.

    Leading underscores of folders are left out of the names. A table that was
    registered from another lake before is taken from this one; its files stay.

    Returns:
        How many tables there are.

    Raises:
        WarehouseError: A table cannot be read, or its name is taken.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    logs = sorted(lake.glob("*/*/_delta_log"))
    for log in logs:
        folder = log.parent.resolve()
        try:
            _register(spark, catalog, folder)
        except (PySparkException, Py4JError) as error:
            reason = as_statement_error(error).message.splitlines()[0]
            raise WarehouseError(
                f"The raw table {folder} cannot be shown ({reason}): run ingestion"
                " again, remove the folder, or leave --lake out."
            ) from error
    return len(logs)


def _register(spark: SparkSession, catalog: Catalog, folder: Path) -> None:
    source, table = folder.parent.name.lstrip("_"), folder.name.lstrip("_")
    name = TableName.of(f"raw_{source}", table)
    spark.sql(f"create schema if not exists {quoted(name.schema)}")
    found = catalog.relation(name)
    if found is not None:
        # Dropping any other table would drop its data.
        if found.kind != EXTERNAL:
            raise WarehouseError(
                f"{name.full} is there already ({found.kind}), and {folder.parents[1]}"
                " has a table for this name: drop or rename it in a start without"
                " --lake, or choose another --data."
            )
        spark.sql(f"drop table {name.sql}")
    spark.sql(f"create table {name.sql} using delta location {literal(str(folder))}")
