"""All parts of one local warehouse, started and stopped together."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from local_warehouse.bridge.interpreter import Interpreter
from local_warehouse.catalog.recorded import Recorded
from local_warehouse.catalog.relations import SparkCatalog
from local_warehouse.endpoint.commands import Commands
from local_warehouse.endpoint.credentials import Certificates
from local_warehouse.endpoint.operations import Operations
from local_warehouse.endpoint.server import application
from local_warehouse.endpoint.statement_log import StatementLog
from local_warehouse.endpoint.thrift_service import ThriftService
from local_warehouse.errors import WarehouseError, usable
from local_warehouse.lake import register_lake
from local_warehouse.spark import start_spark, stop_spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# What a stop waits for answers that are on their way.
GRACE_SECONDS = 5


@dataclass
class Warehouse:
    """Spark, what is recorded beside it, and the services on top."""

    spark: SparkSession
    recorded: Recorded
    log: StatementLog
    operations: Operations
    commands: Commands
    java_log: Path
    ending: ExitStack

    @classmethod
    def start(cls, data: Path, *, cores: int, memory: str) -> Warehouse:
        """Start all but the server, on a data folder; Spark, which is slow, last.

        Raises:
            WarehouseError: A file of the folder is broken, or Spark cannot start.
        """
        with ExitStack() as started:
            log_file, java_log = data / "statements.jsonl", data / "spark.log"
            with usable(log_file):
                log = StatementLog(log_file)
            started.callback(log.close)
            with usable(data / "recorded.sqlite"):
                recorded = Recorded(data / "recorded.sqlite")
            started.callback(recorded.close)
            with usable(java_log):
                spark = start_spark(data, cores=cores, memory=memory)
            started.callback(stop_spark, spark)
            commands = Commands(spark)
            started.callback(commands.shut_down)
            operations = Operations(log)
            started.callback(operations.shut_down)
            ending = started.pop_all()
        return cls(spark, recorded, log, operations, commands, java_log, ending)

    def register(self, lake: Path) -> int:
        """Show the Delta tables of a lake; return how many there are."""
        return register_lake(self.spark, SparkCatalog(self.spark), lake)

    def serve(
        self, listener: socket.socket, certificates: Certificates, token: str
    ) -> None:
        """Answer on a socket until a signal to stop comes."""
        service = ThriftService(self.spark, Interpreter(self.recorded), self.operations)
        port = listener.getsockname()[1]
        server = uvicorn.Server(
            uvicorn.Config(
                application(service.processor(), self.commands, token, port),
                ssl_certfile=certificates.certificate,
                ssl_keyfile=certificates.key,
                log_level="warning",
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        server.run(sockets=[listener])

    def stop(self) -> None:
        """Cancel what runs, and let Spark close its files.

        Every step is tried, also where one before it failed.

        Raises:
            WarehouseError: Java has ended before.
        """
        from py4j.protocol import Py4JError

        try:
            self.ending.close()
        except (Py4JError, OSError) as error:
            raise WarehouseError(
                "Spark's Java process ended before the server: start again; what it"
                f" said last is in {self.java_log}."
            ) from error
