"""Files that a person can still read in one go."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
LINES_OF_YAML = 250
LINES_OF_PYTHON = 400
PYTHON_FOLDERS = ["cdp", "demo", "ingestion", "local_warehouse", "scripts", "tests"]
YAML_FOLDERS = ["macros", "models", "seeds", "snapshots", "tests"]


def too_long(folders: list[str], suffix: str, limit: int) -> dict[str, int]:
    files = [file for name in folders for file in (REPOSITORY / name).rglob(suffix)]
    lines = {
        str(file.relative_to(REPOSITORY)): len(file.read_text().splitlines())
        for file in files
        # The contract of a source is one file, however many tables it has.
        if not file.name.endswith("__sources.yml")
    }
    assert lines, f"no {suffix} in {folders}"
    return {name: count for name, count in lines.items() if count > limit}


@pytest.mark.parametrize(
    ("folders", "suffix", "limit"),
    [
        (YAML_FOLDERS, "*.yml", LINES_OF_YAML),
        (PYTHON_FOLDERS, "*.py", LINES_OF_PYTHON),
    ],
    ids=["yaml", "python"],
)
def test_no_file_is_too_long(folders: list[str], suffix: str, limit: int) -> None:
    assert too_long(folders, suffix, limit) == {}
