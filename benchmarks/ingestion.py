"""Ingestion from PostgreSQL, side by side with a plain write of the same rows, and dlt.

    python -m benchmarks.ingestion [--rows 1000000] [--many 10000000]

A private PostgreSQL holds two tables of the shop. Each is ingested; what was landed,
the same Arrow data, is written straight to Delta; psql reads the table and throws it
away, which no ingestion can be faster than; dlt copies it to Delta in its own
environment. The start of Python programs is left out everywhere. Then the peak of
memory of the whole process, for `--rows` and for `--many`.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from deltalake import DeltaTable, write_deltalake

from tests.python.support.platform import REPOSITORY
from tests.python.support.postgres import Cluster, running

ROUNDS = 3
DLT_PYTHON = REPOSITORY / ".venv" / "bench" / "bin" / "python"
DLT_BACKENDS = ("sqlalchemy", "pyarrow", "connectorx")
TABLES = {
    "orders": """
        select
            n as order_id,
            (random() * 200000)::bigint as customer_id,
            timestamp '2023-01-01' + random() * interval '800 days' as ordered_at,
            (array['paid', 'sent', 'delivered'])[1 + mod(n, 3)] as status,
            (array['EGP', 'SAR', 'AED'])[1 + mod(n, 3)] as currency,
            (array['web', 'app', 'store'])[1 + (random() * 2)::int] as sales_channel,
            (array['EG', 'SA', 'AE'])[1 + mod(n, 3)] as country,
            (random() * 100)::numeric(18, 4) as discount_amount,
            (random() * 50)::numeric(18, 4) as shipping_amount,
            (random() * 400)::numeric(18, 4) as tax_amount,
            (random() * 3000)::numeric(18, 4) as total_amount,
            timestamp '2023-01-01' + n * interval '6 seconds' as updated_at
        from generate_series(1, {rows}) as numbers (n)""",
    "customers": """
        select
            n as customer_id,
            (array['Aya', 'Omar', 'محمد', 'سارة'])[1 + mod(n, 4)] as first_name,
            initcap(substr(md5(n::text), 1, 3 + mod(n, 8))) as last_name,
            substr(md5(n::text), 1, 9) || '@example.com' as email,
            '+2010' || lpad((random() * 99999999)::int::text, 8, '0') as phone,
            date '1950-01-01' + (random() * 20000)::int as birth_date,
            (array['male', 'female', 'F', null])[1 + mod(n, 4)] as gender,
            (array['EG', 'SA', 'Egypt'])[1 + mod(n, 3)] as country,
            (array['Cairo', 'Giza', 'Riyadh', 'Dubai'])[1 + mod(n, 4)] as city,
            (random() * 400)::int || ' Tahrir Street' as address,
            lpad((random() * 99999)::int::text, 5, '0') as postcode,
            'L' || lpad(n::text, 8, '0') as loyalty_id,
            (n * 7)::text as commerce_customer_id,
            timestamp '2023-01-01' + random() * interval '800 days' as created_at,
            timestamp '2023-01-01' + n * interval '6 seconds' as updated_at,
            null::timestamp as deleted_at
        from generate_series(1, {rows}) as numbers (n)""",
}


def fill(url: str, rows: int, names: list[str]) -> None:
    """Makes tables as a shop has them, with an index on time and key."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in names:
            query = TABLES[name].format(rows=rows)
            connection.exec_driver_sql(f"create table {name} as {query}")
            key = f"{name[:-1]}_id"
            connection.exec_driver_sql(f"create index on {name} (updated_at, {key})")
            connection.exec_driver_sql(f"vacuum analyze {name}")
    engine.dispose()


def run(words: list[str | Path], **variables: str) -> dict[str, float]:
    """Runs a program that prints its figures at the end."""
    done = subprocess.run(
        words,
        cwd=REPOSITORY,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def ingest(url: str, name: str, lake: Path) -> dict[str, float]:
    words = [sys.executable, "-m", "benchmarks.ingestion_run", name]
    return run(words, SHOP_DATABASE_URL=url, CDP_LAKE=str(lake))


def write_straight(data: Any, folder: Path) -> float:
    began = time.monotonic()
    write_deltalake(folder, data)
    return time.monotonic() - began


def read_alone(url: str, name: str) -> float:
    """Times the database alone: its rows in the same order, thrown away by psql."""
    query = f"select * from {name} order by updated_at, {name[:-1]}_id"
    words = ["psql", url.replace("+psycopg", ""), "--no-psqlrc", "--output", os.devnull]
    began = time.monotonic()
    subprocess.run([*words, "-c", f"copy ({query}) to stdout (format csv)"], check=True)
    return time.monotonic() - began


def dlt(url: str, name: str, folder: Path, backend: str) -> dict[str, float]:
    script = REPOSITORY / "benchmarks" / "ingestion_dlt.py"
    return run([DLT_PYTHON, script, url, name, folder, backend])


def report(what: str, rows: float, seconds: float, more: str = "") -> None:
    print(f"  {what:28}{rows / seconds:12,.0f} rows/s {seconds:8.1f} s  {more}")


def throughput(url: str, name: str, rows: int) -> None:
    """Prints the rates of one table; medians of alternating rounds."""
    ours, straight, alone = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for index in range(ROUNDS):
            lake = Path(folder) / f"lake{index}"
            figures = ingest(url, name, lake)
            assert figures["rows"] == rows
            ours.append(figures["seconds"])
            data = DeltaTable(lake / "shop" / name).to_pyarrow_table()
            straight.append(write_straight(data, Path(folder) / f"straight{index}"))
            alone.append(read_alone(url, name))
        own, plain, source = map(statistics.median, (ours, straight, alone))
        print(f"{name}, {rows:,} rows of {data.nbytes / rows:.0f} bytes", flush=True)
        report("straight to Delta", rows, plain)
        report(
            "PostgreSQL to nowhere", rows, source, f"{plain / source:.2f} of straight"
        )
        report("ingestion", rows, own, f"{plain / own:.2f} of straight")
        for backend in DLT_BACKENDS:
            figures = dlt(url, name, Path(folder) / f"dlt-{backend}", backend)
            assert figures["rows"] == rows
            seconds = figures["seconds"]
            more = f"ingestion is {seconds / own:.1f} x as fast"
            report(f"dlt, {backend}", rows, seconds, more)


def memory(cluster: Cluster, sizes: list[int]) -> None:
    """Prints the peak of memory of each size."""
    print("peak memory of the whole process, orders")
    peaks = []
    for rows in sizes:
        url = cluster.create_database(f"shop{rows}")
        fill(url, rows, ["orders"])
        with tempfile.TemporaryDirectory() as folder:
            figures = ingest(url, "orders", Path(folder) / "lake")
        assert figures["rows"] == rows
        peaks.append(figures["megabytes"])
        more = f"{peaks[-1]:.0f} MB, {peaks[-1] / peaks[0]:.2f} of the first"
        report(f"{rows:,} rows", rows, figures["seconds"], more)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--many", type=int, default=10_000_000)
    sizes = parser.parse_args()
    with running() as cluster:
        url = cluster.create_database("shop")
        fill(url, sizes.rows, list(TABLES))
        for name in TABLES:
            throughput(url, name, sizes.rows)
        memory(cluster, [sizes.rows, sizes.many])


if __name__ == "__main__":
    main()
