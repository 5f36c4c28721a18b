"""Who is who, by the truth; and where people live, by their records."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from demo.countries import COUNTRIES
from tests.python.oracle.records import Account, Records

UNKNOWN_COUNTRY, UNKNOWN_CHANNEL = "ZZ", "unknown"
UTC = ZoneInfo("UTC")
ZONES = {
    "AE": ZoneInfo("Asia/Dubai"),
    "EG": ZoneInfo("Africa/Cairo"),
    "JO": ZoneInfo("Asia/Amman"),
    "KW": ZoneInfo("Asia/Kuwait"),
    "QA": ZoneInfo("Asia/Qatar"),
    "SA": ZoneInfo("Asia/Riyadh"),
}
_CODES = {
    spelling.lower(): country.code
    for country in COUNTRIES
    for spelling in country.spellings
}


def country_code(stated: str | None) -> str | None:
    """The country that a source means, if it is known."""
    return _CODES.get(stated.strip().lower()) if stated else None


def local_day(when: dt.datetime, country: str) -> dt.date:
    """The day in a country; in UTC where that is unknown."""
    return when.astimezone(ZONES.get(country, UTC)).date()


class People:
    """The customers of the platform: true people whom a source knows.

    Attributes:
        of: The person of every record that a source delivers or names.
        country: Where each of them lives.
        channel: What brought each of them.
        registered: When the first record of each of them came into being.
    """

    def __init__(self, records: Records, person_of: dict[str, str]) -> None:
        since = {each.key: each.since for each in records.accounts}
        for key, when in sorted(_mentions(records), key=lambda pair: pair[1]):
            # Of a record that does not say it, the first mention tells since when.
            if since.get(key) is None:
                since[key] = when
        self.of = {key: person_of[key] for key in since}
        self.registered: dict[str, dt.datetime] = {}
        for key, when in since.items():
            if when:
                person = self.of[key]
                self.registered[person] = min(when, self.registered.get(person, when))
        accounts: defaultdict[str, list[Account]] = defaultdict(list)
        for account in sorted(records.accounts, key=_last_word):
            accounts[self.of[account.key]].append(account)
        self.country, self.channel = {}, {}
        for person in set(self.of.values()):
            stated = [country_code(each.country) for each in accounts[person]]
            self.country[person] = next(filter(None, stated), UNKNOWN_COUNTRY)
            channels = [each.channel for each in accounts[person]]
            self.channel[person] = next(filter(None, channels), UNKNOWN_CHANNEL)


def _mentions(records: Records) -> Iterator[tuple[str, dt.datetime]]:
    """Records that others name, and when."""
    for order in records.orders:
        yield order.account, order.ordered_at
    for event in records.events:
        if event.account:
            yield event.account, event.occurred_at
    for ticket in records.tickets:
        if ticket.account:
            yield ticket.account, ticket.opened_at
    yield from records.consents


def _last_word(account: Account) -> tuple[bool, float, str]:
    """Accounts that are alive speak first, then who changed last."""
    return (account.is_deleted, -account.changed_at.timestamp(), account.key)
