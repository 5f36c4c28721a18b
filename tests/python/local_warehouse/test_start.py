"""What a user is told where Spark cannot start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.python.support.platform import REPOSITORY

pytestmark = pytest.mark.warehouse


def failure(data: Path, *arguments: str, **environment: str) -> str:
    """Return the one line that a failing start writes."""
    words = ["-m", "local_warehouse", "serve", "--port", "0", "--data", str(data)]
    result = subprocess.run(
        [sys.executable, *words, *arguments],
        cwd=REPOSITORY,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (result.returncode, result.stdout) == (1, "")
    [line] = result.stderr.splitlines()
    return line


def test_maven_cannot_be_reached(tmp_path: Path) -> None:
    # No jars kept from before, and a proxy where nobody listens.
    options = [f"-Duser.home={tmp_path / 'home'}"]
    for scheme in ("http", "https"):
        options += [f"-D{scheme}.proxyHost=127.0.0.1", f"-D{scheme}.proxyPort=9"]
    data = tmp_path / "data"
    line = failure(data, JAVA_TOOL_OPTIONS=" ".join(options))
    assert line == (
        "Error: Delta's jars could not be fetched from Maven Central: connect once to"
        f" the network (later starts need none), details in {data / 'spark.log'}."
    )
    assert "delta-spark" in (data / "spark.log").read_text()


def test_memory_that_java_does_not_take(tmp_path: Path) -> None:
    line = failure(tmp_path, "--memory", "lots")
    assert line == f"Error: Spark did not start, details in {tmp_path}/spark.log."
    assert "-Xmxlots" in (tmp_path / "spark.log").read_text()
