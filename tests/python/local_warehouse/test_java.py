"""Which Java is taken, and what a user is told where there is none that fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_warehouse.errors import WarehouseError
from local_warehouse.java import HOW, check_java

JAVA_8 = 'openjdk version "1.8.0_392"\nOpenJDK Runtime Environment (Temurin)'
JAVA_11 = 'openjdk version "11.0.2" 2019-01-15'
JAVA_17 = 'openjdk version "17.0.15" 2025-04-15'
JAVA_21 = 'java version "21.0.1" 2023-10-17 LTS'
JAVA_25 = 'openjdk version "25" 2025-09-16'


def fake_java(home: Path, says: str, code: int = 0) -> Path:
    """Return a `java` that tells a version on standard error, as real ones do."""
    java = home / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{says}\nEND\nexit {code}\n")
    java.chmod(0o755)
    return java


@pytest.mark.parametrize("says", [JAVA_17, JAVA_21])
def test_right_java(tmp_path: Path, says: str) -> None:
    java = fake_java(tmp_path, says)
    assert check_java({"PATH": f"{java.parent}:/bin"}) == java


def test_java_home_wins_over_the_path(tmp_path: Path) -> None:
    old = fake_java(tmp_path / "old", JAVA_11)
    good = fake_java(tmp_path / "good", JAVA_17)
    home = str(tmp_path / "good")
    assert check_java({"PATH": str(old.parent), "JAVA_HOME": home}) == good


@pytest.mark.parametrize(
    ("says", "version"), [(JAVA_8, 8), (JAVA_11, 11), (JAVA_25, 25)]
)
def test_wrong_java(tmp_path: Path, says: str, version: int) -> None:
    java = fake_java(tmp_path, says)
    with pytest.raises(WarehouseError) as raised:
        check_java({"JAVA_HOME": str(tmp_path)})
    assert (
        str(raised.value) == f"{java} is Java {version}, Spark needs 17 or 21: {HOW}."
    )


def test_no_java(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="needs Java, and none was found: install"):
        check_java({"PATH": str(tmp_path)})


def test_java_home_without_java(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="where no bin/java is: install Java 17"):
        check_java({"JAVA_HOME": str(tmp_path), "PATH": "/usr/bin"})


def test_java_that_does_not_start(tmp_path: Path) -> None:
    fake_java(tmp_path, JAVA_17).write_bytes(b"\x7fELF of another machine")
    with pytest.raises(WarehouseError, match="does not start"):
        check_java({"JAVA_HOME": str(tmp_path)})


@pytest.mark.parametrize(("says", "code"), [("No Java, sorry.", 0), (JAVA_17, 1)])
def test_java_that_does_not_tell(tmp_path: Path, says: str, code: int) -> None:
    fake_java(tmp_path, says, code)
    with pytest.raises(WarehouseError, match="does not tell its version"):
        check_java({"JAVA_HOME": str(tmp_path)})
