"""`python -m cdp explain` on what the real models make of a few records."""

import hashlib
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from cdp.cli import app
from tests.python.support.identity_lab import PUBLISHED, IdentityLab
from tests.python.support.identity_scenarios import Scenario, batch
from tests.python.support.identity_world import draw

# Names are rare or common only among others.
OTHERS, SEED = 200, 3
BUILT = (
    *PUBLISHED,
    "customer_id_changes",
    "identity_evidence",
    "identity_links_cut",
    "match_points",
)
SCENARIOS = [
    Scenario(
        "late",
        [
            """
            a commerce: Samira Tawfik; email samira.t@example.com
            b shop: Samira, Tawfik; phone +201288104400; born 1984-11-23
            """,
            """
            c crm: Samira, Tawfiq; email samira.t@example.com; phone +201288104400; \
                born 1984-11-23; address 17 Canal Lane; postcode 71234
            """,
        ],
    ),
    Scenario(
        "unmerged",
        [
            """
            a commerce: Mona Fathy; email branch.maadi@example.com; in Cairo
            b shop: Mona, Fathy; email branch.maadi@example.com; card L06610077
            c crm: Mona, Fathy; email branch.maadi@example.com; card L06610077
            """,
            "a b cannot_link",
        ],
    ),
    Scenario(
        "merged",
        [
            """
            a crm: Noura, Suwaidi; email noura.s@example.com; merged b
            b crm: Hind; phone 0509912277; in Dubai; archived yes
            c shop: Karim, Zaki; card L06610025
            d crm: Ghada; email ghada.w@example.org
            c d must_link
            """
        ],
    ),
]
PERSONAL = ["samira", "tawfi", "1288104400", "1984", "canal", "71234", "branch.maadi"]
PERSONAL += ["mona", "fathy", "L06610077", "noura", "ghada", "509912277", "steward"]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lab = IdentityLab(tmp_path_factory.mktemp("explained"))
    lab.land(draw(OTHERS, "default", SEED).records)
    for stage in (0, 1):
        lab.land(batch(SCENARIOS, stage))
        lab.build(select=BUILT)
    return lab.platform.database


def call(database: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["explain", "--database", str(database), *arguments])


def explained(database: Path, *arguments: str) -> str:
    """What it prints on one line, with nothing in it that names a person."""
    result = call(database, *arguments)
    assert result.exit_code == 0, result.output
    for value in PERSONAL:
        # Ids of records are no personal data: here they happen to have names in them.
        assert value.lower() not in result.output.lower().replace("unmerged-", "")
    return " ".join(result.output.split())


def customer_of(database: Path, record: str) -> str:
    with duckdb.connect(str(database), read_only=True) as connection:
        [(customer_id,)] = connection.execute(
            "select customer_id from marts.customer_identities"
            " where source_name || ':' || source_record_id = ? and is_current",
            [record],
        ).fetchall()
    return str(customer_id)


def test_a_customer_is_its_records_and_what_joins_them(database: Path) -> None:
    customer = customer_of(database, "crm:late-c")
    text = explained(database, customer)
    assert text.startswith(f"Customer {customer}: 3 records")
    # The second record came on the first day, and into this customer with the third.
    days = {"commerce:late-a": 16, "shop:late-b": 17, "crm:late-c": 17}
    for record, day in days.items():
        assert f"│ {record} │ 2025-07-{day} 03:00 │" in text
    # The late record joined the two: no link leads from one to the other.
    assert "commerce:late-a - crm:late-c = " in text
    assert "crm:late-c - shop:late-b = " in text
    assert "commerce:late-a - shop:late-b" not in text
    assert "email: one mailbox (s***t@e***.com)" in text
    assert "phone: one number (***400)" in text
    assert "family name: spellings of one family name" in text
    assert "birth date: one day" in text
    assert explained(database, "shop:late-b").endswith(text)


def test_an_id_that_was_merged_away_leads_to_the_customer_of_today(
    database: Path,
) -> None:
    ids = {
        hashlib.md5(key.encode()).hexdigest()
        for key in ("commerce:late-a", "shop:late-b")
    }
    [today] = ids & {customer_of(database, "crm:late-c")}
    [former] = ids - {today}
    text = explained(database, former)
    assert text.startswith(
        f"Customer {former} was merged into customer {today} on 2025-07-17."
        f" Customer {today}: 3 records"
    )
    assert explained(database, today) in text


def test_two_records_of_one_customer_are_joined_by_a_path(database: Path) -> None:
    text = explained(database, "shop:late-b", "commerce:late-a")
    assert "shop:late-b and commerce:late-a are one customer, " in text
    assert "What joins them: 2 links shop:late-b - crm:late-c = " in text
    assert text.index("shop:late-b - crm:late-c") < text.index("crm:late-c - commerce:")
    assert "of given name, birth date and gender" in text
    assert "late-a - shop:late-b" not in text


def test_points_are_what_they_are_made_of(database: Path) -> None:
    text = explained(database, "commerce:late-a", "crm:late-c")
    [total] = [float(part.split(" points")[0]) for part in text.split(" = ")[1:]]
    parts = text.split("points: ")[1].split(", ")
    assert (
        sum(float(part.split(" of ")[0]) for part in parts if " of " in part) == total
    )


def test_two_customers_by_decision(database: Path) -> None:
    text = explained(database, "commerce:unmerged-a", "shop:unmerged-b")
    assert "are not one customer." in text
    assert (
        "They must be apart commerce:unmerged-a and shop:unmerged-b,"
        " by decision: The customer called"
    ) in text
    assert "not used commerce:unmerged-a - crm:unmerged-c = " in text
    assert "it would join records that are kept apart (by decision)" in text
    # The third record is not named by any decision, but is kept away all the same.
    third = explained(database, "commerce:unmerged-a", "crm:unmerged-c")
    assert "kept apart (by decision)" in third
    assert "too little" not in third


def test_a_split_customer_says_what_it_had(database: Path) -> None:
    kept, left = "commerce:unmerged-a", "shop:unmerged-b"
    id_of = {
        record: hashlib.md5(record.encode()).hexdigest() for record in (kept, left)
    }
    [old] = [
        customer
        for customer in id_of.values()
        if "lost records to other customers" in call(database, customer).output
    ]
    text = explained(database, old)
    assert text.startswith(
        f"Customer {old} lost records to other customers on 2025-07-17."
    )
    assert "Records that it once had" in text
    assert "cannot_link commerce:unmerged-a and shop:unmerged-b, 2025-06-02" in text


def test_decisions_and_merges_are_said_as_such(database: Path) -> None:
    decided = explained(database, "shop:merged-c", "crm:merged-d")
    assert "What joins them: one link" in decided
    assert "shop:merged-c - crm:merged-d: one customer by decision" in decided
    assert "1000" not in decided
    merged = explained(database, "crm:merged-a", "crm:merged-b")
    assert "crm:merged-a - crm:merged-b: merged in the CRM" in merged


def test_nothing_links_strangers(database: Path) -> None:
    text = explained(database, "crm:merged-a", "commerce:late-a")
    assert "are not one customer." in text
    assert "Nothing links them" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["crm:nobody"], "no record 'crm:nobody': give a record or a customer id"),
        (["nobody"], "no customer 'nobody'"),
        (["crm:late-c", "crm:nobody"], "no record 'crm:nobody': give two records"),
        (["nobody", "crm:late-c"], "no record 'nobody'"),
        (["crm:late-c", "crm:late-c"], "crm:late-c twice: give two records"),
    ],
)
def test_what_is_not_known_is_one_line(
    database: Path, arguments: list[str], words: str
) -> None:
    result = call(database, *arguments)
    assert result.exit_code == 1
    assert result.output.startswith(f"error: {words}")
    assert result.output.count("\n") == 1
