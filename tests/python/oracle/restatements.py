"""`kpi_restatements`: what batches changed in months that were over before."""

import datetime as dt
from collections import defaultdict
from typing import NamedTuple

from tests.python.oracle.compare import Key, Table
from tests.python.oracle.facts import Batch, Facts, month, months_later
from tests.python.oracle.measures import Row
from tests.python.oracle.money import NOTHING, Amount, minus, total
from tests.python.oracle.orders import Sale


class Share(NamedTuple):
    """What an order, or its refunds, count for in a month."""

    order_count: int
    gross: Amount
    refunded: Amount


class Cell(NamedTuple):
    """What a share belongs to."""

    is_refund: bool
    country: str
    month: dt.date


class Change(NamedTuple):
    """What a batch changed in the share of an order."""

    order_id: str
    reason: str
    share: Share


NO_SHARE = Share(0, NOTHING, NOTHING)


def kpi_restatements(facts: Facts) -> Table:
    """All rows by month, country, batch and reason."""
    rows: dict[Key, Row] = {}
    before: dict[str, Sale] = {}
    known_before = dt.date.min
    for batch, ledger in zip(facts.batches, facts.ledgers, strict=True):
        now = {sale.order.order_id: sale for sale in ledger.sales}
        changes: defaultdict[Key, list[Change]] = defaultdict(list)
        for order_id, sale in now.items():
            for cell, change in _changes(before.get(order_id), sale):
                if months_later(cell.month, 1) <= known_before:
                    key = (cell.month, cell.country, batch.name, change.reason)
                    changes[key].append(change)
        rows |= {key: _row(batch, found) for key, found in changes.items()}
        before, known_before = now, max(known_before, _last_recorded(batch))
    return rows


def _last_recorded(batch: Batch) -> dt.date:
    """The last day that is no slip: nothing is recorded after it landed."""
    end = batch.landed_at.date() + dt.timedelta(days=1)
    days = (when.date() for when in batch.shop.recorded)
    return max(day for day in days if day <= end)


def _shares(sale: Sale | None) -> dict[Cell, Share]:
    if sale is None or not sale.is_valid:
        return {}
    cell = Cell(False, sale.country, month(sale.day))
    shares = {cell: Share(1, sale.gross, NOTHING)}
    months = {month(each.day) for each in sale.repayments}
    for start in months:
        refunds = [r.converted for r in sale.repayments if month(r.day) == start]
        shares[Cell(True, sale.country, start)] = Share(0, NOTHING, total(refunds))
    return shares


def _changes(before: Sale | None, now: Sale) -> list[tuple[Cell, Change]]:
    earlier, later = _shares(before), _shares(now)
    changes = []
    for cell in earlier.keys() | later.keys():
        old, new = earlier.get(cell, NO_SHARE), later.get(cell, NO_SHARE)
        if old != new:
            share = Share(
                new.order_count - old.order_count,
                minus(new.gross, old.gross),
                minus(new.refunded, old.refunded),
            )
            reason = _reason(before, now, cell)
            changes.append((cell, Change(now.order.order_id, reason, share)))
    return changes


def _reason(before: Sale | None, now: Sale, cell: Cell) -> str:
    if before is None:
        return "late_order"
    if not now.is_valid:
        return "cancelled" if now.is_cancelled else "refunded_in_full"
    if not before.is_valid:
        return "reinstated"
    if before.country != now.country:
        return "moved_to_another_country"
    if cell.is_refund:
        return "refund_changed"
    has_moved = month(before.day) != month(now.day)
    return "moved_to_another_month" if has_moved else "amount_corrected"


def _row(batch: Batch, changes: list[Change]) -> Row:
    gross = total(each.share.gross for each in changes)
    refunded = total(each.share.refunded for each in changes)
    return {
        "restated_order_count": len({each.order_id for each in changes}),
        "order_count_change": sum(each.share.order_count for each in changes),
        "gross_revenue_amount_change": gross,
        "refunded_amount_change": refunded,
        "net_revenue_amount_change": minus(gross, refunded),
        "restated_at": batch.landed_at,
    }
