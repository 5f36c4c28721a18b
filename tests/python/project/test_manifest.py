"""Rules on the parsed project that dbt-bouncer does not have."""

import re
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[3]
STAND_IN = REPOSITORY / "dbt_packages_offline" / "dbt_expectations" / "macros"
# How dbt's dispatch names the implementation of a macro for an engine.
IMPLEMENTATION = re.compile(r"^(default|duckdb|databricks|spark)__|^materialization_")
GRAIN = re.compile(r"^One row (per|for) \w+|^One row[.:,] ")
PII = re.compile(
    r"^(email|phone|.*_phone|full_name|(first|last|given|family)_name|address|postcode"
    r"|birth_date|payload)$"
)
# The one mart that holds personal data, in a schema with grants of its own.
PII_MARTS = {"customer_contacts"}

Manifest = dict[str, Any]


def of_project(resources: dict[str, Any], *types: str) -> list[dict[str, Any]]:
    return [
        resource
        for resource in resources.values()
        if resource["package_name"] == "cdp" and resource["resource_type"] in types
    ]


def test_every_description_starts_with_the_grain(manifest: Manifest) -> None:
    relations = of_project(manifest["nodes"], "model", "snapshot", "seed")
    assert relations
    assert [
        relation["name"]
        for relation in relations
        if not GRAIN.match(relation["description"])
    ] == []


def test_every_macro_and_argument_is_documented(manifest: Manifest) -> None:
    macros = [
        macro
        for macro in of_project(manifest["macros"], "macro")
        if not IMPLEMENTATION.match(macro["name"])
    ]
    undocumented = [macro["name"] for macro in macros if not macro["description"]]
    undocumented += [
        f"{macro['name']}({argument['name']})"
        for macro in macros
        for argument in macro["arguments"]
        if not argument["description"]
    ]
    assert undocumented == []


def test_every_seed_column_is_typed_and_described(manifest: Manifest) -> None:
    seeds = of_project(manifest["nodes"], "seed")
    assert seeds
    for seed in seeds:
        file = REPOSITORY / seed["original_file_path"]
        header = set(file.read_text(encoding="utf-8").splitlines()[0].split(","))
        described = {
            name for name, col in seed["columns"].items() if col["description"]
        }
        assert set(seed["config"]["column_types"]) == header, seed["name"]
        assert described == header, seed["name"]


def test_expectations_used_and_offline_are_the_same(manifest: Manifest) -> None:
    used = {
        test["test_metadata"]["name"]
        for test in of_project(manifest["nodes"], "test")
        if test.get("test_metadata", {}).get("namespace") == "dbt_expectations"
    }
    offline = {file.stem for file in STAND_IN.glob("*.sql")}
    assert used - offline == set(), "add them to dbt_packages_offline/"
    assert offline - used == set(), "no model uses them: remove them"


def test_regexes_mean_the_same_on_every_engine(manifest: Manifest) -> None:
    """A backslash in a literal is an escape on Databricks: write [.] or [0-9]."""
    patterns = {
        test["name"]: str(test["test_metadata"]["kwargs"].get("regex", ""))
        for test in of_project(manifest["nodes"], "test")
        if test.get("test_metadata")
    }
    assert {name: text for name, text in patterns.items() if "\\" in text} == {}


def test_every_source_table_has_freshness(manifest: Manifest) -> None:
    """But the rejected records, best none at all, and what ingestion writes once."""
    sources = of_project(manifest["sources"], "source")
    assert sources
    assert [
        source["unique_id"]
        for source in sources
        if source["name"] != "_rejected"
        and source["source_name"] != "ingestion"
        and not (source["freshness"] and source["freshness"]["error_after"]["count"])
    ] == []


def test_personal_data_stays_out_of_the_marts(manifest: Manifest) -> None:
    marts = [
        model
        for model in of_project(manifest["nodes"], "model")
        if model["fqn"][1] == "marts" and model["name"] not in PII_MARTS
    ]
    assert marts
    assert [
        f"{mart['name']}.{column}"
        for mart in marts
        for column in mart["columns"]
        if PII.match(column)
    ] == []


def test_personal_data_has_a_schema_of_its_own(manifest: Manifest) -> None:
    schemas = {
        model["name"]: model["schema"]
        for model in of_project(manifest["nodes"], "model")
        if model["name"] in PII_MARTS
    }
    assert schemas == dict.fromkeys(PII_MARTS, "pii")
