"""The command line: one clear line for whatever a person can get wrong."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from local_warehouse.cli import app, listening, locked, profile
from tests.python.support.platform import REPOSITORY


@pytest.fixture(autouse=True)
def _apart(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The command takes signals, the tests keep theirs; Spark never starts."""
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    before = {number: signal.getsignal(number) for number in (2, 15)}
    mask = os.umask(0o022)
    yield
    os.umask(mask)
    for number, handler in before.items():
        signal.signal(number, handler)


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["serve", *map(str, arguments)])


def failure(*arguments: str | Path) -> str:
    """Return the one line that a failing call writes on standard error."""
    result = call(*arguments)
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    return str(line)


def test_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        line = failure("--port", str(port), "--data", tmp_path)
    assert line.startswith(f"Error: Port {port} cannot be used (")
    assert "Address already in use" in line
    assert line.endswith("choose another with --port.")


def test_port_that_does_not_exist(tmp_path: Path) -> None:
    line = failure("--port", "70000", "--data", tmp_path)
    assert line.startswith("Error: Port 70000 cannot be used (")


@pytest.mark.parametrize("path", ["blocked", "blocked/data"])
def test_data_folder_that_cannot_be_made(tmp_path: Path, path: str) -> None:
    (tmp_path / "blocked").write_text("a file, no folder")
    line = failure("--data", tmp_path / path)
    assert line.startswith(f"Error: The data folder {tmp_path / path} cannot be made (")
    assert line.endswith("): choose another --data.")


def test_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    # A folder where the file should be: the user of the tests may be allowed all else.
    (tmp_path / "lock").mkdir()
    line = failure("--data", tmp_path)
    assert line == (
        f"Error: The data folder {tmp_path} cannot be written (Is a directory):"
        " choose another --data."
    )


def a_folder(path: Path) -> None:
    path.mkdir()


def a_file(path: Path) -> None:
    path.write_bytes(b"no text \xff, no database, no log" * 100)


@pytest.mark.parametrize(
    ("name", "make", "reason"),
    [
        ("certificates", a_file, "File exists"),
        ("token", a_file, "'utf-8' codec can't decode byte 0xff"),
        # For what may not be read: whoever runs the tests may read all.
        ("token", a_folder, "Is a directory"),
        ("statements.jsonl", a_folder, "Is a directory"),
        ("recorded.sqlite", a_folder, "unable to open database file"),
        ("recorded.sqlite", a_file, "file is not a database"),
    ],
)
# SQLite's connection to what is no database: Python 3.13 warns of it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_file_that_cannot_be_used(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    make: Callable[[Path], None],
    reason: str,
) -> None:
    monkeypatch.delenv("LOCAL_WAREHOUSE_TOKEN", raising=False)
    make(tmp_path / name)
    line = failure("--port", "0", "--data", tmp_path)
    assert line.startswith(f"Error: {tmp_path / name} cannot be used ({reason}")
    assert line.endswith(
        "): make it readable, move it away (a new one is made), or choose another"
        " --data."
    )


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    """Also where the data folder was there; Java inherits what keeps others out."""
    tmp_path.chmod(0o755)
    failure("--port", "0", "--data", tmp_path)
    modes = {file: file.stat().st_mode & 0o077 for file in tmp_path.rglob("*")}
    names = {file.name for file in modes}
    assert {"lock", "ca.pem", "recorded.sqlite", "statements.jsonl"} <= names
    assert not any(modes.values()), modes


def test_second_server_on_one_folder(tmp_path: Path) -> None:
    with locked(tmp_path / "lock"):
        line = failure("--port", "0", "--data", tmp_path)
    assert line == (
        f"Error: Another local warehouse uses {tmp_path}: stop it or choose another"
        " --data."
    )
    with locked(tmp_path / "lock"):
        pass


def test_missing_lake(tmp_path: Path) -> None:
    lake = tmp_path / "nowhere"
    line = failure("--data", tmp_path / "data", "--lake", lake)
    assert line == f"Error: There is no lake at {lake}: run ingestion first."
    assert not (tmp_path / "data").exists()


def test_no_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    line = failure("--port", "0", "--data", tmp_path)
    assert line.startswith("Error: Spark needs Java, and none was found: install Java")


def test_wrong_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    line = failure("--port", "0", "--data", tmp_path / "data")
    assert line.startswith(f"Error: {java} is Java 11, Spark needs 17 or 21: install")


MISSING = """\
import sys
for name in sys.argv.pop(1).split(","):
    sys.modules[name] = None  # as if it were not installed
from local_warehouse.cli import app
app(prog_name="python -m local_warehouse")
"""


@pytest.mark.parametrize(
    ("packages", "named"),
    [
        ("pyspark,delta", "pyspark"),
        ("cryptography", "cryptography"),
        ("databricks", "databricks"),
        ("uvicorn", "uvicorn"),
    ],
)
def test_package_is_not_installed(tmp_path: Path, packages: str, named: str) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"17.0.15\"' >&2\n")
    java.chmod(0o755)
    words = ["serve", "--port", "0", "--data", str(tmp_path / "data")]
    result = subprocess.run(
        [sys.executable, "-c", MISSING, packages, *words],
        cwd=REPOSITORY,
        env={**os.environ, "JAVA_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: The Python package {named} is not installed: install what"
        " requirements-warehouse.lock names, or the extra `local-warehouse`.\n"
    )


def test_help_needs_no_other_package() -> None:
    packages = "pyspark,delta,cryptography,thrift,databricks,uvicorn,starlette,sqlglot"
    result = subprocess.run(
        [sys.executable, "-c", MISSING, packages, "serve", "--help"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    for option in ("--port", "--data", "--lake", "--cores", "--memory"):
        assert option in result.stdout


def test_module_of_our_own_that_is_missing_is_a_defect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "local_warehouse.warehouse", None)
    result = call("--port", "0", "--data", tmp_path)
    assert isinstance(result.exception, ModuleNotFoundError)


def test_profile_can_be_pasted_into_a_shell(tmp_path: Path) -> None:
    folder = tmp_path / "with a blank, $HOME and 'quotes'"
    folder.mkdir()
    (folder / "token").write_text("made-up")
    text = profile(1234, folder / "ca.pem", folder / "token")
    shown = "\n".join(line for line in text.splitlines() if line.startswith("export "))
    names = ("PORT", "TOKEN", "CA")
    printed = "; ".join(f'echo "$LOCAL_WAREHOUSE_{name}"' for name in names)
    result = subprocess.run(
        ["sh", "-c", f'{shown}\n{printed}; echo "$REQUESTS_CA_BUNDLE"'],
        capture_output=True,
        text=True,
        check=True,
    )
    authority = str(folder / "ca.pem")
    assert result.stdout.splitlines() == ["1234", "made-up", authority, authority]


def test_printed_output_is_the_target_of_the_example(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    text = profile(1234, authority, None)
    printed = text[text.index("    warehouse:") : text.index("export ")]
    shown = yaml.safe_load(textwrap.dedent(printed.rsplit("#", 1)[0]))["warehouse"]
    example = yaml.safe_load((REPOSITORY / "profiles.example.yml").read_text())
    wanted = example["cdp"]["outputs"]["warehouse"]
    variables = {
        "{{ env_var('LOCAL_WAREHOUSE_PORT', '8443') }}": "1234",
        "{{ env_var('LOCAL_WAREHOUSE_CA', '') }}": str(authority),
        "{{ env_var('LOCAL_WAREHOUSE_TOKEN', '') }}": (
            "{{ env_var('LOCAL_WAREHOUSE_TOKEN') }}"
        ),
    }
    rendered = json.dumps(wanted)
    for variable, value in variables.items():
        rendered = rendered.replace(variable, value)
    assert shown == json.loads(rendered)


def test_given_token_is_not_shown(tmp_path: Path) -> None:
    assert "export LOCAL_WAREHOUSE_TOKEN" not in profile(1, tmp_path / "ca.pem", None)


def test_port_is_free_again_after_use() -> None:
    with listening(0) as listener:
        port = listener.getsockname()[1]
    with listening(port):
        pass
