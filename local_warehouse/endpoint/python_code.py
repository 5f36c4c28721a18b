"""Python code of clients, made to run on open-source Spark."""

from __future__ import annotations

import ast
import functools
import linecache
import re
import traceback
from typing import Any

from local_warehouse.bridge.rules import rename_catalog

# A table's name in three parts, quoted or not: `main`.`marts`.`customer_360`.
TABLE_NAME = re.compile(r"`?main`?(\.(`[^`]+`|\w+)){2}", re.IGNORECASE)
# What takes SQL or the name of a table, in PySpark and in Delta's library.
SQL = "sql"
NAMED = {
    *("table", "read_table", "writeTo", "saveAsTable", "insertInto", "mergeInto"),
    *("forName", "tableExists", "getTable", "listColumns", "refreshTable"),
    *("cacheTable", "uncacheTable"),
}
OWNERS = ("pyspark.", "delta.")
RENAMING = "_local_warehouse_renaming"


class Renaming(ast.NodeTransformer):
    """Lets methods that take names of tables know the catalog as clients do.

    Spark's own catalog has a fixed name. Texts that only look like a table stay as they
    are: what is passed to such a method is known only when the code runs.
    """

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Turn `x.table` into `_local_warehouse_renaming(x.table)`."""
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load) or node.attr not in {SQL, *NAMED}:
            return node
        function = ast.Name(RENAMING, ast.Load())
        return ast.copy_location(ast.Call(function, [node], []), node)


def renaming(member: Any) -> Any:
    """Return a method of Spark so that it takes the catalog as clients know it."""
    owner = getattr(member, "__module__", None) or ""
    if not callable(member) or not owner.startswith(OWNERS):
        return member

    @functools.wraps(member)
    def renamed(*args: Any, **options: Any) -> Any:
        if member.__name__ == SQL:
            args = (*map(_renamed_sql, args[:1]), *args[1:])
            if "sqlQuery" in options:
                options["sqlQuery"] = _renamed_sql(options["sqlQuery"])
        else:
            args = tuple(map(_renamed_name, args))
            options = {name: _renamed_name(value) for name, value in options.items()}
        return member(*args, **options)

    return renamed


def _renamed_sql(value: Any) -> Any:
    return rename_catalog(value) if isinstance(value, str) else value


def _renamed_name(value: Any) -> Any:
    is_name = isinstance(value, str) and TABLE_NAME.fullmatch(value.strip())
    return rename_catalog(value) if is_name else value


def run(code: str, variables: dict[str, Any]) -> None:
    """Run code with these variables, which it may change.

    Raises:
        PythonError: Whatever the code raises, `SystemExit` included.
    """
    # Lets tracebacks show the lines of the code.
    name = f"<command {id(code)}>"
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    variables[RENAMING] = renaming
    try:
        tree = Renaming().visit(ast.parse(code, name))
        exec(compile(ast.fix_missing_locations(tree), name, "exec"), variables)
    except BaseException as error:
        raise PythonError(error, name) from error
    finally:
        linecache.cache.pop(name, None)


class PythonError(Exception):
    """Code of a client that failed.

    Attributes:
        summary: The error in one line.
        cause: Its traceback, from the client's own code on.
    """

    def __init__(self, error: BaseException, name: str) -> None:
        """Take what the code has raised."""
        found = error.__traceback__
        while found is not None and found.tb_frame.f_code.co_filename != name:
            found = found.tb_next
        error.__traceback__ = found
        self.summary = traceback.format_exception_only(error)[-1].strip()
        self.cause = "".join(traceback.format_exception(error))
        super().__init__(self.summary)
