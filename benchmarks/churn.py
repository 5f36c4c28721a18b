"""The purchase models, fitted and scored: a million customers at one cut-off.

`python -m benchmarks.churn [CUSTOMERS]`: those of a BG/NBD process over 26 months in
whole days, compressed as the models do it. Printed beside the seconds of the fit: those
of reading and adding up the same rows, which no fit can do without, and those of
`lifetimes` for its BG/NBD alone. Scored is with the SQL of the real models; beside it
copying the customers, which no score can do without; of both the fastest of three runs.
"""

import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import yaml

from tests.python.churn.python_models import PURCHASE_MODELS
from tests.python.support.platform import Platform

CUSTOMERS = 1_000_000
DAYS = 790
# As CDNOW has them: r, alpha in weeks, a, b; p, q, v.
PURCHASES = (0.25, 4.5, 0.75, 2.3)
VALUES = (6.25, 3.74, 15.44)

CUT_OFF = """
    select 'eg' as segment_code, date '2024-06-30' as cut_off_date, 90 as outcome_days,
        date '2024-09-28' as outcome_date, x as repeat_purchase_count,
"""
COMPRESSED = f"""
create schema if not exists intermediate;
create table intermediate.int_purchases_compressed as {CUT_OFF}
    t_x as recency_days, age as age_days,
    count(*) as customer_count, count(*) // 2 as returned_customer_count
from simulated group by x, t_x, age;
create table intermediate.int_purchase_values_compressed as {CUT_OFF}
    z as mean_repeat_amount, count(*) as customer_count
from simulated where x > 0 group by x, z;
create table intermediate.int_purchases_summarized as {CUT_OFF}
    'tested' as cut_off_kind, t_x as recency_days, age as age_days,
    case when x > 0 then z end as mean_repeat_amount,
    'customer-' || row_number() over () as customer_id, x % 2 = 0 as is_churned,
    x as outcome_purchase_count, cast(x as decimal(18, 4)) as outcome_net_amount
from simulated;
create table intermediate.int_cut_offs_listed as
select date '2024-06-30' as cut_off_date, date '2024-06-30' as as_of_date,
    90 as outcome_days, cast(null as date) as outcome_date
"""
COMPRESSED_TABLES = ["int_purchases_compressed", "int_purchase_values_compressed"]
# All customers seven times: more than a shop has that grew on the way.
MARKETS = "create schema markets;" + ";".join(
    f"create table markets.{name} as select * replace ("
    " ['AE', 'EG', 'SA'][1 + cast(hash(columns) % 3 as int)] as segment_code,"
    " cast(cut_off_date - cast(90 * number as int) as date) as cut_off_date,"
    " cast(outcome_date - cast(90 * number as int) as date) as outcome_date)"
    f" from intermediate.{name} as columns, range(7) as cut_offs(number)"
    for name in COMPRESSED_TABLES
)
SUMS = """
select sum(customer_count * ln(1 + recency_days + age_days))
from intermediate.int_purchases_compressed
union all
select sum(customer_count * ln(mean_repeat_amount))
from intermediate.int_purchase_values_compressed
"""
# What scores, in its order.
SCORING = ["int_purchases_expected", "int_purchases_scored"]


def simulated(customers: int) -> dict[str, np.ndarray]:
    """Repeat purchase days, days to the last one and of age, and mean values."""
    random = np.random.default_rng(7)
    r, alpha, a, b = PURCHASES
    rate = random.gamma(r, 1 / alpha, customers) / 7
    leaves = random.beta(a, b, customers)
    age = random.integers(1, DAYS + 1, customers)
    clock = np.zeros(customers)
    x, t_x = np.zeros(customers, int), np.zeros(customers, int)
    active = np.arange(customers)
    while len(active):
        clock[active] += random.exponential(1, len(active)) / rate[active]
        active = active[clock[active] < age[active]]
        day = clock[active].astype(int)
        # A second purchase on one day is none.
        x[active] += day > t_x[active]
        t_x[active] = day
        active = active[random.random(len(active)) > leaves[active]]
    p, q, v = VALUES
    scale = v / random.gamma(q, 1, customers)
    z = random.gamma(p * np.maximum(x, 1)) / np.maximum(x, 1) * scale
    return {"x": x, "t_x": t_x, "age": age, "z": np.round(z, 2) + 0.01}


def timed(work: Callable[[], object]) -> tuple[float, object]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def fastest(work: Callable[[], object], runs: int = 3) -> float:
    """Seconds of the run that other processes disturbed the least."""
    return min(timed(work)[0] for _ in range(runs))


def peer(connection: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """BG/NBD as `lifetimes` fits it, on the same compressed rows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifetimes import BetaGeoFitter  # noqa: PLC0415

        rows = connection.table("intermediate.int_purchases_compressed").fetchnumpy()
        fitted = BetaGeoFitter().fit(
            rows["repeat_purchase_count"],
            rows["recency_days"] / 7,
            rows["age_days"] / 7,
            weights=rows["customer_count"],
        )
        return dict(fitted.params_)


def settings(platform: Platform) -> dict[str, Any]:
    """Those of the example profile, on two cores."""
    profiles = yaml.safe_load((platform.folder / "profiles.yml").read_text("utf-8"))
    local: dict[str, Any] = profiles["cdp"]["outputs"]["local"]["settings"]
    # Nothing here has a time of day.
    del local["TimeZone"]
    return local | {"threads": 2}


def scoring_sql(platform: Platform) -> dict[str, str]:
    """The SQL of the models that score, as dbt compiles it."""
    # Every raw table has to be there, and may be empty; a seed brings the functions.
    platform.ingest()
    platform.dbt("--quiet", "seed", "--select", "rfm_segments")
    platform.dbt("--quiet", "compile", "--select", *SCORING)
    folder = platform.target / "compiled/cdp/models/intermediate/value"
    return {name: (folder / f"{name}.sql").read_text("utf-8") for name in SCORING}


def store(connection: duckdb.DuckDBPyConnection, rows: list[dict]) -> None:
    """The parameters as the Python model would leave them."""
    kinds = [
        (name, PURCHASE_MODELS.ARROW.get(kind, kind))
        for name, kind in PURCHASE_MODELS.SCHEMA.items()
    ]
    connection.register("fitted", pa.Table.from_pylist(rows, schema=pa.schema(kinds)))
    connection.execute(
        "create table intermediate.int_purchase_model_parameters as from fitted"
    )


def score(connection: duckdb.DuckDBPyConnection, queries: dict[str, str]) -> None:
    for name, query in queries.items():
        connection.execute(f"create or replace table intermediate.{name} as {query}")


def main(customers: int) -> None:
    people = simulated(customers)
    with tempfile.TemporaryDirectory() as folder:
        platform = Platform(Path(folder))
        queries = scoring_sql(platform)
        with duckdb.connect(platform.database, config=settings(platform)) as connection:
            measure(connection, people, queries)


def measure(
    connection: duckdb.DuckDBPyConnection,
    people: dict[str, np.ndarray],
    queries: dict[str, str],
) -> None:
    connection.register("simulated", people)
    connection.execute(COMPRESSED)
    purchases = connection.table("intermediate.int_purchases_compressed")
    values = connection.table("intermediate.int_purchase_values_compressed")
    count = len(people["x"])
    print(f"{count:,} customers in {len(purchases):,} and {len(values):,} rows")
    floor, _ = timed(lambda: connection.execute(SUMS).fetchall())
    pooled = PURCHASE_MODELS.Least(2**62, 100)
    seconds, rows = timed(lambda: PURCHASE_MODELS.parameters(purchases, values, pooled))
    print(f"reading, adding up  {floor:8.2f} s")
    print(f"three models        {seconds:8.2f} s  {seconds / floor:.0f} x reading")
    for row in rows:
        if row["segment_code"] == PURCHASE_MODELS.ALL:
            found = {
                name: f"{row[name]:.4f} ± {row[name + '_standard_error']:.4f}"
                for name in PURCHASE_MODELS.NAMES
                if row[name] is not None
            }
            print(f"  {row['model_name']:12}{row['fit_status']:14}{found}", flush=True)
    slow, found = timed(lambda: peer(connection))
    print(f"lifetimes, BG/NBD   {slow:8.2f} s  {found}", flush=True)
    connection.execute(MARKETS)
    markets = [connection.table(f"markets.{name}") for name in COMPRESSED_TABLES]
    least = PURCHASE_MODELS.Least(1000, 100)
    seconds, _ = timed(lambda: PURCHASE_MODELS.parameters(*markets, least))
    print(f"seven cut-offs, and three segments at each {seconds:.2f} s", flush=True)
    store(connection, rows)
    copy = (
        "create or replace table copied as from intermediate.int_purchases_summarized"
    )
    floor = fastest(lambda: connection.execute(copy))
    seconds = fastest(lambda: score(connection, queries))
    print(f"copying customers   {floor:8.2f} s")
    print(f"scoring them        {seconds:8.2f} s  {seconds / floor:.1f} x copying")


if __name__ == "__main__":
    main(int(sys.argv[1].replace(",", "")) if sys.argv[1:] else CUSTOMERS)
