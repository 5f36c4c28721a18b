"""In whatever order and batches records arrive, they come to the same customers.

Each order is a lake and a database of its own, built by the real models after every
batch. Nothing is shared between orders but the log that they shuffle.
"""

import random

import pytest

from tests.python.support.identity_lab import PUBLISHED, IdentityLab, grouping
from tests.python.support.identity_log import Version, decided, in_batches, play
from tests.python.support.identity_scenarios import DECISIONS
from tests.python.support.quick import some_quick

PEOPLE, SEED = 950, 11
ORDERS, QUICK_ORDERS = 30, 3
LOG_BATCHES = 8
CUTS = ((4,), (1, 6), (2, 3, 5), tuple(range(1, LOG_BATCHES)))

Groups = set[frozenset[str]]
Ids = list[dict[str, str]]


@pytest.fixture(scope="module")
def log() -> list[Version]:
    return play(PEOPLE, SEED)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> IdentityLab:
    return IdentityLab(tmp_path_factory.mktemp("arrival_order"))


@pytest.fixture(scope="module")
def at_once(lab: IdentityLab, log: list[Version]) -> Groups:
    """Customers where everything arrives in one batch."""
    return arrived(lab, log, cuts=[])


def arrived(lab: IdentityLab, log: list[Version], cuts: list[int]) -> Groups:
    """Lands a log in batches, with a build after each."""
    lab.reset()
    for records in in_batches(log, cuts):
        lab.land(records)
        lab.build()
    return lab.groups()


def test_the_log_has_what_can_go_wrong(log: list[Version], at_once: Groups) -> None:
    assert len(set().union(*at_once)) >= 2_000
    assert sum(len(group) > 1 for group in at_once) > 300
    assert sum(table == DECISIONS for table, _ in log) > 50
    deleted = [row for _, row in log if row.get("deleted_at") or row.get("archived_at")]
    assert len(deleted) > 50


def test_decisions_are_obeyed(log: list[Version], at_once: Groups) -> None:
    last = decided(log)
    together = {pair for pair in last if any(pair <= group for group in at_once)}
    assert {pair for pair, word in last.items() if word == "must_link"} <= together
    assert not {pair for pair, word in last.items() if word == "cannot_link"} & together


@pytest.mark.parametrize("order", some_quick(range(ORDERS), QUICK_ORDERS))
def test_any_order_and_batching_gives_the_same_customers(
    lab: IdentityLab, log: list[Version], at_once: Groups, order: int
) -> None:
    shuffle = random.Random(order)
    shuffled = shuffle.sample(log, len(log))
    # From one to three batches; what comes in one is only shuffled.
    cuts = sorted(shuffle.sample(range(1, len(log)), order % 3))
    assert arrived(lab, shuffled, cuts) == at_once


def built_at(lab: IdentityLab, log: list[Version], cuts: tuple[int, ...]) -> Ids:
    """Ids after landing the same batches at the same times, built only at some."""
    lab.reset()
    size = -(-len(log) // LOG_BATCHES)
    batches = in_batches(log, range(size, len(log), size))
    for number, records in enumerate(batches, start=1):
        lab.land(records)
        if number in cuts:
            lab.build(select=PUBLISHED)
    lab.build(select=PUBLISHED)
    current = lab.platform.query(
        "select source_name || ':' || source_record_id, customer_id"
        " from marts.customer_identities where is_current"
    )
    published, resolved = dict(current), lab.customers()
    assert published.keys() == resolved.keys()
    return [resolved, published]


@pytest.fixture(scope="module")
def ids_at_once(lab: IdentityLab, log: list[Version]) -> Ids:
    shuffled = random.Random(SEED).sample(log, len(log))
    return built_at(lab, shuffled, cuts=())


@pytest.mark.parametrize("cuts", some_quick(CUTS, 1), ids=str)
def test_a_log_cut_in_any_way_gives_the_same_ids(
    lab: IdentityLab,
    log: list[Version],
    ids_at_once: Ids,
    cuts: tuple[int, ...],
) -> None:
    shuffled = random.Random(SEED).sample(log, len(log))
    assert built_at(lab, shuffled, cuts) == ids_at_once


def test_the_full_refresh_of_a_log_gives_the_same_ids(
    lab: IdentityLab, log: list[Version], ids_at_once: Ids
) -> None:
    shuffled = random.Random(SEED).sample(log, len(log))
    built_at(lab, shuffled, CUTS[0])
    lab.build("--full-refresh", select=PUBLISHED)
    assert grouping(lab.customers()) == grouping(ids_at_once[0])
    assert lab.customers() == ids_at_once[0]
