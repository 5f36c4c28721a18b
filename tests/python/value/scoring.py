"""The scoring macros as views of a database, over tables that the tests fill."""

from pathlib import Path

import duckdb
import pandas as pd

from tests.python.support.dbt_project import ScratchProject

BUYER = "'cases.purchases', 'cases.recency', 'cases.age'"
SCORES = f"""
select
    cases.*,
    {{{{ probability_alive({BUYER}, 'model') }}}} as probability_alive,
    {{{{
        still_buying_rate('cases.purchases', 'cases.age', 'cases.horizon', 'model')
    }}}} as still_buying_rate,
    {{{{
        expected_purchases_if_alive(
            'cases.purchases', 'cases.age', 'cases.horizon', 'model'
        )
    }}}} as expected_if_alive
from cases left join models as model on cases.model_name = model.model_name
"""
VALUES = """
select
    cases.*,
    {{ expected_purchase_value('cases.purchases', 'cases.mean_value', 'model') }}
        as expected_value
from value_cases as cases cross join value_models as model
"""
SERIES = """
select
    cases.*,
    {{ hypergeometric_series('cases.a', 'cases.b', 'cases.c', 'cases.z') }} as total
from series_cases as cases
"""
# lifetimes discounts by 1 % a month.
DISCOUNTS = """
select month, {{ discount_factor('month', annual_rate=1.01 ** 12 - 1) }} as factor
from (select explode(sequence(0, 12)) as month) as months
"""
TABLES = {
    "models": "model_name text, r double, alpha_weeks double, a double, b double",
    "cases": "number int, model_name text, purchases double, recency double,"
    " age double, horizon double",
    "value_models": "p double, q double, v double",
    "value_cases": "number int, purchases double, mean_value double",
    "series_cases": "number int, a double, b double, c double, z double",
}


class Scoring:
    """A database with the views.

    Args:
        folder: Where it lives; it must be empty.
    """

    def __init__(self, folder: Path) -> None:
        project = ScratchProject(
            folder,
            models={
                "scores.sql": SCORES,
                "purchase_values.sql": VALUES,
                "series.sql": SERIES,
                "discounts.sql": DISCOUNTS,
            },
        )
        self.database = str(project.database)
        with duckdb.connect(self.database) as connection:
            for table, columns in TABLES.items():
                connection.execute(f"create table {table} ({columns})")
        project.dbt("run")

    def scores(self, models: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
        """Scores of buyers, by the model that each one names."""
        return self._view("scores", models=models, cases=cases)

    def values(self, models: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
        """Expected purchase values of buyers, by one model."""
        return self._view("purchase_values", value_models=models, value_cases=cases)

    def series(self, cases: pd.DataFrame) -> pd.DataFrame:
        """Sums of the series."""
        return self._view("series", series_cases=cases)

    def discounts(self) -> pd.DataFrame:
        """Discount factors by month."""
        with duckdb.connect(self.database) as connection:
            return connection.sql("from discounts order by month").df()

    def _view(self, view: str, **tables: pd.DataFrame) -> pd.DataFrame:
        with duckdb.connect(self.database) as connection:
            for table, frame in tables.items():
                rows = frame.assign(number=range(len(frame)))
                connection.register("rows", rows)
                columns = ", ".join(
                    each.split()[0] for each in TABLES[table].split(", ")
                )
                connection.execute(f"delete from {table}")
                connection.execute(f"insert into {table} select {columns} from rows")
            return connection.sql(f"from {view} order by number").df()
