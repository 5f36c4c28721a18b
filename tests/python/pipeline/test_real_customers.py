"""A real export of the commerce API's customers, served as it is."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from demo.serving import serving_customers
from tests.python.support.platform import REPOSITORY, Platform

EXPORT = REPOSITORY.parent / "shared" / "data" / "customers.json"
COUNTRY_CODES = {"Egypt": "EG", "Saudi Arabia": "SA", "UAE": "AE"}

pytestmark = pytest.mark.skipif(
    not EXPORT.exists(), reason=f"the export {EXPORT.name} is not beside the repository"
)


@pytest.fixture(scope="module")
def customers() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads(EXPORT.read_text())
    return loaded


@pytest.fixture(scope="module")
def platform(
    tmp_path_factory: pytest.TempPathFactory, customers: list[dict[str, Any]]
) -> Platform:
    folder: Path = tmp_path_factory.mktemp("real_customers")
    platform = Platform(folder)
    with serving_customers(customers) as variables:
        platform.ingest(variables=variables)
    platform.build()
    return platform


def test_every_customer_is_there_once(
    platform: Platform, customers: list[dict[str, Any]]
) -> None:
    rows = platform.query(
        "select identities.source_record_id, customers.country_code,"
        " customers.registration_date"
        " from marts.customer_360 as customers"
        " inner join marts.customer_identities as identities using (customer_id)"
        " order by 1"
    )
    assert rows == sorted(
        (
            str(customer["customer_id"]),
            COUNTRY_CODES[customer["country"]],
            dt.date.fromisoformat(customer["registration_date"]),
        )
        for customer in customers
    )
    assert len(rows) == 50
