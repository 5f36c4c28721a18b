"""An HTTP proxy in front of the demo's servers that disturbs chosen answers."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from typing import Any

HOST = "127.0.0.1"
_FORWARDED = ("authorization", "content-type")
_KEPT = ("content-type", "date", "retry-after")


@dataclass(frozen=True)
class Answer:
    """What the server behind the proxy says."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def with_json(self, value: Any) -> Answer:
        return replace(self, body=json.dumps(value).encode())

    def with_headers(self, **headers: str) -> Answer:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return replace(self, headers={**self.headers, **named})


class Exchange:
    """One request that is to be answered, well or badly."""

    def __init__(self, handler: _Handler, body: bytes) -> None:
        self.proxy = handler.server
        self.method = handler.command
        self.path = handler.path
        self.body = body
        self._handler = handler

    @property
    def token(self) -> str:
        """The bearer token of the request."""
        given: str = self._handler.headers.get("authorization", "")
        return given.removeprefix("Bearer ")

    def ask(self, path: str | None = None, token: str | None = None) -> Answer:
        """Ask the server behind the proxy, for the same unless told otherwise."""
        handler = self._handler
        connection = handler.upstream()
        headers = {
            name: handler.headers[name]
            for name in _FORWARDED
            if handler.headers.get(name) is not None
        }
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        connection.request(self.method, path or self.path, self.body or None, headers)
        response = connection.getresponse()
        kept = {name: response.headers.get(name, "") for name in _KEPT}
        return Answer(
            response.status,
            response.read(),
            {name: text for name, text in kept.items() if text},
        )

    def send(self, answer: Answer, *, length: int | None = None) -> None:
        """Answer, as servers do; another length than the body's is a lie."""
        size = len(answer.body) if length is None else length
        self.write(head(answer.status, {**answer.headers, "content-length": str(size)}))
        self.write(answer.body)

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._handler.wfile.write(data)

    def hang_up(self) -> None:
        """Close the connection as if the answer were complete."""
        self._handler.close_connection = True

    def reset(self) -> None:
        """Break the connection off."""
        self._handler.close_connection = True
        connection = self._handler.connection
        connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        self._handler.rfile.close()
        connection.close()


Disturb = Callable[[Exchange], None]


class Proxy:
    """Counts the requests for one path and disturbs the chosen ones.

    Attributes:
        ports: The ports of the servers behind it, of which the first one is asked.
        usual: How requests are answered that are not disturbed.
        asked: How many requests for the watched path have come since `watch`.
    """

    def __init__(self) -> None:
        self.ports: list[int] = []
        self.usual: Disturb = lambda exchange: exchange.send(exchange.ask())
        self.asked = 0
        self.released = threading.Event()
        self._path = "/"
        self._disturb: Disturb | None = None
        self._first = 0
        self._is_lasting = False
        self._lock = threading.Lock()
        self._listener = _listen(0)
        self._own_port = self._listener.getsockname()[1]
        self.url = f"http://{HOST}:{self._own_port}"

    def watch(self, path: str) -> None:
        """Count the requests for a path from now on, and disturb none."""
        self.heal()
        with self._lock:
            self._path, self.asked = path, 0
        self.released.clear()

    def disturb(self, disturb: Disturb, first: int, *, lasts: bool) -> None:
        """Disturb one request for the watched path, or all from that one on."""
        with self._lock:
            self._disturb, self._first, self._is_lasting = disturb, first, lasts

    def heal(self) -> None:
        """Disturb no more, and let go of those that wait for an answer."""
        with self._lock:
            self._disturb = None
        self.released.set()

    def move_on(self) -> None:
        """Ask the next server from now on."""
        self.ports = self.ports[1:] or self.ports

    def refuse(self) -> None:
        """Refuse connections, as when no server runs."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def accept(self) -> None:
        """Take connections again."""
        if self._listener.fileno() < 0:
            self._listener = _listen(self._own_port)
            self._start()

    def handle(self, exchange: Exchange) -> None:
        with self._lock:
            disturb = None
            if exchange.path.startswith(self._path):
                self.asked += 1
                is_due = self.asked == self._first or (
                    self._is_lasting and self.asked > self._first
                )
                disturb = self._disturb if is_due else None
        (disturb or self.usual)(exchange)

    @contextmanager
    def running(self) -> Iterator[Proxy]:
        self._start()
        try:
            yield self
        finally:
            self.heal()
            self.refuse()

    def _start(self) -> None:
        threading.Thread(
            target=self._serve, args=(self._listener,), daemon=True
        ).start()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, address = listener.accept()
            except OSError:
                return
            threading.Thread(
                target=self._talk, args=(connection, address), daemon=True
            ).start()

    def _talk(self, connection: socket.socket, address: Any) -> None:
        with suppress(OSError), connection:
            _Handler(connection, address, self)  # type: ignore[arg-type]


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    listener.listen(16)
    return listener


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """Return status line and headers."""
    lines = [f"HTTP/1.1 {status} -"]
    lines += [f"{name}: {text}" for name, text in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Proxy  # type: ignore[assignment]

    def setup(self) -> None:
        super().setup()
        self._upstream: HTTPConnection | None = None

    def finish(self) -> None:
        if self._upstream is not None:
            self._upstream.close()
        super().finish()

    def upstream(self) -> HTTPConnection:
        port = self.server.ports[0]
        if self._upstream is None or self._upstream.port != port:
            if self._upstream is not None:
                self._upstream.close()
            self._upstream = HTTPConnection(HOST, port, timeout=30)
        return self._upstream

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.handle(Exchange(self, body))

    do_GET = do_POST = _handle  # noqa: N815 (named by the standard library)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
