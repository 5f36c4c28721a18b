"""The steps of `make demo`: child processes that end when it does."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from scripts.demo_checks import shown

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent


def step(title: str, command: str, variables: Mapping[str, str] | None = None) -> None:
    """Runs one command, and exits with its code if it fails."""
    print(f"\n==> {title}: {command}", flush=True)
    started = time.monotonic()
    program, *arguments = command.split()
    code = run([str(BIN / program), *arguments], os.environ | dict(variables or {}))
    seconds = f"{time.monotonic() - started:.0f} s"
    if code != 0:
        print(f"<== failed after {seconds}: {command}", file=sys.stderr)
        sys.exit(code)
    print(f"<== {seconds}", flush=True)


def run(command: list[str], environment: Mapping[str, str]) -> int:
    """Waits for one command; whatever ends the wait ends the command first.

    In a session of its own the command does not hear Ctrl-C, on which it would show
    where it was. Every step can be cut short: what it had not committed is done again.
    """
    with subprocess.Popen(
        command,
        cwd=ROOT,
        # Python would warn of semaphores that a dbt cut short has left, and clean up.
        env={"PYTHONWARNINGS": "ignore:resource_tracker"} | dict(environment),
        start_new_session=True,
    ) as child:
        try:
            return child.wait()
        except BaseException:
            child.terminate()
            child.wait()
            if sys.stdout.isatty():
                print("\033[?25h", end="", flush=True)  # progress bars hide the cursor
            raise


@contextmanager
def served_world(log: Path) -> Iterator[Mapping[str, str]]:
    """Serves the world, logging to a file; gives the variables that lead to it."""
    print("\n==> Serve the world: python -m demo serve", flush=True)
    demo = [sys.executable, "-m", "demo"]
    with log.open("w") as output:
        server = subprocess.Popen(
            [*demo, "serve"],
            cwd=ROOT,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        environment = subprocess.run(
            [*demo, "env", "--wait", "60"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
            start_new_session=True,
        )
        if environment.returncode != 0:
            sys.exit(f"<== the demo server did not start: see {shown(log)}")
        # Lines such as: export COMMERCE_API_URL=...
        words = shlex.split(environment.stdout)
        try:
            yield dict(word.split("=", 1) for word in words if "=" in word)
        except SystemExit:
            if server.poll() is not None:
                print(f"<== the demo server ended: see {shown(log)}", file=sys.stderr)
            raise
    finally:
        server.terminate()
        server.wait()
