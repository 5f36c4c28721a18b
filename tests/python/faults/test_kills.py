"""Killed with SIGKILL at fifty moments: run again, it is as if nothing had happened.

The moments are drawn from a fixed seed and spread over the measured time of a run; some
lie within a few milliseconds of the writing of a commit.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import cycle

import pytest

from tests.python.faults.conftest import COMMIT_ROWS, SMALL_PAGE
from tests.python.faults.database import BATCH_ROWS
from tests.python.faults.laboratory import (
    ORDERS,
    REPOSITORY,
    SHOP,
    Bench,
    Laboratory,
    Subject,
    Undisturbed,
)
from tests.python.faults.matrix import KILLS, KILLS_IN_COMMITS, LANDED

KILLS_IN_A_ROW = 4
NEVER = -1.0
# Imports everything once; each line that it is given is a run in a process of its own.
DRIVER = """
import json, os, signal, sys, threading, time
import ingestion.hubspot, ingestion.load, ingestion.sql
from ingestion.cli import app
rows, page, batch = (int(word) for word in sys.argv[1:])
ingestion.load.COMMIT_ROWS = rows
ingestion.hubspot.LIST_LIMIT = ingestion.hubspot.SEARCH_LIMIT = page
ingestion.sql.BATCH_ROWS = batch
ingestion.sql.SqlReading._sorts_as_we_do = lambda reading: True
stamped = ingestion.load.stamped
def die(delay):
    time.sleep(delay)
    os.kill(os.getpid(), signal.SIGKILL)
def run(delay):
    def dying(*arguments):
        if delay >= 0:
            threading.Thread(target=die, args=(delay,), daemon=True).start()
        yield from stamped(*arguments)
    ingestion.load.stamped = dying
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    try:
        app(["run"])
    except SystemExit as end:
        os._exit(end.code or 0)
for line in sys.stdin:
    told = json.loads(line)
    os.environ.update(told["variables"])
    begin = time.monotonic()
    child = os.fork()
    if child == 0:
        run(told["delay"])
    print(child, flush=True)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(code, time.monotonic() - begin, flush=True)
"""


class Killer:
    """Starts runs and kills them."""

    def __init__(self, process: subprocess.Popen[str], moments: random.Random) -> None:
        assert process.stdout is not None
        assert process.stdin is not None
        self._told, self._heard = process.stdin, process.stdout
        self._moments = moments
        self.seconds = 0.0
        self.killed = 0

    def measure(self) -> None:
        """Take the time of a run that nobody kills."""
        self._run(NEVER)
        assert self._code() == 0

    def kill_at_some_moment(self) -> bool:
        """Run, and kill; return whether the run was still there to be killed."""
        child = self._run(NEVER)
        time.sleep(self._moments.uniform(0.0, self.seconds))
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        return self._code() == -signal.SIGKILL

    def kill_in_a_commit(self) -> bool:
        """Run, and let the run kill itself while it writes a commit."""
        self._run(self._moments.uniform(0.0, 0.02))
        return self._code() == -signal.SIGKILL

    def _run(self, delay: float) -> int:
        variables = {name: os.environ[name] for name in (SHOP,) if name in os.environ}
        self._told.write(json.dumps({"delay": delay, "variables": variables}) + "\n")
        self._told.flush()
        return int(self._heard.readline())

    def _code(self) -> int:
        code, seconds = self._heard.readline().split()
        if code == "0":
            self.seconds = float(seconds)
        self.killed += int(code) == -signal.SIGKILL
        return int(code)


@contextmanager
def killer_of(laboratory: Laboratory) -> Iterator[Killer]:
    rows = COMMIT_ROWS.get(laboratory.subject.table, 200_000)
    program = f"import sys\nsys.path[:0] = ['{REPOSITORY}']{DRIVER}"
    words = [str(number) for number in (rows, SMALL_PAGE, BATCH_ROWS)]
    with subprocess.Popen(
        [sys.executable, "-c", program, *words],
        cwd=laboratory.folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Killer(process, random.Random(LANDED.index(laboratory.subject)))


@pytest.mark.parametrize("subject", LANDED, ids=lambda subject: subject.name)
def test_killed_again_and_again(
    subject: Subject,
    bench: Bench,
    make_laboratory: Callable[[Subject], Laboratory],
    figures: list[str],
) -> None:
    laboratory = make_laboratory(subject)
    if subject is ORDERS:
        bench.use_databases()
    expected = bench.undisturbed(laboratory)
    laboratory.use_lake(expected.empty)
    bench.begin(laboratory, 0)
    with killer_of(laboratory) as killer:
        killer.measure()
        for state in cycle((0, 0, 1)):
            laboratory.use_lake(expected.first if state else expected.empty)
            bench.begin(laboratory, state)
            kill_some(killer, KILLS[subject.name] - killer.killed)
            finish(bench, laboratory, expected, state)
            if killer.killed == KILLS[subject.name]:
                break
    figures.append(f"{killer.killed} kills while {subject.name} was read")


def kill_some(killer: Killer, wanted: int) -> None:
    """Kill some runs in a row, until one has come to its end."""
    for _ in range(min(wanted, KILLS_IN_A_ROW)):
        in_commit = killer.killed < KILLS_IN_COMMITS
        if in_commit and killer.kill_in_a_commit():
            continue
        if not killer.kill_at_some_moment():
            return


def finish(
    bench: Bench, laboratory: Laboratory, expected: Undisturbed, state: int
) -> None:
    laboratory.run()
    if not state:
        bench.begin(laboratory, 1)
        laboratory.run()
    found = laboratory.contents()
    assert found == expected.end
    assert set(found["versions"].values()) == {1}
