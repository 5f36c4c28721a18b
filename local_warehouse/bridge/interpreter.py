"""Runs statements of Databricks on a Spark session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from local_warehouse.bridge.rules import translate
from local_warehouse.bridge.session import Session
from local_warehouse.catalog.recorded import Recorded
from local_warehouse.spark_errors import as_statement_error
from local_warehouse.sql.parameters import Parameters

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class Interpreter:
    """What is between a statement that arrives and the answer; for many threads."""

    def __init__(self, recorded: Recorded) -> None:
        """Keep what the statements of all sessions record in one place."""
        self._recorded = recorded

    def run(
        self, spark: SparkSession, statement: str, parameters: Parameters | None = None
    ) -> DataFrame | pa.Table:
        """Run a statement.

        Args:
            spark: The session that it arrived in.
            statement: As Databricks would take it.
            parameters: Values by name or in their order.

        Returns:
            What Spark is still to compute for a query, or a finished table.

        Raises:
            StatementError: Whatever a client has to be told.
        """
        try:
            action = translate(statement)
            return action.run(Session(spark, self._recorded, parameters))
        except Exception as error:
            raise as_statement_error(error) from error
