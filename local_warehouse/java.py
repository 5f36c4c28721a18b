"""Whether there is a Java that Spark can run on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from local_warehouse.errors import WarehouseError

SUPPORTED = (17, 21)
HOW = (
    "install Java 17 (package openjdk-17-jre-headless on Debian and Ubuntu) or set"
    " JAVA_HOME to it"
)


def check_java(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the `java` that PySpark is going to start.

    Raises:
        WarehouseError: Where there is none, or one that Spark 4.1 does not run on.
    """
    home = environment.get("JAVA_HOME")
    if home:
        java = Path(home, "bin", "java")
        if not java.is_file():
            raise WarehouseError(f"JAVA_HOME is {home}, where no bin/java is: {HOW}.")
    else:
        found = shutil.which("java", path=environment.get("PATH"))
        if not found:
            raise WarehouseError(f"Spark needs Java, and none was found: {HOW}.")
        java = Path(found)
    version = java_version(java)
    if version not in SUPPORTED:
        raise WarehouseError(f"{java} is Java {version}, Spark needs 17 or 21: {HOW}.")
    return java


def java_version(java: Path) -> int:
    """Return the feature version of a Java (8, 11, 17, ...).

    Raises:
        WarehouseError: Where it does not start or does not say.
    """
    try:
        run = subprocess.run(
            [java, "-version"], capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise WarehouseError(f"{java} does not start ({error}): {HOW}.") from error
    said = re.search(r'version "(?:1\.)?(\d+)', run.stdout + run.stderr)
    if run.returncode != 0 or not said:
        raise WarehouseError(f"{java} does not tell its version: {HOW}.")
    return int(said[1])
