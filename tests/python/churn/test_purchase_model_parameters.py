"""Which rows the model of the purchase models returns, and which of them are chosen."""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy.special import betaln

from tests.python.churn.python_models import (
    MODELS,
    PURCHASE_MODELS,
    PURCHASE_TYPES,
    VALUE_TYPES,
    Row,
    day,
    fill,
    purchase_models,
    run_dbt,
)
from tests.python.support.dbt_project import ScratchProject

HORIZON = 90
NAMES = ["bg_nbd", "mbg_nbd", "gamma_gamma"]
FIGURES = ["r", "alpha_weeks", "a", "b", "p", "q", "v", "log_likelihood"]


@cache
def people(seed: int, count: int) -> tuple[tuple[int, int, int, float], ...]:
    """x, t_x, T and mean value of simulated customers (BG/NBD, Gamma-Gamma)."""
    random = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        rate, leaves = random.gamma(0.8, 1 / 20) / 7, random.beta(0.9, 2.5)
        age, clock, x, last = int(random.integers(50, 700)), 0.0, 0, 0
        while (clock := clock + random.exponential(1 / rate)) < age:
            x, last = x + 1, max(int(clock), 1)
            if random.random() < leaves:
                break
        scale = 15 / random.gamma(4)
        value = random.gamma(6.0 * max(x, 1)) / max(x, 1) * scale
        rows.append((x, last, age, float(value)))
    return tuple(rows)


def inputs(
    seed: int, count: int, segment: str = "EG", cut_off: int = 0, *, known: bool = True
) -> tuple[list[Row], list[Row]]:
    """Compressed rows of one segment at one cut-off."""
    same = {"segment_code": segment, "cut_off_date": day(cut_off)}
    over = {"outcome_days": HORIZON}
    over |= {"outcome_date": day(cut_off + HORIZON)} if known else {}
    found = people(seed, count)
    purchases = [
        {
            "repeat_purchase_count": x,
            "recency_days": t_x,
            "age_days": age,
            "customer_count": kind,
            "returned_customer_count": kind * (x > 1) if known else None,
            **same,
            **over,
        }
        for (x, t_x, age), kind in Counter(row[:3] for row in found).items()
    ]
    values = [
        {
            "repeat_purchase_count": x,
            "mean_repeat_amount": value,
            "customer_count": 1,
            **same,
        }
        for x, _, _, value in found
        if x
    ]
    return purchases, values


def together(*parts: tuple[list[Row], list[Row]]) -> tuple[list[Row], list[Row]]:
    return (
        [row for purchases, _ in parts for row in purchases],
        [row for _, values in parts for row in values],
    )


def by_key(rows: list[Row]) -> dict[tuple[Any, ...], Row]:
    keys = ("cut_off_date", "segment_code", "model_name")
    found = {tuple(row[key] for key in keys): row for row in rows}
    assert len(found) == len(rows)
    return found


def test_without_rows_there_are_none() -> None:
    assert purchase_models([]) == []


def test_one_row_for_each_segment_and_model() -> None:
    large, small = inputs(1, 1500), inputs(2, 40, "SA")
    rows = by_key(purchase_models(*together(large, small), least=500))
    assert set(rows) == {
        (day(0), segment, name) for segment in ("all", "EG", "SA") for name in NAMES
    }
    for name in NAMES:
        pooled, own, few = (rows[day(0), code, name] for code in ("all", "EG", "SA"))
        assert (pooled["fit_status"], pooled["is_pooled"]) == ("fitted", False)
        assert (own["fit_status"], own["is_pooled"]) == ("fitted", False)
        assert (few["fit_status"], few["is_pooled"]) == ("too_few_customers", True)
        assert [few[each] for each in FIGURES] == [pooled[each] for each in FIGURES]
        assert own["log_likelihood"] != pooled["log_likelihood"]
        assert pooled["customer_count"] == own["customer_count"] + few["customer_count"]
    assert rows[day(0), "all", "bg_nbd"]["customer_count"] == 1540
    repeaters = sum(row[0] > 0 for row in people(2, 40))
    assert rows[day(0), "SA", "gamma_gamma"]["customer_count"] == repeaters
    assert {row["is_chosen"] for key, row in rows.items() if key[2] == NAMES[2]} == {
        True
    }


def test_pooled_is_the_fit_of_all_customers() -> None:
    together_ = by_key(purchase_models(*together(inputs(1, 800), inputs(2, 700, "SA"))))
    both = together(inputs(1, 800), inputs(2, 700))
    alone = by_key(purchase_models(*both, least=1))
    for name in NAMES:
        expected = [alone[day(0), "EG", name][each] for each in FIGURES]
        found = [together_[day(0), "all", name][each] for each in FIGURES]
        for one, other in zip(expected, found, strict=True):
            assert one == (other if other is None else pytest.approx(other, rel=1e-9))


def test_a_fit_that_does_not_converge_falls_back() -> None:
    once = [
        {**row, "segment_code": "SA", "repeat_purchase_count": 0, "recency_days": 0}
        for row in inputs(1, 1)[0]
    ]
    once = [row | {"customer_count": 600} for row in once]
    both = together(inputs(1, 1500), (once, []))
    rows = by_key(purchase_models(*both, least=500, least_repeaters=0))
    for name in NAMES[:2]:
        row = rows[day(0), "SA", name]
        assert (row["fit_status"], row["is_pooled"]) == ("not_converged", True)
        assert row["r"] == rows[day(0), "all", name]["r"] is not None
    # Nobody bought twice there: Gamma-Gamma has a row all the same.
    row = rows[day(0), "SA", "gamma_gamma"]
    assert (row["customer_count"], row["fit_status"]) == (0, "too_few_customers")
    assert row["p"] == rows[day(0), "all", "gamma_gamma"]["p"]


def test_where_nothing_converges_everything_is_null() -> None:
    purchases, _ = inputs(1, 1)
    purchases[0] |= {"repeat_purchase_count": 0, "recency_days": 0}
    rows = purchase_models(purchases, [], least_repeaters=0)
    assert len(rows) == 6
    for row in rows:
        is_all = row["segment_code"] == "all"
        assert row["fit_status"] == ("not_converged" if is_all else "too_few_customers")
        assert row["is_pooled"] is not is_all
        assert row["is_chosen"] is False
        assert [row[each] for each in FIGURES] == [None] * len(FIGURES)


@pytest.mark.parametrize("slip", [1e13, 1e-4])
def test_a_slip_does_not_decide_the_fit_of_all(slip: float) -> None:
    purchases, values = inputs(1, 1200)
    slips = [row | {"mean_repeat_amount": slip} for row in values[:2]]
    alone = by_key(purchase_models(purchases, values))
    found = by_key(purchase_models(purchases, values + slips))
    assert found[day(0), "all", "gamma_gamma"]["fit_status"] == "fitted"
    assert found == alone
    # What is only far away counts.
    middle = float(np.median([row["mean_repeat_amount"] for row in values]))
    far = [row | {"mean_repeat_amount": 900 * middle} for row in values[:2]]
    counted = by_key(purchase_models(purchases, values + far))
    [one, other] = (rows[day(0), "all", "gamma_gamma"] for rows in (alone, counted))
    assert other["customer_count"] == one["customer_count"] + 2


def test_too_few_repeat_customers_for_any_model() -> None:
    found = inputs(1, 300)
    repeaters = sum(row["customer_count"] for row in found[1])
    assert 50 < repeaters < 250
    enough = by_key(purchase_models(*found, least=1, least_repeaters=repeaters))
    assert {row["fit_status"] for row in enough.values()} == {"fitted"}
    for row in purchase_models(*found, least=1, least_repeaters=repeaters + 1):
        assert row["fit_status"] == "too_few_customers"
        assert row["is_pooled"] is (row["segment_code"] != "all")
        assert row["is_chosen"] is False
        assert [row[each] for each in FIGURES] == [None] * len(FIGURES)
    # A segment with too few of them, among enough: the pooled fit.
    both = together(found, inputs(2, 900, "SA"))
    rows = by_key(purchase_models(*both, least=1, least_repeaters=repeaters + 1))
    for name in NAMES:
        few, pooled_ = rows[day(0), "EG", name], rows[day(0), "all", name]
        assert (few["fit_status"], few["is_pooled"]) == ("too_few_customers", True)
        assert [few[each] for each in FIGURES] == [pooled_[each] for each in FIGURES]
        assert rows[day(0), "SA", name]["fit_status"] == "fitted"


def test_row_order_does_not_matter() -> None:
    purchases, values = together(inputs(1, 900), inputs(2, 300, "SA"))
    turned = (list(reversed(purchases)), list(reversed(values)))
    assert purchase_models(*turned, least=200) == purchase_models(
        purchases, values, least=200
    )


def churn_probability(row: Row, name: str, of: Row) -> float:
    """From the definition of P(alive), with beta functions."""
    r, alpha, a, b = (of[each] for each in ("r", "alpha_weeks", "a", "b"))
    x, age, horizon = row["repeat_purchase_count"], row["age_days"] / 7, HORIZON / 7
    m = x + (name == "mbg_nbd")
    alive = betaln(a, b + m) - (r + x) * np.log(alpha + age)
    left = -np.inf
    if m:
        left = betaln(a + 1, b + m - 1)
        left -= (r + x) * np.log(alpha + row["recency_days"] / 7)
    share = np.exp(alive - np.logaddexp(alive, left))
    idle = ((alpha + age) / (alpha + age + horizon)) ** (r + x)
    return float(1 - share * (1 - idle))


def test_backtest_is_the_log_loss_of_older_fits() -> None:
    parts = [inputs(1, 1200, cut_off=0), inputs(2, 1200, cut_off=90)]
    parts.append(inputs(3, 1200, cut_off=180, known=False))
    rows = by_key(purchase_models(*together(*parts)))
    for name in NAMES[:2]:
        losses = []
        for place, cut_off in enumerate((0, 90)):
            of = rows[day(cut_off), "all", name]
            for row in parts[place][0]:
                churned = churn_probability(row, name, of)
                stayed = row["returned_customer_count"]
                lost = row["customer_count"] - stayed
                losses.append(-lost * np.log(churned) - stayed * np.log(1 - churned))
        first = parts[0][0]
        assert rows[day(0), "all", name]["backtest_log_loss"] is None
        assert rows[day(0), "all", name]["backtest_customer_count"] == 0
        found = rows[day(90), "all", name]
        expected = sum(losses[: len(first)]) / 1200
        assert found["backtest_log_loss"] == pytest.approx(expected)
        found = rows[day(180), "all", name]
        assert found["backtest_log_loss"] == pytest.approx(sum(losses) / 2400)
        assert found["backtest_customer_count"] == 2400
    # Gamma-Gamma forecasts no purchases.
    assert rows[day(180), "all", "gamma_gamma"]["backtest_log_loss"] is None


def pooled(name: str, **figures: float | str) -> Row:
    return {
        "segment_code": "all",
        "model_name": name,
        "fit_status": "fitted",
        "log_likelihood": -10.0,
        "backtest_log_loss": None,
        "backtest_customer_count": 0,
        **figures,
    }


@pytest.mark.parametrize(
    ("bg_nbd", "mbg_nbd", "expected"),
    [
        ({"log_likelihood": -9.0}, {}, "bg_nbd"),
        ({}, {"log_likelihood": -9.0}, "mbg_nbd"),
        ({"loss": 0.5, "log_likelihood": -11.0}, {"loss": 0.6}, "bg_nbd"),
        ({"loss": 0.6, "log_likelihood": -9.0}, {"loss": 0.5}, "mbg_nbd"),
        # Only one has a backtest: likelihood decides.
        ({"loss": 0.6}, {"log_likelihood": -9.0}, "mbg_nbd"),
        ({"fit_status": "not_converged"}, {"log_likelihood": -99.0}, "mbg_nbd"),
        ({"fit_status": "not_converged"}, {"fit_status": "not_converged"}, None),
        ({}, {}, "bg_nbd"),
    ],
)
def test_choice(
    bg_nbd: dict[str, Any], mbg_nbd: dict[str, Any], expected: str | None
) -> None:
    rows = []
    for name, figures in (("bg_nbd", bg_nbd), ("mbg_nbd", mbg_nbd)):
        row = pooled(name, **figures)
        if "loss" in figures:
            row |= {"backtest_log_loss": figures["loss"]}
            row |= {"backtest_customer_count": 7}
        # The segments follow, whatever their own figures say.
        rows += [row, row | {"segment_code": "EG", "log_likelihood": 0.0}]
    PURCHASE_MODELS.choose(rows)
    chosen = {
        (row["segment_code"], row["model_name"]): row["is_chosen"] for row in rows
    }
    assert [key for key, is_chosen in chosen.items() if is_chosen] == (
        [("all", expected), ("EG", expected)] if expected else []
    )


def test_later_cut_offs_change_nothing() -> None:
    first, last = inputs(1, 1200), inputs(2, 1200, cut_off=90, known=False)
    alone = purchase_models(*first)
    assert purchase_models(*together(last, first))[: len(alone)] == alone


def test_an_outcome_counts_from_its_last_day_on() -> None:
    parts = [inputs(1, 1200), inputs(2, 1200, cut_off=89), inputs(3, 1200, cut_off=90)]
    rows = by_key(purchase_models(*together(*parts)))
    counts = [
        rows[day(number), "all", "bg_nbd"]["backtest_customer_count"]
        for number in (0, 89, 90)
    ]
    assert counts == [0, 0, 1200]


VARIABLES = "{min_customers_per_segment_model: 1100, min_repeat_customers_per_model: 9}"


def test_dbt_runs_it(tmp_path: Path) -> None:
    """With the configuration of its YAML, without rows and with some."""
    name = "value/int_purchase_model_parameters"
    properties = (MODELS / f"{name}.yml").read_text().partition("    data_tests:")[0]
    tables = {
        "int_purchases_compressed": PURCHASE_TYPES,
        "int_purchase_values_compressed": VALUE_TYPES,
    }
    project = ScratchProject(
        tmp_path,
        {
            f"{name}.py": (MODELS / f"{name}.py").read_text(),
            f"{name}.yml": properties,
            **{f"{table}.sql": f"select * from raw.{table}" for table in tables},
        },
    )
    types = []
    for purchases, values in (([], []), inputs(1, 1200)):
        with duckdb.connect(str(project.database)) as connection:
            connection.execute("create schema if not exists raw; use raw")
            for (table, columns), rows in zip(
                tables.items(), (purchases, values), strict=True
            ):
                fill(connection, table, columns, rows)
        run_dbt(project, "--vars", VARIABLES)
        with duckdb.connect(str(project.database)) as connection:
            made = connection.table("main.int_purchase_model_parameters")
            types.append(list(zip(made.columns, map(str, made.types), strict=True)))
            count = connection.execute(
                "select count(*), count(*) filter (where fit_status = 'fitted')"
                " from main.int_purchase_model_parameters"
            ).fetchone()
        # EG's own Gamma-Gamma has too few repeat customers.
        assert count == ((6, 5) if purchases else (0, 0))
    assert types[0] == types[1]
    engine = {"string": "VARCHAR", "bigint": "BIGINT", "double": "DOUBLE"}
    engine |= {"boolean": "BOOLEAN", "date": "DATE"}
    schema = PURCHASE_MODELS.SCHEMA.items()
    assert types[0] == [(column, engine[type_]) for column, type_ in schema]
