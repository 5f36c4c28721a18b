"""The log for programs: one JSON object per line on standard error.

Whatever else would be written there becomes such a line, too: warnings, what libraries
log, exceptions that nobody expected.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import stamina.instrumentation
from stamina.instrumentation import RetryDetails

from ingestion import INTERRUPTED, cursors
from ingestion.contract import Source, Table
from ingestion.errors import ContractError, IngestionError
from ingestion.redaction import brief, redact
from ingestion.run import Chosen, Listener, SourceResult, TableResult

_LOGGER = logging.getLogger("ingestion")
_LONGEST = 500
_FAILED = "failed"


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON object, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object, in one line."""
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC)
        said: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        fields = getattr(record, "fields", None)
        if isinstance(fields, dict):
            said |= {"event": record.msg, **fields}
        else:
            said |= {"event": "log", "logger": record.name}
            said["message"] = record.getMessage()
            if record.exc_info and isinstance(record.exc_info[1], BaseException):
                said |= _described(record.exc_info[1])
        return json.dumps(_clean(said), ensure_ascii=False)


class JsonReport:
    """Says how a command goes, for programs."""

    def __init__(self) -> None:
        """Begin without a run."""
        self._listener: JsonListener | None = None

    def listener(self, *, is_dry_run: bool) -> JsonListener:
        """Return who logs a run."""
        self._listener = JsonListener(is_dry_run=is_dry_run)
        return self._listener

    def note(self, event: str, **fields: object) -> None:
        """Log that something is done."""
        _log(logging.INFO, event, fields)

    def say(self, text: str) -> None:
        """Log what people would read between runs."""
        _log(logging.INFO, "remark", {"message": text})

    def error(self, error: IngestionError) -> None:
        """Log what a person can mend."""
        if isinstance(error, ContractError):
            for problem in error.problems:
                place = {"file": str(problem.path), "line": problem.line}
                self._error("error", {**place, "message": problem.text})
        else:
            kind = type(error).__name__
            self._error("error", {"error_type": kind, "message": _line(error)})

    def unexpected(self, error: BaseException) -> None:
        """Log a fault of the program."""
        self._error("unexpected_error", _described(error))

    def interrupted(self) -> None:
        """Log that nothing is lost."""
        _log(logging.WARNING, "interrupted", {**self._of_run, "message": INTERRUPTED})

    def _error(self, event: str, fields: Mapping[str, object]) -> None:
        _log(logging.ERROR, event, {**self._of_run, **fields})

    @property
    def _of_run(self) -> Mapping[str, object]:
        return {} if self._listener is None else self._listener.place


class JsonListener(Listener):
    """Logs a run as it goes."""

    def __init__(self, *, is_dry_run: bool = False) -> None:
        """Begin without a batch."""
        self._run: dict[str, object] = {"is_dry_run": True} if is_dry_run else {}
        self._table: dict[str, object] = {}
        self._began = dict.fromkeys(("run", "source", "table"), 0.0)
        self._sum = dict.fromkeys(("delivered", "landed", "rejected"), 0)

    @property
    def place(self) -> Mapping[str, object]:
        """The run, and the table that it is at."""
        return {**self._run, **self._table}

    def __enter__(self) -> JsonListener:
        """Hear of requests that are sent again."""
        stamina.instrumentation.set_on_retry_hooks([self._retries])
        return self

    def __exit__(self, *error: object) -> None:
        """Hear no more of them."""
        stamina.instrumentation.set_on_retry_hooks(())

    def starts(self, batch_id: str, chosen: Chosen) -> None:
        """Log that a run starts."""
        self._run["batch_id"] = batch_id
        self._sum = dict.fromkeys(self._sum, 0)
        names = [
            f"{one.name}.{table.name}" for one, tables in chosen for table in tables
        ]
        self._tell("run_started", "run", tables=names)

    def opens(self, source: Source) -> None:
        """Log that a source starts."""
        self._tell("source_started", "source", source=source.name)

    def skipped(self, source: Source) -> None:
        """Log that a source is not configured."""
        names = source.variables
        self._say("source_skipped", source=source.name, variables_not_set=names)

    def begins(self, source: Source, table: Table) -> None:
        """Log that a table starts."""
        self._table = {"source": source.name, "table": table.name}
        self._tell("table_started", "table")

    def remarks(self, source: Source, table: Table, text: str) -> None:
        """Log a remark."""
        self._say("remark", source=source.name, table=table.name, message=text)

    def retries(self, attempt: int, wait: float, cause: Exception) -> None:
        """Log that a source is asked again."""
        fields: dict[str, Any] = {"attempt": attempt, "wait_seconds": round(wait, 3)}
        self._say("retry", logging.WARNING, cause=_line(cause), **fields)

    def ends(self, source: Source, result: TableResult) -> None:
        """Log how a table went."""
        column, counts = result.table.cursor, result.counts
        before, after = (
            None if value is None or column is None else cursors.text(value, column)
            for value in (result.cursor_before, result.cursor)
        )
        counted = {name: getattr(counts, name) for name in self._sum}
        for name, count in counted.items():
            self._sum[name] += count
        self._done(
            "table",
            result.error,
            **counted,
            bytes=counts.bytes,
            cursor_before=before,
            cursor_after=after,
        )
        self._table = {}

    def closes(self, result: SourceResult) -> None:
        """Log how a source went."""
        failed = [one.table.name for one in result.tables if one.error is not None]
        outcome = "finished" if result.is_good else _FAILED
        self._table = {}
        self._done(
            "source",
            result.error,
            outcome,
            source=result.source.name,
            failed_tables=failed,
        )

    def finishes(self, outcome: str) -> None:
        """Log how the run went."""
        place, self._table = self._table, {}
        self._done("run", None, outcome, **self._sum, **place)

    def _retries(self, details: RetryDetails) -> None:
        self.retries(details.retry_num, details.wait_for, details.caused_by)

    def _tell(self, event: str, kind: str, **fields: object) -> None:
        self._began[kind] = time.monotonic()
        self._say(event, **fields)

    def _done(
        self,
        kind: str,
        error: IngestionError | None,
        outcome: str | None = None,
        **fields: object,
    ) -> None:
        outcome = outcome or ("finished" if error is None else _FAILED)
        if error is not None:
            fields["error"] = _line(error)
        self._say(
            f"{kind}_ended",
            logging.ERROR if outcome == _FAILED else logging.INFO,
            outcome=outcome,
            seconds=round(time.monotonic() - self._began[kind], 3),
            **fields,
        )

    def _say(self, event: str, level: int = logging.INFO, /, **fields: object) -> None:
        _log(level, event, {**self._run, **self._table, **fields})


@contextmanager
def json_log() -> Iterator[JsonReport]:
    """Turn all that goes to standard error into JSON, while this lasts."""
    report = JsonReport()
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    before = root.handlers, _LOGGER.level, sys.unraisablehook, threading.excepthook
    root.handlers = [handler]
    _LOGGER.setLevel(logging.INFO)
    logging.captureWarnings(True)
    sys.unraisablehook = lambda failure: report.unexpected(
        failure.exc_value or RuntimeError(str(failure.err_msg))
    )
    threading.excepthook = lambda failure: report.unexpected(
        failure.exc_value or RuntimeError(failure.exc_type.__name__)
    )
    try:
        yield report
    finally:
        logging.captureWarnings(False)
        root.handlers, level, sys.unraisablehook, threading.excepthook = before
        _LOGGER.setLevel(level)


def _log(level: int, event: str, fields: Mapping[str, object]) -> None:
    _LOGGER.log(level, event, extra={"fields": dict(fields)})


def _described(error: BaseException) -> dict[str, object]:
    """Return what an exception is, what it says, and the places it came through."""
    places = [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    return {
        "error_type": type(error).__name__,
        "message": _line(error),
        "traceback": places,
    }


def _line(error: BaseException) -> str:
    return brief(error, _LONGEST)


def _clean(value: Any) -> Any:
    """Return a value of JSON without secrets, before its encoding can hide them."""
    if isinstance(value, Mapping):
        return {str(key): _clean(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(part) for part in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact(str(value))
