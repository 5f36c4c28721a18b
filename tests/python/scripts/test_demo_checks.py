"""What would stop `make demo` is found before the world moves on."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from demo.world import WorldError, generate
from scripts import demo_checks as checks

HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(flush=True); input()"


def test_size_is_checked(tmp_path: Path) -> None:
    world = tmp_path / "world"
    with pytest.raises(SystemExit, match="'huge' is none of small, demo or a number"):
        checks.check_size("huge", world)
    checks.check_size("small", world)
    generate(20, 1, world)
    checks.check_size(None, world)
    checks.check_size("20", world)
    with pytest.raises(SystemExit, match=r"has 20 people: remove .*/world to begin"):
        checks.check_size("small", world)
    (tmp_path / ".data").mkdir()
    world = world.rename(tmp_path / ".data" / "world")
    with pytest.raises(SystemExit, match=r"remove .*/\.data to begin anew"):
        checks.check_size("small", world)


def test_world_cut_short_is_made_again(tmp_path: Path) -> None:
    world = tmp_path / "world"
    generate(20, 1, world)
    assert checks.is_made(world)
    with pytest.raises(WorldError, match="use --force"):
        generate(20, 1, world)
    for made_last in ("secrets.json", "world.db"):
        (world / made_last).unlink()
        assert not checks.is_made(world)
    generate(20, 1, world)
    assert checks.is_made(world)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "No such file.*copy profiles.example.yml"),
        ("cdp: [", "copy profiles.example.yml"),
        ("other: {}", "lacks 'cdp'"),
        ("cdp: {target: here, outputs: {local: {type: duckdb}}}", "lacks 'here'"),
        ("cdp: {target: dev, outputs: {dev: {type: databricks}}}", "set `target: loc"),
    ],
)
def test_profile_that_does_not_do_is_one_line(
    tmp_path: Path, text: str | None, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBT_TARGET", raising=False)
    if text:
        (tmp_path / "profiles.yml").write_text(text)
    with pytest.raises(SystemExit, match=message) as stop:
        checks.check_profile(tmp_path)
    assert "\n" not in str(stop.value)


def test_example_profile_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBT_TARGET", raising=False)
    example = Path(__file__).parents[3] / "profiles.example.yml"
    (tmp_path / "profiles.yml").write_text(example.read_text())
    checks.check_profile(tmp_path)


def test_open_database_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "cdp.duckdb"
    checks.check_database(file)
    assert not file.exists()
    duckdb.connect(str(file)).close()
    checks.check_database(file)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout
        holder.stdout.readline()
        with pytest.raises(SystemExit, match="open in another process: close it"):
            checks.check_database(file)
        holder.communicate("\n")


def test_another_kind_of_file_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "cdp.duckdb"
    file.write_text("not a database")
    with pytest.raises(SystemExit, match="cannot be opened") as stop:
        checks.check_database(file)
    assert "\n" not in str(stop.value)
