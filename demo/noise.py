"""How dirty the world is: every share in one place, none of it hidden in code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Noise:
    """Shares of people or records that are dirty, each between 0 and 1.

    Shares "of people" are drawn once per person, shares "of records" once per source
    record. The defaults are in the range that customer data teams report for retail
    data; they were set before any matching rule existed and are not tuned to one.

    Attributes:
        second_account: Of the people in a source, those with a second account there.
        placeholder_email: Of records, those with an address such as noreply@...
        placeholder_phone: Of records, those with a number such as 0000000000.
        household: Of people, those who live with others under one surname and address.
        shared_phone: Of people, those whose household gives one phone for everybody.
        shared_email: Of people, those whose household gives one email for everybody.
        second_email: Of people, those who use a second address in some records.
        second_phone: Of people, those who use a second number in some records.
        given_name_typo: Of records, those with a typing error in the given name.
        surname_typo: Of records, those with a typing error in the surname.
        email_typo: Of records, those with a typing error in the email.
        spelling_variant: Of records, those with another transliteration of a name.
        initial_only: Of records, those with only the initial of the given name.
        swapped_names: Of records, those with given name and surname exchanged.
        missing_email: Of records, those without an email.
        missing_phone: Of records, those without a phone.
        missing_birth_date: Of records, those without a birth date.
        wrong_birth_date: Of records, those with day and month or a digit confused.
        missing_postcode: Of records, those without a postcode.
        missing_country: Of records, those without a country.
        moved: Of records, those that still show a former address.
        wrong_link: Of account-id links, those that point to somebody else.
        ghost: Of shop and CRM accounts, those that orders, tickets or consents name
            but the account table no longer has.
        late: Of store orders and of events, those recorded days after they happened.
        repeated_event: Of events, those delivered twice.
        malformed: Of the records of every table, those that break its contract
            (at least one of each kind of defect per table).
    """

    second_account: float = 0.16
    placeholder_email: float = 0.005
    placeholder_phone: float = 0.005
    household: float = 0.30
    shared_phone: float = 0.08
    shared_email: float = 0.02
    second_email: float = 0.08
    second_phone: float = 0.05
    given_name_typo: float = 0.03
    surname_typo: float = 0.03
    email_typo: float = 0.015
    spelling_variant: float = 0.20
    initial_only: float = 0.015
    swapped_names: float = 0.01
    missing_email: float = 0.15
    missing_phone: float = 0.25
    missing_birth_date: float = 0.35
    wrong_birth_date: float = 0.01
    missing_postcode: float = 0.10
    missing_country: float = 0.02
    moved: float = 0.06
    wrong_link: float = 0.001
    ghost: float = 0.003
    late: float = 0.01
    repeated_event: float = 0.001
    malformed: float = 0.0005


DEFAULT = Noise()

HARD = Noise(
    second_account=0.28,
    placeholder_email=0.01,
    placeholder_phone=0.01,
    household=0.40,
    shared_phone=0.15,
    shared_email=0.04,
    second_email=0.10,
    second_phone=0.08,
    given_name_typo=0.05,
    surname_typo=0.05,
    email_typo=0.02,
    initial_only=0.05,
    missing_email=0.30,
    missing_phone=0.40,
    missing_birth_date=0.40,
    missing_postcode=0.10,
)

LEVELS: dict[str, Noise] = {"default": DEFAULT, "hard": HARD}
