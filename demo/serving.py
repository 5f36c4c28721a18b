"""Serving a world: one process, both APIs, on the loopback interface only."""

from __future__ import annotations

import json
import os
import socket
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo import commerce_api, crm_api
from demo.given import from_customers
from demo.web import Backend, http_date
from demo.world import World, WorldError

HOST = "127.0.0.1"
THROTTLE_EVERY = 200
SEARCH_WINDOW = 10_000

_STATE = "server.json"


class WorldClock:
    """Answers with the world's time in the `Date` header, as the source's clock."""

    def __init__(self, app: ASGIApp, backend: Backend) -> None:
        """Wrap an application."""
        self.app = app
        self.backend = backend

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the header to every HTTP response."""

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["date"] = date
            await send(message)

        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # Read before the data: a clock that is behind what was read loses nothing.
        date = http_date(self.backend.now())
        await self.app(scope, receive, dated)


def application(
    world: World,
    *,
    throttle_every: int = THROTTLE_EVERY,
    search_window: int = SEARCH_WINDOW,
) -> ASGIApp:
    """Return both APIs of a world as one ASGI application.

    Args:
        world: What to serve.
        throttle_every: One request in so many gets 429; 0 for none.
        search_window: Results that a CRM search reaches at most.
    """
    backend = Backend(world.folder, throttle_every)

    def health(_request: Request) -> Response:
        return PlainTextResponse(str(world.folder.resolve()))

    async def missing(_request: Request, problem: Exception) -> Response:
        status = problem.status_code if isinstance(problem, HTTPException) else 500
        return commerce_api.error(status, "not_found", "there is nothing here")

    app = Starlette(
        routes=[
            Route("/health", health),
            *commerce_api.routes(backend, world.commerce_token),
            *crm_api.routes(backend, world.crm_token, search_window),
        ],
        exception_handlers={404: missing, 405: missing},
    )
    return WorldClock(app, backend)


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        world: What it serves.
        port: Port on the loopback interface.
    """

    world: World
    port: int

    @property
    def url(self) -> str:
        """Base URL of both APIs."""
        return f"http://{HOST}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that ingestion reads."""
        return {
            "COMMERCE_API_URL": self.url,
            "COMMERCE_API_TOKEN": self.world.commerce_token,
            "CRM_API_URL": self.url,
            "CRM_API_TOKEN": self.world.crm_token,
            "SHOP_DATABASE_URL": self.world.shop_url,
        }


@contextmanager
def serving(
    world: World,
    *,
    port: int = 0,
    throttle_every: int = THROTTLE_EVERY,
    search_window: int = SEARCH_WINDOW,
) -> Iterator[Server]:
    """Serve a world from a thread for as long as the block runs.

    Args:
        world: What to serve.
        port: Port; 0 for any free one.
        throttle_every: One request in so many gets 429; 0 for none.
        search_window: Results that a CRM search reaches at most.

    Raises:
        WorldError: If the port is taken.
    """
    app = application(world, throttle_every=throttle_every, search_window=search_window)
    listener = _listen(port)
    server = uvicorn.Server(_config(app))
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, daemon=True
    )
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise WorldError("the server did not start")
            time.sleep(0.005)
        yield Server(world, listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


@contextmanager
def serving_customers(
    customers: Sequence[Mapping[str, Any]],
) -> Iterator[dict[str, str]]:
    """Serve just the given commerce customers; yield the commerce API's variables."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        serving(from_customers(customers, Path(scratch) / "world")) as server,
    ):
        variables = server.environment
        yield {name: variables[name] for name in variables if "COMMERCE" in name}


@contextmanager
def announced(server: Server) -> Iterator[None]:
    """Note the running server in the world folder, for `demo env`."""
    path = server.world.folder / _STATE
    path.write_text(json.dumps({"port": server.port, "pid": os.getpid()}), "utf-8")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def find(world: World, wait: float = 0.0) -> Server:
    """Return the server that serves a world from another process.

    Args:
        world: World folder that is served.
        wait: Seconds to wait for it.

    Raises:
        WorldError: If there is none.
    """
    deadline = time.monotonic() + wait
    while True:
        port = _answering_port(world)
        if port is not None:
            return Server(world, port)
        if time.monotonic() >= deadline:
            raise WorldError(
                f"nothing serves {world.folder}: run `python -m demo serve` beside this"
            )
        time.sleep(0.1)


def _answering_port(world: World) -> int | None:
    path: Path = world.folder / _STATE
    try:
        port = int(json.loads(path.read_text("utf-8"))["port"])
        url = f"http://{HOST}:{port}/health"
        with urllib.request.urlopen(url, timeout=2) as response:
            served = response.read().decode()
    except (OSError, ValueError, KeyError, urllib.error.URLError):
        return None
    return port if served == str(world.folder.resolve()) else None


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        date_header=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=2,
    )


def _listen(port: int) -> socket.socket:
    # Named, not implied: asyncio switches off the 40 ms wait of small packets (Nagle)
    # only on sockets that say they are TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise WorldError(f"port {port} is taken: choose another with --port") from None
    listener.listen(128)
    return listener
