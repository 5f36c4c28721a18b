"""The whole platform once around, on the known world: `make demo` in one place.

The first run makes the world; every further run plays its next week. Each step prints
the command that it runs, which can be typed as it stands once the server is up.
"""

import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = ROOT / ".data"
WORLD = Path(os.environ.get("DEMO_WORLD", DATA / "world"))
DATABASE = Path(os.environ.get("CDP_DUCKDB", DATA / "cdp.duckdb"))
EARLIER = DATA / "cdp_before_last_run.duckdb"
DAYS_BETWEEN_RUNS = "7"
SECONDS_TO_START = "60"
BIN = Path(sys.executable).parent


def main() -> None:
    """Runs all steps, and stops at the first one that fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="demo", help="small or demo")
    size = parser.parse_args().size
    started = time.monotonic()
    # `finally` blocks, which stop the server, run on `kill` as well as on Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if WORLD.exists():
        step("Play the next week", "python -m demo advance --days", DAYS_BETWEEN_RUNS)
    else:
        step("Make the known world", "python -m demo generate --size", size)
    summary = ["python -m cdp summary"]
    if DATABASE.exists():
        shutil.copy(DATABASE, EARLIER)
        summary += ["--since", str(EARLIER.relative_to(ROOT))]
    with served_world() as sources:
        step("Ingest the three sources", "python -m ingestion run", variables=sources)
    step("Build and test the models", "dbt build")
    step("Show what was built", *summary)
    step("Write the docs site", "dbt --quiet docs generate --static")
    print(f"""
Done in {time.monotonic() - started:.0f} s.
  customers   {DATABASE}, table marts.customer_360
  docs site   {ROOT / "target" / "static_index.html"}
  raw data    {DATA / "lake"}
  next        make demo (plays the next week), make test, README.md""")


def step(
    title: str, command: str, *arguments: str, variables: dict[str, str] | None = None
) -> None:
    """Runs one command, and exits with its code if it fails."""
    words = [*command.split(), *arguments]
    line = shlex.join(words)
    print(f"\n==> {title}: {line}", flush=True)
    started = time.monotonic()
    run = subprocess.run(
        [BIN / words[0], *words[1:]],
        cwd=ROOT,
        env=os.environ | (variables or {}),
        check=False,
    )
    seconds = f"{time.monotonic() - started:.0f} s"
    if run.returncode != 0:
        print(f"<== failed after {seconds}: {line}", file=sys.stderr)
        sys.exit(run.returncode)
    print(f"<== {seconds}", flush=True)


@contextmanager
def served_world() -> Iterator[dict[str, str]]:
    """Serves the world; gives the environment that leads to it."""
    print("\n==> Serve the world: python -m demo serve", flush=True)
    log = DATA / "demo_server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "demo", "serve"],
            cwd=ROOT,
            stdout=output,
            stderr=output,
        )
        try:
            yield sources_environment(log)
        finally:
            server.terminate()
            server.wait()


def sources_environment(log: Path) -> dict[str, str]:
    """The variables that lead ingestion to the sources, once the server answers."""
    asked = subprocess.run(
        [sys.executable, "-m", "demo", "env", "--wait", SECONDS_TO_START],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if asked.returncode != 0:
        print(f"<== the server did not start: see {log}", file=sys.stderr)
        sys.exit(1)
    # Lines such as: export COMMERCE_API_URL=...
    words = shlex.split(asked.stdout)
    return dict(word.split("=", 1) for word in words if "=" in word)


if __name__ == "__main__":
    main()
