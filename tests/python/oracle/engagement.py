"""Visits, mails and tickets of known customers, on the days of their countries."""

import datetime as dt
from collections import Counter, defaultdict
from typing import NamedTuple

from tests.python.oracle.people import People, local_day
from tests.python.oracle.records import Event, Records

PASSIVE = {"email_sent", "email_open", "unsubscribe"}
MAX_DAILY_EVENTS = 500


class Deed(NamedTuple):
    """An event of a known customer.

    Attributes:
        is_activity: Whether the customer did something: mails that were sent or opened
            and unsubscriptions are none.
    """

    person: str
    kind: str
    session: str | None
    day: dt.date
    is_activity: bool
    occurred_at: dt.datetime


class Complaint(NamedTuple):
    """A ticket of a known customer."""

    person: str
    day: dt.date
    score: int | None
    opened_at: dt.datetime


def deeds(records: Records, people: People, as_of: dt.date) -> list[Deed]:
    """All events up to the as-of date whose customer is known."""
    known = [each for each in records.events if each.occurred_at.date() <= as_of]
    owners = _device_owners(known, people)
    found = []
    for event in known:
        person = (
            people.of[event.account]
            if event.account
            else owners.get(event.device or "")
        )
        if person:
            day = local_day(event.occurred_at, people.country[person])
            is_activity = event.kind not in PASSIVE
            found.append(
                Deed(
                    person,
                    event.kind,
                    event.session,
                    day,
                    is_activity,
                    event.occurred_at,
                )
            )
    return found


def _device_owners(events: list[Event], people: People) -> dict[str, str]:
    """Whose a device is: of the only customer who ever logged in with it.

    A device with too many events on one day (in UTC) is a machine, and nobody's.
    """
    users: defaultdict[str, set[str]] = defaultdict(set)
    busy: Counter[tuple[str, dt.date]] = Counter()
    for event in events:
        if event.device:
            busy[event.device, event.occurred_at.date()] += 1
            if event.account:
                users[event.device].add(people.of[event.account])
    machines = {device for (device, _), n in busy.items() if n > MAX_DAILY_EVENTS}
    return {
        device: next(iter(persons))
        for device, persons in users.items()
        if len(persons) == 1 and device not in machines
    }


def complaints(records: Records, people: People, as_of: dt.date) -> list[Complaint]:
    """All tickets opened up to the as-of date, deleted ones left out."""
    found = []
    for ticket in records.tickets:
        is_known = not ticket.is_deleted and ticket.opened_at.date() <= as_of
        if ticket.account and is_known:
            person = people.of[ticket.account]
            day = local_day(ticket.opened_at, people.country[person])
            found.append(Complaint(person, day, ticket.score, ticket.opened_at))
    return found
