"""Who is let in, and what is answered where; over HTTP but without Spark."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import httpx
import pytest
from databricks.sql.thrift_api.TCLIService import TCLIService, ttypes
from thrift.protocol import TBinaryProtocol
from thrift.transport import TTransport

from local_warehouse.cli import listening
from local_warehouse.endpoint.commands import Commands
from local_warehouse.endpoint.operations import Operations
from local_warehouse.endpoint.server import PUBLIC, application
from local_warehouse.endpoint.thrift_service import ThriftService

TOKEN = "planted-token"
RIGHT = {"Authorization": f"Bearer {TOKEN}"}


class FakeSpark:
    """A Spark that does nothing."""

    version = "4.1.1"

    def newSession(self) -> FakeSpark:  # noqa: N802
        return self


def ask(method: str, path: str, **request: Any) -> httpx.Response:
    """Send one request to an application."""
    spark: Any = FakeSpark()
    service = ThriftService(spark, None, Operations(None))  # type: ignore[arg-type]
    app = application(service.processor(), Commands(spark), TOKEN, 8443)

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
            return await http.request(method, path, **request)

    return asyncio.run(send())


PLACES = [
    ("POST", "/sql"),
    ("POST", "/sql/1.0/warehouses/local"),
    ("POST", "/api/1.2/commands/execute"),
    ("GET", "/api/2.1/clusters/get"),
    ("GET", "/nowhere"),
]
WRONG = [
    {},
    {"Authorization": "Bearer wrong"},
    {"Authorization": "Bearer "},
    {"Authorization": TOKEN},
    {"Authorization": f"Basic {TOKEN}"},
    {"Authorization": f"Bearer {TOKEN}x"},
    {"Authorization": "Bearer ä".encode()},
]


@pytest.mark.parametrize(("method", "path"), PLACES)
@pytest.mark.parametrize("headers", WRONG)
def test_nobody_gets_in_without_the_token(
    method: str, path: str, headers: dict[str, Any]
) -> None:
    answer = ask(method, path, headers=headers, content=b"x")
    assert answer.status_code == 401
    assert answer.json()["error_code"] == "UNAUTHENTICATED"
    assert "LOCAL_WAREHOUSE_TOKEN" in answer.json()["message"]
    # What the SQL connector shows.
    assert "token" in answer.headers["x-databricks-reason-phrase"]
    assert TOKEN not in answer.text


def test_configuration_is_public() -> None:
    answer = ask("GET", PUBLIC)
    assert answer.status_code == 200
    assert answer.json()["oidc_endpoint"].startswith("https://localhost:8443")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nowhere"), ("GET", "/sql"), ("POST", "/api/2.1/clusters/get")],
)
def test_unknown_place(method: str, path: str) -> None:
    answer = ask(method, path, headers=RIGHT)
    assert answer.status_code == 404
    assert answer.json() == {
        "error_code": "ENDPOINT_NOT_FOUND",
        "message": f"The local warehouse has no {method} {path}.",
    }


@pytest.mark.parametrize("path", ["/sql", "/sql/1.0/warehouses/local"])
def test_thrift_call(path: str) -> None:
    sent = TTransport.TMemoryBuffer()
    client = TCLIService.Client(TBinaryProtocol.TBinaryProtocol(sent))
    client.send_GetInfo(ttypes.TGetInfoReq(infoType=ttypes.TGetInfoType.CLI_DBMS_VER))
    answer = ask("POST", path, headers=RIGHT, content=sent.getvalue())
    assert answer.status_code == 200
    received = TTransport.TMemoryBuffer(answer.content)
    client = TCLIService.Client(TBinaryProtocol.TBinaryProtocol(received))
    assert client.recv_GetInfo().infoValue.stringValue == "4.1.1"


@pytest.mark.parametrize("body", [b"", b"x", b"\x80\x01\x00\x01\x00\x00\x00\xff"])
def test_body_that_is_no_thrift(body: bytes) -> None:
    answer = ask("POST", "/sql", headers=RIGHT, content=body)
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "MALFORMED_REQUEST"


POSTED = [
    *("/api/1.2/contexts/create", "/api/1.2/contexts/destroy"),
    *("/api/1.2/commands/execute", "/api/1.2/commands/cancel"),
]


@pytest.mark.parametrize("path", POSTED)
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"null", b'"\xff"', b"[" * 100_000]
)
def test_body_that_is_no_json_object(path: str, body: bytes) -> None:
    answer = ask("POST", path, headers=RIGHT, content=body)
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "MALFORMED_REQUEST"
    assert "no JSON object" in answer.json()["message"]


@pytest.mark.parametrize("path", POSTED[1:])
def test_identifier_that_is_no_text(path: str) -> None:
    body = {"contextId": ["x"], "commandId": {"x": 1}}
    answer = ask("POST", path, headers=RIGHT, json=body)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "what"),
    [
        ("GET", "/api/1.2/contexts/status?contextId=x", "context"),
        ("GET", "/api/1.2/commands/status?commandId=x", "command"),
    ],
)
def test_unknown_context_or_command(method: str, path: str, what: str) -> None:
    answer = ask(method, path, headers=RIGHT)
    assert answer.status_code == 404
    assert answer.json()["message"] == f"There is no such {what}."


def test_other_languages_are_refused() -> None:
    answer = ask(
        "POST", "/api/1.2/contexts/create", headers=RIGHT, json={"language": "scala"}
    )
    assert answer.status_code == 400
    assert "not for scala" in answer.json()["message"]


def test_cluster_always_runs() -> None:
    answer = ask("GET", "/api/2.1/clusters/get?cluster_id=any", headers=RIGHT)
    assert answer.json() == {"cluster_id": "any", "state": "RUNNING"}


def test_only_this_machine_can_connect() -> None:
    with listening(0) as listener:
        host, port = listener.getsockname()
        assert host == "127.0.0.1"
        with socket.create_connection(("127.0.0.1", port)):
            pass
        # The whole of 127.0.0.0/8 is this machine, but not where it listens.
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port))
