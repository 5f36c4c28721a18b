"""Packages come from the hub, else from the repository, and only when needed."""

from pathlib import Path

import pytest

from scripts import install_dbt_packages as script


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "packages"
    monkeypatch.setenv("DBT_PACKAGES_INSTALL_PATH", str(folder))
    return folder


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A hub that cannot be reached, and how often it was tried."""
    tries: list[str] = []

    def install_from_hub() -> str:
        tries.append("dbt deps")
        return f"... {script.UNREACHABLE} occurred ..."

    monkeypatch.setattr(script, "install_from_hub", install_from_hub)
    return tries


def test_stand_in_is_installed_once(
    target: Path, no_hub: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    half_installed = target / "dbt_date"
    half_installed.mkdir(parents=True)
    assert script.main() == 0
    assert (target / "dbt_expectations" / "dbt_project.yml").exists()
    assert not half_installed.exists()
    assert "the hub cannot be reached" in capsys.readouterr().out
    assert script.main() == 0
    assert len(no_hub) == 1
    assert capsys.readouterr().out.count("\n") == 1


def test_change_is_installed(
    target: Path, no_hub: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    script.main()
    monkeypatch.setattr(script, "fingerprint", lambda: "another")
    script.main()
    assert len(no_hub) == 2


def test_folder_filled_by_hand_is_left_alone(target: Path, no_hub: list[str]) -> None:
    (target / "dbt_expectations").mkdir(parents=True)
    assert script.main() == 0
    assert no_hub == []
    assert list(target.rglob("*")) == [target / "dbt_expectations"]


def test_other_errors_are_shown(
    target: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(script, "install_from_hub", lambda: "no such version")
    assert script.main() == 1
    assert "no such version" in capsys.readouterr().err
    assert not target.exists()


def test_hub_that_does_not_answer_is_given_up(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "TIME_LIMIT_SECONDS", 0.1)
    assert script.install_from_hub() == script.UNREACHABLE


def test_hub_that_is_not_there_is_recognised(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBT_PACKAGE_HUB_URL", "http://127.0.0.1:1/")
    assert script.UNREACHABLE in (script.install_from_hub() or "")
