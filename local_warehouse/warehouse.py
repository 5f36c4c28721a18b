"""All parts of one local warehouse, started and stopped together."""

from __future__ import annotations

import socket
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

    @classmethod
    def start(cls, data: Path, *, cores: int, memory: str) -> Warehouse:
        """Start all but the server, on a data folder.

        Raises:
            WarehouseError: Spark cannot start.
        """
        spark = start_spark(data, cores=cores, memory=memory)
        log = StatementLog(data / "statements.jsonl")
        return cls(
            spark,
            Recorded(data / "recorded.sqlite"),
            log,
            Operations(log),
            Commands(spark),
        )

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
        """Cancel what runs, and let Spark close its files."""
        self.operations.shut_down()
        self.commands.shut_down()
        stop_spark(self.spark)
        self.recorded.close()
        self.log.close()
