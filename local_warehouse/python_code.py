"""Python code of clients, made to run on open-source Spark."""

from __future__ import annotations

import ast
import re
from types import CodeType

from local_warehouse.bridge import rename_catalog

# A table's name in three parts, quoted or not: `main`.`marts`.`customer_360`.
TABLE_NAME = re.compile(r"`?main`?(\.(`[^`]+`|\w+)){2}", re.IGNORECASE)


class CatalogNames(ast.NodeTransformer):
    """Renames the catalog in table names and in the text of `.sql(...)` calls.

    Spark's own catalog has a fixed name. Strings that are neither stay as they are.
    """

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        """Rename a string that is a table's name and nothing else."""
        if isinstance(node.value, str) and TABLE_NAME.fullmatch(node.value.strip()):
            return ast.copy_location(ast.Constant(rename_catalog(node.value)), node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Rename within the text of a `.sql("...")` call."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "sql":
            node.args = [
                ast.copy_location(ast.Constant(rename_catalog(argument.value)), node)
                if isinstance(argument, ast.Constant)
                and isinstance(argument.value, str)
                else argument
                for argument in node.args
            ]
        return node


def compiled(code: str) -> CodeType:
    """Return code that can be executed; `main` in it is Spark's own catalog."""
    tree = CatalogNames().visit(ast.parse(code, "command"))
    return compile(ast.fix_missing_locations(tree), "command", "exec")
