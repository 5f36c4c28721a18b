"""One raw log, any builds: the same marts. Any order of arrival: the same customers.

The log of a played world, with late and corrected records and deletions, is cut at
random into builds, and compared with one build of all of it, ids included. Then its
rows arrive in other orders: customers are the same groups of records, and every figure
by customer and every KPI is the same; ids and histories tell what was known when.
"""

import itertools
import random
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from demo.serving import serving
from demo.world import generate
from tests.python.support.by_group import by_group, compare_groups
from tests.python.support.compare import differences, tables
from tests.python.support.histories import HISTORIES
from tests.python.support.identity_lab import EVERYTHING, IdentityLab
from tests.python.support.platform import Platform, succeeded
from tests.python.support.quick import some_quick
from tests.python.support.raw_log import Load, RawLog, together

SEED = 23
PARTS, DAYS_IN_A_PART = 3, "7"
# The played world is cut elsewhere in each run: test_played_world.py.
CUTS, QUICK_CUTS = 20, 0
ORDERS, QUICK_ORDERS = 10, 1
# The log that is cut has so many loads, and this share of its rows comes late.
LOADS, LATE = 30, 0.3

# Made with each lake, and so no part of the log.
OF_THE_LAKE = {"staging.stg_ingestion__hash_keys"}
SCHEMAS = ["staging", "intermediate", "marts", "pii", "quality", "reference"]
CURRENT_IDENTITIES = (
    "select source_name, source_record_id, customer_id"
    " from marts.customer_identities where is_current order by all"
)
# What tells when something was known, and so differs between orders of arrival.
TELL_WHEN = {
    # Since when a record belongs to a customer, and which ids there were before.
    "marts.customer_history",
    "marts.customer_id_changes",
    "marts.customer_identities",
    # What the last build changed.
    "quality.identity_changes",
    # By which batch a closed month was changed.
    "marts.kpi_restatements",
    # Records by the day of their load.
    "quality.reconciliation",
    "quality.reconciliation_reasons",
}
TELL_WHEN_COLUMNS = {
    # The delivery in which a record was rejected.
    "quality.rejected_records.rejection_key",
    "quality.rejected_records.batch_id",
    "quality.rejected_records.rejected_at",
}


class Built(NamedTuple):
    """What a way of building came to.

    Attributes:
        database: A copy of the DuckDB file.
        identities: The customer of each record today.
        groups: The records of each customer.
    """

    database: Path
    identities: list[tuple[str, ...]]
    groups: set[frozenset[str]]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> RawLog:
    folder: Path = tmp_path_factory.mktemp("equivalence_world")
    world = generate("small", seed=SEED, folder=folder / "world")
    platform = Platform(folder)
    with serving(world) as server:
        platform.ingest(variables=server.environment)
        for _ in range(PARTS):
            words = ("python", "-m", "demo", "advance", "--days", DAYS_IN_A_PART)
            succeeded(platform.run(*words, "--world", folder / "world"))
            platform.ingest(variables=server.environment)
    return RawLog(platform.lake)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> IdentityLab:
    return IdentityLab(tmp_path_factory.mktemp("equivalence"))


def built(lab: IdentityLab, steps: Iterable[Load], target: Path) -> Built:
    """Lands loads step by step, with a build after each."""
    lab.reset()
    for rows in steps:
        lab.land_as_is(rows)
        lab.build(select=EVERYTHING)
    shutil.copy(lab.platform.database, target)
    return Built(target, lab.platform.query(CURRENT_IDENTITIES), lab.groups())


@pytest.fixture(scope="module")
def loads(log: RawLog) -> list[Load]:
    order = log.with_late_rows(LATE, random.Random(SEED))
    cuts = [number * len(order) // LOADS for number in range(1, LOADS)]
    return list(log.loads(order, cuts))


@pytest.fixture(scope="module")
def whole(
    lab: IdentityLab, loads: list[Load], tmp_path_factory: pytest.TempPathFactory
) -> Built:
    """One build of the whole log."""
    target = tmp_path_factory.mktemp("whole") / "cdp.duckdb"
    return built(lab, [together(loads)], target)


def test_the_log_has_what_can_go_wrong(log: RawLog, whole: Built) -> None:
    records = {
        (row.table, row.version[1])
        for row in log.rows
        if row.table in ("commerce.customers", "crm.contacts", "shop.customers")
    }
    orders = [row.version[1] for row in log.rows if row.table == "shop.orders"]
    deleted = log.tables["shop.customers"]["deleted_at"]
    # Some records are known only because others name them.
    assert sum(map(len, whole.groups)) >= len(records)
    assert len(whole.groups) >= 2_000
    assert len(orders) - len(set(orders)) >= 100
    assert len(deleted) - deleted.null_count > 10


@pytest.mark.parametrize("cut", some_quick(range(CUTS), QUICK_CUTS))
def test_a_log_cut_in_any_way_gives_the_same_marts(
    lab: IdentityLab, loads: list[Load], whole: Built, cut: int, tmp_path: Path
) -> None:
    pick = random.Random(cut)
    ends = sorted(pick.sample(range(1, LOADS), 1 + cut % 4))
    bounds = [0, *ends, LOADS]
    steps = [together(loads[begin:end]) for begin, end in itertools.pairwise(bounds)]
    found = built(lab, steps, tmp_path / "cdp.duckdb")
    names = tables(found.database, SCHEMAS)
    assert names == tables(whole.database, SCHEMAS)
    assert names >= HISTORIES | lab.marts().keys()
    compared = names - HISTORIES - OF_THE_LAKE
    assert list(differences(whole.database, found.database, compared)) == []
    assert found.identities == whole.identities


@pytest.mark.parametrize("order", some_quick(range(ORDERS), QUICK_ORDERS))
def test_any_order_of_arrival_gives_the_same_figures(
    lab: IdentityLab, log: RawLog, whole: Built, order: int, tmp_path: Path
) -> None:
    pick = random.Random(order)
    rows = log.shuffled(pick)
    cuts = sorted(pick.sample(range(1, len(rows)), 1 + order % 3))
    found = built(lab, log.loads(rows, cuts), tmp_path / "cdp.duckdb")
    assert found.groups == whole.groups
    keys = {name: key for name, key in lab.marts().items() if name not in TELL_WHEN}
    here, there = (
        by_group(each.database, tmp_path / name, keys, TELL_WHEN_COLUMNS)
        for each, name in ((whole, "whole.duckdb"), (found, "found.duckdb"))
    )
    assert compare_groups(here, there, keys).mismatches == []
