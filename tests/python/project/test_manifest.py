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

# The models that read the raw tables of others, for all their versions.
VERSIONS = {
    "stg_ingestion__record_versions",
    "stg_shop__order_versions",
    "stg_shop__refund_versions",
}
# Models that read one more raw table: a batch without any product is in the log alone.
ALSO_READ = {("stg_shop__products", "source.cdp.ingestion.loads")}

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


def test_descriptions_survive_as_comments_on_databricks(manifest: Manifest) -> None:
    """dbt-databricks escapes quotes, but no backslash, which is an escape itself."""
    relations = of_project(manifest["nodes"], "model", "snapshot", "seed")
    texts = [relation["description"] for relation in relations]
    texts += [
        column["description"]
        for relation in relations
        for column in relation["columns"].values()
    ]
    assert [text for text in texts if "\\" in text] == []


def test_every_source_table_has_freshness(manifest: Manifest) -> None:
    """But the rejected records, best none at all, and what the platform keeps."""
    sources = of_project(manifest["sources"], "source")
    assert sources
    assert [
        source["unique_id"]
        for source in sources
        if source["name"] != "_rejected"
        and source["source_meta"]["ingestion"]["kind"] != "internal"
        and not (source["freshness"] and source["freshness"]["error_after"]["count"])
    ] == []


def test_every_raw_table_has_one_staging_model(manifest: Manifest) -> None:
    """Beside it, only models of all the versions of a record read it."""
    readers: dict[str, list[str]] = {}
    for model in of_project(manifest["nodes"], "model"):
        for upstream in model["depends_on"]["nodes"]:
            is_also = (
                model["name"] in VERSIONS or (model["name"], upstream) in ALSO_READ
            )
            if upstream.startswith("source.") and not is_also:
                readers.setdefault(upstream, []).append(model["name"])
    assert set(readers) == set(manifest["sources"])
    assert {source: names for source, names in readers.items() if names[1:]} == {}


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


def marts_of(manifest: Manifest) -> list[dict[str, Any]]:
    marts = [
        model
        for model in of_project(manifest["nodes"], "model")
        if model["fqn"][1] == "marts"
    ]
    assert marts
    return marts


def keys(mart: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each for each in mart["constraints"] if each["type"] == kind]


def data_tests_of(manifest: Manifest, mart: dict[str, Any], name: str) -> list[Any]:
    """Arguments of the data tests of one kind that stand on a mart."""
    return [
        test["test_metadata"]["kwargs"]
        for test in of_project(manifest["nodes"], "test")
        if test.get("attached_node") == mart["unique_id"]
        and test["test_metadata"]["name"] == name
    ]


def test_every_primary_key_is_tested_and_never_null(manifest: Manifest) -> None:
    for mart in marts_of(manifest):
        [primary] = keys(mart, "primary_key")
        assert primary["name"] == f"pk_{mart['name']}"
        compound = data_tests_of(manifest, mart, "expect_compound_columns_to_be_unique")
        tested = [each["column_list"] for each in compound]
        tested += [
            [each["column_name"]] for each in data_tests_of(manifest, mart, "unique")
        ]
        assert primary["columns"] in tested, mart["name"]
        for column in primary["columns"]:
            constraints = mart["columns"][column]["constraints"]
            assert "not_null" in [each["type"] for each in constraints], mart["name"]


def test_every_foreign_key_is_tested_and_names_a_primary_key(
    manifest: Manifest,
) -> None:
    primary_keys = {
        f"ref('{mart['name']}')": keys(mart, "primary_key")[0]["columns"]
        for mart in marts_of(manifest)
    }
    foreign_keys = [
        (mart, key) for mart in marts_of(manifest) for key in keys(mart, "foreign_key")
    ]
    assert foreign_keys
    for mart, key in foreign_keys:
        [column] = key["columns"]
        assert key["name"] == f"fk_{mart['name']}__{column}"
        assert key["to_columns"] == primary_keys[key["to"]], key["name"]
        tested = [
            (each["column_name"], each["to"], [each["field"]])
            for each in data_tests_of(manifest, mart, "relationships")
        ]
        assert (column, key["to"], key["to_columns"]) in tested, key["name"]


def test_tables_are_clustered_by_columns_that_have_statistics(
    manifest: Manifest,
) -> None:
    """Delta keeps statistics of the first 32 columns, and clusters by four at most."""
    clustered = {
        model["name"]: (model["config"]["liquid_clustered_by"], list(model["columns"]))
        for model in of_project(manifest["nodes"], "model")
        if model["config"].get("liquid_clustered_by")
    }
    assert clustered
    for name, (by, columns) in clustered.items():
        assert 1 <= len(by) <= 4, name
        assert set(by) <= set(columns[:32]), name
