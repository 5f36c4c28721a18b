"""Visits with and without a login, planted into a world's commerce API.

By device: one that is known on the second day, one whose id differs from it in one
letter, a tablet that two customers share from the second day on, a placeholder, and one
whose only login has a slip in the year.
"""

import json
from collections.abc import Iterator

_VISITS = [
    (1, "İd-phone", None, "2025-06-29T21:30:00.000001Z"),
    (1, "id-phone", "planted-001", "2025-06-29T20:30:00Z"),
    (1, "id-phone", None, "2025-06-29T20:30:00Z"),
    (1, " tablet\u00a0", None, "2025-06-28T22:00:00Z"),
    (1, "tablet", "planted-003", "2025-06-28T21:59:59.999999Z"),
    (1, "Anonymous\u00a0", None, "2025-06-28T22:00:00Z"),
    (1, "Anonymous", "planted-005", "2025-06-28T22:00:00Z"),
    (1, "future", None, "2025-06-28T22:00:00Z"),
    (1, "future", "planted-005", "2052-06-28T22:00:00Z"),
    (2, "İd-phone", "planted-007", "2025-07-02T22:00:00Z"),
    (2, "tablet", "planted-009", "2025-07-02T22:00:00Z"),
]
"""Day on which it is planted, device, account and time of each."""


def visits(day: int) -> Iterator[tuple[str, str, str]]:
    """Id, time of receipt and document of the visits of a day (1 or 2)."""
    received_at = "2025-07-03T10:00:00Z" if day == 2 else "2025-06-30T22:00:00Z"
    for number, (when, device, account, occurred_at) in enumerate(_VISITS):
        document = {
            "event_id": f"visit-{number:02d}",
            "customer_id": account,
            "anonymous_id": device,
            "event_type": "login" if account else "page_view",
            "channel": "web",
            "occurred_at": occurred_at,
            "received_at": received_at,
        }
        if when == day:
            yield f"visit-{number:02d}", received_at, json.dumps(document)
