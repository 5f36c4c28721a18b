"""True people: who they are, where they live, how often they buy, when they stop."""

from __future__ import annotations

import numpy as np

from demo import names
from demo.countries import COUNTRIES, STREETS
from demo.frames import DAY, NEVER, Array, Frame, epoch, objects, pick, pick_skewed
from demo.noise import Noise

CHANNELS = (
    "organic",
    "paid_search",
    "paid_social",
    "email",
    "affiliate",
    "referral",
    "store",
)
"""Acquisition channels; the paid ones have campaign spend."""

_CHANNEL_WEIGHTS = (0.28, 0.20, 0.20, 0.07, 0.08, 0.07, 0.10)
_BUYERS = 0.85
_AGES_AS_OF = "2025-06-30"
_ORDER_RATE_SHAPE = 0.9
_ORDERS_PER_MONTH = 1.15
_LIFETIME_SHAPE = 2.0
_MEDIAN_LIFETIME_DAYS = 230.0


def create(
    rng: np.random.Generator,
    noise: Noise,
    count: int,
    joined: tuple[int, int],
    first_number: int = 1,
) -> Frame:
    """Create people with everything that is true of them.

    The purchase process is Pareto/NBD, the continuous-time sibling of BG/NBD: each
    buyer orders as a Poisson process with a gamma-distributed rate until a lifetime,
    exponential with a gamma-distributed rate, is over. Unlike BG/NBD it can be played
    window by window, which later days need.

    Args:
        rng: Source of all chance.
        noise: Shares of households and second identifiers.
        count: Number of people.
        joined: Epoch seconds between which they appear.
        first_number: Number of the first person; people are numbered upwards.
    """
    number = np.arange(first_number, first_number + count)
    household, phone_owner, email_owner = _households(rng, noise, number)
    home = household - first_number
    country = rng.choice(
        len(COUNTRIES),
        size=count,
        p=np.array([c.weight for c in COUNTRIES]) / sum(c.weight for c in COUNTRIES),
    )[home]
    is_female = rng.random(count) < 0.48
    given = np.where(
        is_female,
        objects(g[0] for g in names.FEMALE)[
            pick_skewed(rng, len(names.FEMALE), count, 0.5)
        ],
        objects(g[0] for g in names.MALE)[
            pick_skewed(rng, len(names.MALE), count, 0.7)
        ],
    )
    surname = objects(g[0] for g in names.SURNAMES)[
        pick_skewed(rng, len(names.SURNAMES), count, 0.4)
    ][home]
    father = objects(g[0] for g in names.MALE)[
        pick_skewed(rng, len(names.MALE), count, 0.7)
    ]
    born = _births(rng, count)
    emails = _emails(rng, given, surname, number, names.EMAIL_DOMAINS)
    joined_at = rng.integers(joined[0], joined[1], count)
    rate, churned_at = _purchase_process(rng, joined_at)
    second_email = _emails(rng, given, surname, number, names.WORK_DOMAINS)
    second_email[rng.random(count) >= noise.second_email] = None
    second_phone = _phones(rng, country, number + 4_000_000)
    second_phone[rng.random(count) >= noise.second_phone] = None
    return {
        "number": number,
        "person_id": objects(f"P{n:07d}" for n in number.tolist()),
        "household_id": objects(f"H{n:07d}" for n in household.tolist()),
        "given_name": given,
        "surname": surname,
        "father_name": father,
        "gender": np.where(is_female, "female", "male").astype(object),
        "born_at": born,
        "email": emails[email_owner - first_number],
        "second_email": second_email,
        "phone": _phones(rng, country, number)[phone_owner - first_number],
        "second_phone": second_phone,
        "loyalty_id": objects(f"L{n * 13 + 100_000:08d}" for n in number.tolist()),
        "acquisition_channel": objects(CHANNELS)[
            rng.choice(len(CHANNELS), size=count, p=np.array(_CHANNEL_WEIGHTS))
        ],
        "joined_at": joined_at,
        "churned_at": churned_at,
        "orders_per_day": rate,
        "spend_factor": rng.lognormal(0.0, 0.35, count),
        "sessions_per_day": rng.gamma(0.8, 0.016, count),
        **_homes(rng, country, home),
    }


def _births(rng: np.random.Generator, count: int) -> Array:
    """Return days of birth: nobody under 16, a mean age of 36, one in 100 over 65."""
    # Rayleigh-distributed years over 16, from evenly distributed ranks.
    rank = rng.integers(0, 75 * 365, count) / (75 * 365)
    age_days = (16 + 22.6 * np.sqrt(-np.log1p(-rank))) * 365.25
    return epoch(_AGES_AS_OF) - age_days.astype(np.int64) * DAY


def _households(
    rng: np.random.Generator, noise: Noise, number: Array
) -> tuple[Array, Array, Array]:
    """Return per person the first member of the household, of the phone, of the email.

    A household is a run of two to four consecutive numbers.
    """
    household, phone, email = number.copy(), number.copy(), number.copy()
    mean_size = 2.5
    phone_share = noise.shared_phone / max(noise.household, 1e-9)
    email_share = noise.shared_email / max(noise.shared_phone, 1e-9)
    position = 0
    while position < len(number):
        size = 1
        # Of the groups (not of the people) a smaller share has several members.
        groups = noise.household / mean_size
        if rng.random() < groups / (groups + 1 - noise.household):
            size = min(int(rng.choice([2, 3, 4], p=[0.6, 0.3, 0.1])), 4)
        members = slice(position, position + size)
        household[members] = number[position]
        if size > 1 and rng.random() < phone_share:
            phone[members] = number[position]
            if rng.random() < email_share:
                email[members] = number[position]
        position += size
    return household, phone, email


def _homes(rng: np.random.Generator, country: Array, home: Array) -> Frame:
    """Return country, city, street address and postcode, equal within a household."""
    cities, postcodes = [], []
    draws = rng.random((len(country), 2))
    for index, (city_draw, code_draw) in zip(
        country.tolist(), draws.tolist(), strict=True
    ):
        places = COUNTRIES[index].cities
        city, prefix = places[int(city_draw**1.5 * len(places))]
        cities.append(city)
        postcodes.append(f"{prefix}{int(code_draw * 1000):03d}" if prefix else None)
    streets = pick(rng, STREETS, len(country))
    houses = rng.integers(1, 240, len(country))
    address = objects(f"{h} {s}" for h, s in zip(houses, streets, strict=True))
    return {
        "country_code": objects(COUNTRIES[i].code for i in country.tolist()),
        "city": objects(cities)[home],
        "address": address[home],
        "postcode": objects(postcodes)[home],
    }


def _emails(
    rng: np.random.Generator,
    given: Array,
    surname: Array,
    number: Array,
    providers: tuple[str, ...],
) -> Array:
    """Return one address per person; the number in it keeps true people apart."""
    styles = rng.integers(0, 4, len(number))
    domains = objects(providers)[pick_skewed(rng, len(providers), len(number))]
    addresses = []
    for style, given_name, family_name, n, domain in zip(
        styles.tolist(), given, surname, number.tolist(), domains, strict=True
    ):
        first = given_name.lower().replace(" ", "").replace("'", "")
        last = family_name.lower().replace(" ", "")
        local = (
            f"{first}.{last}{n}",
            f"{first[0]}{last}{n}",
            f"{first}{n}",
            f"{last}_{first}{n}",
        )[style]
        addresses.append(f"{local}@{domain}")
    return objects(addresses)


def _phones(rng: np.random.Generator, country: Array, number: Array) -> Array:
    """Return one mobile number per person as E.164; distinct by construction.

    Multiplying by a number coprime to ten permutes the digits' range, so that
    neighbours do not have neighbouring numbers and no two have the same.
    """
    draws = rng.random(len(number))
    phones = []
    for index, n, draw in zip(
        country.tolist(), number.tolist(), draws.tolist(), strict=True
    ):
        market = COUNTRIES[index]
        prefix = market.prefixes[int(draw * len(market.prefixes))]
        rest = (n * 6_180_339 + 2_718_281) % 10**market.digits
        phones.append(f"+{market.dialling}{prefix}{rest:0{market.digits}d}")
    return objects(phones)


def _purchase_process(
    rng: np.random.Generator, joined_at: Array
) -> tuple[Array, Array]:
    """Return orders per day (zero for those who never buy) and the churn time.

    Who never buys has no churn time (`NEVER`).
    """
    count = len(joined_at)
    scale = _ORDERS_PER_MONTH / 30.4 / _ORDER_RATE_SHAPE
    rate = rng.gamma(_ORDER_RATE_SHAPE, scale, count)
    is_buyer = rng.random(count) < _BUYERS
    hazard = rng.gamma(_LIFETIME_SHAPE, 1.0 / _LIFETIME_SHAPE, count)
    lifetime = rng.exponential(1.0, count) / np.maximum(hazard, 1e-3)
    lifetime_days = np.minimum(lifetime * _MEDIAN_LIFETIME_DAYS / np.log(2), 3650.0)
    churned_at = joined_at + (lifetime_days * DAY).astype(np.int64)
    return (
        np.where(is_buyer, rate, 0.0),
        np.where(is_buyer, churned_at, NEVER),
    )
