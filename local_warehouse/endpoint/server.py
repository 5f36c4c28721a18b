"""The HTTPS server: who may ask, and which part of the warehouse answers."""

from __future__ import annotations

import hmac
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from thrift.protocol import TBinaryProtocol
from thrift.Thrift import TException
from thrift.transport import TTransport

from local_warehouse.endpoint.commands import Commands
from local_warehouse.endpoint.commands_api import (
    CommandsApi,
    MalformedBodyError,
    problem,
)

# Asked for before a client has logged in.
PUBLIC = "/.well-known/databricks-config"


class BearerToken:
    """Lets nobody in without the token."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        """Wrap an application."""
        self.app = app
        self.expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401, or hand the request on."""
        app = self.app
        if scope["type"] == "http" and scope["path"] != PUBLIC:
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not hmac.compare_digest(given, self.expected):
                message = (
                    "The token is missing or wrong: set LOCAL_WAREHOUSE_TOKEN to the"
                    " token of this warehouse."
                )
                refusal = problem(message, "UNAUTHENTICATED", 401)
                # The SQL connector shows this header, and nothing of the body.
                refusal.headers["x-databricks-reason-phrase"] = message
                app = refusal
        await app(scope, receive, send)


def application(processor: Any, commands: Commands, token: str, port: int) -> Starlette:
    """Return the warehouse as an ASGI application.

    Args:
        processor: Thrift processor of the SQL endpoint.
        commands: Contexts of the Command Execution API.
        token: What clients have to send.
        port: On which it listens, for what it says about itself.
    """

    async def thrift(request: Request) -> Response:
        body = await request.body()
        try:
            answer = await run_in_threadpool(process, processor, body)
        # What Thrift's reader raises depends on where it stumbles.
        except (TException, EOFError, ValueError) as error:
            message = f"The body is no message of TCLIService: {error}."
            return problem(message, "MALFORMED_REQUEST", 400)
        return Response(answer, media_type="application/x-thrift")

    async def configuration(_request: Request) -> Response:
        host = f"https://localhost:{port}"
        return JSONResponse({"oidc_endpoint": f"{host}/oidc", "workspace_id": "0"})

    async def unknown(request: Request, _error: Exception) -> Response:
        message = f"The local warehouse has no {request.method} {request.url.path}."
        return problem(message, "ENDPOINT_NOT_FOUND", 404)

    async def malformed(_request: Request, error: Exception) -> Response:
        message = f"The body is no JSON object: {error}."
        return problem(message, "MALFORMED_REQUEST", 400)

    return Starlette(
        routes=[
            Route(PUBLIC, configuration),
            # Any path of a warehouse is this one.
            Route("/sql", thrift, methods=["POST"]),
            Route("/sql/{path:path}", thrift, methods=["POST"]),
            *CommandsApi(commands).routes(),
        ],
        middleware=[Middleware(BearerToken, token=token)],
        exception_handlers={404: unknown, 405: unknown, MalformedBodyError: malformed},
    )


def process(processor: Any, message: bytes) -> bytes:
    """Run one serialised Thrift call."""
    received = TTransport.TMemoryBuffer(message)
    answered = TTransport.TMemoryBuffer()
    processor.process(
        TBinaryProtocol.TBinaryProtocolAccelerated(received, fallback=True),
        TBinaryProtocol.TBinaryProtocolAccelerated(answered, fallback=True),
    )
    return bytes(answered.getvalue())
