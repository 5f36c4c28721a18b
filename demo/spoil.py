"""What happens to true values on their way into a form: typos, formats, gaps."""

from __future__ import annotations

import numpy as np

from demo import names
from demo.countries import BY_CODE, STREETS
from demo.frames import DAY, NEVER, Array, Frame, days, objects, pick
from demo.noise import Noise

_NEIGHBOURS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        "svxfdghjokliknbpaqtdyuczbxs",
        strict=False,
    )
)


def identity(
    rng: np.random.Generator, people: Frame, person: Array, noise: Noise
) -> Frame:
    """Return what each record states about its person.

    Args:
        rng: Source of all chance.
        people: True people.
        person: Position in `people` per record.
        noise: Shares of everything that goes wrong.

    Returns:
        given_name, surname, father_name, email, phone, other_phone, birth_date, gender,
        country, city, address, postcode: texts, None where missing.
    """
    count = len(person)

    def some(share: float) -> Array:
        return rng.random(count) < share

    given = _spelled(rng, people["given_name"][person], noise.spelling_variant)
    surname = _spelled(rng, people["surname"][person], noise.spelling_variant)
    given = _typos(rng, given, some(noise.given_name_typo))
    surname = _typos(rng, surname, some(noise.surname_typo))
    initials = some(noise.initial_only)
    given[initials] = objects(f"{name[0]}." for name in given[initials])
    swapped = some(noise.swapped_names)
    given[swapped], surname[swapped] = surname[swapped], given[swapped]
    father = people["father_name"][person].copy()
    father[~some(0.12)] = None
    country = people["country_code"][person]
    home = _homes(rng, people, person, noise)
    stated_country = _countries(rng, country)
    stated_country[some(noise.missing_country)] = None
    gender = people["gender"][person].copy()
    gender[some(0.2)] = None
    short = some(0.15) & (gender != None)  # noqa: E711 (elementwise)
    gender[short] = objects(g[0].upper() for g in gender[short])
    phone, other_phone = _phones(rng, people, person, noise)
    return {
        "given_name": _cased(rng, given),
        "surname": _cased(rng, surname),
        "father_name": father,
        "email": _emails(rng, people, person, noise),
        "phone": phone,
        "other_phone": other_phone,
        "birth_date": _birth_dates(rng, people["born_at"][person], noise),
        "gender": gender,
        "country": stated_country,
        **home,
    }


def typo(rng: np.random.Generator, text: str) -> str:
    """Return the text with one letter replaced, dropped, doubled or swapped."""
    if len(text) < 3:
        return text
    at = int(rng.integers(1, len(text) - 1))
    letter = text[at]
    kind = int(rng.integers(0, 4))
    if kind == 0:
        return text[:at] + _NEIGHBOURS.get(letter, "e") + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at] + letter + text[at:]
    return text[:at] + text[at + 1] + letter + text[at + 2 :]


def _spelled(rng: np.random.Generator, column: Array, share: float) -> Array:
    """Replace a share of the names by another usual spelling."""
    result = column.copy()
    for position in np.flatnonzero(rng.random(len(column)) < share):
        options = names.SPELLINGS[column[position]]
        result[position] = options[int(rng.integers(0, len(options)))]
    return result


def _typos(rng: np.random.Generator, column: Array, mask: Array) -> Array:
    result = column.copy()
    for position in np.flatnonzero(mask):
        result[position] = typo(rng, result[position])
    return result


def _cased(rng: np.random.Generator, column: Array) -> Array:
    """Write some names in capitals, in small letters, or with stray spaces."""
    result = column.copy()
    draw = rng.random(len(column))
    for low, high, change in (
        (0.0, 0.03, str.upper),
        (0.03, 0.06, str.lower),
        (0.06, 0.07, lambda name: f" {name} "),
    ):
        mask = (draw >= low) & (draw < high)
        result[mask] = objects(change(name) for name in result[mask])
    return result


def _emails(
    rng: np.random.Generator, people: Frame, person: Array, noise: Noise
) -> Array:
    count = len(person)
    email = people["email"][person].copy()
    second = people["second_email"][person]
    uses_second = (second != None) & (rng.random(count) < 0.5)  # noqa: E711
    email[uses_second] = second[uses_second]
    wrong = rng.random(count) < noise.email_typo
    for position in np.flatnonzero(wrong):
        local, _, domain = email[position].partition("@")
        email[position] = f"{typo(rng, local)}@{domain}"
    draw = rng.random(count)
    upper, padded = draw < 0.05, (draw >= 0.05) & (draw < 0.06)
    tagged = (draw >= 0.06) & (draw < 0.08)
    email[upper] = objects(address.upper() for address in email[upper])
    email[padded] = objects(f" {address}" for address in email[padded])
    email[tagged] = objects(a.replace("@", "+shop@") for a in email[tagged])
    email[rng.random(count) < noise.missing_email] = None
    filler = rng.random(count) < noise.placeholder_email
    email[filler] = pick(rng, names.PLACEHOLDER_EMAILS, int(filler.sum()))
    return email


def _phones(
    rng: np.random.Generator, people: Frame, person: Array, noise: Noise
) -> tuple[Array, Array]:
    count = len(person)
    phone = people["phone"][person].copy()
    second = people["second_phone"][person].copy()
    swap = (second != None) & (rng.random(count) < 0.5)  # noqa: E711
    phone[swap], second[swap] = second[swap], phone[swap]
    country = people["country_code"][person]
    phone = _formatted(rng, phone, country)
    second = _formatted(rng, second, country)
    phone[rng.random(count) < noise.missing_phone] = None
    filler = rng.random(count) < noise.placeholder_phone
    phone[filler] = pick(rng, names.PLACEHOLDER_PHONES, int(filler.sum()))
    return phone, second


def _formatted(rng: np.random.Generator, phones: Array, country: Array) -> Array:
    """Write numbers in international or local notation, with or without spaces."""
    styles = rng.choice(6, size=len(phones), p=[0.35, 0.10, 0.30, 0.10, 0.08, 0.07])
    result: list[str | None] = []
    for phone, code, style in zip(phones, country, styles.tolist(), strict=True):
        if phone is None:
            result.append(None)
            continue
        market = BY_CODE[code]
        national = phone[1 + len(market.dialling) :]
        result.append(
            (
                phone,
                "00" + phone[1:],
                market.trunk + national,
                f"+{market.dialling} {national[:2]} {national[2:5]} {national[5:]}",
                f"{market.trunk}{national[:2]}-{national[2:]}",
                f"(+{market.dialling}) {national}",
            )[style]
        )
    return objects(result)


def _birth_dates(rng: np.random.Generator, born_at: Array, noise: Noise) -> Array:
    count = len(born_at)
    text = days(born_at)
    for position in np.flatnonzero(rng.random(count) < noise.wrong_birth_date):
        year, month, day = text[position].split("-")
        if int(day) <= 12 and day != month:
            text[position] = f"{year}-{day}-{month}"
        else:
            text[position] = f"{int(year) + 1}-{month}-{int(day) % 28 + 1:02d}"
    text[rng.random(count) < noise.missing_birth_date] = None
    return text


def _countries(rng: np.random.Generator, codes: Array) -> Array:
    draws = rng.random(len(codes))
    return objects(
        BY_CODE[code].spellings[int(draw**2 * len(BY_CODE[code].spellings))]
        for code, draw in zip(codes, draws.tolist(), strict=True)
    )


def _homes(
    rng: np.random.Generator, people: Frame, person: Array, noise: Noise
) -> Frame:
    count = len(person)
    city = people["city"][person].copy()
    address = people["address"][person].copy()
    postcode = people["postcode"][person].copy()
    for position in np.flatnonzero(rng.random(count) < noise.moved):
        places = BY_CODE[people["country_code"][person[position]]].cities
        former, prefix = places[int(rng.integers(0, len(places)))]
        street = STREETS[int(rng.integers(0, len(STREETS)))]
        city[position] = former
        address[position] = f"{int(rng.integers(1, 240))} {street}"
        postcode[position] = (
            f"{prefix}{int(rng.integers(0, 1000)):03d}" if prefix else None
        )
    city[rng.random(count) < 0.05] = None
    address[rng.random(count) < 0.10] = None
    postcode[rng.random(count) < noise.missing_postcode] = None
    return {"city": city, "address": address, "postcode": postcode}


def later(rng: np.random.Generator, since: Array, until: int, share: float) -> Array:
    """Draw for a share of records a time between `since` and `until`, else `NEVER`."""
    span = np.maximum(until - since - DAY, 0)
    when = since + DAY + (rng.random(len(since)) * span).astype(np.int64)
    happens = (rng.random(len(since)) < share) & (span > 0)
    return np.where(happens, when, NEVER)
