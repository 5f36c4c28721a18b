"""`python -m cdp explain` on tables made by hand: what can become of ids and links."""

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from cdp.cli import app
from cdp.identity import LEVELS, POINTS, VALUES

TEXTS = [f"{name} varchar" for name in [*LEVELS, *VALUES]]
NUMBERS = [f"{name} double" for name in POINTS]
TABLES = f"""
create schema marts;
create schema quality;
create schema intermediate;
create schema reference;
create table marts.customer_identities as
    select source_name, source_record_id, customer_id, valid_to is null as is_current,
        timestamp '2025-01-02 03:00:00' as valid_from,
        cast(valid_to as timestamp) as valid_to
    from (values
        ('crm', '1', 'one', null), ('crm', '2', 'one', null), ('crm', '3', 'one', null),
        ('crm', '4', 'one', '2025-03-04'), ('shop', '5', 'two', null),
        ('shop', '[red]6', 'two', null), ('shop', '7', 'three', null),
        ('shop', '8', 'gone', '2025-05-06')
    ) as rows (source_name, source_record_id, customer_id, valid_to);
create table marts.customer_id_changes as
    select *, timestamp '2025-02-03 10:00:00' as changed_at from (values
        ('old', 'one', 'merged'), ('torn', 'two', 'moved'), ('two', 'two', 'split'),
        ('gone', null, 'removed')
    ) as rows (old_customer_id, new_customer_id, reason);
create table marts.identity_evidence (
    customer_id varchar, source_name varchar, source_record_id varchar,
    other_source_name varchar, other_source_record_id varchar, link_rule varchar,
    {", ".join([*TEXTS, *NUMBERS])}
);
insert into marts.identity_evidence
    (customer_id, source_name, source_record_id, other_source_name,
    other_source_record_id, link_rule, points, household_points, identifier_points,
    personal_points, contradiction_points, phone_level, email_level, phone_masked,
    other_phone_masked, email_masked, other_email_masked, gender_level)
values
    ('one', 'crm', '1', 'crm', '2', 'evidence', 7.5, -3, 4.5, 4.5, -1.5, 'equal',
    'different', '***345', '***345', 'a***d@e***.com', 'a***@e***.com', 'equal'),
    ('one', 'crm', '2', 'crm', '3', 'evidence', 3, 0, null, 3, 0, null, null,
    null, null, null, null, null),
    ('one', 'crm', '1', 'crm', '3', 'evidence', 2.5, 0, null, 2.5, 0, null, null,
    null, null, null, null, null);
create table quality.identity_links_cut as
    select 'crm' as source_name, source_record_id, customer_id,
        'shop' as other_source_name, other_source_record_id, other_customer_id,
        cut_reason, separation_rule, cast(points as double) as points
    from (values
        ('1', 'one', '5', 'two', 'weak_bridge', null, 2.5),
        ('2', 'one', '5', 'two', 'separated', 'loyalty_id', 9),
        ('3', 'one', '7', 'three', 'oversized', null, 12)
    ) as rows (source_record_id, customer_id, other_source_record_id,
        other_customer_id, cut_reason, separation_rule, points);
create table intermediate.int_identity_decisions_deduplicated as
    select 'crm:1' as source_node, 'crm:2' as target_node, 'must_link' as decision,
        'Same [b]card[/b]' as reason, timestamp '2025-01-05' as decided_at;
create table intermediate.int_customer_records_separated as
    select * from (values ('crm:2', 'shop:[red]6', 'loyalty_id', null))
    as rows (source_node, target_node, separated_by, reason);
create table intermediate.int_customer_pairs_scored (
    source_node varchar, target_node varchar, {", ".join([*TEXTS, *NUMBERS])}
);
insert into intermediate.int_customer_pairs_scored
    (source_node, target_node, points, household_points, identifier_points,
    personal_points, contradiction_points, city_level, loyalty_id_level)
values
    ('crm:1', 'shop:7', 1.5, -2, null, 3.5, 0, 'different', null),
    ('shop:5', 'shop:7', 4, 0, null, 8, -4, null, 'different');
create table intermediate.int_customer_pairs_accepted as
    select 'evidence' as link_rule, 2.0 as points union all select 'decision', 1000;
create table reference.match_points as
    select * from (values
        ('phone', 'equal', 'One number'), ('email', 'different', 'Two mailboxes'),
        ('city', 'different', 'Two cities'), ('loyalty_id', 'different', 'Two cards')
    ) as rows (attribute, level, meaning);
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("explained") / "cdp.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLES)
    return path


def explained(database: Path, *arguments: str) -> str:
    result = CliRunner().invoke(
        app, ["explain", "--database", str(database), *arguments]
    )
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def test_a_customer(database: Path) -> None:
    text = explained(database, "one")
    assert text.startswith("Customer one: 3 records")
    assert "│ crm:1 │ 2025-01-02 03:00 │" in text
    assert "Records that it once had crm:4, until 2025-03-04 " in text
    assert (
        "What joins them (and further links between them: 1)"
        " crm:1 - crm:2 = 7.5 points email: two mailboxes (a***d@e***.com,"
        " a***@e***.com); phone: one number (***345); gender: equal"
        " crm:2 - crm:3 = 3 points Links"
    ) in text
    assert (
        "Links that were found and not used"
        " crm:3 - shop:7 = 12 points, of customers one and three: the customer would"
        " have too many records"
        " crm:2 - shop:5 = 9 points, of customers one and two: it would join records"
        " that are kept apart (two loyalty ids)"
        " crm:1 - shop:5 = 2.5 points, of customers one and two: too weak a bridge"
        " between two groups of records"
    ) in text
    # Brackets in reasons and ids are no markup.
    assert text.endswith(
        "Decisions that hold must_link crm:1 and crm:2, 2025-01-05: Same [b]card[/b]"
    )


@pytest.mark.parametrize(
    ("subject", "beginning"),
    [
        (
            "old",
            "Customer old was merged into customer one on 2025-02-03. Customer one",
        ),
        (
            "torn",
            "Customer torn was taken apart on 2025-02-03; its first record is of"
            " customer two. Customer two: 2 records",
        ),
        (
            "two",
            "Customer two lost records to other customers on 2025-02-03. Customer two:",
        ),
        ("crm:3", "crm:3 is of customer one since 2025-01-02. Customer one: 3 records"),
        ("shop:7", "shop:7 is of customer three since 2025-01-02. Customer three: one"),
        (
            "crm:4",
            "crm:4 was of customer one until 2025-03-04: no source delivers or names",
        ),
    ],
)
def test_any_id_leads_to_the_customer_of_today(
    database: Path, subject: str, beginning: str
) -> None:
    assert explained(database, subject).startswith(beginning)


def test_what_is_gone_has_no_customer(database: Path) -> None:
    gone = explained(database, "gone")
    assert gone == (
        "Customer gone is gone since 2025-02-03: no source delivers or names any of its"
        " records."
    )
    text = explained(database, "shop:8", "crm:1")
    assert "shop:8 was of customer gone until 2025-05-06" in text
    assert text.endswith("crm:1 is of customer one since 2025-01-02.")


def test_the_points_of_a_link(database: Path) -> None:
    text = explained(database, "crm:2", "crm:1")
    assert "What joins them: one link crm:2 - crm:1 = 7.5 points" in text
    assert text.endswith(
        "points: 4.5 of identifiers, 4.5 of given name, birth date and gender,"
        " -1.5 of identifiers that contradict"
    )


def test_why_two_records_are_two_customers(database: Path) -> None:
    little = explained(database, "shop:7", "crm:1")
    assert "How the two records compare: too little for a link shop:7 - crm:1" in little
    assert "= 1.5 points city: two cities points: -2 of family name and place" in little
    cards = explained(database, "shop:5", "shop:7")
    assert "compare: enough for a link, but a person has one loyalty id only" in cards
    other = explained(database, "crm:1", "shop:5")
    assert "They must be apart crm:2 and shop:[red]6, two loyalty ids Links" in other
    assert "crm:1 - shop:5 = 2.5 points" in other
    assert "crm:3 - shop:7" not in other
    assert "How the two records compare" not in other
    assert "Nothing links them" not in other


def test_strangers(database: Path) -> None:
    text = explained(database, "shop:[red]6", "shop:7")
    assert text.startswith("shop:[red]6 and shop:7 are not one customer.")
    assert "Nothing links them" in text


def test_an_incomplete_build_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "cdp.duckdb"
    with duckdb.connect(str(path)):
        pass
    arguments = ["explain", "--database", str(path), "crm:1"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert "is not a complete build" in result.output
    assert result.output.count("\n") == 1
