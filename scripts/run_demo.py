"""The whole platform once around, on the known world: what `make demo` runs.

The first run makes the world; every further run plays its next week. A run that follows
one that did not finish goes on with the same week.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from scripts.demo_checks import (
    check_database,
    check_profile,
    check_size,
    is_made,
    shown,
)

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
DATA = ROOT / ".data"
WORLD = Path(os.environ.get("DEMO_WORLD", DATA / "world"))
LAKE = Path(os.environ.get("CDP_LAKE", DATA / "lake"))
DATABASE = Path(os.environ.get("CDP_DUCKDB", DATA / "cdp.duckdb"))
PROFILES = Path(os.environ.get("DBT_PROFILES_DIR", ROOT))
LAST_RUN = DATA / "cdp_last_run.duckdb"
# Lies in the world when everything that it holds was built.
BUILT = WORLD / ".built"
DBT_RESULTS = ROOT / "target" / "run_results.json"


def main(size: str | None = None) -> int:
    """Runs all steps, and stops at the first one that fails."""
    # Ends the children, too, on `kill` as on Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        check_size(size, WORLD)
        check_profile(PROFILES)
        check_database(DATABASE)
        run_all_steps(size or "demo")
    except KeyboardInterrupt:
        print("\nInterrupted; `make demo` goes on from here", file=sys.stderr)
        return 130
    return 0


def run_all_steps(size: str) -> None:
    """From the world to the docs site."""
    started = time.monotonic()
    DATA.mkdir(exist_ok=True)
    move_world_on(size)
    with served_world() as sources:
        step("Ingest the three sources", "python -m ingestion run", sources)
    print(
        "\nSeveral hundred models and tests: up to a minute or so, silent if all pass"
    )
    step("Build and test the models", "dbt --log-level warn build")
    summary = "python -m cdp summary"
    if LAST_RUN.exists():
        summary += f" --since {LAST_RUN.relative_to(ROOT)}"
    step("Show what was built", summary)
    write_docs()
    shutil.copy(DATABASE, LAST_RUN)
    BUILT.touch()
    print(f"""
Done in {time.monotonic() - started:.0f} s.
  customers   {DATABASE}, table marts.customer_360
  docs site   {ROOT / "target" / "static_index.html"}
  raw data    {LAKE}
  next        `make demo` plays the next week; README.md says where to go""")


def move_world_on(size: str) -> None:
    """Makes the world, or plays its next week if the week before was built."""
    if not is_made(WORLD):
        step("Make the known world", f"python -m demo generate --size {size}")
    elif BUILT.exists():
        BUILT.unlink()
        step("Play the next week", "python -m demo advance --days 7")
    else:
        print("\n==> The last run did not finish: this one goes on with the same week")


def write_docs() -> None:
    """Writes the docs site, and leaves the results of the build in their place."""
    build_results = DBT_RESULTS.read_bytes()
    # dbt-duckdb crashes where several threads compile delta sources at the same moment.
    docs = "dbt --log-level warn docs generate --static --threads 1"
    try:
        step("Write the docs site", docs)
    finally:
        DBT_RESULTS.write_bytes(build_results)


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
        command, cwd=ROOT, env=environment, start_new_session=True
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
def served_world() -> Iterator[Mapping[str, str]]:
    """Serves the world; gives the variables that lead ingestion to it."""
    print("\n==> Serve the world: python -m demo serve", flush=True)
    demo = [sys.executable, "-m", "demo"]
    log = DATA / "demo_server.log"
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


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
