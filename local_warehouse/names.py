"""Names of tables, and of the catalog as clients know it and as Spark does."""

from __future__ import annotations

from dataclasses import dataclass

CATALOG = "main"
SPARK_CATALOG = "spark_catalog"

# A name as a statement has it, without its points.
Parts = tuple[str, ...]


@dataclass(frozen=True, order=True)
class TableName:
    """A table or view of the catalog, in lower case, as Databricks keeps names."""

    schema: str
    table: str

    @classmethod
    def of(cls, schema: str, table: str) -> TableName:
        """Return the name, in lower case."""
        return cls(schema.lower(), table.lower())

    @property
    def sql(self) -> str:
        """The name in a statement for Spark."""
        return ".".join(map(quoted, (SPARK_CATALOG, self.schema, self.table)))

    @property
    def full(self) -> str:
        """The name as clients know it."""
        return f"{CATALOG}.{self.schema}.{self.table}"


def quoted(name: str) -> str:
    """Return a name in backticks."""
    return "`" + name.replace("`", "``") + "`"


def literal(text: str) -> str:
    """Return a text as a literal of Spark."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
