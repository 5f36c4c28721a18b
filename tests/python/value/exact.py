"""What the purchase models say of a buyer, to 50 digits, by the published formulas.

BG/NBD: Fader, Hardie and Lee (2005), equation 10; MBG/NBD is the same with b + 1. The
series of 2F1 has positive terms only and is summed until they no longer count.
"""

from decimal import Decimal, localcontext
from typing import NamedTuple

DIGITS = 50
NEGLIGIBLE = Decimal(10) ** -30


class Model(NamedTuple):
    """Parameters of a purchase model, by the names of their columns."""

    model_name: str
    r: float
    alpha_weeks: float
    a: float
    b: float


class Buyer(NamedTuple):
    """x, t_x, T and the weeks to look ahead."""

    purchases: float
    recency: float
    age: float
    horizon: float


def probability_alive(model: Model, buyer: Buyer) -> float:
    """Probability that the buyer has not left."""
    if model.model_name == "bg_nbd" and buyer.purchases == 0:
        return 1.0
    with localcontext(prec=DIGITS):
        r, alpha, a, b = _parameters(model)
        x, recency, age, _ = map(Decimal, buyer)
        odds = a / (b + x - 1) * ((alpha + age) / (alpha + recency)) ** (r + x)
        return float(1 / (1 + odds))


def still_buying_rate(model: Model, buyer: Buyer) -> float:
    """Probability that who has not left buys within the horizon."""
    with localcontext(prec=DIGITS):
        r, alpha, _, _ = _parameters(model)
        x, _, age, horizon = map(Decimal, buyer)
        return float(1 - ((alpha + age) / (alpha + age + horizon)) ** (r + x))


def expected_if_alive(model: Model, buyer: Buyer) -> float:
    """Purchases to expect within the horizon from who has not left."""
    with localcontext(prec=DIGITS):
        r, alpha, a, b = _parameters(model)
        x, _, age, horizon = map(Decimal, buyer)
        c = a + b + x - 1
        z = horizon / (alpha + age + horizon)
        none = (1 - z) ** (r + x) * hypergeometric(r + x, b + x, c, z)
        return float(c / (a - 1) * (1 - none))


def hypergeometric(a: Decimal, b: Decimal, c: Decimal, z: Decimal) -> Decimal:
    """2F1(a, b; c; z) of positive arguments."""
    total = term = Decimal(1)
    k = 0
    while term > NEGLIGIBLE * total or k < a:
        term *= (a + k) * (b + k) / ((c + k) * (k + 1)) * z
        total += term
        k += 1
    return total


def _parameters(model: Model) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    r, alpha, a, b = map(Decimal, model[1:])
    return r, alpha, a, b if model.model_name == "bg_nbd" else b + 1
