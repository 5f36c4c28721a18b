"""Records that break the contract of their table, and the list of what is wrong."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

Row = dict[str, Any]

NOT_NUMERIC = "n/a"
NO_SUCH_DATE = "1990-02-30"
NO_DATE = "unknown"

KEYS: dict[tuple[str, str], tuple[str, ...]] = {
    ("commerce", "customers"): ("customer_id",),
    ("commerce", "events"): ("event_id",),
    ("commerce", "exchange_rates"): ("rate_date", "base_currency", "quote_currency"),
    ("crm", "contacts"): ("id",),
    ("crm", "tickets"): ("id",),
    ("crm", "campaign_spend"): ("id",),
    ("crm", "consents"): ("id",),
    ("shop", "customers"): ("customer_id",),
    ("shop", "products"): ("product_id",),
    ("shop", "orders"): ("order_id",),
    ("shop", "order_lines"): ("order_line_id",),
    ("shop", "refunds"): ("refund_id",),
}
"""Primary key per table of the interfaces."""

# The time that a source orders its windows by is never broken: a record that cannot be
# found by time would be seen by a full load only.
KINDS: dict[tuple[str, str], tuple[tuple[str, str | None], ...]] = {
    ("commerce", "customers"): (
        ("customer_id", None),
        ("birth_date", NO_SUCH_DATE),
        ("registration_date", NO_DATE),
        ("deleted_at", NO_DATE),
    ),
    ("commerce", "events"): (
        ("event_id", None),
        ("event_type", None),
        ("occurred_at", NO_DATE),
        ("occurred_at", None),
    ),
    ("commerce", "exchange_rates"): (("rate", NOT_NUMERIC), ("rate", None)),
    ("crm", "contacts"): (
        ("date_of_birth", NO_SUCH_DATE),
        ("createdate", NO_DATE),
    ),
    ("crm", "tickets"): (
        ("satisfaction_score", "very good"),
        ("closed_date", NO_DATE),
    ),
    ("crm", "campaign_spend"): (
        ("amount", NOT_NUMERIC),
        ("channel", None),
        ("spend_date", NO_SUCH_DATE),
        ("currency", None),
    ),
    ("crm", "consents"): (
        ("contact_id", None),
        ("status", None),
        ("changed_at", NO_DATE),
    ),
    ("shop", "customers"): (
        ("customer_id", None),
        ("birth_date", NO_SUCH_DATE),
        ("created_at", NO_DATE),
    ),
    ("shop", "products"): (("product_id", None), ("unit_cost", NOT_NUMERIC)),
    ("shop", "orders"): (
        ("order_id", None),
        ("customer_id", None),
        ("ordered_at", NO_DATE),
        ("total_amount", NOT_NUMERIC),
        ("currency", None),
    ),
    ("shop", "order_lines"): (
        ("order_id", None),
        ("quantity", "two"),
        ("unit_price", None),
    ),
    ("shop", "refunds"): (
        ("order_id", None),
        ("amount", NOT_NUMERIC),
        ("refunded_at", NO_DATE),
    ),
}
"""Per table the field that is broken and the value that it gets (None: null)."""


def choose(
    rng: np.random.Generator,
    table: tuple[str, str],
    count: int,
    share: float,
    *,
    each_kind: bool,
) -> dict[int, tuple[str, str | None]]:
    """Choose which rows of a table are broken, and how.

    Args:
        rng: Source of all chance.
        table: Source and table.
        count: Number of rows.
        share: Expected share of broken rows, between 0 and 1; zero breaks none.
        each_kind: Break at least one row in each way, if there are enough rows.

    Returns:
        Per position the field and its new value.
    """
    kinds = KINDS[table]
    if share <= 0 or count < 10 * len(kinds):
        return {}
    broken = int(rng.poisson(share * count))
    if each_kind:
        broken = max(broken, len(kinds))
    broken = min(broken, count // 10)
    positions = rng.choice(count, size=broken, replace=False).tolist()
    return {p: kinds[i % len(kinds)] for i, p in enumerate(positions)}


def spoil(table: tuple[str, str], row: Row, field: str, value: str | None) -> Row:
    """Break one row in place and return its entry for the truth.

    Args:
        table: Source and table.
        row: Record with its key fields.
        field: Field to break.
        value: What it becomes.
    """
    key = KEYS[table]
    true_key = "|".join(str(row[part]) for part in key)
    row[field] = value
    is_readable = all(row[part] is not None for part in key)
    return {
        "source_name": table[0],
        "table_name": table[1],
        "source_record_id": true_key if is_readable else None,
        "true_key": true_key,
        "field": field,
        "defect": "missing" if value is None else "unreadable",
        "payload": json.dumps(row, ensure_ascii=False, default=str),
    }


def spoil_some(
    rng: np.random.Generator,
    table: tuple[str, str],
    rows: list[Row],
    share: float,
    *,
    each_kind: bool,
) -> list[Row]:
    """Break some rows in place; return their entries for the truth."""
    chosen = choose(rng, table, len(rows), share, each_kind=each_kind)
    return [spoil(table, rows[p], *defect) for p, defect in sorted(chosen.items())]
