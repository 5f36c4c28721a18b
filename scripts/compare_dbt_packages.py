"""Runs the data tests with our offline package and with the real ones, and compares.

Needs a built database: the tests of the packages must find the same rows in it.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
OFFLINE = ROOT / "dbt_packages_offline"

DATA_TESTS = ("--quiet", "test", "--select", "test_type:data")

Outcome = tuple[str, int | None]


def main() -> int:
    """Prints one line, or every test whose outcome differs."""
    real = Path(sys.argv[1]).resolve()
    offline_outcomes, real_outcomes = outcomes(OFFLINE), outcomes(real)
    differing = [
        f"{name}: {offline_outcomes.get(name)} offline, {real_outcomes.get(name)} real"
        for name in sorted(offline_outcomes.keys() | real_outcomes.keys())
        if offline_outcomes.get(name) != real_outcomes.get(name)
    ]
    for line in differing:
        print(line)
    expectations = sum("dbt_expectations" in name for name in real_outcomes)
    if not expectations:
        print("no test of dbt_expectations ran")
        return 1
    print(
        f"{len(real_outcomes)} data tests, {expectations} of dbt_expectations: "
        f"{len(differing)} differ between the packages"
    )
    return 1 if differing else 0


def outcomes(packages: Path) -> dict[str, Outcome]:
    """Status and failing rows of every data test, with the packages of a folder."""
    dbt = Path(sys.executable).with_name("dbt")
    with tempfile.TemporaryDirectory() as target:
        # A failing test is an outcome like any other: only the comparison decides.
        run = subprocess.run(
            [dbt, *DATA_TESTS, "--target-path", target],
            cwd=ROOT,
            env=os.environ | {"DBT_PACKAGES_INSTALL_PATH": str(packages)},
            capture_output=True,
            text=True,
            check=False,
        )
        results_file = Path(target) / "run_results.json"
        if not results_file.exists():
            sys.exit(f"dbt test did not run with {packages}:\n{run.stdout}")
        results = json.loads(results_file.read_text(encoding="utf-8"))["results"]
    return {r["unique_id"]: (r["status"], r["failures"]) for r in results}


if __name__ == "__main__":
    sys.exit(main())
