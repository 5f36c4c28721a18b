"""What `make demo` checks before the world moves on; each mistake is one line."""

import os
import sys
from pathlib import Path
from typing import NoReturn

import duckdb
import yaml

from demo.world import World, WorldError, people_count

PROFILE = "cdp"


def check_size(size: str | None, world: Path) -> None:
    """Refuses what is no size, and another one than that of the world in place."""
    try:
        count = people_count(size) if size else None
        there = World(world).state("size") if is_made(world) else count
    except WorldError as error:
        stop(str(error))
    if count and count != there:
        # What was built of the world lies beside it, if nobody moved either.
        folder = world.parent if world.parent.name == ".data" else world
        stop(
            f"the world in {shown(world)} has {there:,} people:"
            f" remove {shown(folder)} to begin anew, or leave SIZE out"
        )


def is_made(world: Path) -> bool:
    """Whether there is a world, made to its end."""
    try:
        World(world)
    except WorldError:
        return False
    return True


def check_profile(folder: Path) -> None:
    """Refuses a profile that dbt, or the rest of the demo, could not use."""
    file = folder / "profiles.yml"
    try:
        profile = yaml.safe_load(file.read_text(encoding="utf-8"))[PROFILE]
        target = os.environ.get("DBT_TARGET") or profile.get("target", "default")
        # What is written in Jinja is left to dbt.
        engine = profile["outputs"][target]["type"] if "{{" not in target else "duckdb"
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        stop(f"{reason}: copy profiles.example.yml to {shown(file)}")
    except (KeyError, TypeError, AttributeError) as error:
        stop(
            f"{shown(file)} lacks {error} on the way to the target of profile"
            f" {PROFILE}: compare it with profiles.example.yml"
        )
    if engine != "duckdb":
        stop(
            f"target {target} in {shown(file)} is of type {engine}, and the demo runs"
            " on DuckDB: set `target: local`"
        )


def check_database(file: Path) -> None:
    """Refuses a DuckDB file that dbt could not write."""
    if not file.exists():
        return
    try:
        duckdb.connect(str(file)).close()
    except duckdb.Error as error:
        if "lock" in str(error):
            stop(
                f"{shown(file)} is open in another process: close it,"
                " then `make demo` again"
            )
        stop(f"{shown(file)} cannot be opened: {str(error).splitlines()[0]}")


def shown(path: Path) -> str:
    """The path as people would type it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def stop(message: str) -> NoReturn:
    """Ends the run with one line."""
    sys.exit(f"error: {message}")
