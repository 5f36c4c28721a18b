"""Rules for statements on tags and grants."""

from __future__ import annotations

from local_warehouse.bridge.actions import Action
from local_warehouse.bridge.governance import (
    ChangeGrants,
    SetTags,
    ShowGrants,
    Target,
    UnsetTags,
)
from local_warehouse.sql.tokens import Kind, Reader, Statement

# Words for what can have tags and grants; a view is a table here, as on Databricks.
_KINDS = {
    "MATERIALIZED VIEW": "TABLE",
    "STREAMING TABLE": "TABLE",
    "TABLE": "TABLE",
    "VIEW": "TABLE",
    "SCHEMA": "SCHEMA",
    "DATABASE": "SCHEMA",
    "CATALOG": "CATALOG",
}
# In Spark's and Databricks' older words.
_PRIVILEGES = {"USAGE": "USE SCHEMA", "USE DATABASE": "USE SCHEMA"}


def tags(statement: Statement) -> Action | None:
    """Recognise tags that are set or unset."""
    reader = Reader(statement)
    if not reader.accept("ALTER"):
        return None
    kind = reader.accept_one(tuple(_KINDS))
    name = reader.name() if kind else None
    if name is None:
        return None
    column = ""
    if reader.accept_one(("ALTER COLUMN", "CHANGE COLUMN")):
        path = reader.name()
        if path is None:
            return None
        column = path[0]
    on = Target(_KINDS[kind], name, column)
    if reader.accept("SET TAGS"):
        values = _tags(reader)
        return SetTags(on, values) if values and reader.is_done else None
    if reader.accept("UNSET TAGS"):
        values = _tags(reader)
        return UnsetTags(on, tuple(values)) if values and reader.is_done else None
    return None


def _tags(reader: Reader) -> dict[str, str] | None:
    """Read `('name' = 'value', 'name without value')`."""
    tags: dict[str, str] = {}
    if not reader.accept("("):
        return None
    while True:
        name = _text(reader)
        if name is None:
            return None
        value = _text(reader) if reader.accept("=") else ""
        if value is None:
            return None
        tags[name] = value
        if reader.accept(")"):
            return tags
        if not reader.accept(","):
            return None


def _text(reader: Reader) -> str | None:
    text = reader.string()
    if text is not None:
        return text
    name = reader.name()
    return name[0] if name and len(name) == 1 else None


def grants(statement: Statement) -> Action | None:
    """Recognise privileges that are given, taken or shown."""
    reader = Reader(statement)
    if reader.accept_one(("SHOW GRANTS", "SHOW GRANT")):
        return _show_grants(reader)
    is_grant = reader.accept("GRANT")
    if not is_grant and not reader.accept("REVOKE"):
        return None
    privileges = _privileges(reader)
    on = _target(reader) if privileges else None
    if not privileges or on is None or not reader.accept("TO" if is_grant else "FROM"):
        return None
    principal = _principal(reader)
    if principal is None or not reader.is_done:
        return None
    return ChangeGrants(on, privileges, principal, is_grant)


def _show_grants(reader: Reader) -> Action | None:
    principal = None if reader.word == "ON" else _principal(reader)
    on = _target(reader) if reader.accept("ON") else None
    return ShowGrants(on, principal) if on is not None and reader.is_done else None


def _privileges(reader: Reader) -> tuple[str, ...]:
    """Read privileges, of one word or several, up to ON."""
    privileges: list[str] = []
    words: list[str] = []
    while not reader.is_done:
        token = reader.take()
        if token.word in (",", "ON"):
            name = " ".join(words)
            if not name:
                return ()
            privileges.append(_PRIVILEGES.get(name, name))
            words = []
            if token.word == "ON":
                return tuple(privileges)
        elif token.kind is Kind.WORD:
            words.append(token.word)
        else:
            return ()
    return ()


def _target(reader: Reader) -> Target | None:
    kind = reader.accept_one(tuple(_KINDS)) or "TABLE"
    name = reader.name()
    return Target(_KINDS[kind], name) if name else None


def _principal(reader: Reader) -> str | None:
    name = reader.name()
    return name[0] if name and len(name) == 1 else None
