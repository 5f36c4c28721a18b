"""The relations of `information_schema`: their columns, as documented, and rows."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from local_warehouse.catalog.datatypes import ddl, family, precision
from local_warehouse.catalog.recorded import Key, Recorded, Securable
from local_warehouse.catalog.relations import Catalog, Column, Relation, last_altered
from local_warehouse.names import CATALOG, TableName

Row = dict[str, Any]
# Schema and table that a statement asks for; None stands for all.
Restriction = tuple[str | None, str | None]
EVERYTHING: frozenset[Restriction] = frozenset({(None, None)})

_CHECK = "delta.constraints."
_TEXT, _INT = pa.string(), pa.int32()
_TIME = pa.timestamp("us", "UTC")
# All other columns are texts.
_TYPES = {
    "ordinal_position": _INT,
    "position_in_unique_constraint": _INT,
    "numeric_precision": _INT,
    "numeric_precision_radix": _INT,
    "numeric_scale": _INT,
    "datetime_precision": _INT,
    "character_maximum_length": _INT,
    "maximum_cardinality": _INT,
    "partition_index": _INT,
    "created": _TIME,
    "last_altered": _TIME,
}
_TABLE = "table_catalog table_schema table_name"
_CONSTRAINT = "constraint_catalog constraint_schema constraint_name"
_AUDIT = "created created_by last_altered last_altered_by"
_PRIVILEGE = "privilege_type is_grantable inherited_from"
COLUMNS = {
    name: columns.split()
    for name, columns in {
        "catalogs": f"catalog_name catalog_owner comment {_AUDIT}",
        "schemata": f"catalog_name schema_name schema_owner comment {_AUDIT}",
        "tables": f"{_TABLE} table_type is_insertable_into commit_action table_owner"
        f" comment {_AUDIT} data_source_format storage_path storage_sub_directory",
        "columns": f"{_TABLE} column_name ordinal_position column_default is_nullable"
        " full_data_type data_type character_maximum_length character_octet_length"
        " numeric_precision numeric_precision_radix numeric_scale datetime_precision"
        " interval_type interval_precision maximum_cardinality is_identity"
        " identity_generation identity_start identity_increment identity_maximum"
        " identity_minimum identity_cycle is_generated generation_expression"
        " is_system_time_period_start is_system_time_period_end"
        " system_time_period_timestamp_generation is_updatable partition_index comment",
        "views": f"{_TABLE} view_definition check_option is_updatable"
        " is_insertable_into sql_path is_materialized",
        "table_constraints": f"{_CONSTRAINT} {_TABLE} constraint_type is_deferrable"
        " initially_deferred enforced comment",
        "key_column_usage": f"{_CONSTRAINT} {_TABLE} column_name ordinal_position"
        " position_in_unique_constraint",
        "referential_constraints": f"{_CONSTRAINT} unique_constraint_catalog"
        " unique_constraint_schema unique_constraint_name match_option update_rule"
        " delete_rule",
        "constraint_table_usage": f"{_TABLE} {_CONSTRAINT}",
        "constraint_column_usage": f"{_TABLE} column_name {_CONSTRAINT}",
        "check_constraints": f"{_CONSTRAINT} check_clause sql_path",
        "catalog_tags": "catalog_name tag_name tag_value",
        "schema_tags": "catalog_name schema_name tag_name tag_value",
        "table_tags": "catalog_name schema_name table_name tag_name tag_value",
        "column_tags": "catalog_name schema_name table_name column_name tag_name"
        " tag_value",
        "column_masks": f"{_TABLE} column_name mask_catalog mask_schema mask_name"
        " using_columns",
        "row_filters": f"{_TABLE} filter_catalog filter_schema filter_name"
        " target_columns",
        "catalog_privileges": f"grantor grantee catalog_name {_PRIVILEGE}",
        "schema_privileges": f"grantor grantee catalog_name schema_name {_PRIVILEGE}",
        "table_privileges": f"grantor grantee {_TABLE} {_PRIVILEGE}",
        "information_schema_catalog_name": "catalog_name",
    }.items()
}


@dataclass(frozen=True)
class Source:
    """Where rows come from, and which of them are wanted.

    Attributes:
        catalog: Spark's catalog.
        recorded: What Spark does not know.
        wanted: Schemas and tables to read.
        needs_details: Whether columns, comments and properties of Delta tables matter.
    """

    catalog: Catalog
    recorded: Recorded
    wanted: frozenset[Restriction] = EVERYTHING
    needs_details: bool = True
    _seen: list[Relation] = field(default_factory=list)

    def relations(self) -> Sequence[Relation]:
        """Return the tables and views that are wanted."""
        if not self._seen:
            found = self._found()
            if self.needs_details:
                found = filter(None, map(self.catalog.detailed, found))
            self._seen.extend(sorted(found, key=lambda relation: relation.name))
        return self._seen

    def _found(self) -> Iterator[Relation]:
        schemas = {schema for schema, table in self.wanted if table is None}
        if None in schemas:
            schemas = set(self.catalog.schemas())
        for schema in schemas:
            yield from self.catalog.relations(str(schema))
        for name in self._names():
            relation = (
                self.catalog.relation(name) if name.schema not in schemas else None
            )
            if relation is not None:
                yield relation

    def _names(self) -> set[TableName]:
        """Return the tables that are wanted by their names, in one or any schema."""
        return {
            TableName.of(each, table)
            for schema, table in self.wanted
            if table is not None
            for each in ([schema] if schema else self.catalog.schemas())
        }


def table(name: str, source: Source) -> pa.Table:
    """Return one relation of information_schema with the rows that are wanted."""
    rows = list(_ROWS[name](source)) if name in _ROWS else []
    return pa.table(
        {
            column: pa.array(
                [row.get(column) for row in rows], _TYPES.get(column, _TEXT)
            )
            for column in COLUMNS[name]
        }
    )


def _catalogs(source: Source) -> Iterator[Row]:
    yield {"catalog_name": CATALOG, "catalog_owner": _owner(source)}


def _owner(source: Source) -> str | None:
    return source.catalog.schema("default").owner


def _catalog_name(source: Source) -> Iterator[Row]:
    yield {"catalog_name": CATALOG}


def _schemata(source: Source) -> Iterator[Row]:
    for name in source.catalog.schemas():
        schema = source.catalog.schema(name)
        yield {
            "catalog_name": CATALOG,
            "schema_name": schema.name,
            "schema_owner": schema.owner,
            "comment": schema.comment,
        }
    yield {"catalog_name": CATALOG, "schema_name": "information_schema"}


def _named(name: TableName) -> Row:
    return {
        "table_catalog": CATALOG,
        "table_schema": name.schema,
        "table_name": name.table,
    }


def _tables(source: Source) -> Iterator[Row]:
    for relation in source.relations():
        altered: datetime.datetime | None = last_altered(relation)
        yield {
            **_named(relation.name),
            "table_type": relation.kind,
            "is_insertable_into": "NO" if relation.is_view else "YES",
            "commit_action": "PRESERVE",
            "table_owner": relation.owner,
            "comment": relation.comment,
            "created": relation.created,
            "created_by": relation.owner,
            "last_altered": altered,
            "last_altered_by": relation.owner,
            "data_source_format": (
                relation.provider or "unknown_data_source_format"
            ).upper(),
            "storage_path": relation.location,
        }


def _columns(source: Source) -> Iterator[Row]:
    for relation in source.relations():
        for position, column in enumerate(relation.columns, start=1):
            yield {
                **_named(relation.name),
                **_column(column),
                "ordinal_position": position,
                "partition_index": _index(relation.partition_columns, column.name),
            }


def _column(column: Column) -> Row:
    digits, base, scale = precision(column.type)
    kind = family(column.type)
    return {
        "column_name": column.name,
        "column_default": column.default,
        "is_nullable": "YES" if column.is_nullable else "NO",
        "full_data_type": ddl(column.type),
        "data_type": kind,
        "numeric_precision": digits,
        "numeric_precision_radix": base,
        "numeric_scale": scale,
        "datetime_precision": {"DATE": 0, "TIMESTAMP": 6, "TIMESTAMP_NTZ": 6}.get(kind),
        "is_identity": "NO",
        "is_generated": "NO",
        "is_system_time_period_start": "NO",
        "is_system_time_period_end": "NO",
        "is_updatable": "YES",
        "comment": column.comment,
    }


def _index(names: Sequence[str], name: str) -> int | None:
    return names.index(name) if name in names else None


def _views(source: Source) -> Iterator[Row]:
    for relation in source.relations():
        if relation.is_view:
            yield {
                **_named(relation.name),
                "view_definition": relation.text,
                "check_option": "NONE",
                "is_updatable": "NO",
                "is_insertable_into": "NO",
                "is_materialized": "false",
            }


def _constraint(schema: str, name: str, prefix: str = "constraint") -> Row:
    return {
        f"{prefix}_catalog": CATALOG,
        f"{prefix}_schema": schema,
        f"{prefix}_name": name,
    }


def _of_key(key: Key) -> Row:
    return _constraint(key.table.schema, key.name)


def _table_constraints(source: Source) -> Iterator[Row]:
    for key in source.recorded.all_keys():
        yield {
            **_of_key(key),
            **_named(key.table),
            "constraint_type": key.kind,
            "is_deferrable": "YES",
            "initially_deferred": "YES",
            "enforced": "NO",
        }
    for relation, name, _ in _checks(source):
        yield {
            **_constraint(relation.schema, name),
            **_named(relation),
            "constraint_type": "CHECK",
            "is_deferrable": "NO",
            "initially_deferred": "NO",
            "enforced": "YES",
        }


def _checks(source: Source) -> Iterator[tuple[TableName, str, str]]:
    for relation in source.relations():
        for name, value in relation.properties.items():
            if name.startswith(_CHECK):
                yield relation.name, name.removeprefix(_CHECK), value


def _check_constraints(source: Source) -> Iterator[Row]:
    for relation, name, clause in _checks(source):
        yield {**_constraint(relation.schema, name), "check_clause": clause}


def _key_column_usage(source: Source) -> Iterator[Row]:
    for key in source.recorded.all_keys():
        for position, column in enumerate(key.columns, start=1):
            yield {
                **_of_key(key),
                **_named(key.table),
                "column_name": column,
                "ordinal_position": position,
                "position_in_unique_constraint": position if key.parent else None,
            }


def _referential_constraints(source: Source) -> Iterator[Row]:
    for key in source.recorded.all_keys():
        parent = source.recorded.primary_key(key.parent) if key.parent else None
        if parent is not None:
            yield {
                **_of_key(key),
                **_constraint(parent.table.schema, parent.name, "unique_constraint"),
                "match_option": "FULL",
                "update_rule": "NO ACTION",
                "delete_rule": "NO ACTION",
            }


def _constraint_table_usage(source: Source) -> Iterator[Row]:
    for key in source.recorded.all_keys():
        yield {**_named(key.parent or key.table), **_of_key(key)}


def _constraint_column_usage(source: Source) -> Iterator[Row]:
    for key in source.recorded.all_keys():
        for column in key.parent_columns if key.parent else key.columns:
            row = {**_named(key.parent or key.table), "column_name": column}
            yield {**row, **_of_key(key)}


def _tags(kind: str, is_column: bool = False) -> Callable[[Source], Iterable[Row]]:
    def rows(source: Source) -> Iterator[Row]:
        for tag in source.recorded.tags():
            if tag.on.type == kind and bool(tag.on.column) == is_column:
                yield {
                    "catalog_name": CATALOG,
                    "schema_name": tag.on.schema,
                    "table_name": tag.on.table,
                    "column_name": tag.on.column,
                    "tag_name": tag.name,
                    "tag_value": tag.value,
                }

    return rows


def _privileges(kind: str) -> Callable[[Source], Iterable[Row]]:
    def rows(source: Source) -> Iterator[Row]:
        owner = _owner(source)
        for grant in source.recorded.grants():
            if grant.on.type == kind:
                yield {
                    "grantor": owner,
                    "grantee": grant.principal,
                    "catalog_name": CATALOG,
                    "schema_name": grant.on.schema,
                    **_named(_table_of(grant.on)),
                    "privilege_type": grant.privilege.replace(" ", "_"),
                    "is_grantable": "NO",
                    "inherited_from": "NONE",
                }

    return rows


def _table_of(on: Securable) -> TableName:
    return TableName(on.schema, on.table)


_ROWS: dict[str, Callable[[Source], Iterable[Row]]] = {
    "catalogs": _catalogs,
    "information_schema_catalog_name": _catalog_name,
    "schemata": _schemata,
    "tables": _tables,
    "columns": _columns,
    "views": _views,
    "table_constraints": _table_constraints,
    "key_column_usage": _key_column_usage,
    "referential_constraints": _referential_constraints,
    "constraint_table_usage": _constraint_table_usage,
    "constraint_column_usage": _constraint_column_usage,
    "check_constraints": _check_constraints,
    "catalog_tags": _tags("CATALOG"),
    "schema_tags": _tags("SCHEMA"),
    "table_tags": _tags("TABLE"),
    "column_tags": _tags("TABLE", is_column=True),
    "catalog_privileges": _privileges("CATALOG"),
    "schema_privileges": _privileges("SCHEMA"),
    "table_privileges": _privileges("TABLE"),
}
