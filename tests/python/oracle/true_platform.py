"""The known world on a platform that is told who is who.

Its customers are exactly the true people, so that every figure can be compared.
"""

import datetime as dt
import json
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from demo.advance import advance
from demo.serving import serving
from demo.world import World, generate
from ingestion import cursors
from ingestion.contract_files import load_contract
from ingestion.lake import LakeTable
from tests.python.oracle.facts import MOST_YEARS
from tests.python.oracle.planted import plant, plant_quotes
from tests.python.oracle.planted_corrections import BATCHES, plant_corrections
from tests.python.oracle.records import Shop, read_shop
from tests.python.support.identity_lab import grouping
from tests.python.support.platform import REPOSITORY, Platform

SEED = 7
DAYS_PLAYED = 3
# Some six weeks before the last record: what came later must not be seen.
CUT_DAY = "2025-06-17"
IDENTITY = "+int_customer_records_resolved"
RESOLVED = (
    "select record_key, customer_id from intermediate.int_customer_records_resolved"
)

Pair = tuple[str, str]


class TruePlatform(NamedTuple):
    """A world and the platform that was built of it.

    Attributes:
        world: The sources and the truth.
        platform: Lake and database.
        landed: What the shop held when each batch was ingested.
    """

    world: World
    platform: Platform
    landed: list[Shop]


def build(folder: Path, targets: Iterable[str]) -> TruePlatform:
    """Plays a world of 2,000 people, ingests it in batches, and builds marts.

    Args:
        folder: Where everything goes.
        targets: Models to build, with all that they need.
    """
    world = generate("small", seed=SEED, folder=folder / "world")
    plant_quotes(world)
    platform = Platform(folder)
    with serving(world) as server:
        platform.ingest(variables=server.environment)
        landed = [read_shop(world)]
        advance(world, DAYS_PLAYED)
        plant(world)
        for batch in range(BATCHES):
            plant_corrections(world, batch)
            source = ("--source", "shop") if batch else ()
            platform.ingest(*source, variables=server.environment)
            landed.append(read_shop(world))
    people = person_of(world)
    _decide(platform, "must_link", one_person(people), dt.datetime(2025, 8, 1))
    platform.build("--select", IDENTITY)
    apart = two_people(people, dict(platform.query(RESOLVED)))
    _decide(platform, "cannot_link", apart, dt.datetime(2025, 8, 2))
    chosen = [f"+{target}" for target in targets]
    platform.build("--vars", variables(), "--select", *chosen)
    return TruePlatform(world, platform, landed)


def cut(whole: TruePlatform, folder: Path, targets: Iterable[str]) -> TruePlatform:
    """The same platform on an earlier day, in a database of its own."""
    platform = Platform(folder, lake=whole.platform.lake)
    shutil.copyfile(whole.platform.database, platform.database)
    chosen = [f"int_as_of_date+,+{target}" for target in targets]
    platform.build("--vars", variables(CUT_DAY), "--select", *chosen)
    return TruePlatform(whole.world, platform, whole.landed)


def variables(as_of_date: str | None = None) -> str:
    """The project's variables, with a short calendar, as of today or another day."""
    return json.dumps({"kpi_history_years": MOST_YEARS, "as_of_date": as_of_date})


def person_of(world: World) -> dict[str, str]:
    """The true person of every record key."""
    return {
        f"{row['source_name']}:{row['source_record_id']}": row["person_id"]
        for row in world.truth.rows("records")
    }


def one_person(people: dict[str, str]) -> Iterator[Pair]:
    """Pairs that hold the records of each person together, in a chain."""
    for records in grouping(people):
        yield from pairwise(sorted(records))


def two_people(people: dict[str, str], customers: dict[str, str]) -> Iterator[Pair]:
    """A pair of records of every two people who would be one customer."""
    first_of: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for record, customer in sorted(customers.items()):
        first_of[customer].setdefault(people[record], record)
    for records in first_of.values():
        yield from combinations(sorted(records.values()), 2)


def _decide(
    platform: Platform, decision: str, pairs: Iterator[Pair], when: dt.datetime
) -> None:
    """Lands decisions, as `python -m cdp decide` does one by one."""
    moment = when.replace(tzinfo=dt.UTC)
    rows = []
    for number, pair in enumerate(pairs):
        (source, record), (other, other_record) = (key.split(":") for key in pair)
        rows.append(
            {
                "decision_id": f"{decision}-{number}",
                "source_name": source,
                "source_record_id": record,
                "other_source_name": other,
                "other_source_record_id": other_record,
                "decision": decision,
                "reason": "the truth",
                "decided_by": "truth",
                "decided_at": moment,
                "_loaded_at": moment,
            }
        )
    for source in load_contract(REPOSITORY):
        for table in source.tables:
            if table.name == "identity_decisions":
                raw = LakeTable(str(platform.lake), source, table)
                batch = pa.RecordBatch.from_pylist(rows, schema=raw.schema)
                loaded_at = cursors.to_microseconds(moment)
                raw.append(iter([batch]), loaded_at=loaded_at)
