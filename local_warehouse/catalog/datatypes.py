"""Types, from Spark's JSON to the ways in which Databricks shows them."""

from __future__ import annotations

import re
from typing import Any

# A type as in the JSON of a Spark schema: a name, or an object for nested types.
SparkType = str | dict[str, Any]

_NAMES = {"long": "bigint", "integer": "int", "short": "smallint", "byte": "tinyint"}
_FAMILIES = {
    "bigint": "LONG",
    "smallint": "SHORT",
    "tinyint": "BYTE",
    "void": "NULL",
    "varchar": "STRING",
}
# Bits of numbers in base 2, by which the SQL standard tells how precise they are.
_BITS = {
    "tinyint": 8,
    "smallint": 16,
    "int": 32,
    "bigint": 64,
    "float": 24,
    "double": 53,
}
_INTEGERS = ("tinyint", "smallint", "int", "bigint")
_SIZED = re.compile(r"(\w+)\((\d+)(?:,\s*(-?\d+))?\)")
# Where Spark keeps the length of a CHAR or VARCHAR, which it stores as STRING.
_SIZED_TEXT = "__CHAR_VARCHAR_TYPE_STRING"


def field_type(field: dict[str, Any]) -> SparkType:
    """Return the type of a field as it was declared."""
    sized: str | None = field.get("metadata", {}).get(_SIZED_TEXT)
    declared: SparkType = field["type"]
    return sized if sized and isinstance(declared, str) else declared


def ddl(kind: SparkType) -> str:
    """Return a type as a statement would declare it, such as `array<struct<x:int>>`."""
    if isinstance(kind, str):
        return _NAMES.get(kind, kind)
    if kind["type"] == "array":
        return f"array<{ddl(kind['elementType'])}>"
    if kind["type"] == "map":
        return f"map<{ddl(kind['keyType'])},{ddl(kind['valueType'])}>"
    if kind["type"] == "struct":
        fields = (
            f"{field['name']}:{ddl(field_type(field))}" for field in kind["fields"]
        )
        return f"struct<{','.join(fields)}>"
    return ddl(kind["sqlType"])


def described(kind: SparkType) -> dict[str, Any]:
    """Return a type as `DESCRIBE ... AS JSON` has it."""
    if isinstance(kind, str):
        return _described_simple(_NAMES.get(kind, kind))
    if kind["type"] == "array":
        return {
            "name": "array",
            "element_type": described(kind["elementType"]),
            "element_nullable": kind["containsNull"],
        }
    if kind["type"] == "map":
        return {
            "name": "map",
            "key_type": described(kind["keyType"]),
            "value_type": described(kind["valueType"]),
            "value_nullable": kind["valueContainsNull"],
        }
    if kind["type"] == "struct":
        return {"name": "struct", "fields": list(map(_described_field, kind["fields"]))}
    return described(kind["sqlType"])


def _described_simple(name: str) -> dict[str, Any]:
    if name == "timestamp":
        return {"name": "timestamp_ltz"}
    if name == "string":
        return {"name": "string", "collation": "UTF8_BINARY"}
    sized = _SIZED.fullmatch(name)
    if sized is None:
        return {"name": name}
    if sized[1] == "decimal":
        return {"name": "decimal", "precision": int(sized[2]), "scale": int(sized[3])}
    return {"name": sized[1], "length": int(sized[2])}


def _described_field(field: dict[str, Any]) -> dict[str, Any]:
    comment = field.get("metadata", {}).get("comment")
    return {
        "name": field["name"],
        "type": described(field_type(field)),
        "nullable": field["nullable"],
        **({"comment": comment} if comment else {}),
    }


def base_name(kind: SparkType) -> str:
    """Return a type without lengths and parts, such as `decimal` or `struct`."""
    return re.split(r"[(<]", ddl(kind), maxsplit=1)[0]


def family(kind: SparkType) -> str:
    """Return a type as `information_schema.columns.data_type` has it."""
    name = base_name(kind)
    if name.startswith("interval"):
        return "INTERVAL"
    return _FAMILIES.get(name, name.upper())


def precision(kind: SparkType) -> tuple[int | None, int | None, int | None]:
    """Return precision, its base and scale of a number, or nothing."""
    name = base_name(kind)
    if name == "decimal":
        sized = _SIZED.fullmatch(ddl(kind))
        return (int(sized[2]), 10, int(sized[3])) if sized else (None, None, None)
    if name in _BITS:
        return _BITS[name], 2, 0 if name in _INTEGERS else None
    return None, None, None
