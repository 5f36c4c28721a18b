"""The whole platform once around, on the known world: what `make demo` runs.

The first run makes the world; every further run plays its next week. A run that follows
one that did not finish goes on with the same week.
"""

import os
import shutil
import signal
import sys
import time
from pathlib import Path

from scripts.demo_checks import (
    check_database,
    check_profile,
    check_size,
    is_made,
)
from scripts.demo_steps import ROOT, served_world, step

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
    with served_world(DATA / "demo_server.log") as sources:
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


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
