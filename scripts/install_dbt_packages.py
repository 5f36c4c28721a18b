"""Installs the dbt packages: from the hub, or offline from this repository.

Where the package hub cannot be reached, `dbt_packages_offline/` takes the place of the
packages that packages.yml names. A folder that somebody else filled is left alone.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
OFFLINE_PACKAGE = ROOT / "dbt_packages_offline" / "dbt_expectations"
HUB_PACKAGES = ("dbt_expectations", "dbt_date")
# An unreachable hub is given up by dbt itself after 9 s; a firewall that swallows
# everything would take it 3 minutes.
TIME_LIMIT_SECONDS = 12
UNREACHABLE = "External connection exception"


def main() -> int:
    """Installs what is missing or outdated, and says in one line what was done."""
    target = ROOT / os.environ.get("DBT_PACKAGES_INSTALL_PATH", "dbt_packages")
    stamp = target / ".installed_for"
    wanted = fingerprint()
    installed = stamp.read_text(encoding="utf-8") if stamp.exists() else None
    by_hand = installed is None and (target / "dbt_expectations").exists()
    if installed == wanted or by_hand:
        print(f"dbt packages: already in {target.name}/")
        return 0
    output = install_from_hub()
    if output is None:
        print(f"dbt packages: installed from the hub into {target.name}/")
    elif UNREACHABLE in output:
        install_offline(target)
        print(
            "dbt packages: the hub cannot be reached, so the tests of "
            f"dbt_packages_offline/ are used (delete {target.name}/ to try again)"
        )
    else:
        print(output, file=sys.stderr)
        return 1
    stamp.write_text(wanted, encoding="utf-8")
    return 0


def fingerprint() -> str:
    """Changes with what is asked for and with what stands in for it."""
    digest = hashlib.sha256((ROOT / "packages.yml").read_bytes())
    for path in sorted(OFFLINE_PACKAGE.rglob("*.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def install_from_hub() -> str | None:
    """Runs `dbt deps`; returns what it printed if it failed."""
    dbt = Path(sys.executable).with_name("dbt")
    try:
        run = subprocess.run(
            [dbt, "--no-use-colors", "deps"],
            cwd=ROOT,
            timeout=TIME_LIMIT_SECONDS,
            capture_output=True,
            text=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return UNREACHABLE
    return None if run.returncode == 0 else run.stdout + run.stderr


def install_offline(target: Path) -> None:
    """Puts our stand-in where dbt looks for packages."""
    for name in HUB_PACKAGES:
        shutil.rmtree(target / name, ignore_errors=True)
    shutil.copytree(OFFLINE_PACKAGE, target / OFFLINE_PACKAGE.name)


if __name__ == "__main__":
    sys.exit(main())
