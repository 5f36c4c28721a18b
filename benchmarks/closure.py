"""Closure of many links: the `fixed_point` materialization beside hand-written SQL.

`python -m benchmarks.closure [NODES]`: 1,000,000 nodes by default, with 1.8 million
links.
Both sides get the same edges, 2 threads and 3 GB of DuckDB, and their components are
compared. The peer is label propagation with pointer jumping as one would write it.
"""

import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import yaml

from tests.python.support.dbt_project import ScratchProject

NODES = 1_000_000
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "memory_limit": "3GB",
}
MODEL = """{{ config(materialized='fixed_point') }}
select source_node, target_node, strength, is_apart from main.edges"""

# People of four or five records, each linked to all others of the person: 1.7 links a
# record. One record in 500 is also linked to a stranger's, which makes long chains.
EDGES = """
create or replace table edges as
with records as (
    select
        i as record,
        floor(i / 4.4) as person,
        ['commerce', 'crm', 'shop'][1 + i % 3] || ':' || (i * 7919) % {prime} as node
    from range({nodes}) as numbers(i)
)
select one.node as source_node, two.node as target_node,
    cast(5 + (one.record + two.record) % 20 as integer) as strength, false as is_apart
from records as one
inner join records as two on one.person = two.person and one.record < two.record
union all
select one.node, two.node, 3, false
from records as one
inner join records as two on two.record = (one.record * 48271) % {nodes}
where one.record % 500 = 0
union all
select node, null, null, false from records
"""

PEER = {
    "both_ways": """
        select source_node as node, target_node as neighbour from edges
        where target_node is not null
        union all
        select target_node, source_node from edges where target_node is not null""",
    "labels": """
        select distinct source_node as node, source_node as component from edges
        union
        select target_node, target_node from edges where target_node is not null""",
}
PEER_ROUND = """
create or replace table next_labels as
with spread as (
    select labels.node, any_value(labels.component) as old_component,
        least(any_value(labels.component), min(near.component)) as component
    from labels
    left join both_ways on labels.node = both_ways.node
    left join labels as near on both_ways.neighbour = near.node
    group by labels.node
),
-- What a node has heard, the node hears that its label was named after.
handed_on as (
    select old_component as node, min(component) as component
    from spread group by old_component
),
hooked as (
    select spread.node, least(spread.component, handed_on.component) as component
    from spread
    left join handed_on on spread.node = handed_on.node
)
select hooked.node, least(hooked.component, jump.component) as component
from hooked
inner join hooked as jump on hooked.component = jump.node
"""
PEER_CHANGES = """
select count(*) from labels inner join next_labels using (node)
where labels.component <> next_labels.component
"""


@contextmanager
def connected(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(database), config=SETTINGS) as connection:
        yield connection


def peer(database: Path) -> tuple[float, int]:
    """Seconds and rounds that the hand-written SQL takes."""
    with connected(database) as connection:
        began, rounds, changes = time.monotonic(), 0, 1
        for name, query in PEER.items():
            connection.execute(f"create or replace table {name} as {query}")
        while changes:
            connection.execute(PEER_ROUND)
            [(changes,)] = connection.execute(PEER_CHANGES).fetchall()
            connection.execute("create or replace table labels as from next_labels")
            rounds += 1
        seconds = time.monotonic() - began
        connection.execute("drop table both_ways; drop table next_labels")
        return seconds, rounds


def project(folder: Path) -> ScratchProject:
    """A project whose one model closes the edges, with the settings of the peer."""
    made = ScratchProject(folder, {"components.sql": MODEL})
    profiles = folder / "profiles.yml"
    profile = yaml.safe_load(profiles.read_text())
    profile["cdp"]["outputs"]["local"]["settings"] |= SETTINGS
    profiles.write_text(yaml.safe_dump(profile))
    return made


def fixed_point(made: ScratchProject) -> tuple[float, str]:
    """Seconds of the model, without the start of dbt, and what it says."""
    target = made.folder / "target"
    made.dbt("run", "--target-path", str(target))
    model = json.loads((target / "run_results.json").read_text())["results"][-1]
    return model["execution_time"], model["message"]


def change(database: Path, share: float) -> None:
    """Adds links to new records, and takes some away, for a share of the nodes."""
    with connected(database) as connection:
        [(nodes,)] = connection.execute(
            "select count(distinct source_node) from edges"
        ).fetchall()
        chosen = random.Random(7).sample(range(nodes), int(nodes * share))
        connection.execute("create or replace temp table chosen (id bigint)")
        connection.execute("insert into chosen select unnest(?)", [chosen])
        connection.execute(
            "insert into edges select node, 'new:' || id, 9, false from chosen"
            " inner join (select source_node as node, row_number() over (order by"
            " source_node) - 1 as number from edges where target_node is null)"
            " on id = number"
        )


def compare(database: Path) -> None:
    """Both sides have found the same components.

    Raises:
        AssertionError: with the number of nodes that they label differently.
    """
    with connected(database) as connection:
        [(count, differing)] = connection.execute(
            "select count(*), count(*) filter (where labels.component is distinct from"
            " components.component) from labels full join components using (node)"
        ).fetchall()
    assert differing == 0, f"{differing} of {count} nodes differ"


def report(what: str, seconds: float, busy: float, result: str) -> None:
    """Prints a line: elapsed seconds, and those that all threads were at work."""
    print(f"{what:18}{seconds:8.1f} s  {busy:7.1f} s busy  {result}", flush=True)


def main(nodes: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = project(Path(folder))
        with connected(made.database) as connection:
            connection.execute(EDGES.format(nodes=nodes, prime=10 * nodes + 3))
            [(links,)] = connection.execute(
                "select count(target_node) from edges"
            ).fetchall()
        print(f"{nodes:,} nodes, {links:,} links", flush=True)
        began = time.process_time()
        peer_seconds, rounds = peer(made.database)
        busy = time.process_time() - began
        report("hand-written SQL", peer_seconds, busy, f"{rounds} rounds")

        full, _ = timed(made, "fixed_point", peer_seconds, "hand-written SQL")
        compare(made.database)
        timed(made, "nothing new", full, "fixed_point")
        change(made.database, 0.01)
        timed(made, "1 % of nodes", full, "fixed_point")


def timed(
    made: ScratchProject, what: str, yardstick: float, name: str
) -> tuple[float, str]:
    """Runs and reports the materialization."""
    began = time.process_time()
    seconds, message = fixed_point(made)
    busy = time.process_time() - began
    ratio = seconds / yardstick
    report(what, seconds, busy, f"{ratio:.2f} x {name}; {message}")
    return seconds, message


if __name__ == "__main__":
    main(int(sys.argv[1].replace(",", "")) if sys.argv[1:] else NODES)
