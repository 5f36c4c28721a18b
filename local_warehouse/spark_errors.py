"""What Spark raises, as a client is to see it."""

from __future__ import annotations

import re

from local_warehouse.errors import StatementError
from local_warehouse.names import CATALOG, SPARK_CATALOG

# Everything after it is the query's plan or a stack trace, which tells a user nothing.
PLAN = re.compile(r"(; line \d+ pos \d+);\n.*", re.DOTALL)
STATE = re.compile(r"\bSQLSTATE: (\w{5})\b")
STACK_TRACE = "\n\nJVM stacktrace:"


def as_statement_error(error: BaseException) -> StatementError:
    """Return the message with its error class, and the SQLSTATE."""
    if isinstance(error, StatementError):
        return error
    message, state = str(error), getattr(error, "getSqlState", lambda: None)()
    java = getattr(error, "java_exception", None)
    if java is not None:
        # PySpark leaves a few of Java's exceptions as they are, stack trace and all.
        message = java.getMessage() or ""
    message = PLAN.sub(r"\1", message.split(STACK_TRACE)[0])
    message = message.strip().replace(SPARK_CATALOG, CATALOG)
    if not state and (stated := STATE.search(message)):
        state = stated[1]
    return StatementError(message or type(error).__name__, state or "HY000")
