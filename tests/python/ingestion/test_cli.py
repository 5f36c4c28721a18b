"""The command line: one clear line for whatever a person can get wrong."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from rich.console import Console

from ingestion.spool import Spool
from tests.python.ingestion.fake_sources import (
    TOKEN,
    FakeSources,
    ShopDatabase,
    customer,
    event,
    moment,
)
from tests.python.ingestion.ingestion_project import REPOSITORY, Project


def failure(project: Project, *arguments: str) -> str:
    """Return the one line that a failing call writes on standard error."""
    result = project.call(*arguments)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    [line] = result.stderr.splitlines()
    return str(line)


def test_wrong_token(
    project: Project, commerce: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMMERCE_API_TOKEN", "planted-secret-1")
    line = failure(project, "run")
    assert line == (
        "error: commerce.customers: the server refuses the token (401):"
        " check COMMERCE_API_TOKEN"
    )
    assert commerce.counts.total() == 1  # no other table is tried


def test_unreachable_host(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_API_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("CRM_API_TOKEN", "x")
    assert "cannot connect; check CRM_API_URL" in failure(project, "run")


def test_half_configured(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_API_URL", "http://127.0.0.1:9")
    line = failure(project, "run")
    assert line == "error: crm: half configured, set CRM_API_TOKEN too"


@pytest.mark.parametrize("path", ["blocked/lake", "foo://somewhere/lake"])
def test_bad_lake(project: Project, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    (project.folder / "blocked").write_text("a file, no folder")
    lake = path if "://" in path else str(project.folder / path)
    monkeypatch.setenv("CDP_LAKE", lake)
    line = failure(project, "run")
    assert "lake not usable, check CDP_LAKE" in line
    assert "Os {" not in line
    assert path in line or "://" in path


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("no url", "SHOP_DATABASE_URL is no SQLAlchemy URL"),
        ("nodb://u:planted@h/d", "'nodb' that SHOP_DATABASE_URL asks for is not"),
        ("oracle://u:planted@h/d", "is not installed"),
        ("sqlite:////no/such/folder/x.db", "shop: no database at /no/such/folder/x.db"),
        ("sqlite:////", "unable to open database file"),
    ],
)
def test_bad_database_url(
    project: Project, monkeypatch: pytest.MonkeyPatch, url: str, message: str
) -> None:
    monkeypatch.setenv("SHOP_DATABASE_URL", url)
    line = failure(project, "run")
    assert message in line
    assert "planted" not in line


def test_missing_sqlite_file_is_not_made(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project.folder / "nothere.db"
    monkeypatch.setenv("SHOP_DATABASE_URL", f"sqlite:///{path}")
    line = failure(project, "run")
    assert line == f"error: shop: no database at {path}; check SHOP_DATABASE_URL"
    assert not path.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--source", "shopp"], "no source 'shopp'; there are: commerce, crm, shop"),
        (["--table", "orderz"], "no table 'orderz'; there are: commerce.customers"),
        (
            ["--source", "crm", "--table", "orders"],
            "no table 'orders'; there are: crm.",
        ),
    ],
)
def test_unknown_choice(project: Project, arguments: list[str], message: str) -> None:
    assert message in failure(project, "run", *arguments)


def test_failing_source_does_not_stop_the_others(
    project: Project,
    commerce: FakeSources,
    shop: ShopDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COMMERCE_API_TOKEN", "wrong")
    shop.insert("customers", (1, "Aya", None, "2025-01-01"))
    result = project.call("run")
    assert result.exit_code == 1
    assert len(project.rows("shop/customers")) == 1


def test_full_disk(
    project: Project, shop: ShopDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.insert("customers", (1, "Aya", None, "2025-01-01"))

    def add(self: Spool, rows: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Spool, "add", add)
    line = failure(project, "run", "--table", "customers")
    assert line.startswith("error: shop.customers: the temporary folder cannot be used")
    assert "No space left on device" in line


INTERRUPTED = "interrupted; run it again to go on\n"


def test_interrupted_while_reading(
    project: Project, shop: ShopDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.insert("customers", (1, "Aya", None, "2025-01-01"))
    handler = signal.getsignal(signal.SIGINT)

    def add(self: Spool, rows: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Spool, "add", add)
    result = project.call("run", "--source", "shop")
    assert (result.exit_code, result.stderr) == (130, INTERRUPTED)
    assert signal.getsignal(signal.SIGINT) is handler


def test_interrupted_while_writing(
    project: Project, shop: ShopDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.insert("customers", (1, "Aya", None, "2025-01-01"))

    def stamped(batches: Iterator[object], *others: object) -> Iterator[object]:
        raise KeyboardInterrupt
        yield from batches

    monkeypatch.setattr("ingestion.load.stamped", stamped)
    result = project.call("run", "--source", "shop")
    assert (result.exit_code, result.stderr) == (130, INTERRUPTED)
    assert project.rows("shop/customers") == []


def test_interrupted_import(project: Project) -> None:
    (project.folder / "pydantic.py").write_text(
        "import signal\nsignal.raise_signal(signal.SIGINT)\n"
    )
    start = (
        "import runpy, signal;"
        " signal.signal(signal.SIGINT, signal.default_int_handler);"
        " runpy.run_module('ingestion', run_name='__main__', alter_sys=True)"
    )
    result = subprocess.run(
        [sys.executable, "-c", start],
        cwd=project.folder,
        env={"PYTHONPATH": f"{project.folder}:{REPOSITORY}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (130, INTERRUPTED)


def test_choice_of_one_table(project: Project, commerce: FakeSources) -> None:
    commerce.customers = [customer(1, moment(0))]
    commerce.events = [event(1, moment(0))]
    project.run("--source", "commerce", "--table", "events")
    assert project.rows("commerce/customers") == []
    assert len(project.rows("commerce/events")) == 1


def test_status(project: Project, commerce: FakeSources) -> None:
    commerce.customers = [
        customer(1, moment(0)),
        customer(2, moment(1), birth_date="x"),
    ]
    project.run()
    [batch] = project.values("commerce/customers", "_batch_id")
    result = project.call("status")
    assert result.exit_code == 0
    [line] = [one for one in result.output.splitlines() if "commerce.customers" in one]
    cells = [cell.strip() for cell in line.strip("│").split("│")]
    assert cells == ["commerce.customers", "1", "2025-01-01T00:00:00Z", batch, "1"]


def test_status_as_json(project: Project, commerce: FakeSources) -> None:
    commerce.customers = [
        customer(1, moment(0)),
        customer(2, moment(1), birth_date="x"),
    ]
    project.run()
    [(batch, loaded_at)] = project.values(
        "commerce/customers", "_batch_id", "_loaded_at"
    )
    result = project.call("status", "--json")
    assert result.exit_code == 0
    found = {
        f"{one['source']}.{one['table']}": one for one in json.loads(result.stdout)
    }
    assert found["commerce.customers"] == {
        "source": "commerce",
        "table": "customers",
        "rows": 1,
        "rejected": 1,
        "cursor": "2025-01-01T00:00:00Z",
        "loaded_at": loaded_at.isoformat(),
        "batch_id": batch,
    }
    assert found["shop.products"]["rows"] == 0
    assert found["shop.products"]["cursor"] is None


@pytest.mark.parametrize("width", [80, 60])
def test_nothing_is_cut_on_a_narrow_terminal(
    project: Project,
    commerce: FakeSources,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
) -> None:
    commerce.customers = [customer(1, "2025-01-01T18:22:05.123456Z")]
    commerce.events = [event(n, moment(n)) for n in range(1_000)]
    terminal = Console(width=width, force_terminal=True, color_system=None)
    monkeypatch.setattr("ingestion.console.stdout", lambda: terminal)
    output = ""
    for command in ("run", "status"):
        monkeypatch.setattr(terminal, "file", io.StringIO())
        assert project.call(command).exit_code == 0
        output += terminal.file.getvalue()  # type: ignore[attr-defined]
    assert "…" not in output
    assert output.count("2025-01-01T18:22:05Z") == 2
    if width == 80:
        assert "exchange_rates " in output.partition("│ last cursor")[0]


def test_status_without_lake_says_so_and_makes_none(project: Project) -> None:
    line = failure(project, "status")
    assert line == (
        f"error: no lake at {project.lake} yet: run `python -m ingestion run`"
    )
    assert not project.lake.exists()


def test_lake_error_of_the_system_is_put_in_words(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.folder / "blocked").write_text("a file, no folder")
    monkeypatch.setenv("CDP_LAKE", str(project.folder / "blocked/lake"))
    assert failure(project, "run").endswith(" (Not a directory)")


def test_secrets_are_nowhere(
    project: Project, commerce: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = commerce.url.replace("http://", "http://user:planted-password@")
    monkeypatch.setenv("COMMERCE_API_URL", url)
    commerce.customers = [customer(1, moment(0))]
    output = project.call("run").output
    monkeypatch.setenv("COMMERCE_API_URL", url.replace(":", ";", 1))
    output += project.call("run").output
    log = "".join(
        file.read_text() for file in project.lake.glob("*/*/_delta_log/*.json")
    )
    for secret in (TOKEN, "planted-password"):
        assert secret not in output
        assert secret not in log


def test_module_runs(project: Project) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "ingestion", "validate"],
        cwd=project.folder,
        env={"PYTHONPATH": str(REPOSITORY), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.startswith("contract is good")
