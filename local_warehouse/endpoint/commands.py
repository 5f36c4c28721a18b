"""Python code that clients send, such as dbt's Python models.

It runs in this process, on a Spark session of its context.
"""

from __future__ import annotations

import threading
import traceback
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local_warehouse.endpoint.cancelling import cancel_jobs_until
from local_warehouse.endpoint.python_code import PythonError, run

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass
class Context:
    """An execution context: the variables and the Spark session of its commands."""

    spark: SparkSession
    variables: dict[str, Any]
    id: str = field(default_factory=lambda: uuid.uuid4().hex)


@dataclass
class Command:
    """A piece of Python code that runs, or has run.

    Attributes:
        ended: The client can have its answer.
        left: The code runs no more; after a cancellation that may take longer.
    """

    code: str
    context: Context
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    status: str = "Queued"
    results: dict[str, str] | None = None
    ended: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> bool:
        """Say whether the code is to run: not where it was cancelled before."""
        with self.lock:
            if not self.ended.is_set():
                self.status = "Running"
            return self.status == "Running"

    def end(self, status: str, results: dict[str, str] | None) -> bool:
        """Keep how the command ended, unless it has; say whether it had not."""
        with self.lock:
            if self.ended.is_set():
                return False
            self.status, self.results = status, results
            self.ended.set()
        return True

    def as_json(self) -> dict[str, object]:
        """Return what the API says of the command."""
        with self.lock:
            answer: dict[str, object] = {"id": self.id, "status": self.status}
            return answer | ({"results": self.results} if self.results else {})


class Commands:
    """The contexts and commands of one server."""

    def __init__(self, spark: SparkSession) -> None:
        """Start with none."""
        self._spark = spark
        self._contexts: dict[str, Context] = {}
        self._commands: dict[str, Command] = {}

    def create_context(self) -> Context:
        """Open a context with a Spark session of its own."""
        spark = self._spark.newSession()
        context = Context(spark, {"spark": spark, "__name__": "__main__"})
        self._contexts[context.id] = context
        return context

    def context(self, identifier: str) -> Context | None:
        """Return a context that is not destroyed."""
        return self._contexts.get(identifier)

    def destroy_context(self, context: Context) -> None:
        """Forget a context and its commands."""
        self._contexts.pop(context.id, None)
        for command in list(self._commands.values()):
            if command.context is context:
                self.cancel(command)
                self._commands.pop(command.id, None)

    def execute(self, context: Context, code: str) -> Command:
        """Start a piece of code in the background."""
        command = Command(code, context)
        self._commands[command.id] = command
        # The server's end does not wait for a daemon: code may run for ever.
        threading.Thread(target=self._run, args=(command,), daemon=True).start()
        return command

    def command(self, identifier: str) -> Command | None:
        """Return a command of a context that is not destroyed."""
        return self._commands.get(identifier)

    def cancel(self, command: Command) -> None:
        """Stop a command at its next Spark job; code between jobs goes on."""
        if command.end("Cancelled", None):
            context = command.context.spark.sparkContext
            cancel_jobs_until(context, command.id, command.left)

    def shut_down(self) -> None:
        """Cancel what runs, once: Spark is about to stop."""
        for command in list(self._commands.values()):
            command.left.set()
        for context in list(self._contexts.values()):
            self.destroy_context(context)

    def _run(self, command: Command) -> None:
        try:
            if command.begin():
                self._work(command)
        finally:
            command.left.set()

    def _work(self, command: Command) -> None:
        context = command.context
        try:
            context.spark.sparkContext.setJobGroup(command.id, "", True)
            run(command.code, context.variables)
        except PythonError as error:
            results = {"resultType": "error", "summary": error.summary}
            command.end("Finished", results | {"cause": error.cause})
        except Exception as error:
            cause = "".join(traceback.format_exception(error))
            results = {"resultType": "error", "summary": str(error), "cause": cause}
            command.end("Finished", results)
        else:
            command.end("Finished", {"resultType": "text", "data": ""})
