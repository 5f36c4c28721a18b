"""Every statement that a client sent, one JSON object a line."""

from __future__ import annotations

import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path


class StatementLog:
    """Appends to `statements.jsonl`; only its owner can read it."""

    def __init__(self, file: Path) -> None:
        """Open the file, and make it where there is none."""
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._stream = os.fdopen(descriptor, "a", encoding="utf-8")
        self._lock = threading.Lock()

    def write(
        self, session: str, statement: str, state: str, seconds: float, message: str
    ) -> None:
        """Add a statement that has ended.

        Args:
            session: Hexadecimal id of the session.
            statement: As the client sent it.
            state: `finished`, `failed` or `cancelled`.
            seconds: From its start to its last row.
            message: What failed, else empty.
        """
        line = json.dumps(
            {
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "session": session,
                "statement": statement,
                "state": state,
                "seconds": round(seconds, 3),
                "message": message,
            },
            ensure_ascii=False,
        )
        with self._lock:
            # What is cancelled by the server's own end may come too late.
            if not self._stream.closed:
                self._stream.write(line + "\n")
                self._stream.flush()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._stream.close()
