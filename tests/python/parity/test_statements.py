"""The check of statements sees what is not Databricks SQL."""

import pytest

from tests.python.support.statements import COMMANDS, is_of_dbt, kind, unparsed

HEADER = '/* {"app": "dbt", "node_id": "model.cdp.x"} */\n'


@pytest.mark.parametrize(
    "statement",
    [
        "select a::int, try_cast(b as date) from `main`.`s`.`t` where x <=> y",
        "create or replace table `main`.`s`.`t` (a int not null, constraint k primary"
        " key (a)) using delta cluster by (a) tblproperties ('x' = 'y') comment 'z'",
        "merge into `main`.`s`.`t` as one using two on one.a = two.a"
        " when matched then update set * when not matched then insert *",
        "DESCRIBE TABLE EXTENDED `main`.`s`.`t` AS JSON",
        "GRANT SELECT ON TABLE `main`.`s`.`t` TO `readers`",
        "SHOW SCHEMAS IN `main`",
        "OPTIMIZE `main`.`s`.`t`",
    ],
)
def test_databricks_sql_passes(statement: str) -> None:
    assert list(unparsed([HEADER + statement])) == []


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("select (1", "Expecting )"),
        ("selec 1", "Invalid expression"),
        ("alter table t frobnicate the columns", "a bare command"),
        ("vacuum t retain 0 hours", "a bare command"),
        ("select 1; select 2", "2 statements"),
    ],
)
def test_what_is_not_is_reported(statement: str, problem: str) -> None:
    [found] = unparsed([HEADER + statement])
    assert problem in found
    assert statement in found


def test_the_same_statement_of_many_runs_is_reported_once() -> None:
    assert len(list(unparsed([HEADER + "selec 1", "/* other */ selec 1"]))) == 1


def test_the_kind_of_a_statement_is_its_first_word() -> None:
    assert kind(HEADER + "\n-- why\n\n  select 1 -- x") == "SELECT"


def test_dbt_signs_its_statements() -> None:
    assert is_of_dbt(HEADER + "select 1")
    assert not is_of_dbt("/* other */ select 1")


@pytest.mark.parametrize("word", COMMANDS)
def test_only_what_needs_it_is_on_the_list(word: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(COMMANDS, word)
        [found] = unparsed([f"{word} TBLPROPERTIES t"])
    assert "a bare command" in found
