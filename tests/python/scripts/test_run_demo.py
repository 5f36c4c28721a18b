"""`make demo` stops at the first failure, and never leaves its server behind."""

import subprocess
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from scripts import run_demo as script


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny world in a folder of its own."""
    folder = tmp_path / "world"
    monkeypatch.setenv("DEMO_WORLD", str(folder))
    monkeypatch.setattr(script, "DATA", tmp_path)
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
        script.served_world() as sources,
    ):
        assert set(sources) >= {"COMMERCE_API_URL", "CRM_API_URL", "SHOP_DATABASE_URL"}
        urls += [sources["COMMERCE_API_URL"], sources["CRM_API_URL"]]
        assert all(is_served(url) for url in urls)
        raise RuntimeError("a step failed")
    assert not any(is_served(url) for url in urls)


def test_failed_step_ends_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        script.step("Fail", "python -m demo nonsense")
    assert stop.value.code == 2
    assert "failed after" in capsys.readouterr().err
