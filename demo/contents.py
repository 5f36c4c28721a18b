"""Counting what a world holds."""

from __future__ import annotations

import sqlalchemy as sa

from demo import shop, store
from demo.truth import SCHEMAS
from demo.world import World


def count(world: World) -> list[tuple[str, str, int]]:
    """Return where, what and how many rows, for every table of every source."""
    rows: list[tuple[str, str, int]] = []
    connection = store.open_for_reading(world.folder)
    try:
        for name, table in (
            ("customers", "customers"),
            ("events", "events"),
            ("exchange_rates", "rates"),
        ):
            (number,) = connection.execute(f"select count(*) from {table}").fetchone()
            rows.append(("commerce", name, number))
        found = connection.execute(
            "select kind, archived, count(*) from objects group by 1, 2 order by 1, 2"
        )
        for kind, archived, number in found:
            rows.append(("crm", f"{kind} (archived)" if archived else kind, number))
    finally:
        connection.close()
    engine = shop.connect(world.shop_url)
    with engine.connect() as shop_connection:
        for name in shop.TABLES:
            query = sa.select(sa.func.count()).select_from(shop.table(name))
            rows.append(("shop", name, shop_connection.execute(query).scalar_one()))
    engine.dispose()
    rows += [("truth", name, world.truth.table(name).num_rows) for name in SCHEMAS]
    return rows
