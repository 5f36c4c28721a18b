"""`python -m demo` as people type it."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

REPOSITORY = Path(__file__).resolve().parents[3]


def run(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "demo", *words, "--world", str(folder)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )


def test_generate_serve_advance_describe(tmp_path: Path) -> None:
    folder = tmp_path / "world"
    made = run("generate", "--size", "60", "--seed", "1", folder=folder)
    assert made.returncode == 0, made.stderr
    command = [sys.executable, "-m", "demo", "serve", "--world", str(folder)]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            exports = run("env", "--wait", "20", folder=folder)
            variables = dict(
                line.removeprefix("export ").split("=", 1)
                for line in exports.stdout.splitlines()
            )
            assert set(variables) == {
                "COMMERCE_API_URL",
                "COMMERCE_API_TOKEN",
                "CRM_API_URL",
                "CRM_API_TOKEN",
                "SHOP_DATABASE_URL",
            }
            headers = {"Authorization": f"Bearer {variables['COMMERCE_API_TOKEN']}"}
            url = f"{variables['COMMERCE_API_URL']}/v1/customers"
            before = httpx.get(url, headers=headers)
            assert before.json()["data"]
            played = run("advance", "--days", "2", folder=folder)
            assert "it is now 2025-07-02" in played.stdout, played.stderr
            after = httpx.get(url, headers=headers)
            assert "02 Jul 2025" in after.headers["Date"]
        finally:
            server.terminate()
            assert server.wait(timeout=10) == 0
    assert run("env", folder=folder).returncode == 1
    shown = run("describe", folder=folder)
    assert "order_lines" in shown.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("serve",), "run `python -m demo generate` first"),
        (("advance",), "run `python -m demo generate` first"),
        (("env",), "run `python -m demo generate` first"),
        (("generate", "--size", "huge"), "none of small, demo or a number"),
        (("generate", "--noise", "loud"), "none of default, hard"),
        (("generate", "--size", "9", "--shop-url", "nonsense"), "shop database"),
        (("serve", "--customers", "missing.json"), "cannot be read"),
    ],
)
def test_a_mistake_is_one_clear_line(
    tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    done = run(*words, folder=tmp_path / "nowhere")
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr
