"""The markets: spellings, currencies, phones and places."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Country:
    """One market.

    Attributes:
        code: ISO 3166 alpha-2.
        spellings: How the country is written in the sources, most usual first.
        currency: ISO 4217 code of its orders.
        weight: Share of people, before normalisation.
        dialling: International code without the plus.
        trunk: Digit before a national number in local notation.
        prefixes: Beginnings of mobile numbers, in national notation.
        digits: Digits after the prefix.
        tax_percent: Tax on top of the goods.
        utc_offset_hours: Offset of local time from UTC, daylight saving left out.
        cities: City with the beginning of its postcodes (empty: no postcodes).
    """

    code: str
    spellings: tuple[str, ...]
    currency: str
    weight: float
    dialling: str
    trunk: str
    prefixes: tuple[str, ...]
    digits: int
    tax_percent: int
    utc_offset_hours: int
    cities: tuple[tuple[str, str], ...]


COUNTRIES: tuple[Country, ...] = (
    Country(
        "EG",
        ("Egypt", "EG", "EGY", "egypt", "Arab Republic of Egypt"),
        "EGP",
        0.45,
        "20",
        "0",
        ("10", "11", "12", "15"),
        8,
        14,
        2,
        (
            ("Cairo", "11"),
            ("Giza", "12"),
            ("Alexandria", "21"),
            ("Mansoura", "35"),
            ("Tanta", "31"),
            ("Luxor", "85"),
        ),
    ),
    Country(
        "SA",
        ("Saudi Arabia", "SA", "SAU", "KSA", "Kingdom of Saudi Arabia"),
        "SAR",
        0.30,
        "966",
        "0",
        ("50", "53", "54", "55", "56"),
        7,
        15,
        3,
        (
            ("Riyadh", "12"),
            ("Jeddah", "23"),
            ("Dammam", "32"),
            ("Mecca", "24"),
            ("Medina", "42"),
        ),
    ),
    Country(
        "AE",
        ("United Arab Emirates", "AE", "UAE", "ARE", "U.A.E."),
        "AED",
        0.20,
        "971",
        "0",
        ("50", "52", "54", "55", "56"),
        7,
        5,
        4,
        (("Dubai", ""), ("Abu Dhabi", ""), ("Sharjah", ""), ("Ajman", "")),
    ),
    Country(
        "KW",
        ("Kuwait", "KW", "KWT"),
        "USD",
        0.02,
        "965",
        "",
        ("5", "6", "9"),
        7,
        0,
        3,
        (("Kuwait City", "13"), ("Hawally", "32")),
    ),
    Country(
        "JO",
        ("Jordan", "JO", "JOR"),
        "USD",
        0.02,
        "962",
        "0",
        ("77", "78", "79"),
        7,
        16,
        3,
        (("Amman", "11"), ("Irbid", "21")),
    ),
    Country(
        "QA",
        ("Qatar", "QA", "QAT"),
        "USD",
        0.01,
        "974",
        "",
        ("3", "5", "6", "7"),
        7,
        0,
        3,
        (("Doha", ""),),
    ),
)

BY_CODE: dict[str, Country] = {country.code: country for country in COUNTRIES}

STREETS = (
    "Tahrir Street",
    "Nile Corniche",
    "King Fahd Road",
    "Olaya Street",
    "Sheikh Zayed Road",
    "Al Wasl Road",
    "Port Said Street",
    "Palestine Street",
    "Al Nahda Street",
    "Prince Sultan Street",
    "Gulf Road",
    "University Street",
    "Garden Street",
    "Station Road",
    "Al Madina Street",
    "Airport Road",
    "Orabi Street",
    "Ramses Street",
)
