"""Purchase models fitted by maximum likelihood, for each cut-off and segment.

Units: time in weeks of 7 days, purchases in days with a purchase. Within this file a
purchase model is known by its `shift`, the only difference between the two: 0 for
BG/NBD (Fader, Hardie, Lee 2005), where a customer can leave after each repeat purchase;
1 for MBG/NBD (Batislam et al. 2007), where also after the first. With m = x + shift,
w = alpha + T and u = alpha + t_x, both have the likelihood of one customer

    G(r+x)/G(r) alpha^r w^-(r+x) * B(a, b+m)/B(a, b) * (1 + exp(d)),
    d = ln(a) - ln(b+m-1) + (r+x) ln(w/u);   exp(d) is 0 where m is 0,

and P(alive) = 1 / (1 + exp(d)). Gamma-Gamma is Fader and Hardie's note 025 (2013).
Parameters are fitted as logarithms, with exact gradients, on the mean log-likelihood of
a customer; whole days are looked up in tables, so that a row costs one exp and one log.
"""

from functools import partial
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from scipy.optimize import minimize
from scipy.special import digamma, expit, gammaln

SHIFTS = {"bg_nbd": 0, "mbg_nbd": 1}
PARAMETERS = {
    "bg_nbd": ["r", "alpha_weeks", "a", "b"],
    "mbg_nbd": ["r", "alpha_weeks", "a", "b"],
    "gamma_gamma": ["p", "q", "v"],
}
NAMES = PARAMETERS["bg_nbd"] + PARAMETERS["gamma_gamma"]
ALL = "all"
# Logarithms beyond are no maximum but the way to one at infinity.
WIDEST = 10.0
# Rows are first fitted with days rounded down to two weeks, or values to 5 %, which is
# a start two digits from the end for a hundredth of the time.
COARSE_ROWS, COARSE_DAYS, COARSE_VALUES = 20_000, 14, 20
# A mean value so many times the median, or that fraction of it, is a slip: one would
# decide the fit of all, and by Gamma-Gamma nobody is that far away.
FARTHEST_VALUE = 1000
# Step of the differences of gradients: their error is its square.
STEP = 1e-4
FLATTEST = 1e-8
# Long sums in one thread: those of the linear algebra library wait for each other where
# another process is at work, which made the fit five times slower.
dot = partial(np.einsum, "i,i->")
SCHEMA = {
    "segment_code": "string",
    "model_name": "string",
    "fit_status": "string",
    "customer_count": "bigint",
    **dict.fromkeys(NAMES, "double"),
    **dict.fromkeys([f"{name}_standard_error" for name in NAMES], "double"),
    "log_likelihood": "double",
    "backtest_log_loss": "double",
    "backtest_customer_count": "bigint",
    "value_correlation": "double",
    "is_pooled": "boolean",
    "is_chosen": "boolean",
    "cut_off_date": "date",
}
ARROW = {"bigint": "int64", "boolean": "bool", "date": "date32"}


class Purchases(NamedTuple):
    """Kinds of customers: whole numbers x, t_x and T in days, and how many of each."""

    bought: np.ndarray
    recency: np.ndarray
    age: np.ndarray
    weight: np.ndarray
    # How many of them bought again within the horizon; null before that is known.
    retained: np.ndarray


class Values(NamedTuple):
    """Kinds of repeat customers: x, the mean value of a purchase, and how many."""

    bought: np.ndarray
    mean: np.ndarray
    weight: np.ndarray


class Least(NamedTuple):
    """How many customers a segment's own fit needs, and repeat customers any fit."""

    segment_customers: int
    repeat_customers: int


class Fit(NamedTuple):
    """Logarithms of the parameters, standard errors of the parameters themselves."""

    logs: np.ndarray
    errors: np.ndarray
    likelihood: float


def grouped(keys, weights):
    """Rows of equal integer keys as one, in the order of the keys; sums of weights."""
    if not len(keys[0]):
        return keys, weights
    packed = keys[0].astype(np.int64)
    for key in keys[1:]:
        packed = packed * (int(key.max()) + 1) + key
    order = np.argsort(packed, kind="stable")
    starts = np.flatnonzero(np.diff(packed[order], prepend=-1))
    sums = [np.add.reduceat(weight[order], starts) for weight in weights]
    return [key[order][starts] for key in keys], sums


def compressed(purchases, days=1):
    """The same customers with each kind once, days rounded down to multiples."""
    keys = [purchases.bought, *(t // days * days for t in purchases[1:3])]
    keys, sums = grouped(keys, purchases[3:])
    return Purchases(*keys, *sums)


def compressed_values(values, parts=None):
    """The same, or values rounded to so many parts of a factor of e."""
    if parts is None:
        order = np.lexsort((values.weight, values.mean, values.bought))
        return Values(*(column[order] for column in values))
    logs = np.rint(np.log(values.mean) * parts).astype(np.int64)
    low = int(logs.min(initial=0))
    (count, logs), (weight,) = grouped([values.bought, logs - low], [values.weight])
    return Values(count, np.exp((logs + low) / parts), weight)


def plausible(values):
    """Those customers whose mean value is not out of all proportion to the median."""
    if not len(values.mean):
        return values
    order = np.argsort(values.mean)
    middle = np.searchsorted(np.cumsum(values.weight[order]), values.weight.sum() / 2)
    far = abs(np.log(values.mean / values.mean[order[middle]]))
    return Values(*(column[far <= np.log(FARTHEST_VALUE)] for column in values))


def purchase_loss(purchases, shift):
    """Minus the mean log-likelihood of BG/NBD or MBG/NBD as a function of 4 logs.

    The function gives the value and the gradient by (ln r, ln alpha, ln a, ln b).
    """
    weight, total = purchases.weight, purchases.weight.sum()
    counts = np.arange(purchases.bought.max() + 1)
    weeks = np.arange(purchases.age.max() + 1) / 7
    by_count = np.bincount(purchases.bought, weight, len(counts))
    by_age = np.bincount(purchases.age, weight, len(weeks))
    bought_by_age = np.bincount(purchases.age, weight * purchases.bought, len(weeks))
    may_have_left = purchases.bought + shift > 0
    x, recency, age, weight = (each[may_have_left] for each in purchases[:4])

    def loss(logs):
        r, alpha, a, b = np.exp(logs)
        log_w, inverse_w = np.log(alpha + weeks), 1 / (alpha + weeks)
        log_ratio = log_w[age] - log_w[recency]
        left_base = np.log(a) - np.log(np.maximum(b + counts + shift - 1, b))
        d = left_base[x] + (r + x) * log_ratio
        left = weight * expit(d)
        left_by_count = np.bincount(x, left, len(counts))
        m = counts + shift
        shape = gammaln(r + counts) - gammaln(r)
        drop = gammaln(b + m) - gammaln(b) - gammaln(a + b + m) + gammaln(a + b)
        power = r * by_age + bought_by_age
        likelihood = by_count @ (shape + drop) + total * r * logs[1]
        likelihood += dot(weight, np.logaddexp(0, d)) - power @ log_w
        by_r = by_count @ (digamma(r + counts) - digamma(r)) + total * logs[1]
        by_r += dot(left, log_ratio) - by_age @ log_w
        by_alpha = total * r / alpha - power @ inverse_w
        by_alpha += dot(left * (r + x), inverse_w[age] - inverse_w[recency])
        both = digamma(a + b) - digamma(a + b + m)
        by_a = by_count @ both + left_by_count.sum() / a
        by_b = by_count @ (both + digamma(b + m) - digamma(b))
        by_b -= left_by_count @ (1 / np.maximum(b + m - 1, b))
        gradient = np.array([by_r * r, by_alpha * alpha, by_a * a, by_b * b])
        return -likelihood / total, -gradient / total

    return loss


def value_loss(values):
    """Minus the mean log-likelihood of Gamma-Gamma as a function of (ln p, ln q, ln v).

    Equation (1a) of note 025, with x purchases of mean value z by each customer.
    """
    x, mean, weight = values
    total = weight.sum()
    counts = np.arange(1, x.max() + 1)
    by_count = np.bincount(x, weight)[1:]
    spent = x * mean
    log_spent_by_count = np.bincount(x, weight * np.log(spent))[1:]
    log_mean = weight @ np.log(mean)

    def loss(logs):
        p, q, v = np.exp(logs)
        shape = p * counts
        log_sum = weight * np.log(spent + v)
        inverse = np.bincount(x, weight / (spent + v))[1:]
        log_sum = np.bincount(x, log_sum)[1:]
        ratio = gammaln(shape + q) - gammaln(shape) - gammaln(q)
        likelihood = by_count @ ratio + total * q * logs[2] - log_mean
        likelihood += shape @ log_spent_by_count - (shape + q) @ log_sum
        slope = by_count * (digamma(shape + q) - digamma(shape))
        by_p = counts @ (slope + log_spent_by_count - log_sum)
        by_q = by_count @ (digamma(shape + q) - digamma(q)) + total * logs[2]
        by_q -= log_sum.sum()
        by_v = total * q / v - (shape + q) @ inverse
        return -likelihood / total, -np.array([by_p * p, by_q * q, by_v * v]) / total

    return loss


def information(loss, logs):
    """Second derivatives of a loss, by central differences of its gradient."""
    steps = STEP * np.eye(len(logs))
    rows = [(loss(logs + s)[1] - loss(logs - s)[1]) / (2 * STEP) for s in steps]
    return (np.array(rows) + np.array(rows).T) / 2


def is_curved(matrix):
    """Whether a loss with these second derivatives has a minimum that is no plain."""
    return np.isfinite(matrix).all() and np.linalg.eigvalsh(matrix).min() > FLATTEST


def settled(loss, logs, matrix, tolerance, steps=12):
    """Newton steps by the same second derivatives, while the gradient gets smaller."""
    gradient = loss(logs)[1]
    for _ in range(steps):
        if not is_curved(matrix) or abs(gradient).max() < tolerance:
            break
        moved = np.clip(logs - np.linalg.solve(matrix, gradient), -WIDEST, WIDEST)
        next_gradient = loss(moved)[1]
        if abs(next_gradient).max() >= abs(gradient).max():
            break
        logs, gradient = moved, next_gradient
    return logs, abs(gradient).max()


def minimum(loss, start):
    """The minimum from anywhere: a search within the bounds, for Newton to begin at."""
    start = np.clip(start, 1 - WIDEST, WIDEST - 1)
    bounds = [(-WIDEST, WIDEST)] * len(start)
    options = {"ftol": 1e-15, "gtol": 1e-7, "maxiter": 500}
    return minimize(
        loss, start, method="L-BFGS-B", jac=True, bounds=bounds, options=options
    ).x


def fitted(loss, coarse_loss, start, total):
    """Maximum likelihood, and standard errors from the observed information.

    Args:
        loss: Mean loss and gradient on all rows.
        coarse_loss: The same on fewer rows, for a start; or `loss` itself.
        start: Logarithms to begin with.
        total: Number of customers.

    Returns:
        None where there is no maximum, or only one at infinity.
    """
    logs = minimum(coarse_loss, start)
    logs, slope = settled(loss, logs, information(coarse_loss, logs), 1e-7)
    if slope >= 1e-4:
        logs = minimum(loss, logs)
    matrix = information(loss, logs)
    logs, slope = settled(loss, logs, matrix, 1e-13, steps=4)
    if not is_curved(matrix) or slope > 1e-8 or abs(logs).max() > WIDEST - 0.01:
        return None
    # Delta method: the error of a parameter is that of its logarithm, times it.
    errors = np.exp(logs) * np.sqrt(np.diag(np.linalg.inv(matrix)) / total)
    return Fit(logs, errors, float(-loss(logs)[0] * total))


def purchase_fit(purchases, start=None, *, shift):
    """r, alpha in weeks, a, b of BG/NBD (shift 0) or MBG/NBD (1); none without them."""
    total = purchases.weight.sum()
    if not total:
        return None
    if start is None:
        bought = max(purchases.weight @ purchases.bought, 1.0)
        weeks = max(purchases.weight @ purchases.age / 7, 1.0)
        start = np.log([0.5, 0.5 * weeks / bought, 0.7, 2.0])
    loss = coarse_loss = purchase_loss(purchases, shift)
    if len(purchases.bought) > COARSE_ROWS:
        coarse_loss = purchase_loss(compressed(purchases, COARSE_DAYS), shift)
    return fitted(loss, coarse_loss, start, total)


def value_fit(values, start=None):
    """Gamma-Gamma: p, q, and v in the currency of the values; none without rows."""
    total = values.weight.sum()
    if not total:
        return None
    # In units of the mean, so that one start and one bound serve every currency.
    unit = values.weight @ values.mean / total
    scale = np.array([0, 0, np.log(unit)])
    values = values._replace(mean=values.mean / unit)
    loss = coarse_loss = value_loss(values)
    if len(values.bought) > COARSE_ROWS:
        coarse_loss = value_loss(compressed_values(values, COARSE_VALUES))
    start = np.log([4.0, 4.0, 1.0]) if start is None else start - scale
    fit = fitted(loss, coarse_loss, start, total)
    if fit is None:
        return None
    # The likelihood is a density: so much less of it per unit of the currency.
    likelihood = float(fit.likelihood - total * scale[2])
    return Fit(fit.logs + scale, fit.errors * np.exp(scale), likelihood)


def correlation(values):
    """Of x and the mean value, by customers; none where either is all the same."""
    total = values.weight.sum()
    if not total:
        return None
    x, z = (each - values.weight @ each / total for each in values[:2])
    spread = (values.weight @ x**2) * (values.weight @ z**2)
    same = np.ptp(values.bought) == 0 or np.ptp(values.mean) == 0
    return None if same else float(values.weight @ (x * z) / np.sqrt(spread))


def log_loss(purchases, logs, shift, horizon_days):
    """Sum of the log losses of P(no purchase within the horizon), by customer.

    P = 1 - P(alive) * (1 - ((alpha+T) / (alpha+T+t))^(r+x)), in the same weeks.
    """
    r, alpha, a, b = np.exp(logs)
    x, age = purchases.bought, alpha + purchases.age / 7
    m = x + shift
    d = np.log(a) - np.log(np.maximum(b + m - 1, b))
    d = d + (r + x) * np.log(age / (alpha + purchases.recency / 7))
    alive = np.where(m > 0, expit(-d), 1.0)
    idle = np.exp((r + x) * np.log(age / (age + horizon_days / 7)))
    churned = np.clip(1 - alive * (1 - idle), 1e-15, 1 - 1e-15)
    lost = purchases.weight - purchases.retained
    return float(-(lost @ np.log(churned) + purchases.retained @ np.log(1 - churned)))


def rows_of(relation, names, condition="true"):
    """Rows as arrays by column, from DuckDB or Spark; null numbers are nan."""
    if hasattr(relation, "fetchnumpy"):
        found = relation.filter(condition).project(", ".join(names)).fetchnumpy()
        return [np.ma.filled(found[name], np.nan) for name in found]
    frame = relation.filter(condition).selectExpr(*names).toPandas()
    return [frame[name].to_numpy() for name in frame.columns]


def cut_offs(relation):
    """Each cut-off, its horizon in days, and the day that ends where it is known."""
    names = ["cut_off_date", "outcome_days", "outcome_date"]
    distinct = relation.select(*names).distinct()
    is_local = hasattr(relation, "fetchnumpy")
    rows = distinct.fetchall() if is_local else distinct.collect()
    return sorted((tuple(row) for row in rows), key=lambda row: row[0])


def by_segment(relation, cut_off, kind, types):
    """Customers of a cut-off by segment, `ALL` first, and each kind of them once."""
    names = [f"cast({name} as {type_}) as {name}" for name, type_ in types.items()]
    condition = f"cut_off_date = date '{cut_off}'"
    segment, *numbers = rows_of(relation, ["segment_code", *names], condition)
    codes = {code: place for place, code in enumerate(sorted(set(segment)))}
    places = np.fromiter((codes[code] for code in segment), np.int32, len(segment))
    parts = {ALL: kind(*numbers)}
    for code, place in codes.items():
        parts[code] = kind(*(each[places == place] for each in numbers))
    shrunk = compressed if kind is Purchases else compressed_values
    return {code: shrunk(part) for code, part in parts.items()}


def repeat_customers(part):
    """Customers who bought on a second day."""
    return part.weight[part.bought > 0].sum()


def segment_fits(parts, fit, least):
    """Fit, status and whether it is that of `ALL`, by segment."""
    if repeat_customers(parts[ALL]) < least.repeat_customers:
        return {code: (None, "too_few_customers", code != ALL) for code in parts}
    pooled = fit(parts[ALL])
    fits = {ALL: (pooled, "fitted" if pooled else "not_converged", False)}
    for code in list(parts)[1:]:
        if (
            parts[code].weight.sum() < least.segment_customers
            or repeat_customers(parts[code]) < least.repeat_customers
        ):
            fits[code] = (pooled, "too_few_customers", True)
        elif own := fit(parts[code], pooled.logs if pooled else None):
            fits[code] = (own, "fitted", False)
        else:
            fits[code] = (pooled, "not_converged", True)
    return fits


def fit_rows(cut_off, model_name, parts, fits):
    """Rows of a model; which one is chosen, and its backtest, come later."""
    names = PARAMETERS[model_name]
    names = names + [f"{name}_standard_error" for name in names]
    for code, (fit, status, is_pooled) in fits.items():
        row = dict.fromkeys(SCHEMA) | {
            "segment_code": code,
            "model_name": model_name,
            "fit_status": status,
            "customer_count": int(parts[code].weight.sum()),
            "is_pooled": is_pooled,
            "is_chosen": False,
            "cut_off_date": cut_off,
        }
        if fit:
            found = [*np.exp(fit.logs).tolist(), *fit.errors.tolist()]
            row |= dict(zip(names, found, strict=True))
            row["log_likelihood"] = fit.likelihood
        yield row


def purchase_rows(relation, cut_off, horizon_days, least):
    """Rows of both purchase models, and how well they forecast what came after.

    That is a sum of log losses and the number of customers by (segment, model).
    """
    names = ["repeat_purchase_count", "recency_days", "age_days"]
    types = dict.fromkeys(names, "int")
    types |= dict.fromkeys(["customer_count", "returned_customer_count"], "double")
    parts = by_segment(relation, cut_off, Purchases, types)
    rows, losses = [], {}
    for name, shift in SHIFTS.items():
        fit = partial(purchase_fit, shift=shift)
        fits = segment_fits(parts, fit, least)
        rows += fit_rows(cut_off, name, parts, fits)
        for code, (found, _, _) in fits.items():
            part = parts[code]
            if found and not np.isnan(part.retained).any():
                loss = log_loss(part, found.logs, shift, horizon_days)
                losses[code, name] = loss, float(part.weight.sum())
    return rows, losses


def value_rows(relation, cut_off, segments, least):
    """Rows of Gamma-Gamma, for segments without a repeat customer, too."""
    types = {"repeat_purchase_count": "int", "mean_repeat_amount": "double"}
    types["customer_count"] = "double"
    found = by_segment(relation, cut_off, Values, types)
    nobody = Values(np.zeros(0, np.int32), np.zeros(0), np.zeros(0))
    parts = {code: plausible(found.get(code, nobody)) for code in segments}
    fits = segment_fits(parts, value_fit, least)
    rows = list(fit_rows(cut_off, "gamma_gamma", parts, fits))
    for row in rows:
        row["value_correlation"] = correlation(parts[row["segment_code"]])
        row["is_chosen"] = row["p"] is not None
    return rows


def backtest(rows, losses):
    """Writes the mean log loss of older fits whose outcome is known into the rows."""
    for row in rows:
        key = row["segment_code"], row["model_name"]
        past = [found[key] for found in losses if key in found]
        count = sum(customers for _, customers in past)
        row["backtest_customer_count"] = int(count)
        if count:
            row["backtest_log_loss"] = sum(loss for loss, _ in past) / count


def choose(rows):
    """Marks the rows of the purchase model that is better by its pooled rows, if any.

    By the backtest where both have one on the same customers, else by likelihood.
    """
    able = [
        row
        for row in rows
        if row["segment_code"] == ALL and row["fit_status"] == "fitted"
    ]
    by = "log_likelihood"
    if len({row["backtest_customer_count"] for row in able}) == 1:
        by = "backtest_log_loss" if able[0]["backtest_customer_count"] else by
    sign = -1 if by == "log_likelihood" else 1
    best = min(able, key=lambda row: sign * row[by], default={"model_name": None})
    for row in rows:
        row["is_chosen"] = row["model_name"] == best["model_name"]


def parameters(purchases, values, least):
    """All rows of the result, in the order of cut-off, model and segment."""
    result, known = [], []
    for cut_off, horizon_days, outcome_date in cut_offs(purchases):
        rows, losses = purchase_rows(purchases, cut_off, horizon_days, least)
        backtest(rows, [found for day, found in known if day <= cut_off])
        choose(rows)
        segments = dict.fromkeys(row["segment_code"] for row in rows)
        result += rows + value_rows(values, cut_off, segments, least)
        if outcome_date is not None:
            known.append((outcome_date, losses))
    return result


def model(dbt, session):
    """What dbt runs, on DuckDB in this process or on Spark."""
    purchases = dbt.ref("int_purchases_compressed")
    values = dbt.ref("int_purchase_values_compressed")
    least = Least(
        int(dbt.config.meta_get("min_customers_per_segment_model")),
        int(dbt.config.meta_get("min_repeat_customers_per_model")),
    )
    rows = parameters(purchases, values, least)
    if hasattr(purchases, "fetchnumpy"):
        types = [(name, ARROW.get(type_, type_)) for name, type_ in SCHEMA.items()]
        return pa.Table.from_pylist(rows, schema=pa.schema(types))
    types = ", ".join(f"{name} {type_}" for name, type_ in SCHEMA.items())
    return session.createDataFrame([tuple(row.values()) for row in rows], types)
