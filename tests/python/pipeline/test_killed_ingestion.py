"""Ingestion killed again and again, then run to its end: staging is as ever."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from demo.serving import serving
from demo.world import generate
from tests.python.support.compare import differences, tables
from tests.python.support.platform import REPOSITORY, Platform

PEOPLE = 400
# After so many seconds, start-up included, which takes the first second or so.
KILLS = (1.2, 1.5, 1.8, 2.1, 2.4)
# When and in which order something was landed differs from run to run; what, must not.
OF_THE_RUN = (
    "_batch_id",
    "_changed_at",
    "_first_loaded_at",
    "_loaded_at",
    "_source_position",
    "rejected_at",
)


def test_staging_equals_that_of_an_undisturbed_run(tmp_path: Path) -> None:
    world = generate(PEOPLE, seed=5, folder=tmp_path / "world")
    undisturbed = Platform(tmp_path / "undisturbed")
    disturbed = Platform(tmp_path / "disturbed")
    with serving(world) as server:
        undisturbed.ingest(variables=server.environment)
        killed = [
            kill_ingestion(disturbed, server.environment, after) for after in KILLS
        ]
        disturbed.ingest(variables=server.environment)
    assert killed.count(-signal.SIGKILL) >= 2
    for platform in (undisturbed, disturbed):
        platform.build("--select", "staging")
    # Each lake has a key of its own, and logs of how it came about.
    names = tables(undisturbed.database, ["staging"]) - {
        "staging.stg_ingestion__hash_keys",
        "staging.stg_ingestion__loads",
        "staging.stg_ingestion__runs",
    }
    assert len(names) == 20
    found = differences(undisturbed.database, disturbed.database, names, OF_THE_RUN)
    assert list(found) == []


def kill_ingestion(platform: Platform, variables: dict[str, str], after: float) -> int:
    """Starts an ingestion run, kills it after some seconds, and gives its exit code."""
    run = subprocess.Popen(
        [sys.executable, "-m", "ingestion", "run"],
        cwd=REPOSITORY,
        env={**os.environ, **platform.environment, **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(after)
    run.kill()
    return run.wait()
