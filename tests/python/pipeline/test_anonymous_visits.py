"""Visits before a login, and customers known from one trace only, through the marts.

The records have no names: an account in the web shop that a loyalty account names, and
an email, are all that links them.
"""

import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.python.support.compare import differences
from tests.python.support.identity_lab import IdentityLab, Records
from tests.python.support.platform import Platform

STITCHED = ("int_anonymous_ids_stitched", "int_events_owned")


def event(
    number: str, device: str, day: int, account: str | None = None
) -> dict[str, Any]:
    """A page view on a day of June; with an account, a login."""
    when = f"2025-06-{day:02d} 10:00:00"
    return {
        "event_id": number,
        "anonymous_id": device,
        "customer_id": account,
        "event_type": "login" if account else "page_view",
        "channel": "web",
        "occurred_at": when,
    }


def bridge(email: str) -> Records:
    """Ben's loyalty account, whose email may be Ada's."""
    row = {"customer_id": "1", "commerce_customer_id": "ben", "email": email}
    return {"shop.customers": [row]}


ACCOUNTS = [
    {"customer_id": "ada", "email": "ada@example.com"},
    {"customer_id": "ben", "email": "ben@example.com"},
]
# What is landed before each build, and whose three visits then are: one on a phone, one
# on a tablet, one of somebody who never logs in.
LOADS: list[tuple[str, Records, dict[str, str]]] = [
    (
        "nobody has logged in",
        {
            "commerce.customers": ACCOUNTS,
            "commerce.events": [
                event("on-phone", "phone", 3),
                event("on-tablet", "tablet", 3),
                event("visitor", "library", 3),
            ],
        },
        {},
    ),
    (
        "a login, and one that arrives late",
        {
            "commerce.events": [
                event("2", "phone", 5, "ada"),
                event("3", "tablet", 2, "ada"),
            ]
        },
        {"on-phone": "ada", "on-tablet": "ada"},
    ),
    (
        "another customer on the tablet",
        {"commerce.events": [event("4", "tablet", 6, "ben")]},
        {"on-phone": "ada"},
    ),
    (
        "the two are one",
        bridge("ada@example.com"),
        {"on-phone": "ada", "on-tablet": "ada"},
    ),
    ("they are two after all", bridge("ben@example.com"), {"on-phone": "ada"}),
    (
        "the first login on the tablet was Ben's",
        {"commerce.events": [event("3", "tablet", 2, "ben")]},
        {"on-phone": "ada", "on-tablet": "ben"},
    ),
]


def owners(platform: Platform) -> dict[str, str]:
    """The account whose customer a visit without a login belongs to."""
    return dict(
        platform.query(
            "select event_id, min(source_record_id)"
            " from intermediate.int_events_identified"
            " inner join intermediate.int_customer_records_resolved"
            " using (customer_id)"
            " where is_stitched and source_name = 'commerce' group by event_id"
        )
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Platform, list[Any]]:
    """The loads, each followed by a build."""
    lab = IdentityLab(tmp_path_factory.mktemp("visits"))
    states = []
    for _, load, _ in LOADS:
        lab.land(load)
        lab.build(select=["+int_events_identified"])
        states.append(owners(lab.platform))
    return lab.platform, states


@pytest.mark.parametrize(
    "position", range(len(LOADS)), ids=[name for name, *_ in LOADS]
)
def test_visits_follow_what_is_known_of_their_device(
    played: tuple[Platform, list[Any]], position: int
) -> None:
    assert played[1][position] == LOADS[position][2]


def test_many_builds_stitch_as_one_does(
    played: tuple[Platform, list[Any]], tmp_path: Path
) -> None:
    cut, _ = played
    whole = Platform(tmp_path, lake=cut.lake)
    whole.build("--select", "+int_events_identified")
    names = {f"intermediate.{name}" for name in STITCHED}
    assert list(differences(cut.database, whole.database, names)) == []


class Marts(NamedTuple):
    """The marts of a few traces: with all that is known, and as of a day before."""

    now: Platform
    before: Platform


BEFORE = "2025-06-10"
TRACES: Records = {
    "commerce.customers": [
        {"customer_id": "ada", "country": "EG", "registration_date": "2025-06-01"}
    ],
    "commerce.events": [
        event("1", "phone", 3),
        event("2", "phone", 9),
        event("3", "phone", 20, "ada"),
        event("4", "laptop", 4),
        event("5", "laptop", 5, "ada"),
        event("6", "laptop", 12),
        event("7", "watch", 6),
        event("8", "watch", 21, "only-event"),
        event("9", "library", 6),
        event("10", "undefined", 6),
        event("11", "undefined", 7, "ada"),
        # Ada's until somebody else logs in.
        event("12", "console", 4),
        event("13", "console", 5, "ada"),
        event("14", "console", 21, "only-event"),
    ],
    "shop.orders": [
        {
            "order_id": "1",
            "customer_id": "only-order",
            "ordered_at": "2025-06-04 10:00:00",
            "status": "paid",
            "currency": "USD",
            "total_amount": "10",
        }
    ],
    "crm.tickets": [
        {"id": "1", "contact_id": "only-ticket", "createdate": "2025-06-04 10:00:00"}
    ],
    "crm.consents": [
        {
            "id": "1",
            "contact_id": "only-consent",
            "channel": "email",
            "purpose": "marketing",
            "status": "granted",
            "changed_at": "2025-06-04 10:00:00",
        }
    ],
}


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    folder = tmp_path_factory.mktemp("traces")
    lab = IdentityLab(folder / "now")
    lab.land(TRACES)
    now = lab.platform
    now.build("--vars", f"{{as_of_dates: ['{BEFORE}']}}")
    before = Platform(folder / "before", lake=now.lake)
    shutil.copy(now.database, before.database)
    before.build("--vars", f"{{as_of_date: '{BEFORE}'}}")
    return Marts(now, before)


def of_record(platform: Platform, record: str, columns: str) -> tuple[Any, ...]:
    """Columns of `customer_360` of the customer whom a source record belongs to."""
    [row] = platform.query(
        f"select {columns} from marts.customer_360 inner join"
        " marts.customer_identities using (customer_id)"
        " where source_name || ':' || source_record_id = ? and is_current",
        [record],
    )
    return row


def test_whoever_left_one_trace_is_a_customer(marts: Marts) -> None:
    columns = (
        "order_count, open_ticket_count, is_email_marketing_allowed,"
        " cast(first_seen_at as varchar)"
    )
    found = {
        record: of_record(marts.now, record, columns)
        for record in ("shop:only-order", "crm:only-ticket", "crm:only-consent")
    }
    day = "2025-06-04 10:00:00"
    assert found == {
        "shop:only-order": (1, 0, False, day),
        "crm:only-ticket": (0, 1, False, day),
        "crm:only-consent": (0, 0, True, day),
    }
    [(order_owner, ticket_owner)] = marts.now.query(
        "select max(fct_orders.customer_id), max(tickets.customer_id)"
        " from marts.fct_orders, intermediate.int_tickets_identified as tickets"
    )
    assert (order_owner,) == of_record(marts.now, "shop:only-order", "customer_id")
    assert (ticket_owner,) == of_record(marts.now, "crm:only-ticket", "customer_id")
    assert marts.now.value("select count(*) from marts.customer_360") == 5


def test_visits_before_the_login_are_seen_and_counted(marts: Marts) -> None:
    seen = "cast(first_seen_at as varchar), cast(last_seen_at as varchar)"
    assert of_record(marts.now, "commerce:ada", seen) == (
        "2025-06-01 00:00:00",
        "2025-06-20 10:00:00",
    )
    assert of_record(marts.now, "commerce:only-event", seen) == (
        "2025-06-06 10:00:00",
        "2025-06-21 10:00:00",
    )
    # Ada's eight days less the sixth, whose visit has a placeholder for a device.
    [ada] = of_record(marts.now, "commerce:ada", "customer_id")
    days = marts.now.query(
        "select day(engagement_date), stitched_event_count"
        " from marts.fct_engagement_daily where customer_id = ? order by 1",
        [ada],
    )
    assert days == [(3, 1), (4, 1), (5, 0), (7, 0), (9, 1), (12, 1), (20, 0)]
    users = (
        "select mau, round(average_dau * 30) from marts.kpi_monthly"
        " where month_start_date = date '2025-06-01'"
        " and country_code = 'all' and acquisition_channel = 'all'"
    )
    [(mau, active_days)] = marts.now.query(users)
    assert (mau, active_days) == (2, 7 + 2)
    # As of the tenth, the phone was nobody's.
    [(mau, active_days)] = marts.before.query(users.replace("30", "10"))
    assert (mau, active_days) == (1, 3)


def test_features_of_the_past_do_not_know_who_would_log_in(marts: Marts) -> None:
    """At a cut-off as if it were today: whoever comes back later is no sign of life."""
    features = (
        "select customer_id, tenure_days, days_since_last_activity,"
        " activities_last_30_days, activities_last_90_days,"
        " active_days_last_30_days, active_days_last_90_days"
        f" from marts.churn_features where as_of_date = date '{BEFORE}'"
        " order by customer_id"
    )
    past = marts.now.query(features)
    today = {row[0]: row for row in marts.before.query(features)}
    assert past == [today[row[0]] for row in past]
    [ada] = of_record(marts.now, "commerce:ada", "customer_id")
    assert ada in today
    assert len(past) < len(today)
    of_ada = marts.now.query(
        "select activities_last_90_days from marts.churn_features"
        f" where customer_id = ? and (is_latest or as_of_date = date '{BEFORE}')"
        " order by as_of_date",
        [ada],
    )
    # The visit with the console is hers no more.
    assert of_ada == [(5,), (8,)]
