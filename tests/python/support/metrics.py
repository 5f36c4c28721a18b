"""MetricFlow on a platform: its checks and its queries, as `mf` on the command line."""

import csv
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.python.support.platform import REPOSITORY, Platform, succeeded

# In the marts, the row of a level that is not told apart.
ALL = "all"
ENTITIES = {"country_code": "country", "acquisition_channel": "acquisition_channel"}


def metricflow(platform: Platform, *words: str | Path) -> str:
    """Runs `mf`; it must succeed.

    MetricFlow reads the manifest that dbt wrote last, from the folder of the project:
    here that of the platform.
    """
    shutil.copy(REPOSITORY / "dbt_project.yml", platform.folder)
    (platform.folder / "logs").mkdir(exist_ok=True)
    folder = {"DBT_PROJECT_DIR": str(platform.folder)}
    return succeeded(platform.run("mf", *words, variables=folder)).stdout


def queried(
    platform: Platform, metrics: Iterable[str], group_by: Iterable[str]
) -> list[dict[str, str]]:
    """Rows of metrics, as text; what is null is empty."""
    file = platform.folder / "metrics.csv"
    file.unlink(missing_ok=True)
    words = ("--metrics", ",".join(metrics), "--group-by", ",".join(group_by))
    metricflow(platform, "query", *words, "--csv", file)
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def group_by_of(level: str, grain: str) -> list[str]:
    """What to group by for the rows of a level: `total`, `country`, ..."""
    told_apart = {
        "total": [],
        "country": ["country"],
        "channel": ["acquisition_channel"],
        "country_and_channel": ["country", "acquisition_channel"],
    }
    return [f"metric_time__{grain}", *told_apart[level]]


def of_metrics(rows: list[dict[str, str]], metric: str) -> dict[tuple[str, ...], str]:
    """The values of one metric by period, country and channel, where there is one."""
    [period] = [name for name in rows[0] if name.startswith("metric_time__")]
    keys = [ENTITIES["country_code"], ENTITIES["acquisition_channel"]]
    return {
        (row[period][:10], *(row.get(key, ALL) for key in keys)): row[metric]
        for row in rows
        if row[metric] != ""
    }


def of_mart(
    platform: Platform, mart: str, column: str, level: str, period: str
) -> dict[tuple[str, ...], Any]:
    """The values of a mart's column by period, country and channel, but the nulls."""
    rows = platform.query(
        f"select cast({period} as varchar), country_code, acquisition_channel, {column}"
        f" from marts.{mart} where level_name = ? and {column} is not null",
        [level],
    )
    return {(day, country, channel): value for day, country, channel, value in rows}
