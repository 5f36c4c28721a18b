"""The gate: a build that changes too many customers stops before it publishes them."""

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.python.support import artefacts
from tests.python.support.compare import differences, tables
from tests.python.support.identity_lab import IdentityLab, Records
from tests.python.support.platform import Platform

BUILT = ("model", "snapshot", "seed")
STRICT = "min_changed_customers: 2"
PEOPLE = 10


def ten_customers() -> Records:
    """Contacts with even numbers, and accounts in the web shop with odd ones."""
    return {
        "crm.contacts": [
            {"id": f"{number}", "email": f"{number}@example.com"}
            for number in range(0, PEOPLE, 2)
        ],
        "commerce.customers": [
            {"customer_id": f"{number}"} for number in range(1, PEOPLE, 2)
        ],
    }


def fused(pairs: int) -> Records:
    """Accounts of the shop that make one customer of two contacts each."""
    return {
        "shop.customers": [
            {
                "customer_id": f"bridge-{pair}",
                "email": f"{2 * pair}@example.com",
                "commerce_customer_id": f"{2 * pair + 1}",
            }
            for pair in range(pairs)
        ]
    }


class Stopped(NamedTuple):
    """A build that would fuse two of ten customers, and was stopped.

    Attributes:
        platform: What the stopped build left.
        before: The database as it was before.
        statuses: Status of each node of the stopped build.
    """

    platform: Platform
    before: Path
    statuses: dict[str, str]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    lab = IdentityLab(tmp_path_factory.mktemp("gate"))
    lab.land(ten_customers())
    lab.platform.build()
    before = lab.platform.folder / "before.duckdb"
    shutil.copy(lab.platform.database, before)
    lab.land(fused(pairs=1))
    run = build_with_gate(lab.platform, STRICT)
    assert run.returncode == 1
    statuses = artefacts.statuses(lab.platform.target)
    return Stopped(lab.platform, before, statuses)


def build_with_gate(
    platform: Platform, variables: str, *select: str
) -> subprocess.CompletedProcess[str]:
    """Builds everything, or what is selected, with the gate as the only test."""
    nodes = select or tuple(f"resource_type:{kind}" for kind in BUILT)
    return platform.run(
        *("dbt", "--no-use-colors", "build", "--vars", f"{{{variables}}}"),
        *("--select", "assert_identity_changes_are_within_limits", *nodes),
        *("--indirect-selection", "empty"),
    )


def copied(stopped: Stopped, folder: Path) -> Platform:
    """A copy of what the stopped build left."""
    platform = Platform(folder, lake=stopped.platform.lake)
    shutil.copy(stopped.platform.database, platform.database)
    return platform


def test_a_stopped_build_publishes_no_customer(stopped: Stopped) -> None:
    failed = [name for name, status in stopped.statuses.items() if status == "fail"]
    assert [name.split(".")[2] for name in failed] == [
        "assert_identity_changes_are_within_limits"
    ]
    published = tables(stopped.before, ["marts", "pii", "snapshots"])
    assert len(published) > 10
    # It knows no customers, and is taken before.
    published.remove("snapshots.snap_shop__customers")
    found = differences(stopped.before, stopped.platform.database, published)
    assert list(found) == []


def test_a_stopped_build_shows_what_it_would_have_done(stopped: Stopped) -> None:
    joined = stopped.platform.query(
        "select customer_count, changed_record_count, existing_customer_count,"
        " customer_rate from quality.identity_changes where change_type = 'joined'"
    )
    assert joined == [(2, 2, PEOPLE, 0.2)]
    assert stopped.platform.query(
        "select record_key from intermediate.int_customer_identities_compared"
        " where is_joined order by 1"
    ) == [("commerce:1",), ("crm:0",)]


def test_an_accepted_change_goes_through(stopped: Stopped, tmp_path: Path) -> None:
    platform = copied(stopped, tmp_path)
    run = build_with_gate(platform, f"{STRICT}, accept_identity_changes: true")
    assert run.returncode == 0, run.stdout
    joined = platform.query(
        "select source_record_id, count(*) over (partition by customer_id)"
        " from marts.customer_identities where is_current and source_name <> 'shop'"
        " order by 1 limit 3"
    )
    assert joined == [("0", 2), ("1", 2), ("2", 1)]
    assert platform.value("select count(*) from marts.customer_360") == PEOPLE - 1


def test_a_few_customers_never_stop_a_build(stopped: Stopped, tmp_path: Path) -> None:
    """Two of ten are many, and still only two."""
    platform = copied(stopped, tmp_path)
    run = build_with_gate(platform, "max_joined_customer_rate: 0.02")
    assert run.returncode == 0, run.stdout
    assert platform.value("select count(*) from marts.customer_360") == PEOPLE - 1


def test_customers_that_fall_apart_stop_a_build_too(tmp_path: Path) -> None:
    lab = IdentityLab(tmp_path)
    memory = "+snap_identity__customer_records"
    lab.land({**ten_customers(), **fused(pairs=1)})
    assert build_with_gate(lab.platform, STRICT, memory).returncode == 0
    lab.land({"shop.customers": [{"customer_id": "bridge-0"}]})
    for limit, code in [("0.1", 1), ("0.2", 0)]:
        limits = f"min_changed_customers: 1, max_split_customer_rate: {limit}"
        assert build_with_gate(lab.platform, limits, memory).returncode == code
