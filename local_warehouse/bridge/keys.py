"""Primary and foreign keys: how they are declared, and when they may be."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from local_warehouse.catalog.recorded import Key, Recorded
from local_warehouse.errors import StatementError
from local_warehouse.names import TableName, quoted
from local_warehouse.sql.tokens import Edit, Reader, Statement

# What may follow a key and changes nothing, as none of them is enforced.
_OPTIONS = (
    "NOT ENFORCED",
    "ENABLE NOVALIDATE",
    "DEFERRABLE",
    "INITIALLY DEFERRED",
    "NORELY",
    "RELY",
    "MATCH FULL",
    "ON UPDATE NO ACTION",
    "ON DELETE NO ACTION",
)


@dataclass(frozen=True)
class KeyClause:
    """A key as a statement declares it.

    Attributes:
        columns: Its columns.
        name: Its name, if it has one.
        parent: Parts of the name of the table that a foreign key refers to.
        parent_columns: Columns of that table; by default its primary key.
        is_relied_on: Whether it says RELY.
    """

    columns: tuple[str, ...]
    name: str | None = None
    parent: tuple[str, ...] | None = None
    parent_columns: tuple[str, ...] = ()
    is_relied_on: bool = False


def read_table_key(reader: Reader) -> KeyClause | None:
    """Read `[CONSTRAINT name] PRIMARY KEY (...)` or `FOREIGN KEY (...) REFERENCES ...`.

    Returns:
        The key; None where something else comes, such as a check.
    """
    name = _constraint_name(reader)
    if reader.accept("PRIMARY KEY"):
        columns = reader.names()
        clause = KeyClause(columns, name) if columns else None
    elif reader.accept("FOREIGN KEY"):
        columns = reader.names()
        clause = _reference(reader, columns, name) if columns else None
    else:
        return None
    return _with_options(reader, clause) if clause else None


def read_column_key(reader: Reader, column: str) -> KeyClause | None:
    """Read `[CONSTRAINT name] PRIMARY KEY` or `[FOREIGN KEY] REFERENCES ...`."""
    name = _constraint_name(reader)
    clause: KeyClause | None = None
    if reader.accept("PRIMARY KEY"):
        clause = KeyClause((column,), name)
    else:
        reader.accept("FOREIGN KEY")
        clause = _reference(reader, (column,), name)
    return _with_options(reader, clause) if clause else None


def _constraint_name(reader: Reader) -> str | None:
    if not reader.accept("CONSTRAINT"):
        return None
    name = reader.name()
    return name[0] if name else None


def _reference(
    reader: Reader, columns: tuple[str, ...], name: str | None
) -> KeyClause | None:
    if not reader.accept("REFERENCES"):
        return None
    parent = reader.name()
    if parent is None:
        return None
    theirs = reader.names() if reader.word == "(" else ()
    return None if theirs is None else KeyClause(columns, name, parent, theirs)


def _with_options(reader: Reader, clause: KeyClause) -> KeyClause:
    while option := reader.accept_one(_OPTIONS):
        if option == "RELY":
            clause = replace(clause, is_relied_on=True)
    return clause


@dataclass(frozen=True)
class KeysTaken:
    """The keys of a `CREATE TABLE`, and the edits that take them out of it."""

    keys: tuple[KeyClause, ...] = ()
    edits: tuple[Edit, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Item:
    """A column or constraint between the commas of a `CREATE TABLE`."""

    start: int
    end: int


def take_keys(statement: Statement, opening: int) -> KeysTaken:
    """Return the keys declared in a list of columns.

    The columns of a primary key are made NOT NULL, as they are on Databricks.

    Args:
        statement: A `CREATE TABLE`.
        opening: Where the parenthesis of the list stands.
    """
    keys: list[KeyClause] = []
    edits: list[Edit] = []
    columns: dict[str, _Item] = {}
    not_null: set[str] = set()
    for item in _items(statement, opening):
        reader = Reader(statement, item.start, item.end)
        clause = read_table_key(reader)
        if clause is not None and reader.is_done:
            keys.append(clause)
            edits.append(_without_item(statement, item))
        elif statement.tokens[item.start].is_name:
            name = statement.tokens[item.start].text
            columns[name.lower()] = item
            inline = list(_inline(statement, item, name))
            keys += [key for key, _ in inline]
            edits += [edit for _, edit in inline]
            if _says(statement, item, "NOT", "NULL"):
                not_null.add(name.lower())
    for key in keys:
        for name in key.columns if key.parent is None else ():
            if name.lower() in columns and name.lower() not in not_null:
                end = statement.tokens[columns[name.lower()].end - 1].end
                edits.append(Edit(end, end, " NOT NULL"))
    return KeysTaken(tuple(keys), tuple(edits), tuple(columns))


def _items(statement: Statement, opening: int) -> list[_Item]:
    items: list[_Item] = []
    depth = angles = 0
    start = opening + 1
    for at in range(opening, len(statement.tokens)):
        word = statement.word(at)
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth == 1:
            angles += {"<": 1, ">": -1, ">>": -2}.get(word, 0)
        if depth == 0 or (depth == 1 and angles <= 0 and word == ","):
            if at > start:
                items.append(_Item(start, at))
            start = at + 1
        if depth == 0:
            break
    return items


def _without_item(statement: Statement, item: _Item) -> Edit:
    """Return the edit that takes an item out, with the comma before it."""
    start = statement.tokens[item.start - 1]
    begin = start.start if start.word == "," else statement.tokens[item.start].start
    return Edit(begin, statement.tokens[item.end - 1].end, "")


def _inline(
    statement: Statement, item: _Item, column: str
) -> Sequence[tuple[KeyClause, Edit]]:
    """Return the keys declared within the definition of a column."""
    found: list[tuple[KeyClause, Edit]] = []
    reader = Reader(statement, item.start + 1, item.end)
    while not reader.is_done:
        begin = reader.at
        if reader.word in ("CONSTRAINT", "PRIMARY", "FOREIGN", "REFERENCES"):
            clause = read_column_key(reader, column)
            if clause is not None:
                tokens = statement.tokens
                edit = Edit(tokens[begin].start, tokens[reader.at - 1].end, "")
                found.append((clause, edit))
                continue
        reader.at = begin
        if reader.word == "(":
            reader.skip_parentheses()
        else:
            reader.take()
    return found


def _says(statement: Statement, item: _Item, *words: str) -> bool:
    here = [statement.word(at) for at in range(item.start + 1, item.end)]
    return any(
        tuple(here[at : at + len(words)]) == words for at in range(len(here) + 1)
    )


def checked_key(
    clause: KeyClause,
    table: TableName,
    parent: TableName | None,
    recorded: Recorded,
    own: Collection[Key],
) -> Key:
    """Return the key to record.

    Args:
        clause: What is declared.
        table: For which table.
        parent: The table that a foreign key refers to.
        recorded: The keys of other tables.
        own: The keys that the table keeps and gets beside this one.

    Raises:
        StatementError: Databricks would refuse it.
    """
    others = [
        key
        for key in recorded.all_keys()
        if key.table.schema == table.schema and key.table != table
    ]
    taken = {key.name.lower() for key in [*others, *own]}
    name = clause.name or _free_name(table, parent, taken)
    if name.lower() in taken:
        raise _refused(f"Constraint {quoted(name)} already exists in the schema.")
    key = Key(
        table,
        name,
        clause.columns,
        parent,
        clause.parent_columns,
        clause.is_relied_on,
    )
    primary = next((each for each in own if each.parent is None), None)
    if parent is None:
        if primary is not None:
            raise _refused(
                f"Cannot create the primary key {quoted(name)} because the table"
                f" {quoted(table.full)} already has one, {quoted(primary.name)}."
            )
        return key
    referred = primary if parent == table else recorded.primary_key(parent)
    return _checked_reference(key, parent, referred)


def _checked_reference(key: Key, parent: TableName, referred: Key | None) -> Key:
    columns = key.parent_columns or (referred.columns if referred else ())
    wanted = sorted(column.lower() for column in columns)
    has = sorted(column.lower() for column in referred.columns) if referred else None
    if wanted != has or len(columns) != len(key.columns):
        raise _refused(
            f"Cannot create the foreign key {quoted(key.name)} because the parent"
            f" table {quoted(parent.full)} has no primary key on these columns."
        )
    return replace(key, parent_columns=columns)


def check_not_null(name: str, columns: Collection[str], nullable: set[str]) -> None:
    """Refuse a primary key on columns that can be null."""
    wrong = [column for column in columns if column.lower() in nullable]
    if wrong:
        raise _refused(
            f"Cannot create the primary key {quoted(name)} because its child column(s)"
            f" {', '.join(map(quoted, wrong))} is nullable. Please change the column"
            " nullability and retry."
        )


def check_not_in_keys(
    table: TableName, columns: Collection[str], recorded: Recorded
) -> None:
    """Refuse to drop columns that keys of their table, or keys to it, consist of."""
    for column in columns:
        name = column.lower()
        keys = [
            key.name
            for key in dict.fromkeys(
                [*recorded.keys_of(table), *recorded.references_to(table)]
            )
            if (key.table == table and name in map(str.lower, key.columns))
            or (key.parent == table and name in map(str.lower, key.parent_columns))
        ]
        if keys:
            raise _refused(
                f"Cannot drop the column {quoted(column)} of the table"
                f" {quoted(table.full)} because it is part of the keys"
                f" ({', '.join(map(quoted, keys))}). Please drop these first and retry."
            )


def keys_to_drop(dropped: Key, recorded: Recorded, *, is_cascade: bool) -> list[Key]:
    """Return a key and the foreign keys that go with it.

    Raises:
        StatementError: Foreign keys refer to it, and it does not say CASCADE.
    """
    if dropped.parent is not None:
        return [dropped]
    references = recorded.references_to(dropped.table)
    if references and not is_cascade:
        names = ", ".join(quoted(key.name) for key in references)
        raise _refused(
            f"Cannot delete constraint {quoted(dropped.name)} with non empty child"
            f" constraints ({names}). Set the argument CASCADE to true to delete both"
            " this constraint and all child constraints."
        )
    return [dropped, *references]


def _free_name(
    table: TableName, parent: TableName | None, taken: Collection[str]
) -> str:
    """Return a name for a key that was declared without one."""
    name = f"{table.table}_{parent.table}_fk" if parent else f"{table.table}_pk"
    names = (f"{name}_{number}" if number else name for number in range(len(taken) + 1))
    return next(free for free in names if free not in taken)


def _refused(message: str) -> StatementError:
    return StatementError(f"[INVALID_PARAMETER_VALUE] {message}", "22023")
