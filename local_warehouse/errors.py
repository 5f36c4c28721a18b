"""What a user can cause, said in one line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class WarehouseError(Exception):
    """An error whose message tells the user what to do."""


class StatementError(Exception):
    """A statement that failed, as a Databricks client is to see it.

    Attributes:
        message: What the engine said, its error class in brackets first.
        sql_state: The five characters of the SQL standard.
    """

    def __init__(self, message: str, sql_state: str = "HY000") -> None:
        """Keep the message and the state."""
        super().__init__(message)
        self.message = message
        self.sql_state = sql_state


@contextmanager
def usable(path: Path) -> Iterator[None]:
    """Say which part of the data folder this block cannot use.

    Raises:
        WarehouseError: It cannot be read or written, or holds something else.
    """
    try:
        yield
    except (OSError, ValueError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise WarehouseError(
            f"{path} cannot be used ({reason}): make it readable, move it away (a new"
            " one is made), or choose another --data."
        ) from error
