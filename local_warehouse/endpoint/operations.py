"""Statements that run in the background, so that clients can poll and cancel them."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

import pyarrow as pa

from local_warehouse.endpoint.cancelling import cancel_jobs_until
from local_warehouse.endpoint.results import Pages, Wanted, fetch
from local_warehouse.endpoint.statement_log import StatementLog
from local_warehouse.errors import StatementError
from local_warehouse.spark_errors import as_statement_error

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Statements that run at once; more wait their turn.
WORKERS = 16
CANCELED = StatementError("[OPERATION_CANCELED] The statement was canceled.", "HY008")

Work = Callable[[], "DataFrame | pa.Table"]


class State(Enum):
    """How far an operation has come."""

    PENDING = "pending"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing more is going to happen."""
        return self not in (State.PENDING, State.RUNNING)


@dataclass
class Operation:
    """One statement or metadata call of a session.

    Attributes:
        ended: The client can have its answer.
        left: No thread works on it any more; after a cancellation that may take longer.
    """

    session: str
    statement: str
    spark: SparkSession
    wanted: Wanted
    id: bytes = field(default_factory=lambda: uuid.uuid4().bytes)
    state: State = State.PENDING
    pages: Pages | None = None
    error: StatementError | None = None
    ended: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def job_group(self) -> str:
        """The name under which Spark runs its jobs."""
        return self.id.hex()

    def move(self, state: State, error: StatementError | None = None) -> bool:
        """Go on to a state, unless the operation has ended; say whether it did."""
        with self.lock:
            if self.state.is_final:
                return False
            # In this order: whoever sees that it failed must find the error.
            self.error, self.state = error, state
        return True


class Operations:
    """Starts operations on worker threads and keeps them until they are closed."""

    def __init__(self, log: StatementLog) -> None:
        """Start with none."""
        self._log = log
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="statement")
        self._operations: dict[bytes, Operation] = {}

    def start(self, operation: Operation, work: Work) -> None:
        """Run the work of an operation in the background."""
        self._operations[operation.id] = operation
        self._workers.submit(self._run, operation, work)

    def find(self, identifier: bytes) -> Operation | None:
        """Return an operation that is not closed yet."""
        return self._operations.get(identifier)

    def close(self, operation: Operation) -> None:
        """Forget an operation, and cancel it where it still runs."""
        self.cancel(operation)
        self._operations.pop(operation.id, None)

    def close_session(self, session: str) -> None:
        """Close all operations of a session."""
        for operation in list(self._operations.values()):
            if operation.session == session:
                self.close(operation)

    def cancel(self, operation: Operation) -> None:
        """Stop an operation; the client need not wait until Spark has."""
        if not operation.move(State.CANCELLED, CANCELED):
            return
        context = operation.spark.sparkContext
        cancel_jobs_until(context, operation.job_group, operation.left)
        operation.ended.set()

    def shut_down(self) -> None:
        """Cancel what runs and stop the threads."""
        for operation in list(self._operations.values()):
            self.close(operation)
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _run(self, operation: Operation, work: Work) -> None:
        started = time.monotonic()
        try:
            if operation.move(State.RUNNING):
                self._work(operation, work)
            self._log.write(
                operation.session,
                operation.statement,
                operation.state.value,
                time.monotonic() - started,
                operation.error.message if operation.error else "",
            )
        finally:
            operation.left.set()
            # After the log: whoever has an answer finds the statement there.
            operation.ended.set()

    def _work(self, operation: Operation, work: Work) -> None:
        try:
            context = operation.spark.sparkContext
            context.setJobGroup(operation.job_group, "", interruptOnCancel=True)
            operation.pages = Pages(fetch(work(), operation.wanted))
            operation.move(State.FINISHED)
        except Exception as error:
            operation.move(State.FAILED, as_statement_error(error))
