"""Whether statements are valid Databricks SQL, as sqlglot's parser knows it."""

import logging
import re
from collections.abc import Iterable, Iterator

import sqlglot
from sqlglot import exp

# Statements that sqlglot takes as text, without looking into them.
COMMANDS = {
    "OPTIMIZE": "sqlglot has no syntax for it",
    "SHOW": "sqlglot has the syntax of MySQL and Snowflake only",
}


def unparsed(statements: Iterable[str]) -> Iterator[str]:
    """Statements that sqlglot does not parse, or only as a bare command, and why."""
    logger = logging.getLogger("sqlglot")
    level = logger.level
    # It warns of every command; here they are counted.
    logger.setLevel(logging.ERROR)
    try:
        for statement in dict.fromkeys(map(without_header, statements)):
            problem = _problem(statement)
            if problem:
                yield f"{problem}: {statement[:500]}"
    finally:
        logger.setLevel(level)


def is_of_dbt(statement: str) -> bool:
    """Whether it has the comment that dbt puts before its statements."""
    return statement.startswith('/* {"app": "dbt"')


def without_header(statement: str) -> str:
    """A statement without the comments before it; dbt's names the run."""
    return re.sub(r"\A(\s+|/\*.*?\*/|--[^\n]*)*", "", statement, flags=re.DOTALL)


def kind(statement: str) -> str:
    """The first word, in capitals."""
    return without_header(statement).split(None, 1)[0].upper()


def _problem(statement: str) -> str:
    try:
        trees = sqlglot.parse(statement, dialect="databricks")
    except sqlglot.errors.SqlglotError as error:
        return str(error).splitlines()[0]
    if len(trees) != 1 or trees[0] is None:
        return f"{len(trees)} statements"
    for command in trees[0].find_all(exp.Command):
        if str(command.this).upper() not in COMMANDS:
            return "a bare command"
    return ""
