"""Every KPI is defined once, completely, and no metric can add levels up."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[3]
FOLDER = REPOSITORY / "models" / "marts" / "kpis" / "definitions"
PAGE = REPOSITORY / "docs" / "kpis.md"
PARTS = ["Formula", "Population", "Period", "Source", "It is not"]
# Marts with rows of several levels: `level_name` tells them apart.
LEVELLED = {"kpi_daily", "kpi_monthly", "kpi_acquisition"}
FILTER = re.compile(r"^\{\{ Dimension\('\w+__level_name'\) \}\} = '\w+'$")
# Whoever asks for one of these finds it: file of the definition, and its metrics.
WANTED = {
    "customer_retention_rate": ["customer_retention_rate"],
    "churn_rate": ["churn_rate"],
    "arpu": ["arpu"],
    "arppu": ["arppu"],
    "cac": ["cac", "paid_cac"],
    "customer_lifetime_value": ["customer_lifetime_value"],
    "ltv_to_cac": ["ltv_to_cac"],
    "payback_months": ["payback_months", "payback_months_by_channel"],
    "daily_active_users": ["daily_active_users"],
    "weekly_active_users": ["weekly_active_users"],
    "monthly_active_users": ["monthly_active_users"],
    "stickiness": ["stickiness", "average_dau"],
    "sessions_per_active_user": ["sessions_per_active_user"],
    "email_open_rate": ["email_open_rate"],
    "email_click_rate": ["email_click_rate"],
    "average_order_value": ["average_order_value"],
    "purchase_frequency": ["purchase_frequency"],
    "repeat_rate": ["repeat_rate"],
    "refund_rate": ["refund_rate"],
    "net_revenue": ["net_revenue", "refunds"],
    "gross_revenue": ["gross_revenue"],
    "ticket_satisfaction": ["ticket_satisfaction_rate", "ticket_net_satisfaction"],
}
# Parts of a mean that is a KPI, and no KPIs themselves.
PARTS_OF_KPIS = {"active_customer_days_count", "elapsed_day_count"}

Manifest = dict[str, Any]


def definition_files() -> list[Path]:
    files = sorted(FOLDER.glob("*.yml"))
    assert files
    return files


def metrics_of(file: Path) -> list[dict[str, Any]]:
    metrics: list[dict[str, Any]] = yaml.safe_load(file.read_text())["metrics"]
    return metrics


def block(file: Path) -> str:
    text = file.with_suffix(".md").read_text(encoding="utf-8")
    opening, closing = f"{{% docs kpi_{file.stem} %}}", "{% enddocs %}"
    assert text.startswith(opening + "\n"), file.stem
    assert text.endswith(closing + "\n"), file.stem
    return text.removeprefix(opening).removesuffix(closing + "\n")


def parts_of(file: Path) -> dict[str, str]:
    """The parts of a definition by their names."""
    _, *parts = re.split(r"^- \*\*(.+?):\*\*", block(file), flags=re.MULTILINE)
    texts = [part.strip() for part in parts[1::2]]
    return dict(zip(parts[::2], texts, strict=True))


def columns_named(file: Path) -> set[str]:
    return set(re.findall(r"`(\w+\.\w+)`", parts_of(file)["In the marts"]))


@pytest.mark.parametrize("file", definition_files(), ids=lambda file: file.stem)
def test_a_definition_has_all_its_parts(file: Path) -> None:
    parts = parts_of(file)
    assert [name for name in PARTS if len(parts.get(name, "")) < 20] == []
    assert parts["Grouped by"]
    described = [metric["description"] for metric in metrics_of(file)]
    assert f"{{{{ doc('kpi_{file.stem}') }}}}" in described


def test_every_kpi_that_is_asked_for_has_a_definition() -> None:
    defined = {
        file.stem: {metric["name"] for metric in metrics_of(file)}
        for file in definition_files()
    }
    missing = [
        metric
        for kpi, metrics in WANTED.items()
        for metric in metrics
        if metric not in defined.get(kpi, set())
    ]
    assert missing == []


def test_metrics_stand_in_definitions_and_nowhere_else(manifest: Manifest) -> None:
    assert manifest["metrics"]
    assert {
        str(Path(metric["original_file_path"]).parent)
        for metric in manifest["metrics"].values()
    } == {str(FOLDER.relative_to(REPOSITORY))}
    texts = {file.stem for file in FOLDER.glob("*.md")}
    assert texts == {file.stem for file in definition_files()}


def test_the_page_links_every_definition() -> None:
    links = set(re.findall(r"\(\.\./models/(\S+)\.md\)", PAGE.read_text()))
    assert links == {
        str(file.with_suffix("").relative_to(REPOSITORY / "models"))
        for file in definition_files()
    }


def test_metrics_take_one_level(manifest: Manifest) -> None:
    """Or they would count everybody four times."""
    models = {
        measure["name"]: model
        for model in manifest["semantic_models"].values()
        for measure in model["measures"]
    }
    unfiltered = []
    taken = 0
    for metric in manifest["metrics"].values():
        measure = metric["type_params"].get("measure")
        if not measure or models[measure["name"]]["name"] not in LEVELLED:
            continue
        taken += 1
        where = (
            [each["where_sql_template"] for each in metric["filter"]["where_filters"]]
            if metric["filter"]
            else []
        )
        if len(where) != 1 or not FILTER.match(where[0]):
            unfiltered.append(metric["name"])
    assert taken > 30
    assert unfiltered == []


def test_every_figure_of_a_month_is_defined(manifest: Manifest) -> None:
    marts = {
        model["name"]: model["columns"]
        for model in manifest["nodes"].values()
        if model["resource_type"] == "model" and model["fqn"][1] == "marts"
    }
    named = {name for file in definition_files() for name in columns_named(file)}
    assert [
        name
        for name in sorted(named)
        if name.split(".")[1] not in marts.get(name.split(".")[0], {})
    ] == []
    figures = {
        f"kpi_monthly.{name}"
        for name, column in marts["kpi_monthly"].items()
        if column["data_type"] not in ("string", "boolean", "date")
        and name not in PARTS_OF_KPIS
    }
    assert len(figures) > 30
    assert figures - named == set()


def test_every_named_figure_is_compared_with_a_metric(manifest: Manifest) -> None:
    """tests/python/pipeline/test_metrics.py compares what `mart_column` names."""
    compared = {
        metric["config"]["meta"].get("mart_column")
        for metric in manifest["metrics"].values()
    }
    named = {name for file in definition_files() for name in columns_named(file)}
    months = {name for name in named if name.startswith("kpi_monthly.")}
    doubles = {  # Of kpi_acquisition, which kpi_monthly only repeats.
        "kpi_monthly.ltv_to_cac_ratio",
        "kpi_monthly.lifetime_value_amount",
    }
    assert months - compared == doubles
