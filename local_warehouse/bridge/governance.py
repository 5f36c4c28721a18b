"""Tags and grants: statements that are recorded and shown back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from local_warehouse.bridge.session import Session, nothing
from local_warehouse.catalog.recorded import Grant, Securable, Tag
from local_warehouse.names import CATALOG, Parts


@dataclass(frozen=True)
class Target:
    """What a statement on tags or grants names: a catalog, schema, table or column."""

    kind: str
    name: Parts
    column: str = ""

    def securable(self, session: Session) -> Securable:
        """Return it, or fail with Spark's own error where it does not exist."""
        if self.kind == "CATALOG":
            if self.name[0].lower() != CATALOG:
                session.spark.sql(f"set catalog `{self.name[0]}`")
            return Securable()
        if self.kind == "SCHEMA":
            return Securable(session.schema_name(self.name))
        if not self.column:
            return Securable.of(session.relation(self.name).name)
        relation = session.detailed(self.name)
        session.check_column(relation, self.column)
        return Securable.of(relation.name, self.column)


@dataclass(frozen=True)
class SetTags:
    """Record tags."""

    on: Target
    tags: Mapping[str, str]

    def run(self, session: Session) -> pa.Table:
        """Record them."""
        on = self.on.securable(session)
        session.recorded.set_tags(
            Tag(on, name, value) for name, value in self.tags.items()
        )
        return nothing()


@dataclass(frozen=True)
class UnsetTags:
    """Forget tags."""

    on: Target
    names: tuple[str, ...]

    def run(self, session: Session) -> pa.Table:
        """Forget them."""
        session.recorded.unset_tags(self.on.securable(session), self.names)
        return nothing()


@dataclass(frozen=True)
class ChangeGrants:
    """Record or forget privileges."""

    on: Target
    privileges: tuple[str, ...]
    principal: str
    is_grant: bool

    def run(self, session: Session) -> pa.Table:
        """Record or forget them."""
        on = self.on.securable(session)
        grants = [Grant(on, self.principal, each) for each in self.privileges]
        if self.is_grant:
            session.recorded.grant(grants)
        else:
            session.recorded.revoke(grants)
        return nothing()


@dataclass(frozen=True)
class ShowGrants:
    """List privileges on an object, and those that it inherits."""

    on: Target
    principal: str | None = None

    def run(self, session: Session) -> pa.Table:
        """List them."""
        on = self.on.securable(session)
        above = [on, Securable(on.schema), Securable()]
        grants = [
            grant
            for each in dict.fromkeys(above)
            for grant in session.recorded.grants()
            if grant.on == each and self.principal in (None, grant.principal)
        ]
        columns = {
            "Principal": [grant.principal for grant in grants],
            "ActionType": [grant.privilege for grant in grants],
            "ObjectType": [grant.on.type for grant in grants],
            "ObjectKey": [_key(grant.on) for grant in grants],
        }
        return pa.table(
            {name: pa.array(values, pa.string()) for name, values in columns.items()}
        )


def _key(on: Securable) -> str:
    return ".".join(part for part in (CATALOG, on.schema, on.table) if part)
