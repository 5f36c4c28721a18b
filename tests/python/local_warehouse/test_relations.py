"""What is dropped while it is read; Spark's catalog is a fake."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from local_warehouse.bridge.session import Session
from local_warehouse.bridge.table_information import ShowTableExtended
from local_warehouse.catalog import metadata, relations
from local_warehouse.catalog.information_schema import answer
from local_warehouse.catalog.recorded import Recorded
from local_warehouse.catalog.relations import Relation, SparkCatalog
from local_warehouse.names import TableName

pytestmark = pytest.mark.warehouse
AnalysisException = pytest.importorskip("pyspark.errors").AnalysisException
Py4JJavaError = pytest.importorskip("py4j.protocol").Py4JJavaError

PARENT, CHILD = TableName("shop", "parent"), TableName("shop", "child")
TABLE = Relation(CHILD, "MANAGED", "delta")
# As PySpark raises most of Java's exceptions, and as Py4J raises the others.
ERRORS = [
    AnalysisException("[TABLE_OR_VIEW_NOT_FOUND] It is gone."),
    Py4JJavaError("", SimpleNamespace(_target_id="o1", _gateway_client=None)),
]


class Metastore:
    """One that has a table and a schema when first asked, and then fails."""

    def __init__(self, error: Exception, *, is_dropped: bool) -> None:
        self.error = error
        self.answers = [not is_dropped, True]

    def exists(self, *_name: str) -> bool:
        return self.answers.pop()

    def fail(self, *_name: str) -> None:
        raise self.error

    databaseExists = tableExists = exists  # noqa: N815
    listTables = getTable = loadTable = fail  # noqa: N815


@pytest.fixture(params=ERRORS, ids=["PySpark's", "Py4J's"])
def read(request: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a catalog whose tables are dropped while they are read, or broken."""
    java = SimpleNamespace(identifier=str)
    monkeypatch.setattr(relations._Java, "of", lambda _context: java)

    def catalog(*, is_dropped: bool) -> SparkCatalog:
        metastore = Metastore(request.param, is_dropped=is_dropped)
        state = SimpleNamespace(
            catalog=lambda: SimpleNamespace(externalCatalog=lambda: metastore),
            catalogManager=lambda: SimpleNamespace(v2SessionCatalog=lambda: metastore),
        )
        session = SimpleNamespace(sessionState=lambda: state)
        spark: Any = SimpleNamespace(sparkContext=None, _jsparkSession=session)
        return SparkCatalog(spark)

    return catalog


def test_what_was_dropped_is_not_there(read: Any) -> None:
    assert read(is_dropped=True).relation(CHILD) is None
    assert read(is_dropped=True).relations("shop") == []
    catalog = read(is_dropped=True)
    assert catalog._external.tableExists()
    assert catalog.detailed(TABLE) is None


def test_other_errors_are_told(read: Any) -> None:
    with pytest.raises((AnalysisException, Py4JJavaError)):
        read(is_dropped=False).relation(CHILD)
    with pytest.raises((AnalysisException, Py4JJavaError)):
        read(is_dropped=False).relations("shop")


def test_a_table_whose_folder_is_gone_stays_as_it_is(read: Any) -> None:
    assert read(is_dropped=False).detailed(TABLE) is TABLE


@pytest.fixture
def dropping(catalog: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a catalog of which a table is dropped after it was listed."""
    detailed = catalog.detailed
    monkeypatch.setattr(
        catalog, "detailed", lambda each: None if each.name == CHILD else detailed(each)
    )
    return catalog


def test_information_schema_skips_it(dropping: Any, recorded: Recorded) -> None:
    question = (
        "select distinct table_name from information_schema.columns"
        " where table_schema = 'shop' order by 1"
    )
    rows = answer(question, dropping, recorded).to_pylist()
    assert [row["table_name"] for row in rows] == ["parent", "v"]


def test_show_table_extended_skips_it(dropping: Any, recorded: Recorded) -> None:
    session = Session(SimpleNamespace(), recorded)  # type: ignore[arg-type]
    session.__dict__["catalog"] = dropping
    found: Any = ShowTableExtended(("shop",), "*").run(session)
    assert found["tableName"].to_pylist() == ["parent", "v"]


def test_metadata_skips_it(dropping: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "SparkCatalog", lambda _spark: dropping)
    spark: Any = None
    found = metadata.columns(spark, None, "shop", None, None).to_pylist()
    assert {row["TABLE_NAME"] for row in found} == {"parent", "v"}


def test_asked_for_by_its_name_it_is_not_there(
    dropping: Any, recorded: Recorded
) -> None:
    """Spark says so: its error about the table comes first."""
    gone = AnalysisException("[TABLE_OR_VIEW_NOT_FOUND]")

    def sql(_statement: str) -> None:
        raise gone

    session = Session(SimpleNamespace(sql=sql), recorded)  # type: ignore[arg-type]
    session.__dict__["catalog"] = dropping
    with pytest.raises(AnalysisException):
        session.detailed(("shop", "child"))
    assert session.detailed(("shop", "parent")).columns
