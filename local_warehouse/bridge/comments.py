"""Comments on tables, views and their columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from local_warehouse.bridge.session import Session
from local_warehouse.names import Parts, literal, quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class CommentOnColumn:
    """Comment on a column of a table or, by replacing it with itself, of a view."""

    table: Parts
    column: str
    comment: str

    def run(self, session: Session) -> DataFrame | pa.Table:
        """Set the comment."""
        relation = session.relation(self.table)
        if not relation.is_view:
            return session.spark.sql(
                f"alter table {relation.name.sql} alter column {quoted(self.column)}"
                f" comment {literal(self.comment)}"
            )
        session.check_column(relation, self.column)
        columns = tuple(
            replace(column, comment=self.comment)
            if column.name.lower() == self.column.lower()
            else column
            for column in relation.columns
        )
        return session.replace_view(replace(relation, columns=columns))


@dataclass(frozen=True)
class CommentOnTable:
    """Comment on a table or view."""

    table: Parts
    comment: str
    sql: str

    def run(self, session: Session) -> DataFrame | pa.Table:
        """Set the comment."""
        relation = session.relation(self.table)
        if not relation.is_view:
            return session.sql(self.sql)
        return session.spark.sql(
            f"alter view {relation.name.sql} set tblproperties"
            f" ('comment' = {literal(self.comment)})"
        )
