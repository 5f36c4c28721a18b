"""The raw Delta tables of a lake, seen as external tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def register_lake(spark: SparkSession, lake: Path) -> int:
    """Make every Delta table `<lake>/<source>/<table>` a table of `raw_<source>`.

    Leading underscores of folders are left out of the names. A table that was
    registered from another lake before is taken from this one; its files stay.

    Returns:
        How many tables there are.
    """
    logs = sorted(lake.glob("*/*/_delta_log"))
    for log in logs:
        folder = log.parent.resolve()
        schema = "raw_" + folder.parent.name.lstrip("_")
        name = f"`{schema}`.`{folder.name.lstrip('_')}`"
        location = str(folder).replace("\\", "\\\\").replace("'", "\\'")
        spark.sql(f"create schema if not exists `{schema}`")
        spark.sql(f"drop table if exists {name}")
        spark.sql(f"create table {name} using delta location '{location}'")
    return len(logs)
