"""The accounts of the known world alone: no orders, no events, and quickly drawn."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from demo import accounts, crm_records, documents, people
from demo.frames import DAY, Frame, epoch, take, times
from demo.noise import LEVELS
from demo.world import AS_OF, BEGIN, FIRST_IDS
from tests.python.support.identity_lab import Records


class LabelledRecords(NamedTuple):
    """Records of all sources, and whose they are.

    Attributes:
        records: Raw rows by `source.table`.
        person_of: The true person of each record key.
    """

    records: Records
    person_of: dict[str, str]


def draw(people_count: int, level: str, seed: int) -> LabelledRecords:
    """Draws the records of people, as the world's servers would serve them.

    Args:
        people_count: True people; each has about 2.7 records.
        level: Noise level, `default` or `hard`.
        seed: The same seed gives the same records.
    """
    noise = LEVELS[level]
    rng = np.random.default_rng([seed, 0])
    window = (epoch(BEGIN), epoch(AS_OF) + DAY - 61)
    folk = people.create(rng, noise, people_count, window)
    opened = accounts.open_accounts(rng, folk, noise, window[1], FIRST_IDS)
    # Accounts that only orders or tickets know say nothing about their person.
    known = {
        source: take(frame, ~frame["is_ghost"]) for source, frame in opened.items()
    }
    return LabelledRecords(
        records={
            "commerce.customers": _table(
                documents.commerce_customers(known["commerce"], folk)
            ),
            "crm.contacts": _table(_contacts(known["crm"])),
            "shop.customers": _table(documents.shop_customers(known["shop"])),
        },
        person_of={
            f"{source}:{record}": person
            for source, frame in known.items()
            for record, person in zip(
                frame["record_id"].tolist(), frame["person_id"], strict=True
            )
        },
    )


def _contacts(contacts: Frame) -> list[documents.Row]:
    archived_at = times(contacts["deleted_at"], "crm").tolist()
    return [
        {**row, "id": number, "archived": archived is not None, "archived_at": archived}
        for row, number, archived in zip(
            crm_records.contact_properties(contacts),
            contacts["record_id"].tolist(),
            archived_at,
            strict=True,
        )
    ]


def _table(rows: list[documents.Row]) -> pa.Table:
    names = sorted({name for row in rows for name in row})
    return pa.table({name: [row.get(name) for row in rows] for name in names})
