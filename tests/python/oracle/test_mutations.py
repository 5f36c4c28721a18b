"""Whatever is broken in the SQL of the KPIs, the oracle notices.

One line at a time is broken in what dbt has parsed, the models from there on are built
on a copy of the database, and at least one value of one mart has to differ. The same
without a break differs in nothing.
"""

from collections.abc import Iterable

import pytest

from tests.python.oracle import tables
from tests.python.oracle.broken_platform import BrokenPlatform
from tests.python.oracle.compare import Table
from tests.python.oracle.mutations import MUTATIONS, Mutation
from tests.python.oracle.mutations_planted import PLANTED_MUTATIONS
from tests.python.oracle.records import Records
from tests.python.oracle.tables import AWAITED, MARTS, Mart
from tests.python.oracle.true_platform import TruePlatform
from tests.python.support.quick import some_quick

ALL_MUTATIONS = [*MUTATIONS, *PLANTED_MUTATIONS]
LEAST_MUTATIONS = 15
QUICK = 3
# Of all cells and days: read only where nothing else differs.
LARGE = ("kpi_monthly_compared", "kpi_daily")

Differences = dict[str, int]


class Judge:
    """What the oracle says, once for all breaks."""

    def __init__(self, platform: BrokenPlatform, records: Records) -> None:
        self.platform = platform
        true = platform.true
        facts = tables.facts(true, records, tables.as_of_date(true.platform))
        self.people = tables.people_of(true)
        self.marts = [mart for mart in MARTS if mart.name not in AWAITED]
        self.truth: dict[str, Table] = {
            mart.name: mart.truth(facts) for mart in self.marts
        }

    def differences(self) -> Differences:
        """How many values or rows differ; large marts are read only if need be."""
        small = [mart for mart in self.marts if mart.name not in LARGE]
        large = [mart for mart in self.marts if mart.name in LARGE]
        return self._differences(small) or self._differences(large)

    def _differences(self, marts: Iterable[Mart]) -> Differences:
        found: Differences = {}
        for mart in marts:
            truth = self.truth[mart.name]
            compared = tables.compared(self.platform.platform, mart, truth, self.people)
            if compared.differences:
                found[mart.name] = len(compared.differences)
        return found


@pytest.fixture(scope="module", params=["cut"])
def judge(
    request: pytest.FixtureRequest,
    records: Records,
    tmp_path_factory: pytest.TempPathFactory,
) -> Judge:
    folder = tmp_path_factory.mktemp("broken")
    true: TruePlatform = request.getfixturevalue(request.param)
    names = [mart.name for mart in MARTS if mart.name not in AWAITED]
    return Judge(BrokenPlatform(folder, true, names), records)


def _shown(platform: str) -> list[Mutation]:
    return [each for each in ALL_MUTATIONS if each.shows_on == platform]


def test_there_are_enough_different_breaks() -> None:
    breaks = {(m.file, m.old, m.new) for m in ALL_MUTATIONS}
    assert len(breaks) == len(ALL_MUTATIONS)
    assert len(MUTATIONS) >= LEAST_MUTATIONS
    assert {m.shows_on for m in ALL_MUTATIONS} == {"cut", "whole"}


def test_nothing_differs_without_a_break(judge: Judge) -> None:
    judge.platform.build("int_orders_localized")
    assert judge.differences() == {}


@pytest.mark.parametrize(
    "mutation", some_quick(_shown("cut"), QUICK), ids=lambda mutation: mutation.error
)
def test_a_break_is_noticed(
    judge: Judge, mutation: Mutation, figures: list[str]
) -> None:
    _assert_noticed(judge, mutation, figures)


@pytest.mark.parametrize("judge", ["whole"], indirect=True)
@pytest.mark.parametrize(
    "mutation", some_quick(_shown("whole"), 0), ids=lambda mutation: mutation.error
)
def test_a_break_of_the_last_day_is_noticed(
    judge: Judge, mutation: Mutation, figures: list[str]
) -> None:
    _assert_noticed(judge, mutation, figures)


def _assert_noticed(judge: Judge, mutation: Mutation, figures: list[str]) -> None:
    judge.platform.build_broken(mutation)
    found = judge.differences()
    assert found, f"nobody noticed: {mutation.error}"
    caught = ", ".join(f"{name} {count:,}" for name, count in found.items())
    figures.append(f"broken: {mutation.error}: {caught}")
