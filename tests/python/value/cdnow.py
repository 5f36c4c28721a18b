"""CDNOW as the purchase models see it, and the models of `lifetimes` fitted to it."""

import warnings
from typing import Any, NamedTuple

import pandas as pd

from tests.python.support.cdnow import purchases

with warnings.catch_warnings():
    # It is no longer maintained, and says so by the warnings of what it builds on.
    warnings.simplefilter("ignore")
    import lifetimes

CALIBRATION_END = pd.Timestamp("1997-09-30")


class Fitted(NamedTuple):
    """Customers of a file and the models of their first 39 weeks."""

    customers: pd.DataFrame
    transactions: dict[str, Any]
    values: Any

    @property
    def models(self) -> pd.DataFrame:
        """Parameters of the transaction models, by the names of their columns."""
        rows = [
            {"model_name": name, **fitter.params_}
            for name, fitter in self.transactions.items()
        ]
        return pd.DataFrame(rows).rename(columns={"alpha": "alpha_weeks"})

    @property
    def value_models(self) -> pd.DataFrame:
        """Parameters of the model of values."""
        return pd.DataFrame([dict(self.values.params_)])

    def cases(self, horizon: float) -> pd.DataFrame:
        """All customers under each transaction model."""
        return pd.concat(
            self.customers.assign(model_name=name, horizon=float(horizon))
            for name in self.transactions
        )[["model_name", "purchases", "recency", "age", "horizon"]]


def fitted(name: str) -> Fitted:
    """The models of the file `CDNOW_<name>.txt`."""
    customers = summary(days_with_purchases(name))
    buyers = customers[["purchases", "recency", "age"]].T.to_numpy()
    spenders = customers[customers["mean_value"] > 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Fitted(
            customers,
            {
                "bg_nbd": lifetimes.BetaGeoFitter().fit(*buyers),
                "mbg_nbd": lifetimes.ModifiedBetaGeoFitter().fit(*buyers),
            },
            lifetimes.GammaGammaFitter().fit(
                spenders["purchases"], spenders["mean_value"]
            ),
        )


def days_with_purchases(name: str) -> pd.DataFrame:
    """Customer, day and dollars of each day with purchases."""
    rows = [
        (each.customer_id, each.day, float(each.amount)) for each in purchases(name)
    ]
    table = pd.DataFrame(rows, columns=["customer", "day", "dollars"])
    table["day"] = pd.to_datetime(table["day"])
    return table.groupby(["customer", "day"], as_index=False)["dollars"].sum()


def summary(days: pd.DataFrame) -> pd.DataFrame:
    """x, t_x and T in weeks, mean of the repeat days, and what was bought later."""
    later = days[days["day"] > CALIBRATION_END].groupby("customer").size()
    days = days[days["day"] <= CALIBRATION_END]
    by_customer = days.groupby("customer")["day"]
    repeated = days[days["day"] > by_customer.transform("min")]
    table = pd.DataFrame(
        {
            "purchases": by_customer.size() - 1.0,
            "recency": (by_customer.max() - by_customer.min()).dt.days / 7,
            "age": (CALIBRATION_END - by_customer.min()).dt.days / 7,
            "mean_value": repeated.groupby("customer")["dollars"].mean(),
            "purchases_later": later,
        }
    )
    # lifetimes gives one-time buyers a mean of 0, and Gamma-Gamma leaves them out.
    return table[table["age"].notna()].fillna(0.0)
