"""Tables of two engines, row by row and column by column.

The one side is a DuckDB file, the other one Arrow tables as a warehouse delivered them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

SHOWN = 5
# Doubles may differ in the order of their sums; what else differs is a difference.
RELATIVE_TOLERANCE = 1e-9
# `schema.table.column` of differences from a mean and of what is added up from them, of
# size one: near zero they have few digits left, so the tolerance is that of one.
CHURN_TERMS = (
    "recency",
    "frequency",
    "tenure",
    "trend",
    "activity",
    "inactivity",
    "unsubscription",
    "open_tickets",
    "satisfaction",
)
CENTRED_COLUMNS = frozenset(
    [
        "intermediate.int_churn_recalibration_parameters.coefficient",
        "intermediate.int_churn_forecasts_recalibrated.purchase_model_effect",
        *(
            f"intermediate.int_churn_forecasts_recalibrated.{term}_effect"
            for term in CHURN_TERMS
        ),
        *(
            f"intermediate.int_churn_features_standardized.{term}_deviation"
            for term in CHURN_TERMS
        ),
    ]
)

# Times on DuckDB are in UTC without saying so; Spark's `timestamp` is an instant.
SPARK_TYPES = {
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "double",
    "INTEGER": "int",
    "TIMESTAMP": "timestamp",
    "VARCHAR": "string",
}
ARROW_TYPES = {
    pa.int64(): "bigint",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    pa.float64(): "double",
    pa.int32(): "int",
    pa.timestamp("us", tz="UTC"): "timestamp",
    pa.string(): "string",
}


@dataclass(frozen=True)
class Mismatch:
    """One way in which a table differs.

    Attributes:
        table: Name of the table.
        what: What is wrong, in words.
        column: The column, where the rows are there but a value differs.
        count: Rows that it concerns.
        examples: The first of them.
    """

    table: str
    what: str
    column: str = ""
    count: int = 0
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f"{self.table}.{self.column}" if self.column else self.table
        return "\n    ".join([f"{place}: {self.what}", *self.examples])


@dataclass
class Comparison:
    """What a comparison of tables found.

    Attributes:
        rows: Rows of each table on the DuckDB side.
        values: Values that were compared.
        mismatches: What differs.
    """

    rows: dict[str, int] = field(default_factory=dict)
    values: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(map(str, self.mismatches))


@dataclass(frozen=True)
class Column:
    """A column with its type as Spark calls it."""

    name: str
    kind: str


def compare(
    database: Path,
    names: Mapping[str, Sequence[str]],
    fetch: Callable[[str], pa.Table],
    centred: Iterable[str] = CENTRED_COLUMNS,
) -> Comparison:
    """Compares tables of a DuckDB file with those of a warehouse.

    Args:
        database: The DuckDB file.
        names: The unique key of each table `schema.table`; empty where it has none.
        fetch: Gives the warehouse's table of that name.
        centred: Columns, as `schema.table.column`, of size one and about zero.
    """
    found = Comparison()
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, key in names.items():
            table = _Pair(connection, name, fetch(name), frozenset(centred))
            found.rows[name] = table.row_counts[0]
            found.mismatches += table.mismatches(key)
            found.values += table.row_counts[0] * len(table.shared)
    return found


class _Pair:
    """A table on both sides."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        name: str,
        delivered: pa.Table,
        centred: frozenset[str],
    ) -> None:
        self.connection = connection
        self.name = name
        self.centred = centred
        described = connection.execute(f"describe {name}").fetchall()
        here = [Column(column, _spark_type(kind)) for column, kind, *_ in described]
        there = [Column(each.name, _arrow_type(each.type)) for each in delivered.schema]
        self.here, self.there = here, there
        self.shared = [column for column in here if column in there]
        self._view("here", name)
        connection.register("delivered", delivered)
        self._view("there", "delivered")
        self.row_counts = tuple(
            self._number(f"select count(*) from {side}") for side in ("here", "there")
        )

    def _view(self, side: str, source: str) -> None:
        # Both as times without a zone: the session is in UTC.
        columns = ", ".join(
            f'cast("{column.name}" as timestamp) as "{column.name}"'
            if column.kind == "timestamp"
            else f'"{column.name}"'
            for column in self.shared
        )
        # Materialised: every comparison below reads it again.
        self.connection.execute(
            f"create or replace temp table {side} as select {columns} from {source}"
        )

    def _number(self, sql: str) -> int:
        [(number,)] = self.connection.execute(sql).fetchall()
        return int(number)

    def mismatches(self, key: Sequence[str]) -> list[Mismatch]:
        """Everything in which the two sides differ."""
        return [
            *self._schema_mismatches(),
            *self._emptiness(),
            *(self._keyed(key) if key else self._as_multisets()),
        ]

    def _schema_mismatches(self) -> list[Mismatch]:
        if self.here == self.there:
            return []
        kinds_here = {column.name: column.kind for column in self.here}
        kinds_there = {column.name: column.kind for column in self.there}
        found = []
        for column in dict.fromkeys([*kinds_here, *kinds_there]):
            one = kinds_here.get(column, "missing")
            two = kinds_there.get(column, "missing")
            if one != two:
                what = f"type local {one}, warehouse {two}"
                found.append(Mismatch(self.name, what, column))
        if not found:
            orders = f"{list(kinds_here)} and {list(kinds_there)}"
            found.append(Mismatch(self.name, f"columns in another order: {orders}"))
        return found

    def _emptiness(self) -> list[Mismatch]:
        sides = zip(("local", "warehouse"), self.row_counts, strict=True)
        return [
            Mismatch(self.name, f"no rows on {side}")
            for side, count in sides
            if count == 0
        ]

    def _keyed(self, key: Sequence[str]) -> list[Mismatch]:
        known = {column.name for column in self.shared}
        if not known.issuperset(key):
            missing = sorted(set(key) - known)
            return [Mismatch(self.name, f"key columns {missing} are not in both")]
        return [
            *self._repeated(key),
            *self._rows(key),
            *(
                mismatch
                for column in self.shared
                if column.name not in key
                for mismatch in self._values(column, key)
            ),
        ]

    def _repeated(self, key: Sequence[str]) -> list[Mismatch]:
        columns = ", ".join(f'"{column}"' for column in key)
        found = []
        for side, label in (("here", "local"), ("there", "warehouse")):
            count = self._number(
                f"select count(*) from (select 1 from {side}"
                f" group by {columns} having count(*) > 1)"
            )
            if count:
                what = f"{count:,} keys stand more than once on {label}"
                found.append(Mismatch(self.name, what, count=count))
        return found

    def _rows(self, key: Sequence[str]) -> list[Mismatch]:
        match = _equal(key)
        found = []
        for side, other, label in (
            ("here", "there", "local"),
            ("there", "here", "warehouse"),
        ):
            shown = ", ".join(f'{side}."{column}"' for column in key)
            only = f"from {side} anti join {other} on {match}"
            count = self._number(f"select count(*) {only}")
            if count:
                rows = self.connection.execute(
                    f"select {shown} {only} order by all limit {SHOWN}"
                ).fetchall()
                examples = tuple(_named(key, row) for row in rows)
                what = f"{count:,} rows only on {label}"
                found.append(Mismatch(self.name, what, "", count, examples))
        return found

    def _values(self, column: Column, key: Sequence[str]) -> list[Mismatch]:
        same = _same(column, self._least_size(column))
        pairs = f"from here inner join there on {_equal(key)} where not ({same})"
        count = self._number(f"select count(*) {pairs}")
        if not count:
            return []
        shown = ", ".join(f'here."{name}"' for name in key)
        rows = self.connection.execute(
            f'select here."{column.name}", there."{column.name}", {shown} {pairs}'
            f" order by {shown} limit {SHOWN}"
        ).fetchall()
        examples = tuple(
            f"{_named(key, rest)}: local {one!r}, warehouse {two!r}"
            for one, two, *rest in rows
        )
        what = f"{count:,} of {self.row_counts[0]:,} rows differ"
        return [Mismatch(self.name, what, column.name, count, examples)]

    def _as_multisets(self) -> list[Mismatch]:
        """Without a key, everything but doubles is one, and equal rows are numbered."""
        exact = [column.name for column in self.shared if column.kind != "double"]
        order = ", ".join(f'"{column.name}"' for column in self.shared)
        columns = ", ".join(f'"{column}"' for column in exact)
        for side in ("here", "there"):
            self.connection.execute(
                f"create or replace temp table {side} as select *, row_number() over"
                f" (partition by {columns} order by {order}) as row_number from {side}"
            )
        return self._keyed_by_all([*exact, "row_number"])

    def _keyed_by_all(self, key: list[str]) -> list[Mismatch]:
        return [
            *self._rows(key),
            *(
                mismatch
                for column in self.shared
                if column.kind == "double"
                for mismatch in self._values(column, key)
            ),
        ]

    def _least_size(self, column: Column) -> int:
        """What a value counts as at least, where its digits are counted."""
        return int(f"{self.name}.{column.name}" in self.centred)


def _same(column: Column, least_size: int) -> str:
    one, two = f'here."{column.name}"', f'there."{column.name}"'
    same = f"{one} is not distinct from {two}"
    if column.kind != "double":
        return same
    finite = f"isfinite({one}) and isfinite({two})"
    size = f"greatest(abs({one}), abs({two}), {least_size})"
    close = f"abs({one} - {two}) <= {RELATIVE_TOLERANCE} * {size}"
    return f"{same} or coalesce({finite} and {close}, false)"


def _equal(key: Iterable[str]) -> str:
    return " and ".join(
        f'here."{column}" is not distinct from there."{column}"' for column in key
    )


def _named(key: Sequence[str], values: Sequence[Any]) -> str:
    return ", ".join(
        f"{name}={value!r}" for name, value in zip(key, values, strict=True)
    )


def _spark_type(kind: str) -> str:
    if kind.startswith("DECIMAL"):
        return kind.lower()
    return SPARK_TYPES.get(kind, f"no counterpart of {kind}")


def _arrow_type(kind: pa.DataType) -> str:
    if pa.types.is_decimal128(kind):
        return f"decimal({kind.precision},{kind.scale})"
    return ARROW_TYPES.get(kind, f"no counterpart of {kind}")
