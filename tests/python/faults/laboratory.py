"""A world of two states, one table of it, and runs that are disturbed."""

from __future__ import annotations

import copy
import os
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from deltalake import DeltaTable
from typer.testing import CliRunner, Result

from ingestion.cli import app
from ingestion.contract_files import load_contract
from ingestion.lake import LakeTable
from tests.python.faults.database import Driver, databases
from tests.python.faults.proxy import Proxy

REPOSITORY = Path(__file__).parents[3]
TECHNICAL = ("_loaded_at", "_batch_id", "_source_position")
SHOP = "SHOP_DATABASE_URL"
_LAG = 400 * 86_400

Contents = dict[str, Counter[tuple[str, ...]]]


@dataclass(frozen=True)
class Subject:
    """A table that is read while things go wrong.

    Attributes:
        source: Its source.
        table: Its name.
        path: What its requests begin with; empty for a database.
        key: Its primary key.
        cursor: Its cursor, and where it lies in a record.
        params: Parameters that make its pages small.
        lag: How far back a second run asks, so that it reads many pages, too.
    """

    source: str
    table: str
    path: str
    key: str
    cursor: tuple[str, ...]
    params: Mapping[str, int] | None = None
    lag: int = _LAG

    @property
    def name(self) -> str:
        return f"{self.source}.{self.table}"


CUSTOMERS = Subject(
    "commerce",
    "customers",
    "/v1/customers",
    "customer_id",
    ("updated_at",),
    {"page_size": 10},
)
EVENTS = Subject(
    "commerce",
    "events",
    "/v1/events",
    "event_id",
    ("received_at",),
    {"limit": 200},
)
RATES = Subject(
    "commerce",
    "exchange_rates",
    "/v1/exchange-rates",
    "rate_date",
    ("rate_date",),
    {"page_size": 70},
    lag=400,
)
CONTACTS = Subject(
    "crm",
    "contacts",
    "/crm/v3/objects/contacts",
    "id",
    ("properties", "lastmodifieddate"),
)
ORDERS = Subject("shop", "orders", "", "order_id", ("updated_at",), lag=3_600)
SUBJECTS = {one.name: one for one in (CUSTOMERS, EVENTS, RATES, CONTACTS, ORDERS)}


class Laboratory:
    """A project whose contract holds one table, and a lake to run it into."""

    def __init__(self, folder: Path, subject: Subject) -> None:
        self.folder = folder
        self.subject = subject
        self.lake = folder / "lake"
        self._write_contract(subject)
        self._write_contract(None)

    def _write_contract(self, subject: Subject | None) -> None:
        name = "ingestion" if subject is None else subject.source
        path = f"models/staging/{name}/_{name}__sources.yml"
        contract = yaml.safe_load((REPOSITORY / path).read_text())
        [source] = contract["sources"]
        if subject is not None:
            _keep_one_table(source, subject)
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(yaml.safe_dump(contract))

    def change_contract(self, **params: int) -> None:
        """Give the table's requests other parameters, where it has any."""
        if not params:
            return
        name = self.subject.source
        path = self.folder / f"models/staging/{name}/_{name}__sources.yml"
        contract = yaml.safe_load(path.read_text())
        [table, _] = contract["sources"][0]["tables"]
        settings = table["config"]["meta"]["ingestion"]
        settings["params"] = {**settings.get("params", {}), **params}
        path.write_text(yaml.safe_dump(contract))

    def use_lake(self, original: Path | None) -> None:
        """Begin with a copy of a lake, or with none."""
        shutil.rmtree(self.lake, ignore_errors=True)
        if original is not None:
            shutil.copytree(original, self.lake)

    def call(self, *arguments: str) -> Result:
        words = ["run", *arguments, "--project-dir", str(self.folder)]
        return CliRunner().invoke(app, words)

    def make_tables(self) -> None:
        """Make the tables of the lake, all of them empty."""
        sources = load_contract(self.folder)
        for source in sources:
            for table in source.tables:
                LakeTable(str(self.lake), source, table)

    def run(self, *arguments: str) -> Result:
        """Run and insist that all went well."""
        result = self.call(*arguments)
        assert result.exit_code == 0, result.output
        return result

    def rows(self, table: str) -> list[dict[str, Any]]:
        folder = self.lake / self.subject.source / table
        rows: list[dict[str, Any]] = DeltaTable(folder).to_pyarrow_table().to_pylist()
        return rows

    def contents(self) -> Contents:
        """Return each version, each rejection and the latest version of each record.

        The log of loads must tell of exactly the rows that are there.
        """
        rows = self.rows(self.subject.table)
        assert self._landed_by_log() == len(rows)
        return {
            "versions": Counter(map(_content, rows)),
            "rejected": Counter(map(_content, self.rows("_rejected"))),
            "latest": Counter(_latest(rows, self.subject)),
        }

    def _landed_by_log(self) -> int:
        log = DeltaTable(self.lake / "_ingestion/loads").to_pyarrow_table().to_pylist()
        keys = [row["load_key"] for row in log]
        assert len(keys) == len(set(keys))
        name = self.subject.table
        return sum(row["landed_count"] for row in log if row["table_name"] == name)


def _keep_one_table(source: dict[str, Any], subject: Subject) -> None:
    [table] = [one for one in source["tables"] if one["name"] == subject.table]
    [rejected] = [one for one in source["tables"] if one["name"] == "_rejected"]
    source["tables"] = [copy.deepcopy(table), rejected]
    source["config"]["meta"]["ingestion"].pop("rate_limit", None)
    settings = source["tables"][0]["config"]["meta"]["ingestion"]
    settings["incremental"]["lag"] = subject.lag
    if subject.params is not None:
        settings["params"] = dict(subject.params)


def _content(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(value) for key, value in row.items() if key not in TECHNICAL)


def _latest(rows: list[dict[str, Any]], subject: Subject) -> list[tuple[str, ...]]:
    """Return what staging would show: the last version of each record.

    Records that ever came without an update time go by their landing.
    """
    cursor = subject.cursor[-1]
    keys = {"exchange_rates": ["rate_date", "base_currency", "quote_currency"]}
    names = keys.get(subject.table, [subject.key])
    undated = {_key(row, names) for row in rows if row[cursor] is None}
    last: dict[tuple[str, ...], tuple[Any, dict[str, Any]]] = {}
    for row in rows:
        key = _key(row, names)
        place = (row["_loaded_at"], row["_source_position"])
        rank = place if key in undated else (row[cursor], *place)
        if key not in last or rank > last[key][0]:
            last[key] = (rank, row)
    return [_content(row) for _, row in last.values()]


def _key(row: Mapping[str, Any], names: list[str]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in names)


@dataclass(frozen=True)
class Undisturbed:
    """What one table comes to when nothing goes wrong.

    Attributes:
        empty: A lake whose tables have no rows yet.
        first: The lake after the first run.
        last: The lake after the second run.
        end: What the lake holds after the second run.
        asked: Requests, or batches of rows, of the first and the second run.
    """

    empty: Path
    first: Path
    last: Path
    end: Contents
    asked: tuple[int, int]

    def commits(self, folder: str, state: int) -> int:
        """Return how many commits to a table one of the runs takes."""
        before, after = [(self.empty, self.first), (self.first, self.last)][state]
        versions = [DeltaTable(lake / folder).version() for lake in (before, after)]
        return versions[1] - versions[0]


def set_variables(
    monkeypatch: pytest.MonkeyPatch, laboratory: Laboratory, proxy: Proxy, world: Any
) -> None:
    """Point ingestion at the proxy and at the laboratory's lake."""
    for name in [name for name in os.environ if name.startswith("CDP_")]:
        monkeypatch.delenv(name)
    values = {
        "COMMERCE_API_URL": proxy.url,
        "COMMERCE_API_TOKEN": world.commerce_token,
        "CRM_API_URL": proxy.url,
        "CRM_API_TOKEN": world.crm_token,
        "CDP_LAKE": str(laboratory.lake),
    }
    if laboratory.subject is ORDERS:
        values = {SHOP: "", "CDP_LAKE": str(laboratory.lake)}
    for name, text in values.items():
        monkeypatch.setenv(name, text)


class Bench:
    """Worlds, their proxy, and what each subject comes to undisturbed.

    Attributes:
        proxy: Between ingestion and the two states of the world.
        shops: Databases of the shop, in both states.
        driver: What reads them.
        pauses: How long ingestion meant to wait; it never does.
        at_pause: Called at each pause.
    """

    def __init__(
        self, folder: Path, world: Any, ports: list[int], proxy: Proxy
    ) -> None:
        self.folder = folder
        self.world = world
        self.ports = ports
        self.proxy = proxy
        self.shops: list[Path] = []
        self.driver = Driver()
        self.pauses: list[float] = []
        self.at_pause: Callable[[int], None] = lambda count: None
        self._undisturbed: dict[tuple[str, str], Undisturbed] = {}

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.at_pause(len(self.pauses))

    def use_databases(self, *, dates_alike: bool = False) -> None:
        """Make the shop's databases, if they are not there."""
        self.shops = list(databases(self.folder, dates_alike=dates_alike))

    def begin(self, laboratory: Laboratory, state: int) -> None:
        """Let the world be in a state, and nothing be disturbed."""
        if laboratory.subject is ORDERS:
            os.environ[SHOP] = f"sqlite:///{self.shops[state]}?timeout=0"
            self.driver.heal()
        self.proxy.ports = self.ports[state:]
        self.proxy.watch(laboratory.subject.path)
        self.pauses.clear()
        self.at_pause = lambda count: None

    def undisturbed(
        self, laboratory: Laboratory, variant: str = "", **params: int
    ) -> Undisturbed:
        """Return what two runs land when nothing goes wrong; made once for each."""
        place = (laboratory.subject.name, variant)
        if place not in self._undisturbed:
            self._undisturbed[place] = self._run_undisturbed(laboratory, place, params)
        return self._undisturbed[place]

    def _run_undisturbed(
        self, laboratory: Laboratory, place: tuple[str, str], params: dict[str, int]
    ) -> Undisturbed:
        kept = self.folder / "-".join(place)
        laboratory.use_lake(None)
        self.begin(laboratory, 0)
        laboratory.make_tables()
        shutil.copytree(laboratory.lake, kept / "empty")
        asked = []
        for state in (0, 1):
            self.begin(laboratory, state)
            laboratory.run()
            asked.append(self.proxy.asked or self.driver.fetched)
            shutil.copytree(laboratory.lake, kept / str(state))
        return Undisturbed(
            kept / "empty",
            kept / "0",
            kept / "1",
            laboratory.contents(),
            (asked[0], asked[1]),
        )
