"""Servers of other programs for a test: found, started, waited for, and ended."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from typing import NoReturn

import pytest


def not_installed(what: str, how: str) -> NoReturn:
    """Skips on a laptop and fails in CI, where everything has to be there."""
    text = f"{what} is not installed: {how}"
    if os.environ.get("CI"):
        pytest.fail(text, pytrace=False)
    pytest.skip(text)


def program(name: str, how: str) -> str:
    """Path of a program."""
    return shutil.which(name) or not_installed(name, how)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(
    is_ready: Callable[[], bool], process: subprocess.Popen[bytes], seconds: float = 60
) -> None:
    """Waits for a server.

    Raises:
        AssertionError: It ended, or takes too long.
    """
    until = time.monotonic() + seconds
    while not is_ready():
        assert process.poll() is None, f"{process.args} ended: {process.returncode}"
        assert time.monotonic() < until, f"{process.args} is not ready"
        time.sleep(0.02)


def end(process: subprocess.Popen[bytes], signal_number: int) -> None:
    """Ends a server, by force where it does not obey."""
    if process.poll() is None:
        process.send_signal(signal_number)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
