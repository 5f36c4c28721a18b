"""The whole platform once around, on the known world: what `make demo` runs.

The first run makes the world; every further run plays its next week.
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

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
DATA = ROOT / ".data"
WORLD = Path(os.environ.get("DEMO_WORLD", DATA / "world"))
LAKE = Path(os.environ.get("CDP_LAKE", DATA / "lake"))
DATABASE = Path(os.environ.get("CDP_DUCKDB", DATA / "cdp.duckdb"))
LAST_RUN = DATA / "cdp_last_run.duckdb"


def main(size: str) -> None:
    """Runs all steps, and stops at the first one that fails."""
    started = time.monotonic()
    DATA.mkdir(exist_ok=True)
    # Ends the `with` block below, and with it the server, on `kill` as on Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if WORLD.exists():
        step("Play the next week", "python -m demo advance --days 7")
    else:
        step("Make the known world", f"python -m demo generate --size {size}")
    summary = "python -m cdp summary"
    if LAST_RUN.exists():
        summary += f" --since {LAST_RUN.relative_to(ROOT)}"
    with served_world() as sources:
        step("Ingest the three sources", "python -m ingestion run", sources)
    step("Build and test the models", "dbt --log-level warn build")
    step("Show what was built", summary)
    # dbt-duckdb crashes where several threads compile delta sources at the same moment.
    docs = "dbt --log-level warn docs generate --static --threads 1"
    step("Write the docs site", docs)
    shutil.copy(DATABASE, LAST_RUN)
    print(f"""
Done in {time.monotonic() - started:.0f} s.
  customers   {DATABASE}, table marts.customer_360
  docs site   {ROOT / "target" / "static_index.html"}
  raw data    {LAKE}
  next        `make demo` plays the next week; README.md says where to go""")


def step(title: str, command: str, variables: Mapping[str, str] | None = None) -> None:
    """Runs one command, and exits with its code if it fails."""
    print(f"\n==> {title}: {command}", flush=True)
    started = time.monotonic()
    program, *arguments = command.split()
    environment = os.environ | dict(variables or {})
    run = subprocess.run(
        [BIN / program, *arguments], cwd=ROOT, env=environment, check=False
    )
    seconds = f"{time.monotonic() - started:.0f} s"
    if run.returncode != 0:
        print(f"<== failed after {seconds}: {command}", file=sys.stderr)
        sys.exit(run.returncode)
    print(f"<== {seconds}", flush=True)


@contextmanager
def served_world() -> Iterator[Mapping[str, str]]:
    """Serves the world; gives the variables that lead ingestion to it."""
    print("\n==> Serve the world: python -m demo serve", flush=True)
    demo = [sys.executable, "-m", "demo"]
    log = DATA / "demo_server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [*demo, "serve"], cwd=ROOT, stdout=output, stderr=output
        )
    try:
        environment = subprocess.run(
            [*demo, "env", "--wait", "60"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if environment.returncode != 0:
            sys.exit(f"<== the server did not start: see {log}")
        # Lines such as: export COMMERCE_API_URL=...
        words = shlex.split(environment.stdout)
        yield dict(word.split("=", 1) for word in words if "=" in word)
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main(size=sys.argv[1] if len(sys.argv) > 1 else "demo")
