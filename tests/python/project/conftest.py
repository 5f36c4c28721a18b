"""The manifest that dbt writes of this project."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `dbt parse` says about the project."""
    target = tmp_path_factory.mktemp("target")
    run = subprocess.run(
        [
            Path(sys.executable).with_name("dbt"),
            *("parse", "--no-use-colors", "--log-path", target),
            *("--target-path", target, "--profiles-dir", profiles_folder(target)),
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    loaded: dict[str, Any] = json.loads((target / "manifest.json").read_text())
    return loaded


def profiles_folder(folder: Path) -> Path:
    """A folder with the profiles as they are committed."""
    example = REPOSITORY / "profiles.example.yml"
    (folder / "profiles.yml").write_text(example.read_text())
    return folder


@pytest.fixture(scope="session", autouse=True)
def _installed_packages() -> None:
    """Without packages dbt parses nothing; say how to get them."""
    folder = os.environ.get("DBT_PACKAGES_INSTALL_PATH", "dbt_packages")
    if not (REPOSITORY / folder / "dbt_expectations").exists():
        pytest.fail("No dbt packages: run `python scripts/install_dbt_packages.py`.")
