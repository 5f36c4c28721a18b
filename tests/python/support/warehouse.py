"""A local warehouse in a process of its own, and what its clients need."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from databricks import sql

from tests.python.support.platform import REPOSITORY

HTTP_PATH = "/sql/1.0/warehouses/local"
READY = "ready"
# A bound for what has to end at all, on a machine that is busy with other things.
SOON = 60
START_SECONDS = 180
STOP_SECONDS = 60


class Warehouse:
    """A running server.

    Attributes:
        data: Its folder: tables, certificates, log of statements.
        port: Port on the loopback interface.
        token: Bearer token that it asks for.
        process: Python's; with Java's it is a process group of its own.
    """

    def __init__(
        self, data: Path, port: int, token: str, process: "subprocess.Popen[bytes]"
    ) -> None:
        self.data = data
        self.port = port
        self.token = token
        self.process = process
        self.authority = data / "certificates" / "ca.pem"

    @property
    def environment(self) -> dict[str, str]:
        """What dbt's target `warehouse` reads."""
        return {
            "LOCAL_WAREHOUSE_PORT": str(self.port),
            "LOCAL_WAREHOUSE_TOKEN": self.token,
            "LOCAL_WAREHOUSE_CA": str(self.authority),
            "REQUESTS_CA_BUNDLE": str(self.authority),
            "SSL_CERT_FILE": str(self.authority),
        }

    @contextmanager
    def connection(self, **options: Any) -> Iterator[Any]:
        """A connection of the official connector, with what else it can be given."""
        known = {
            "server_hostname": "localhost",
            "http_path": HTTP_PATH,
            "access_token": self.token,
            "_connection_uri": f"https://localhost:{self.port}{HTTP_PATH}",
            "_tls_trusted_ca_file": str(self.authority),
            "enable_telemetry": False,
        }
        connection = sql.connect(**(known | options))
        try:
            yield connection
        finally:
            connection.close()

    def query(self, statement: str) -> pa.Table:
        """The rows of one statement."""
        with self.connection() as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall_arrow()

    def statements(self) -> list[dict[str, Any]]:
        """What clients have sent so far, in the order in which it ended."""
        log = self.data / "statements.jsonl"
        return [json.loads(line) for line in log.read_text("utf-8").splitlines()]


@contextmanager
def running_warehouse(data: Path) -> Iterator[Warehouse]:
    """Starts a server, waits until it is ready, and stops it in the end.

    Raises:
        AssertionError: with what it printed, when it does not start or stop.
    """
    data.mkdir(parents=True, exist_ok=True)
    port, token = _free_port(), secrets.token_urlsafe(16)
    words = [sys.executable, "-m", "local_warehouse", "serve"]
    # A file, not a pipe: nobody would empty it while the tests run.
    output = data / "output.log"
    with output.open("wb") as stream:
        process = subprocess.Popen(
            [*words, "--port", str(port), "--data", str(data)],
            cwd=REPOSITORY,
            env={**os.environ, "LOCAL_WAREHOUSE_TOKEN": token, "PYTHONUNBUFFERED": "1"},
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_ready(process, output)
        yield Warehouse(data, port, token, process)
    finally:
        process.terminate()
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def rows(cursor: Any, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    """Rows of a statement, through a cursor of the connector."""
    cursor.execute(statement, parameters)
    return [tuple(row) for row in cursor.fetchall()]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_ready(process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if READY in output.read_text("utf-8", errors="replace"):
            return
        time.sleep(0.2)
    printed = output.read_text("utf-8", errors="replace")
    raise AssertionError(f"The local warehouse does not start:\n{printed}")
