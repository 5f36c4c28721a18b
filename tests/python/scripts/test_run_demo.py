"""`make demo` stops at the first failure, goes on from there, and leaves no server."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from scripts import demo_steps
from scripts import run_demo as script


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny world in a folder of its own."""
    folder = tmp_path / "world"
    monkeypatch.setenv("DEMO_WORLD", str(folder))
    generate = [sys.executable, "-m", "demo", "generate", "--size", "50"]
    subprocess.run(generate, cwd=script.ROOT, check=True, capture_output=True)
    return folder


def is_served(url: str) -> bool:
    try:
        with urlopen(url, timeout=5):
            return True
    except URLError as error:
        # An HTTP error is an answer, too.
        return hasattr(error, "code")


def test_server_ends_with_the_steps_that_need_it(world: Path) -> None:
    urls = []
    with (
        pytest.raises(RuntimeError, match="a step failed"),
        demo_steps.served_world(world.with_name("log")) as sources,
    ):
        assert set(sources) >= {"COMMERCE_API_URL", "CRM_API_URL", "SHOP_DATABASE_URL"}
        urls += [sources["COMMERCE_API_URL"], sources["CRM_API_URL"]]
        assert all(is_served(url) for url in urls)
        raise RuntimeError("a step failed")
    assert not any(is_served(url) for url in urls)


def test_failed_step_ends_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        demo_steps.step("Fail", "python -m demo nonsense")
    assert stop.value.code == 2
    assert "failed after" in capsys.readouterr().err


def test_server_that_ended_is_named(
    world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit), demo_steps.served_world(world.with_name("log")):
        server = int((world / "server.json").read_text().split('"pid": ')[1][:-1])
        os.kill(server, signal.SIGKILL)
        os.waitid(os.P_PID, server, os.WEXITED | os.WNOWAIT)
        demo_steps.step("Fail", "python -m demo nonsense")
    assert "the demo server ended: see " in capsys.readouterr().err


INTERRUPTED = """
import os, sys
from scripts import demo_steps, run_demo
nothing = lambda *_: None
run_demo.check_size = run_demo.check_profile = run_demo.check_database = nothing
child = "import time; print('started', flush=True); time.sleep(60)"
run_demo.run_all_steps = lambda _: demo_steps.run(
    [sys.executable, "-c", child], os.environ
)
sys.exit(run_demo.main())
"""


def test_interrupt_is_one_line() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        cwd=script.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as demo:
        assert demo.stdout
        assert demo.stdout.readline() == "started\n"
        os.killpg(demo.pid, signal.SIGINT)
        # Both pipes end only when the child has ended, too.
        _, errors = demo.communicate(timeout=20)
    assert demo.returncode == 130
    assert errors.strip() == "Interrupted; `make demo` goes on from here"


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands that would have been run."""
    commands: list[str] = []

    def step(title: str, command: str) -> None:
        commands.append(command)

    monkeypatch.setattr(script, "step", step)
    return commands


def test_world_moves_on_only_when_it_was_built(
    world: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "WORLD", world.with_name("none"))
    script.move_world_on("small")
    monkeypatch.setattr(script, "WORLD", world)
    monkeypatch.setattr(script, "BUILT", world / ".built")
    script.move_world_on("small")
    assert steps == ["python -m demo generate --size small"]
    script.BUILT.touch()
    script.move_world_on("small")
    script.move_world_on("small")
    assert steps[1:] == ["python -m demo advance --days 7"]


def test_docs_leave_the_results_of_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = tmp_path / "run_results.json"
    results.write_text("of the build")
    monkeypatch.setattr(script, "DBT_RESULTS", results)
    monkeypatch.setattr(script, "step", lambda *_: results.write_text("of the docs"))
    script.write_docs()
    assert results.read_text() == "of the build"
