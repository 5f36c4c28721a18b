"""Scenarios by name: what becomes of a few records among those of other people."""

from typing import NamedTuple

import pytest

from tests.python.identity import scenarios_of_people, scenarios_of_records
from tests.python.support.identity_lab import IdentityLab, grouping
from tests.python.support.identity_scenarios import Scenario, batch
from tests.python.support.identity_world import draw

SCENARIOS = (*scenarios_of_records.SCENARIOS, *scenarios_of_people.SCENARIOS)
# Names are rare or common only among others. Their ids are no ids of a scenario.
OTHERS, SEED = 1_000, 3
STAGES = max(len(scenario.batches) for scenario in SCENARIOS)


class Outcome(NamedTuple):
    """Customers of all records after a build.

    Attributes:
        stage: The last batch that it had seen.
        customers: Customer of each record.
    """

    stage: int
    customers: dict[str, str]

    def groups(self, scenario: Scenario) -> set[frozenset[str]]:
        """Records of each customer that has any of the scenario's."""
        own = set(scenario.keys.values())
        return {group for group in grouping(self.customers) if group & own}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """What each build made of all scenarios, which arrive side by side."""
    lab = IdentityLab(tmp_path_factory.mktemp("scenarios"))
    built = {}
    lab.land(draw(OTHERS, "default", SEED).records)
    for stage in range(STAGES):
        lab.land(batch(SCENARIOS, stage))
        lab.build()
        built[f"batch {stage + 1}"] = Outcome(stage, lab.customers())
    lab.build()
    built["nothing new"] = Outcome(STAGES - 1, lab.customers())
    lab.build("--full-refresh")
    built["full refresh"] = Outcome(STAGES - 1, lab.customers())
    return built


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_records_come_together_as_they_should(
    outcomes: dict[str, Outcome], scenario: Scenario
) -> None:
    for build, outcome in outcomes.items():
        expected = scenario.expected(outcome.stage)
        if expected is not None:
            assert outcome.groups(scenario) == expected, build


@pytest.mark.parametrize(
    "scenario",
    [scenario for scenario in SCENARIOS if scenario.apart],
    ids=lambda scenario: scenario.name,
)
def test_records_stay_apart(outcomes: dict[str, Outcome], scenario: Scenario) -> None:
    apart = {scenario.keys[label] for label in scenario.apart.split()}
    for build, outcome in outcomes.items():
        if outcome.stage >= len(scenario.batches) - 1:
            for group in outcome.groups(scenario):
                assert len(group & apart) <= 1, build


def test_a_late_record_leaves_the_customer_its_id(
    outcomes: dict[str, Outcome],
) -> None:
    before, after = (outcomes[f"batch {n}"].customers for n in (1, 2))
    [scenario] = [one for one in SCENARIOS if one.name == "late_event"]
    keys = scenario.keys
    assert after[keys["c"]] in {before[keys["a"]], before[keys["b"]]}


def test_an_unmerged_customer_keeps_one_of_its_ids(
    outcomes: dict[str, Outcome],
) -> None:
    [scenario] = [one for one in SCENARIOS if one.name == "unmerge"]
    before, after = (outcomes[f"batch {n}"].customers for n in (1, 2))
    [joined] = {before[key] for key in scenario.keys.values()}
    assert joined in {after[key] for key in scenario.keys.values()}
