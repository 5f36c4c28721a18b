"""What sqlfluff sees in place of dbt's own Jinja objects, beyond its dbt builtins.

sqlfluff renders the models without dbt: the dbt templater would want a warehouse.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from jinja2 import pass_context
from jinja2.runtime import Context

_project = yaml.safe_load(Path("dbt_project.yml").read_text(encoding="utf-8"))


def var(name: str) -> Any:
    """The value of a project variable."""
    return _project["vars"][_project["name"]][name]


class _CrossDatabaseMacros:
    """`dbt.<name>(...)` as a call of an SQL function of that name."""

    def generate_series(self, upper_bound: int) -> str:
        """The one macro that models use as a query, not as an expression."""
        return f"select {upper_bound} as generated_number"

    def __getattr__(self, name: str) -> Callable[..., str]:
        """All other macros, by their arguments."""
        return lambda *args, **kwargs: (
            f"{name}({', '.join(map(str, [*args, *kwargs.values()]))})"
        )


class _Adapter:
    """Databricks is the adapter, and it needs no implementation of its own."""

    @pass_context
    def dispatch(self, context: Context, name: str, namespace: str) -> Any:
        """The default implementation of a macro."""
        return context.resolve(f"default__{name}")


class _Exceptions:
    """Errors are dbt's to raise."""

    def raise_compiler_error(self, message: str) -> str:
        """Nothing to render."""
        return ""


class _Modules:
    """Python modules that dbt gives to Jinja."""

    re = re


dbt = _CrossDatabaseMacros()
adapter = _Adapter()
exceptions = _Exceptions()
modules = _Modules()
