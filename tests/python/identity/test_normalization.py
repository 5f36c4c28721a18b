"""What records are compared by: names, emails, phones, addresses."""

import csv
import unicodedata
from collections import defaultdict
from pathlib import Path

import duckdb
import pytest

from tests.python.support.identity_cases import CASES
from tests.python.support.identity_macros import SEEDS, compiled, wrong

ARABIC = "ARABIC"
# Names that are a letter or two apart, and of two people.
DIFFERENT = [
    ("hassan", "hussein", "hassaan", "husni", "hassanein"),
    ("mona", "mina", "menna"),
    ("omar", "amr", "ammar", "amer", "imran"),
    ("hamad", "hamed", "ahmed", "hammad", "hameed", "hamada", "hamdi"),
    ("saeed", "saad", "sayed", "saud", "suad"),
    ("salim", "salem", "salma", "salama", "salman", "suleiman"),
    ("karim", "karima", "karam", "akram"),
    ("amin", "amina", "ayman", "iman", "amna"),
    ("nour", "noura", "nouran"),
    ("samir", "samer", "samar", "samira", "sameh", "samah"),
    ("mahmoud", "mohamed", "hamada"),
    ("jamal", "jamil", "kamal", "kamel"),
    ("عمر", "عمرو", "عمار", "عامر"),
    ("حسن", "حسين", "حسان"),
]
SAME = [
    ("mohamed", "mohammed", "muhammad", "mohammad", "mohd", "muhammed", "محمد"),
    ("ahmed", "ahmad", "احمد"),
    ("youssef", "yousef", "yusuf", "يوسف"),
    ("abdelrahman", "abdurrahman", "عبدالرحمن"),
    ("abdellah", "abdella", "عبدالله"),
    ("fatma", "fatima", "فاطمه"),
    ("aisha", "aysha", "aicha", "عايشه"),
    ("gamal", "jamal", "جمال"),
    ("tarek", "tariq", "طارق"),
    ("george", "girgis", "guirguis"),
    ("noureldin", "nooruddin", "noureddine", "نورالدين"),
    ("chaudhry", "chowdhury"),
]


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    with (SEEDS / "name_variants.csv").open(encoding="utf-8", newline="") as stream:
        return {row["spelling"]: row["name"] for row in csv.DictReader(stream)}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("normalization")
    return folder / "scratch.duckdb", compiled(folder)


@pytest.mark.parametrize("macro", CASES)
def test_macro_answers(project: tuple[Path, dict[str, str]], macro: str) -> None:
    database, queries = project
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(queries[macro]).fetchall()
    assert len(rows) == len(CASES[macro][1])
    assert wrong(rows) == []


def test_normalizing_again_changes_nothing(
    project: tuple[Path, dict[str, str]],
) -> None:
    """Names, keys and numbers are in the form that they are compared in."""
    database, queries = project
    with duckdb.connect(str(database), read_only=True) as connection:
        for macro in ("normalize_name", "joined_name", "e164_number"):
            again = queries[macro].replace(
                "cases (a, b, expected) as (", "typed (a, b, expected) as ("
            )
            head, _, tail = again.partition("\nselect a, b, expected, ")
            cases = ",\ncases as (select expected as a, b, expected from typed)"
            query = f"{head}{cases}\nselect a, b, expected, {tail}"
            assert wrong(connection.execute(query).fetchall()) == [], macro


def test_list_of_names_is_broad(names: dict[str, str]) -> None:
    assert len(set(names.values())) >= 350
    assert len(names) >= 1_500


def test_every_name_stands_for_itself(names: dict[str, str]) -> None:
    assert {name for name in names.values() if names.get(name) != name} == set()


def test_arabic_spellings_are_normalised(names: dict[str, str]) -> None:
    arabic = [text for text in names if ARABIC in unicodedata.name(text[0])]
    assert len(arabic) >= 350
    assert [text for text in arabic if set(text) & set("أإآٱةىؤئ")] == []


def test_no_arabic_spelling_has_two_first_letters(names: dict[str, str]) -> None:
    """A slip in the list would put two names into one row's group."""
    initials = defaultdict(set)
    for spelling, name in names.items():
        if ARABIC in unicodedata.name(spelling[0]):
            initials[name].add(spelling[0])
    # Alanoud is written with her article and without it.
    assert {name for name, letters in initials.items() if len(letters) > 1} == {
        "alanoud"
    }


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: spellings[0])
def test_spellings_of_one_name(
    names: dict[str, str], spellings: tuple[str, ...]
) -> None:
    assert len({names[spelling] for spelling in spellings}) == 1


@pytest.mark.parametrize("different", DIFFERENT, ids=lambda different: different[0])
def test_names_that_are_different(
    names: dict[str, str], different: tuple[str, ...]
) -> None:
    """Also where the list does not know one of them."""
    assert len({names.get(name, name) for name in different}) == len(different)
