"""The catalog's name: `main` for clients, `spark_catalog` for Spark.

Only tokens are replaced. What merely says `main` stays: literals, comments, CTEs,
aliases, columns, a schema of that name.
"""

from __future__ import annotations

from collections.abc import Iterator

from local_warehouse.names import CATALOG, SPARK_CATALOG
from local_warehouse.sql.tokens import Edit, Statement, Token

_SCHEMA_STATEMENTS = {"CREATE", "DROP", "ALTER", "DESCRIBE", "DESC", "COMMENT"}
_SCHEMA_WORDS = {"SCHEMA", "DATABASE", "NAMESPACE"}
_BEFORE_SCHEMA = {"IF", "NOT", "EXISTS", "EXTENDED", "ON"}
_BEFORE_TABLE = {"FROM", "JOIN", "INTO", "TABLE", "UPDATE", "USING", "VIEW", "CLONE"}
_CLAUSES = _BEFORE_TABLE | {
    *("SELECT", "DISTINCT", "WHERE", "GROUP", "ORDER", "HAVING", "ON", "SET"),
    *("VALUES", "WITH", "WINDOW", "BY"),
}


def to_spark(statement: Statement) -> list[Edit]:
    """Return the edits that a statement needs before Spark can read it."""
    places = {*_qualified_tables(statement), *_qualified_schemas(statement)}
    edits = [_renamed(statement.tokens[index], SPARK_CATALOG) for index in places]
    return [*edits, *_current_catalogs(statement)]


def from_spark(text: str) -> str:
    """Return a text that Spark keeps, such as that of a view, as clients know it."""
    if SPARK_CATALOG not in text:
        return text
    statement = Statement.read(text)
    if not statement.tokens:
        return text.replace(SPARK_CATALOG, CATALOG)
    return statement.edited(
        _renamed(token, CATALOG)
        for index, token in enumerate(statement.tokens)
        if token.is_name
        and token.text.lower() == SPARK_CATALOG
        and statement.word(index - 1) != "."
    )


def _renamed(token: Token, name: str) -> Edit:
    quote = len(token.text) < token.end - token.start
    return Edit(token.start, token.end, f"`{name}`" if quote else name)


def _catalogs(statement: Statement) -> Iterator[int]:
    """Return where `main` stands at the beginning of a name or alone."""
    for index, token in enumerate(statement.tokens):
        is_named = token.is_name and token.text.lower() == CATALOG
        if is_named and statement.word(index - 1) not in (".", ":"):
            yield index


def _qualified_tables(statement: Statement) -> Iterator[int]:
    """Return the catalogs of names with three parts.

    `main.a.b` is a field of a column where the statement calls something else `main`,
    and the name does not stand where a table does.
    """
    places = list(_catalogs(statement))
    has_alias = any(statement.word(index + 1) != "." for index in places)
    for index in places:
        dots = statement.word(index + 1), statement.word(index + 3)
        if dots == (".", ".") and (not has_alias or _is_table(statement, index)):
            yield index


def _is_table(statement: Statement, index: int) -> bool:
    """Tell whether a name stands where a table is named."""
    before = statement.word(index - 1)
    if before != ",":
        is_in_query = any(statement.word(at) == "SELECT" for at in range(index))
        return before in _BEFORE_TABLE or not is_in_query
    return _clause(statement, index) in _BEFORE_TABLE


def _qualified_schemas(statement: Statement) -> Iterator[int]:
    """Return the catalogs before schemas, in statements about schemas."""
    first, second = statement.word(0), statement.word(1)
    lists_schemas = first == "SHOW" and second in ("SCHEMAS", "DATABASES")
    for index in _schema_places(statement):
        token = statement.tokens[index]
        is_catalog = lists_schemas or statement.word(index + 1) == "."
        if is_catalog and token.is_name and token.text.lower() == CATALOG:
            yield index


def _schema_places(statement: Statement) -> Iterator[int]:
    """Return where statements about schemas may name one."""
    places = range(len(statement.tokens))
    first = statement.word(0)
    if first == "USE":
        yield from places[2:3] if statement.word(1) in _SCHEMA_WORDS else places[1:2]
    elif first == "SHOW":
        yield from (at for at in places if statement.word(at - 1) in ("IN", "FROM"))
    elif _SCHEMA_WORDS & {statement.word(1), statement.word(2)}:
        # The name follows SCHEMA, and what may stand between.
        between = _SCHEMA_STATEMENTS | _SCHEMA_WORDS | _BEFORE_SCHEMA
        yield from [at for at in places if statement.word(at) not in between][:1]


def _current_catalogs(statement: Statement) -> Iterator[Edit]:
    """Return the catalog as clients know it for each `current_catalog()`."""
    for index, token in enumerate(statement.tokens):
        if token.word != "CURRENT_CATALOG" or statement.word(index - 1) == ".":
            continue
        if (statement.word(index + 1), statement.word(index + 2)) != ("(", ")"):
            continue
        # Alone in a list of columns it names its column, as it does on Databricks.
        alone = statement.word(index - 1) in ("SELECT", "DISTINCT", ",") and (
            index + 3 == len(statement.tokens)
            or statement.word(index + 3) in (",", "FROM", "UNION")
        )
        alias = (
            " as `current_catalog()`" if alone and _in_select(statement, index) else ""
        )
        end = statement.tokens[index + 2].end
        yield Edit(token.start, end, f"'{CATALOG}'{alias}")


def _in_select(statement: Statement, index: int) -> bool:
    """Tell whether a position is directly in a list of columns."""
    return _clause(statement, index) in ("SELECT", "DISTINCT")


def _clause(statement: Statement, index: int) -> str:
    """Return the word that opens the clause of a position, within its parentheses."""
    depth = 0
    for at in range(index - 1, -1, -1):
        word = statement.word(at)
        depth += {")": 1, "(": -1}.get(word, 0)
        if depth < 0:
            return ""
        if depth == 0 and word in _CLAUSES:
            return word
    return ""
