"""A world that holds given commerce customers and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from demo import store
from demo.frames import DAY, epoch
from demo.noise import DEFAULT
from demo.web import utc
from demo.world import AS_OF, World, prepare, write_secrets

_TIMES = ("registration_date", "updated_at")


def from_customers(
    customers: Sequence[Mapping[str, Any]],
    folder: Path | str,
    *,
    now: str | None = None,
) -> World:
    """Make a world of records that are served exactly as they are.

    Args:
        customers: Records as the commerce API would give them.
        folder: Where it is written.
        now: The world's clock as an ISO time; by default the end of the day after the
            latest registration or update.

    Raises:
        WorldError: If something is in the folder already.
    """
    folder = Path(folder)
    prepare(folder, None, force=False).dispose()
    # The position is the key: of equal update times the given order is kept, and
    # neither missing nor repeated ids take a record away.
    rows = [
        (f"{position:09d}", _time(customer.get("updated_at")), json.dumps(customer))
        for position, customer in enumerate(customers)
    ]
    stated = [_time(customer.get(name)) for customer in customers for name in _TIMES]
    latest = max([AS_OF, *(text[:10] for text in stated)])
    api = store.open_for_writing(folder, create=True)
    try:
        api.execute("begin")
        store.put_customers(api, rows)
        clock = epoch(utc(now)[:-1]) if now else epoch(latest) + 2 * DAY - 1
        store.set_state(api, {"now": clock, "noise": asdict(DEFAULT)})
        api.execute("commit")
    finally:
        api.close()
    write_secrets(folder, None)
    return World(folder)


def _time(value: Any) -> str:
    """Return a stated time as the store writes it, empty if it is none."""
    try:
        return utc(str(value or ""))
    except ValueError:
        return ""
