"""One query for all calls of a macro, in the SQL of Databricks."""

import csv
from collections.abc import Iterable
from pathlib import Path

from tests.python.support.dbt_project import REPOSITORY, ScratchProject
from tests.python.support.identity_cases import CASES, Case

SEEDS = REPOSITORY / "seeds/identity"
# What the macros that compare two records need of one of them.
RECORD = """left join (
    select distinct
        {value} as stated,
        split_part({value}, '=', 1) as name_key,
        coalesce(nullif(split_part({value}, '=', 2), ''), {value}) as name,
        instr({value}, '=') > 0 as is_name_known,
        {value} as address,
        {{{{ house_number('{value}') }}}} as house_number
    from cases
) as {alias} on {value} = {alias}.stated
"""


def compiled(folder: Path) -> dict[str, str]:
    """The query of each macro, over `cases` (a, b, expected)."""
    providers = _values(
        [tuple(value or None for value in row) for row in _rows("email_providers")]
    )
    columns = "domain, canonical_domain, ignored_characters, tag_separator"
    models = {
        f"{name}.sql": (
            f"with providers ({columns}) as ({providers}),\n"
            f"cases (a, b, expected) as ({_values(cases)})\n"
            f"select a, b, expected, {{{{ {call} }}}} as answer from cases\n"
            "left join providers as provider"
            " on split_part(a, '@', 2) = provider.domain\n"
            "left join providers as other on other.domain = '*'\n"
            f"{RECORD.format(value='a', alias='one')}"
            f"{RECORD.format(value='b', alias='two')}"
        )
        for name, (call, cases) in CASES.items()
    }
    project = ScratchProject(folder, models=models)
    project.dbt("run")
    built = folder / "target/compiled/cdp/models"
    return {name: (built / f"{name}.sql").read_text("utf-8") for name in CASES}


def wrong(rows: Iterable[tuple[str | None, ...]]) -> list[tuple[str | None, ...]]:
    """Rows whose answer is not the expected one."""
    return [row for row in rows if row[2] != row[3]]


def _rows(seed: str) -> list[list[str]]:
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))[1:]


def _values(rows: list[Case] | list[tuple[str | None, ...]]) -> str:
    """`values` with each text given by its characters, as no engine reads it anew."""
    lines = [f"({', '.join(map(_text, row))})" for row in rows]
    return "values " + ",\n".join(lines)


def _text(value: str | None) -> str:
    if value is None:
        return "cast(null as string)"
    if "'" in value:
        return " || chr(39) || ".join(f"'{part}'" for part in value.split("'"))
    return f"'{value}'"
