"""Logistic recalibration of the churn probability, for each cut-off.

logit(P) = intercept + beta_0 * logit(purchase model's P) + sum beta_j * deviation_j,

fitted by penalised maximum likelihood (ridge; le Cessie, van Houwelingen 1992) with
Newton's method on all older cut-offs whose outcome was known by then. Each of these has
an intercept of its own besides: what was special about its season is no rule for the
next one, and a rule only as far as several cut-offs agree. The penalty is RIDGE / 2
times the sum of all squares, with (beta_0 - 1)^2 for the first: with little data the
purchase model stays as it is. Deviations are in standard deviations of a cut-off.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from scipy.special import expit

# As if 1 and 0 had been seen before with a standard deviation of 0.3.
RIDGE = 10.0
# With fewer customers who left, or who stayed, nothing is to be learnt.
LEAST_OUTCOMES = 50
SUFFIX = "_deviation"
SCHEMA = {
    "term_name": "string",
    "model_name": "string",
    "coefficient": "double",
    "standard_error": "double",
    "training_customer_count": "bigint",
    "training_cut_off_count": "int",
    "is_converged": "boolean",
    "cut_off_date": "date",
}
ARROW = {"bigint": "int64", "int": "int32", "boolean": "bool", "date": "date32"}


class Fit(NamedTuple):
    """Coefficients, their standard errors, and whether Newton's method came to rest."""

    coefficients: np.ndarray
    errors: np.ndarray
    is_converged: bool


def penalised_loss(design, churned, coefficients):
    """Minus the log-likelihood, and the penalty.

    Args:
        design: One row per customer: 1, the model's logit, the deviations, and 1 or 0
            for each cut-off that is learnt from.
        churned: 1 for who left, else 0.
        coefficients: One for each column of `design`.
    """
    logits = design @ coefficients
    away = coefficients - prior(len(coefficients))
    loss = np.logaddexp(0, logits).sum() - churned @ logits
    return float(loss + RIDGE / 2 * (away @ away))


def prior(count):
    """The coefficients that leave the purchase model as it is."""
    return np.eye(count)[1]


def slopes(design, churned, coefficients):
    """First and second derivatives of the penalised loss."""
    rates = expit(design @ coefficients)
    away = RIDGE * (coefficients - prior(len(coefficients)))
    gradient = design.T @ (rates - churned) + away
    weighted = design * (rates * (1 - rates))[:, np.newaxis]
    return gradient, design.T @ weighted + RIDGE * np.eye(len(coefficients))


def fitted(design, churned):
    """Newton's method from the purchase model as it is; steps are halved as needed.

    Standard errors come from the inverse second derivatives of the penalised loss.
    """
    coefficients = prior(design.shape[1])
    loss = penalised_loss(design, churned, coefficients)
    for _ in range(50):
        gradient, matrix = slopes(design, churned, coefficients)
        step = np.linalg.solve(matrix, gradient)
        for _ in range(30):
            moved = penalised_loss(design, churned, coefficients - step)
            if moved <= loss:
                break
            step = step / 2
        else:
            break
        coefficients, loss = coefficients - step, moved
        if abs(step).max() < 1e-10:
            break
    gradient, matrix = slopes(design, churned, coefficients)
    errors = np.sqrt(np.diag(np.linalg.inv(matrix)))
    return Fit(coefficients, errors, bool(abs(gradient).max() < 1e-8 * len(churned)))


def chosen_models(relation):
    """The purchase model chosen at each cut-off, in the order of the days."""
    condition = "segment_code = 'all' and is_chosen and model_name <> 'gamma_gamma'"
    rows = relation.filter(condition).select("cut_off_date", "model_name")
    rows = rows.fetchall() if hasattr(rows, "fetchnumpy") else rows.collect()
    return sorted(tuple(row) for row in rows)


def outcomes(relation, terms):
    """Sampled customers whose outcome is known, by column, in the order of the keys."""
    order = ["cut_off_date", "customer_id"]
    numbers = ["bg_nbd_logit", "mbg_nbd_logit", *(term + SUFFIX for term in terms)]
    names = [*order, "outcome_date", "cast(is_churned as double) as is_churned"]
    names += [f"cast({name} as double) as {name}" for name in numbers]
    known = "is_sampled and is_churned is not null and outcome_date is not null"
    rows = relation.filter(known)
    if hasattr(rows, "fetchnumpy"):
        found = rows.project(", ".join(names)).order(", ".join(order)).fetchnumpy()
        # Nulls are left in the logits only.
        found |= {name: np.ma.filled(found[name], np.nan) for name in numbers}
    else:
        frame = rows.selectExpr(*names).orderBy(*order).toPandas()
        found = {name: frame[name].to_numpy() for name in frame.columns}
    dates = {name: days(found[name]) for name in ("cut_off_date", "outcome_date")}
    return found | dates


def days(dates):
    """Dates of either engine as days of numpy's."""
    return np.asarray(dates).astype("datetime64[D]")


def training(rows, terms, cut_off, model_name):
    """Design and outcome of what was known at a cut-off, and how many days it is of."""
    logit = rows[f"{model_name}_logit"]
    is_over = rows["outcome_date"] <= np.datetime64(cut_off, "D")
    is_known = is_over & np.isfinite(logit)
    columns = [np.ones(is_known.sum()), logit[is_known]]
    columns += [rows[term + SUFFIX][is_known] for term in terms]
    cut_offs = np.unique(rows["cut_off_date"][is_known])
    columns += [rows["cut_off_date"][is_known] == day for day in cut_offs]
    return np.column_stack(columns), rows["is_churned"][is_known], len(cut_offs)


def parameters(features, models):
    """All rows of the result, in the order of cut-off and term."""
    terms = [n.removesuffix(SUFFIX) for n in features.columns if n.endswith(SUFFIX)]
    rows = outcomes(features, terms)
    result = []
    for cut_off, model_name in chosen_models(models):
        design, churned, cut_offs = training(rows, terms, cut_off, model_name)
        if min(churned.sum(), (1 - churned).sum()) < LEAST_OUTCOMES:
            continue
        fit = fitted(design, churned)
        for place, term in enumerate(["intercept", "purchase_model", *terms]):
            result.append(
                {
                    "term_name": term,
                    "model_name": model_name,
                    "coefficient": float(fit.coefficients[place]),
                    "standard_error": float(fit.errors[place]),
                    "training_customer_count": len(churned),
                    "training_cut_off_count": cut_offs,
                    "is_converged": fit.is_converged,
                    "cut_off_date": cut_off,
                }
            )
    return result


def model(dbt, session):
    """What dbt runs, on DuckDB in this process or on Spark."""
    features = dbt.ref("int_churn_features_standardized")
    rows = parameters(features, dbt.ref("int_purchase_model_parameters"))
    if hasattr(features, "fetchnumpy"):
        types = [(name, ARROW.get(type_, type_)) for name, type_ in SCHEMA.items()]
        return pa.Table.from_pylist(rows, schema=pa.schema(types))
    types = ", ".join(f"{name} {type_}" for name, type_ in SCHEMA.items())
    return session.createDataFrame([tuple(row.values()) for row in rows], types)
