"""What Databricks has and open-source Spark has not: a table of rules.

A rule recognises statements by their tokens and says what to do instead. The first one
that fits decides. Whatever no rule knows goes to Spark, with nothing but the catalog's
name replaced, and fails there with Spark's own error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from local_warehouse.bridge import inserts, rules_governance, rules_shown, rules_tables
from local_warehouse.bridge.actions import Action, RunOnSpark
from local_warehouse.sql.catalog_names import to_spark
from local_warehouse.sql.tokens import Statement


@dataclass(frozen=True)
class Rule:
    """One kind of statement.

    Attributes:
        name: What it is called in the documentation.
        statements: What it recognises.
        does: What happens instead.
        read: Returns what to do with a statement, or None where it is of another kind.
    """

    name: str
    statements: str
    does: str
    read: Callable[[Statement], Action | None]


RULES = (
    Rule(
        "information_schema",
        "queries over `system.information_schema` and `main.information_schema`",
        "answered in the server from the catalog and the records, without Spark; not"
        " together with other tables",
        rules_shown.information_schema,
    ),
    Rule(
        "use catalog",
        "`USE CATALOG main`, `SET CATALOG main`",
        "Spark's own catalog",
        rules_shown.use_catalog,
    ),
    Rule(
        "describe as JSON",
        "`DESCRIBE [TABLE] EXTENDED t AS JSON`",
        "built from the catalog, Delta and the recorded keys",
        rules_shown.describe_as_json,
    ),
    Rule(
        "describe extended",
        "`DESCRIBE [TABLE] EXTENDED t`",
        "Spark's answer with the rows Catalog, Database and Table",
        rules_shown.describe_extended,
    ),
    Rule(
        "show",
        "`SHOW CATALOGS`, `SHOW SCHEMAS`, `SHOW TABLES`, `SHOW TABLE EXTENDED`,"
        " `SHOW VIEWS`, `SHOW CREATE TABLE`, `DESCRIBE SCHEMA`, `DESCRIBE DETAIL`",
        "Spark's answer with Databricks' column names and the catalog `main`;"
        " `SHOW TABLE EXTENDED` also with the columns of Delta tables",
        rules_shown.show,
    ),
    Rule(
        "create table or view",
        "`CREATE [OR REPLACE] TABLE|VIEW`, with `PRIMARY KEY` and `FOREIGN KEY` of the"
        " table or of a column",
        "keys are taken out and recorded once Spark has created the table; the columns"
        " of a primary key become NOT NULL; replacing keeps grants and tags",
        rules_tables.create,
    ),
    Rule(
        "add key",
        "`ALTER TABLE t ADD CONSTRAINT ... PRIMARY KEY|FOREIGN KEY`",
        "recorded; refused for nullable columns, a second primary key, a foreign key"
        " without a matching primary key",
        rules_tables.add_key,
    ),
    Rule(
        "drop key",
        "`ALTER TABLE t DROP CONSTRAINT|PRIMARY KEY|FOREIGN KEY`",
        "forgotten, with CASCADE also the foreign keys that refer to it; checks go on"
        " to Delta",
        rules_tables.drop_key,
    ),
    Rule(
        "insert that replaces",
        "`INSERT INTO t REPLACE ON (...)`, `INSERT INTO t BY NAME REPLACE WHERE ...`",
        "a merge, or Delta's `REPLACE WHERE` with the columns in order: one commit",
        inserts.replacing_insert,
    ),
    Rule(
        "drop",
        "`DROP TABLE|VIEW|SCHEMA`",
        "Spark drops it, and its keys, tags and grants are forgotten",
        rules_tables.drop,
    ),
    Rule(
        "rename",
        "`ALTER TABLE|VIEW t RENAME TO u`",
        "Spark renames it, and its keys, tags and grants go along",
        rules_tables.rename,
    ),
    Rule(
        "change columns",
        "`ALTER TABLE t RENAME COLUMN`, `ALTER TABLE t DROP COLUMN[S]`",
        "Spark does it, and recorded keys and tags follow; columns of keys are not"
        " dropped",
        rules_tables.change_columns,
    ),
    Rule(
        "comment",
        "`COMMENT ON COLUMN`, `COMMENT ON VIEW`, `COMMENT ON TABLE` for a view",
        "`ALTER TABLE ... ALTER COLUMN`, for views properties or the view replaced with"
        " itself",
        rules_tables.comment,
    ),
    Rule(
        "tags",
        "`ALTER TABLE|VIEW|SCHEMA|CATALOG ... [ALTER COLUMN c] SET|UNSET TAGS`",
        "recorded",
        rules_governance.tags,
    ),
    Rule(
        "grants",
        "`GRANT`, `REVOKE`, `SHOW GRANTS` on tables, views, schemas and the catalog",
        "recorded and shown back, not enforced",
        rules_governance.grants,
    ),
    Rule(
        "catalog name",
        "`main` in names of three parts and before schemas, `current_catalog()`",
        "Spark's name of its catalog, and back in answers and errors",
        lambda statement: RunOnSpark(statement.edited(to_spark(statement))),
    ),
)


def documented() -> list[str]:
    """Return the rules as lines of a table in Markdown."""
    lines = ["| rule | statements | what happens |", "|---|---|---|"]
    for rule in RULES:
        cells = " | ".join(
            cell.replace("|", r"\|") for cell in (rule.name, rule.statements, rule.does)
        )
        lines.append(f"| {cells} |")
    return lines


def translate(text: str) -> Action:
    """Return what to do with a statement."""
    statement = Statement.read(text)
    actions = (rule.read(statement) for rule in RULES)
    return next(action for action in actions if action is not None)


def rename_catalog(text: str) -> str:
    """Return a statement or a name with the catalog as Spark knows it."""
    statement = Statement.read(text)
    return statement.edited(to_spark(statement))
