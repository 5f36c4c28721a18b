"""Starting Spark + Delta on a data folder."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from local_warehouse.errors import WarehouseError
from local_warehouse.java import check_java

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Both log every failed statement as JSON on the console; the client is told anyway.
NOISY_LOGGERS = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")
# How long Java may take to end once Spark has stopped.
STOP_SECONDS = 10

DELTA = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": (
        "org.apache.spark.sql.delta.catalog.DeltaCatalog"
    ),
    "spark.sql.sources.default": "delta",
    "spark.sql.legacy.createHiveTableByDefault": "false",
}
# What makes small tables bearable.
SMALL = {
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
# More than there are cores: a long statement would keep all others waiting otherwise.
TASKS_PER_CORE = 4
# The first compiler is enough for queries that run once. Its cache of 48 MB is not: a
# build of a hundred models fills it, and then nothing is compiled any more.
JAVA_OPTIONS = ("-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=512m")
BEHAVIOUR = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
    # Delta's parser stands before Spark's, and drops parameters handed over in the new
    # way of Spark 4.1: every statement with one fails as "unbound".
    "spark.sql.legacy.parameterSubstitution.constantsOnly": "true",
}


def start_spark(data: Path, *, cores: int, memory: str) -> SparkSession:
    """Start Spark with its catalog and its tables under a folder.

    Args:
        data: Absolute folder: `metastore/` (Derby), `warehouse/` (managed tables),
            `scratch/` (what does not fit into memory) and `spark.log`.
        cores: Cores to count on; up to four times as many tasks run at once.
        memory: Of the Java process, such as `2g`.

    Raises:
        WarehouseError: Java is missing or wrong, or Delta's jars cannot be fetched.
    """
    check_java()
    from pyspark.sql import SparkSession

    for logger in NOISY_LOGGERS:
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    scratch = data / "scratch"
    remove_spilled(scratch)
    metastore = f"jdbc:derby:;databaseName={data / 'metastore'};create=true"
    builder = (
        SparkSession.builder.master(f"local[{cores * TASKS_PER_CORE}]")
        .appName("local_warehouse")
        .config(map={**DELTA, **SMALL, **BEHAVIOUR})
        .config("spark.driver.memory", memory)
        .config("spark.sql.warehouse.dir", str(data / "warehouse"))
        .config("spark.local.dir", str(scratch))
        .config("spark.hadoop.javax.jdo.option.ConnectionURL", metastore)
        .config(
            "spark.driver.extraJavaOptions",
            # Quoted, for folders with a blank.
            " ".join((f'"-Dderby.system.home={data}"', *JAVA_OPTIONS)),
        )
        .enableHiveSupport()
    )
    from delta import configure_spark_with_delta_pip

    log = data / "spark.log"
    try:
        with output_to(log):
            spark = configure_spark_with_delta_pip(builder).getOrCreate()
            # Opens the metastore, which takes seconds, before the first client waits.
            spark.sql("show schemas").collect()
            return spark
    except Exception as error:
        raise WarehouseError(why_not_started(log)) from error


def remove_spilled(scratch: Path) -> None:
    """Remove what queries had spilled when the last server was killed; nothing else."""
    for pattern in ("blockmgr-*", "spark-*"):
        for folder in scratch.glob(pattern):
            shutil.rmtree(folder, ignore_errors=True)


def stop_spark(spark: SparkSession) -> None:
    """Stop Spark, and wait until its Java process lets go of the metastore."""
    java = spark.sparkContext._gateway.proc
    spark.stop()
    # It ends by itself when nobody can write to it any more; also where this process
    # is killed.
    java.stdin.close()
    try:
        java.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        java.kill()


def why_not_started(log: Path) -> str:
    """Return one line on a start that failed, from what Java wrote."""
    said = log.read_text(errors="replace")
    if "UNRESOLVED DEPENDENCIES" in said:
        return (
            "Delta's jars could not be fetched from Maven Central: connect once to the"
            f" network (later starts need none), details in {log}."
        )
    return f"Spark did not start, details in {log}."


@contextmanager
def output_to(log: Path) -> Iterator[None]:
    """Give what is started within this block a file as its standard output and error.

    Java and its dependency manager write hundreds of lines, which belong into a log.
    """
    saved = os.dup(1), os.dup(2)
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.dup2(target, 1)
        os.dup2(target, 2)
        yield
    finally:
        for number, descriptor in enumerate(saved, start=1):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.close(target)
