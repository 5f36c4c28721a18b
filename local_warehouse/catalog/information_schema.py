"""Answers queries over `information_schema`, in this process and without Spark jobs.

The relations that a query names are made for it as small tables, which DuckDB queries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from local_warehouse.catalog.information_schema_tables import (
    COLUMNS,
    EVERYTHING,
    Restriction,
    Source,
    table,
)
from local_warehouse.catalog.recorded import Recorded
from local_warehouse.catalog.relations import Catalog
from local_warehouse.errors import StatementError
from local_warehouse.names import CATALOG
from local_warehouse.sql.parameters import Parameters, python_value
from local_warehouse.sql.tokens import Statement

NAME = "information_schema"
_SYSTEM = "system"
# Relations whose rows come from Spark's catalog, so that reading fewer tables pays.
_READ_FROM_SPARK = {
    "tables",
    "columns",
    "views",
    "table_constraints",
    "check_constraints",
}
# What the metastore itself does not know of Delta tables.
_DETAILS = {"comment"}
_SCHEMA, _TABLE = "table_schema", "table_name"


def is_asked(statement: Statement) -> bool:
    """Tell whether a statement names a relation of information_schema."""
    tokens = statement.tokens
    for index, token in enumerate(tokens):
        if not (token.is_name and token.text.lower() == NAME):
            continue
        if statement.word(index + 1) == "." and index + 2 < len(tokens):
            before = tokens[index - 2].text.lower() if index > 1 else ""
            if statement.word(index - 1) != "." or before in (CATALOG, _SYSTEM):
                return True
    return False


def answer(
    statement: str,
    catalog: Catalog,
    recorded: Recorded,
    parameters: Parameters | None = None,
) -> pa.Table:
    """Return the rows of a query.

    Raises:
        StatementError: It is not a query, names other tables, too, or is wrong.
    """
    try:
        query = sqlglot.parse_one(statement, dialect="databricks")
    except SqlglotError as error:
        reason = str(error).splitlines()[0]
        raise StatementError(f"[PARSE_SYNTAX_ERROR] {reason}", "42601") from error
    if not isinstance(query, exp.Query):
        raise StatementError(
            "[UNSUPPORTED_FEATURE] The local warehouse answers only queries over"
            " information_schema: it cannot be used within other statements.",
            "0A000",
        )
    sources = _sources(query, catalog, recorded)
    sql = query.sql(dialect="duckdb")
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            "set timezone = 'UTC'; set python_enable_replacements = false"
        )
        for name, source in sources.items():
            connection.register(_local(name), table(name, source))
        try:
            return connection.execute(sql, _bound(parameters)).to_arrow_table()
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise StatementError(f"[{NAME.upper()}] {reason}", "42000") from error


def _sources(
    query: exp.Query, catalog: Catalog, recorded: Recorded
) -> dict[str, Source]:
    """Return the relations that a query names, and point the query at them."""
    wanted: dict[str, frozenset[Restriction]] = {}
    details = _needs_details(query)
    expressions = {cte.alias.lower() for cte in query.find_all(exp.CTE)}
    for reference in list(query.find_all(exp.Table)):
        if not reference.db and reference.name.lower() in expressions:
            continue
        name = _relation(reference)
        asked = _restrictions(reference) if name in _READ_FROM_SPARK else EVERYTHING
        wanted[name] = wanted.get(name, frozenset()) | asked
        local = exp.to_table(_local(name))
        local.set("alias", reference.args.get("alias") or exp.TableAlias(this=name))
        local.set("joins", reference.args.get("joins"))
        reference.replace(local)
    return {
        name: Source(
            catalog, recorded, asked, details or name not in ("tables", "views")
        )
        for name, asked in wanted.items()
    }


def _relation(reference: exp.Table) -> str:
    """Return the relation of information_schema that a query names."""
    catalog, schema = reference.catalog.lower(), reference.db.lower()
    name = reference.name.lower()
    if schema != NAME or catalog not in ("", CATALOG, _SYSTEM):
        raise StatementError(
            "[UNSUPPORTED_FEATURE] The local warehouse cannot query information_schema"
            f" together with other tables ({reference.sql(dialect='databricks')}).",
            "0A000",
        )
    if name not in COLUMNS:
        full = ".".join(f"`{part}`" for part in (catalog or CATALOG, NAME, name))
        raise StatementError(
            f"[TABLE_OR_VIEW_NOT_FOUND] The table or view {full} cannot be found."
            " The local warehouse has these relations of information_schema:"
            f" {', '.join(sorted(COLUMNS))}.",
            "42P01",
        )
    return name


def _local(name: str) -> str:
    # DuckDB has an information_schema of its own.
    return f"unity_{name}"


def _needs_details(query: exp.Query) -> bool:
    names = {column.name.lower() for column in query.find_all(exp.Column)}
    return bool(names & _DETAILS) or query.find(exp.Star) is not None


def _bound(
    parameters: Parameters | None,
) -> dict[str, object] | list[object] | None:
    if parameters is None:
        return None
    if isinstance(parameters, Mapping):
        return {name: python_value(value) for name, value in parameters.items()}
    return list(map(python_value, parameters))


def _restrictions(reference: exp.Table) -> frozenset[Restriction]:
    """Return the schemas and tables that a query wants of a relation, or more.

    Only what can be told for sure is left out; the query itself filters the rest.
    """
    select = reference.find_ancestor(exp.Select)
    where = select.args.get("where") if select else None
    if (
        select is None
        or where is None
        or reference.find_ancestor(exp.Join, exp.Select) is not select
    ):
        return EVERYTHING
    is_alone = not select.args.get("joins")
    return _wanted(where.this, reference.alias_or_name.lower(), is_alone)


def _wanted(condition: exp.Expr, alias: str, is_alone: bool) -> frozenset[Restriction]:
    if isinstance(condition, exp.Paren):
        return _wanted(condition.this, alias, is_alone)
    if isinstance(condition, exp.Or):
        return _wanted(condition.left, alias, is_alone) | _wanted(
            condition.right, alias, is_alone
        )
    if isinstance(condition, exp.And):
        return frozenset(
            both
            for left in _wanted(condition.left, alias, is_alone)
            for right in _wanted(condition.right, alias, is_alone)
            if (both := _both(left, right)) is not None
        )
    if isinstance(condition, exp.EQ):
        return _equal(condition.left, [condition.right], alias, is_alone)
    if isinstance(condition, exp.In) and not condition.args.get("query"):
        return _equal(condition.this, condition.expressions, alias, is_alone)
    return EVERYTHING


def _equal(
    column: exp.Expr, values: Iterable[exp.Expr], alias: str, is_alone: bool
) -> frozenset[Restriction]:
    values = list(values)
    if not isinstance(column, exp.Column) or not all(
        isinstance(value, exp.Literal) and value.is_string for value in values
    ):
        return EVERYTHING
    if column.table.lower() != alias and (column.table or not is_alone):
        return EVERYTHING
    names = {value.name for value in values}
    if column.name.lower() == _SCHEMA:
        return frozenset((name, None) for name in names)
    if column.name.lower() == _TABLE:
        return frozenset((None, name) for name in names)
    return EVERYTHING


def _both(left: Restriction, right: Restriction) -> Restriction | None:
    """Return what meets both conditions, or None where nothing can."""
    parts = []
    for one, other in zip(left, right, strict=True):
        if one is not None and other is not None and one != other:
            return None
        parts.append(one if one is not None else other)
    return parts[0], parts[1]
