"""Identity resolution on the hard known world, side by side with splink.

    python -m benchmarks.identity [--records 50000 1000000]

Both get the same records, 2 threads, 3 GB of memory and one version of DuckDB. Ours
are the real dbt models; the time that is compared is that of all models from normalised
records to customers. Splink gets the records as these models compare them: names in
their usual spelling, identifiers normalised, fillers and overused values taken out.
"""

import argparse
import json
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from tests.python.support.clusters import Agreement, agreement
from tests.python.support.identity_lab import IdentityLab, Records
from tests.python.support.identity_world import LabelledRecords, draw
from tests.python.support.platform import REPOSITORY

SEED = 31
RECORDS_PER_PERSON = 2.45
THREADS, MEMORY = 2, "3GB"
SPLINK_PYTHON = REPOSITORY / ".venv" / "bench" / "bin" / "python"
FIRST, LAST = "int_customer_records_normalized", "int_customer_records_resolved"

# What our models compare, and the account that a record names.
COMPARED = """
select
    comparable.record_key,
    comparable.given_name,
    comparable.family_name,
    comparable.birth_date,
    comparable.gender,
    comparable.email,
    coalesce(comparable.phone, comparable.second_phone) as phone,
    comparable.loyalty_id,
    records.commerce_customer_id,
    comparable.postcode
from intermediate.int_customer_records_comparable as comparable
inner join intermediate.int_customer_records_normalized as records using (record_key)
order by comparable.record_key
"""


class Result(NamedTuple):
    """One side of a comparison.

    Attributes:
        name: Whose it is.
        customer_of: Customer of each record.
        seconds: From normalised records to customers.
        parts: Seconds of its parts.
    """

    name: str
    customer_of: dict[str, str]
    seconds: float
    parts: dict[str, float]

    def agreement(self, person_of: dict[str, str]) -> Agreement:
        """How well the customers agree with the true people."""
        found = [self.customer_of.get(record, record) for record in person_of]
        return agreement(list(person_of.values()), found)


def ours(lab: IdentityLab, world: LabelledRecords) -> Result:
    """Builds the real models, and reads the times of their nodes."""
    lab.reset()
    seconds, parts = _resolved(lab, world.records)
    return Result("dbt models", lab.customers(), seconds, parts)


def a_day(lab: IdentityLab, world: LabelledRecords) -> tuple[float, float]:
    """Seconds of a build, and of the next one with a hundredth of the records."""
    lab.reset()
    tables = world.records
    is_new = {name: pc.equal(_numbers(table), 0) for name, table in tables.items()}
    full, _ = _resolved(
        lab,
        {name: table.filter(pc.invert(is_new[name])) for name, table in tables.items()},
    )
    day, _ = _resolved(
        lab, {name: table.filter(is_new[name]) for name, table in tables.items()}
    )
    return full, day


def _numbers(table: pa.Table) -> pa.Array:
    """The numbers of the rows, modulo 100."""
    return pa.array(np.arange(table.num_rows) % 100)


def _resolved(lab: IdentityLab, records: Records) -> tuple[float, dict[str, float]]:
    """Lands records and builds; seconds in all, and of each model."""
    lab.land(records)
    lab.build()
    spent = dict(_resolution_nodes(lab.platform.target))
    began = min(node[0] for node in spent.values())
    ended = max(node[1] for node in spent.values())
    parts = {
        name: (end - begin).total_seconds() for name, (begin, end) in spent.items()
    }
    return (ended - began).total_seconds(), parts


def _resolution_nodes(target: Path) -> Iterator[tuple[str, tuple[datetime, datetime]]]:
    """Begin and end of each model between normalised records and customers."""
    manifest = json.loads((target / "manifest.json").read_text("utf-8"))
    names = {node["name"]: key for key, node in manifest["nodes"].items()}
    after = _reached(manifest["child_map"], names[FIRST]) - {names[FIRST]}
    before = _reached(manifest["parent_map"], names[LAST])
    results = json.loads((target / "run_results.json").read_text("utf-8"))["results"]
    for result in results:
        if result["unique_id"] in after & before:
            stamps = [
                datetime.fromisoformat(timing[edge])
                for timing in result["timing"]
                for edge in ("started_at", "completed_at")
            ]
            yield result["unique_id"].split(".")[-1], (min(stamps), max(stamps))


def _reached(edges: dict[str, list[str]], start: str) -> set[str]:
    found, open_nodes = set(), [start]
    while open_nodes:
        node = open_nodes.pop()
        if node not in found:
            found.add(node)
            open_nodes += edges.get(node, [])
    return found


def splink(lab: IdentityLab, world: LabelledRecords, folder: Path) -> Result:
    """Runs splink in its own environment, and takes its best threshold."""
    records, clusters = folder / "records.parquet", folder / "clusters.parquet"
    with duckdb.connect(str(lab.platform.database), read_only=True) as connection:
        connection.execute(f"copy ({COMPARED}) to '{records}' (format parquet)")
    script = Path(__file__).with_name("splink_clusters.py")
    words = [SPLINK_PYTHON, script, records, clusters, str(THREADS), MEMORY]
    subprocess.run(words, check=True)
    times = json.loads(clusters.with_suffix(".json").read_text("utf-8"))
    results = []
    for threshold, seconds in times["cluster"].items():
        query = f"select record_key, cluster_id from '{clusters}' where threshold = ?"
        customer_of = dict(duckdb.execute(query, [float(threshold)]).fetchall())
        parts = {"train": times["train"], "predict": times["predict"]}
        parts["cluster"] = seconds
        name = f"splink at {threshold}"
        results.append(Result(name, customer_of, sum(parts.values()), parts))
    return max(results, key=lambda result: result.agreement(world.person_of).f1)


def limited_lab(folder: Path) -> IdentityLab:
    """A laboratory with the threads and the memory of the comparison."""
    lab = IdentityLab(folder)
    profiles = folder / "profiles.yml"
    settings: dict[str, Any] = yaml.safe_load(profiles.read_text("utf-8"))
    local = settings["cdp"]["outputs"]["local"]
    local["threads"] = THREADS
    local["settings"] |= {"memory_limit": MEMORY, "threads": THREADS}
    profiles.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return lab


def show(result: Result, world: LabelledRecords, ratio: float | None = None) -> None:
    """Prints one line of the comparison, and below it where the time went."""
    agreed = result.agreement(world.person_of)
    print(
        f"  {result.name:18} precision {agreed.precision:.4f}"
        f"  recall {agreed.recall:.4f}  F1 {agreed.f1:.4f}"
        f"  biggest {agreed.biggest} of {agreed.biggest_true}"
        f"  {result.seconds:6.1f} s" + (f"  ratio {ratio:.2f}" if ratio else "")
    )
    slowest = sorted(result.parts.items(), key=lambda part: -part[1])[:6]
    print("    " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in slowest))


def main() -> None:
    """Compares both at each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, nargs="+", default=[50_000, 1_000_000])
    sizes = parser.parse_args().records
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            world = draw(round(size / RECORDS_PER_PERSON), "hard", SEED)
            print(f"{len(world.person_of):,} records, hard", flush=True)
            lab = limited_lab(Path(folder) / "lab")
            mine = ours(lab, world)
            theirs = splink(lab, world, Path(folder))
            show(mine, world, mine.seconds / theirs.seconds)
            show(theirs, world)
            full, day = a_day(lab, world)
            print(
                f"  1 % of them a day later {day:.1f} s, {day / full:.2f} of the others"
            )


if __name__ == "__main__":
    main()
