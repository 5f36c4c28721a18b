"""Customers of the known world against its true people, at both levels of noise."""

from typing import NamedTuple

import pytest

from tests.python.support.clusters import Agreement, agreement
from tests.python.support.identity_lab import IdentityLab
from tests.python.support.identity_world import LabelledRecords, draw

PEOPLE = 20_000
SEED = 31
# A cluster that is larger than this many times the largest true one has run away.
BIGGEST_RATIO = 3


class Bound(NamedTuple):
    precision: float
    recall: float = 0.0
    f1: float = 0.0


BOUNDS = {
    "default": Bound(precision=0.99, recall=0.93),
    "hard": Bound(precision=0.97, f1=0.94),
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> IdentityLab:
    return IdentityLab(tmp_path_factory.mktemp("known_world"))


@pytest.fixture(scope="module", params=BOUNDS)
def level(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def world(level: str) -> LabelledRecords:
    return draw(PEOPLE, level, SEED)


@pytest.fixture(scope="module")
def customers(lab: IdentityLab, world: LabelledRecords) -> dict[str, str]:
    lab.reset()
    lab.land(world.records)
    lab.build()
    return lab.customers()


@pytest.fixture(scope="module")
def agreed(world: LabelledRecords, customers: dict[str, str]) -> Agreement:
    # A record that belongs to nobody is a miss, not an error of the test.
    return agreement(
        list(world.person_of.values()),
        [customers.get(record, record) for record in world.person_of],
    )


def test_every_record_is_of_one_customer(
    world: LabelledRecords, customers: dict[str, str]
) -> None:
    assert customers.keys() == world.person_of.keys()


def test_customers_are_the_true_people(
    level: str, agreed: Agreement, figures: list[str]
) -> None:
    figures.append(
        f"known world, {level}: precision {agreed.precision:.4f},"
        f" recall {agreed.recall:.4f}, F1 {agreed.f1:.4f},"
        f" biggest {agreed.biggest} of {agreed.biggest_true}"
    )
    bound = BOUNDS[level]
    assert agreed.precision >= bound.precision
    assert agreed.recall >= bound.recall
    assert agreed.f1 >= bound.f1


def test_no_customer_has_run_away(agreed: Agreement) -> None:
    assert agreed.biggest <= BIGGEST_RATIO * agreed.biggest_true


def test_records_are_as_many_as_promised(world: LabelledRecords) -> None:
    assert len(world.person_of) > 45_000
