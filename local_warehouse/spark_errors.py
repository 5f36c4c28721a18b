"""What Spark raises, as a client is to see it."""

from __future__ import annotations

import re

from local_warehouse.errors import StatementError

SPARK_CATALOG = "spark_catalog"
# Everything after it is the query's plan or a stack trace, which tells a user nothing.
PLAN = re.compile(r"(; line \d+ pos \d+);\n.*", re.DOTALL)
STACK_TRACE = "\n\nJVM stacktrace:"


def as_statement_error(error: BaseException) -> StatementError:
    """Return the message with its error class, and the SQLSTATE."""
    if isinstance(error, StatementError):
        return error
    message = str(error).split(STACK_TRACE)[0]
    message = PLAN.sub(r"\1", message).strip().replace(SPARK_CATALOG, "main")
    state = getattr(error, "getSqlState", lambda: None)()
    return StatementError(message or type(error).__name__, state or "HY000")
