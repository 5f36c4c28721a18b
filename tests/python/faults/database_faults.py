"""What a database can do wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingestion.sql import SqlReading
from tests.python.faults import database
from tests.python.faults.database import Driver, Locked
from tests.python.faults.http_faults import DAY, FIRST, MOMENTS, SECOND


@dataclass
class Scene:
    """Where a fault happens: the driver, the database, the batch of rows."""

    driver: Driver
    path: Path
    number: int
    monkeypatch: pytest.MonkeyPatch
    healing: list[Callable[[], object]] = field(default_factory=list)


@dataclass(frozen=True)
class DatabaseFault:
    """One kind of fault.

    Attributes:
        kind: What it is called.
        begin: Lets it happen at a scene.
        ends: What the run says when it ends by it; None: it ends well.
        moments: When it can happen.
        dates_alike: Whether many rows have the same update time.
    """

    kind: str
    begin: Callable[[Scene], None]
    ends: str | None
    moments: tuple[str, ...] = MOMENTS
    dates_alike: bool = False


def _fails(text: str) -> Callable[[Scene], None]:
    def begin(scene: Scene) -> None:
        scene.driver.at_fetch = database.failing(scene.number, text)

    return begin


def _refuses(text: str) -> Callable[[Scene], None]:
    def begin(scene: Scene) -> None:
        scene.driver.at_connect = database.refusing(text)

    return begin


def _lock(scene: Scene) -> None:
    scene.healing.append(Locked(scene.path).release)


def _hide(scene: Scene) -> None:
    hidden = scene.path.with_suffix(".hidden")
    scene.path.rename(hidden)
    scene.healing.append(lambda: hidden.rename(scene.path))


def _moves_on(scene: Scene) -> None:
    """Let a week pass while the rows are read."""

    def at_fetch(fetched: int) -> None:
        if fetched == scene.number:
            database.move_on(scene.path)

    scene.driver.at_fetch = at_fetch


def _clock(days: int) -> Callable[[Scene], None]:
    def begin(scene: Scene) -> None:
        clock = SqlReading._clock

        def skewed(reading: SqlReading) -> int | None:
            now = clock(reading)
            return None if now is None else now + days * DAY * 1_000_000

        scene.monkeypatch.setattr(SqlReading, "_clock", skewed)
        scene.healing.append(
            lambda: scene.monkeypatch.setattr(SqlReading, "_clock", clock)
        )

    return begin


ENDS = (FIRST, SECOND)
LOST = "server closed the connection unexpectedly"
DATABASE_FAULTS = (
    DatabaseFault("connection lost", _fails(LOST), LOST),
    DatabaseFault(
        "connection lost among equal update times",
        _fails(LOST),
        LOST,
        dates_alike=True,
    ),
    DatabaseFault(
        "database shut down",
        _fails("terminating connection due to administrator command"),
        "administrator command",
    ),
    DatabaseFault(
        "statement cancelled",
        _fails("canceling statement due to statement timeout"),
        "statement timeout",
    ),
    DatabaseFault("disk error of the database", _fails("disk I/O error"), "disk I/O"),
    DatabaseFault(
        "locked half-way", _fails("database is locked"), "database is locked"
    ),
    DatabaseFault("locked", _lock, "database is locked", ENDS),
    DatabaseFault(
        "database restarting",
        _refuses("connection failed: the database system is starting up"),
        "the database system is starting up",
        ENDS,
    ),
    DatabaseFault(
        "too many connections",
        _refuses("connection failed: sorry, too many clients already"),
        "too many clients",
        ENDS,
    ),
    DatabaseFault("database gone", _hide, "no database at", ENDS),
    DatabaseFault("rows change while they are read", _moves_on, None, MOMENTS[:3]),
    DatabaseFault("clock of the database ahead", _clock(2_000), None, ENDS),
    DatabaseFault("clock of the database behind", _clock(-9_000), None, ENDS),
)


def copy_of(path: Path, folder: Path) -> Path:
    """Return a database of one case's own."""
    return Path(shutil.copy(path, folder / path.name))
