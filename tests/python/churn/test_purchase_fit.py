"""Maximum likelihood of the purchase models, against publications and other code."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import betaln, gammaln

from tests.python.churn.cdnow import CUT_OFF, Customers, customers
from tests.python.churn.python_models import PURCHASE_MODELS as MODELS
from tests.python.support.cdnow import purchases

# Reference values: Fader, Hardie, Lee 2005 and Batislam et al. 2007 by BTYD, BTYDplus
# and CLVTools; Gamma-Gamma by note 025. The full data: an independent prototype.
PUBLISHED = {
    ("sample", "bg_nbd"): ([0.2426, 4.4136, 0.7929, 2.4259], -9582.429),
    ("sample", "mbg_nbd"): ([0.5248, 6.1831, 0.8914, 1.6140], -9582.136),
    ("sample", "gamma_gamma"): ([6.2496, 3.7442, 15.4435], -4055.918),
    ("master", "bg_nbd"): ([0.2516, 4.7889, 0.7234, 2.1611], -95368.44),
    ("master", "mbg_nbd"): ([0.6371, 7.3103, 0.8075, 1.2284], -95336.96),
    ("master", "gamma_gamma"): ([6.275, 3.624, 14.984], None),
}
SHIFTS = {"bg_nbd": 0, "mbg_nbd": 1}


def rows_of(people: Customers, *, is_compressed: bool = True) -> Any:
    ones = np.ones(len(people.bought))
    rows = MODELS.Purchases(people.bought, people.recency, people.age, ones, 0 * ones)
    return MODELS.compressed(rows) if is_compressed else rows


def values_of(people: Customers) -> Any:
    has_value = (people.bought > 0) & (people.mean > 0)
    bought, mean = people.bought[has_value], people.mean[has_value]
    return MODELS.compressed_values(MODELS.Values(bought, mean, np.ones(len(mean))))


def fit(people: Customers, model: str) -> Any:
    if model == "gamma_gamma":
        return MODELS.value_fit(values_of(people))
    return MODELS.purchase_fit(rows_of(people), shift=SHIFTS[model])


def likelihood(people: Customers, model: str) -> Callable[[np.ndarray], float]:
    """The log-likelihoods as the papers write them, customer by customer."""
    x, t_x, age = people.bought, people.recency / 7, people.age / 7

    def bg_nbd(parameters: np.ndarray) -> float:
        r, alpha, a, b = parameters
        alive = betaln(a, b + x) - (r + x) * np.log(alpha + age)
        left = betaln(a + 1, b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x)
        mixed = np.where(x > 0, np.logaddexp(alive, left), alive)
        known = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
        return float(np.sum(known + mixed))

    def mbg_nbd(parameters: np.ndarray) -> float:
        r, alpha, a, b = parameters
        alive = betaln(a, b + x + 1) - (r + x) * np.log(alpha + age)
        left = betaln(a + 1, b + x) - (r + x) * np.log(alpha + t_x)
        known = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
        return float(np.sum(known + np.logaddexp(alive, left)))

    def gamma_gamma(parameters: np.ndarray) -> float:
        p, q, v = parameters
        has_value = (people.bought > 0) & (people.mean > 0)
        x, z = people.bought[has_value], people.mean[has_value]
        shape = gammaln(p * x + q) - gammaln(p * x) - gammaln(q)
        known = q * np.log(v) + (p * x - 1) * np.log(z) + p * x * np.log(x)
        return float(np.sum(shape + known - (p * x + q) * np.log(x * z + v)))

    return {"bg_nbd": bg_nbd, "mbg_nbd": mbg_nbd, "gamma_gamma": gamma_gamma}[model]


def hessian(function: Callable[[np.ndarray], float], at: np.ndarray) -> np.ndarray:
    """Second derivatives from values alone: central differences in both directions."""
    steps = np.diag(at * 1e-3)
    return np.array(
        [
            [
                (
                    function(at + i + j)
                    - function(at + i - j)
                    - function(at - i + j)
                    + function(at - i - j)
                )
                / (4 * i.sum() * j.sum())
                for j in steps
            ]
            for i in steps
        ]
    )


@pytest.fixture(scope="module", params=["sample", "master"])
def data(request: pytest.FixtureRequest) -> tuple[str, Customers]:
    return request.param, customers(request.param)


@pytest.fixture(scope="module")
def sample() -> Customers:
    return customers("sample")


@pytest.mark.parametrize("model", [*SHIFTS, "gamma_gamma"])
def test_published_parameters(data: tuple[str, Customers], model: str) -> None:
    name, people = data
    expected, best = PUBLISHED[name, model]
    found = fit(people, model)
    assert np.exp(found.logs) == pytest.approx(expected, abs=0.005)
    if best is not None:
        assert found.likelihood == pytest.approx(best, abs=0.01)
    written = likelihood(people, model)(np.exp(found.logs))
    assert found.likelihood == pytest.approx(written, rel=1e-10)


@pytest.mark.parametrize("model", [*SHIFTS, "gamma_gamma"])
def test_standard_errors(sample: Customers, model: str) -> None:
    found = fit(sample, model)
    information = -hessian(likelihood(sample, model), np.exp(found.logs))
    expected = np.sqrt(np.diag(np.linalg.inv(information)))
    # The observed information is the same in either parameters at the maximum.
    assert found.errors == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("at", [[0.3, 1.2, -0.4, 0.7], [-2.0, 3.0, 2.0, -1.0]])
@pytest.mark.parametrize("model", [*SHIFTS, "gamma_gamma"])
def test_gradients(sample: Customers, model: str, at: list[float]) -> None:
    if model == "gamma_gamma":
        loss, place = MODELS.value_loss(values_of(sample)), np.array(at[:3])
    else:
        loss = MODELS.purchase_loss(rows_of(sample), SHIFTS[model])
        place = np.array(at)
    steps = 1e-5 * np.eye(len(place))
    slopes = [(loss(place + s)[0] - loss(place - s)[0]) / 2e-5 for s in steps]
    assert loss(place)[1] == pytest.approx(slopes, rel=1e-6, abs=1e-8)


@pytest.mark.filterwarnings("ignore")
def test_summary_is_that_of_lifetimes(sample: Customers) -> None:
    from lifetimes.utils import summary_data_from_transaction_data  # noqa: PLC0415

    rows = pd.DataFrame(purchases("sample"), columns=["id", "day", "dollars"])
    rows = rows.astype({"day": "datetime64[ns]", "dollars": float})
    found = summary_data_from_transaction_data(
        rows, "id", "day", "dollars", observation_period_end=CUT_OFF
    )
    expected = np.column_stack(sample)
    columns = ["frequency", "recency", "T", "monetary_value"]
    assert found[columns].to_numpy() == pytest.approx(expected)


@pytest.mark.parametrize("model", SHIFTS)
def test_row_order_and_compression_do_not_matter(sample: Customers, model: str) -> None:
    found = fit(sample, model)
    order = np.random.default_rng(1).permutation(len(sample.bought))
    shuffled = Customers(*(column[order] for column in sample))
    # To the last digit where rows are sorted, else to what sums are exact to.
    assert (fit(shuffled, model).logs == found.logs).all()
    loose = rows_of(shuffled, is_compressed=False)
    logs = MODELS.purchase_fit(loose, shift=SHIFTS[model]).logs
    assert logs == pytest.approx(found.logs, abs=1e-9)


def test_row_order_of_values_does_not_matter(sample: Customers) -> None:
    order = np.random.default_rng(1).permutation(len(sample.bought))
    shuffled = Customers(*(column[order] for column in sample))
    found, again = fit(sample, "gamma_gamma"), fit(shuffled, "gamma_gamma")
    assert (found.logs == again.logs).all()


def test_other_currency_only_moves_the_scale(sample: Customers) -> None:
    found = fit(sample, "gamma_gamma")
    dearer = fit(sample._replace(mean=sample.mean * 5e4), "gamma_gamma")
    assert dearer.logs - found.logs == pytest.approx([0, 0, np.log(5e4)], abs=1e-8)


def simulated(model: str, count: int, parameters: list[float]) -> Customers:
    """Customers of the process, event by event; a day is short beside alpha."""
    random = np.random.default_rng(11)
    r, alpha, a, b = parameters
    rows = []
    for _ in range(count):
        rate, leaves = random.gamma(r, 1 / alpha) / 7, random.beta(a, b)
        age, clock, x, last = int(random.integers(500, 3000)), 0.0, 0, 0.0
        alive = model == "bg_nbd" or random.random() > leaves
        while alive:
            clock += random.exponential(1 / rate)
            if clock > age:
                break
            x, last, alive = x + 1, clock, random.random() > leaves
        rows.append((x, round(last), age, 0.0))
    return Customers(*map(np.array, zip(*rows, strict=True)))


@pytest.mark.parametrize("model", SHIFTS)
def test_known_parameters_are_found(model: str) -> None:
    true = [0.8, 60.0, 0.9, 2.5]
    found = fit(simulated(model, 30_000, true), model)
    assert (abs(np.exp(found.logs) - true) < 3 * found.errors).all()
    assert (found.errors < 0.2 * np.array(true)).all()


def test_known_values_are_found() -> None:
    random, true = np.random.default_rng(3), [6.0, 4.0, 15.0]
    bought = random.integers(1, 9, 30_000)
    scale = random.gamma(true[1], 1 / true[2], len(bought))
    mean = random.gamma(true[0] * bought) / (bought * scale)
    nobody = np.zeros(len(bought), int)
    found = fit(Customers(bought, nobody, nobody, mean), "gamma_gamma")
    assert (abs(np.exp(found.logs) - true) < 3 * found.errors).all()
    assert (found.errors < 0.1 * np.array(true)).all()


def test_many_rows_begin_at_a_coarse_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    people = customers("master")
    direct = [fit(people, model) for model in [*SHIFTS, "gamma_gamma"]]
    monkeypatch.setattr(MODELS, "COARSE_ROWS", 100)
    for expected, model in zip(direct, [*SHIFTS, "gamma_gamma"], strict=True):
        assert fit(people, model).logs == pytest.approx(expected.logs, abs=1e-9)


@pytest.mark.parametrize("model", SHIFTS)
@pytest.mark.parametrize(
    ("x", "t_x", "age"),
    [
        ([], [], []),
        ([0], [0], [0]),
        ([3], [40], [50]),
        ([0, 0, 0], [0, 0, 0], [1, 50, 700]),
        ([0, 0, 0], [0, 0, 0], [90, 90, 90]),
        ([2, 2, 2, 2], [10, 20, 30, 90], [100, 100, 100, 100]),
        ([1, 2, 3, 4], [10, 20, 30, 40], [10, 20, 30, 40]),
        ([1000, 1], [1000, 1], [1001, 1]),
    ],
)
def test_degenerate_purchases(
    model: str, x: list[int], t_x: list[int], age: list[int]
) -> None:
    """No maximum within the bounds, and no warning of numpy's."""
    columns = [np.array(column, dtype=int) for column in (x, t_x, age)]
    assert fit(Customers(*columns, np.zeros(len(x))), model) is None


@pytest.mark.parametrize(
    ("x", "mean"),
    [([], []), ([2], [9.0]), ([1, 2, 3], [9.0, 9.0, 9.0]), ([1, 1], [5.0, 5.0])],
)
def test_degenerate_values(x: list[int], mean: list[float]) -> None:
    bought, days = np.array(x, dtype=int), np.zeros(len(x), int)
    people = Customers(bought, days, days, np.array(mean, dtype=float))
    assert fit(people, "gamma_gamma") is None
    assert MODELS.correlation(values_of(people)) is None


def test_correlation_is_pearsons(sample: Customers) -> None:
    has_value = sample.mean > 0
    expected = np.corrcoef(sample.bought[has_value], sample.mean[has_value])[0, 1]
    assert MODELS.correlation(values_of(sample)) == pytest.approx(expected)
    # As published for the sample.
    assert expected == pytest.approx(0.114, abs=0.0005)


def test_the_cut_off_is_that_of_the_papers(sample: Customers) -> None:
    assert (CUT_OFF - dt.date(1997, 1, 1)).days / 7 == pytest.approx(38.86, abs=0.01)
    assert len(sample.bought) == 2_357
    assert np.count_nonzero(sample.bought) == 946
