"""Servers that give back whatever they were sent."""

from __future__ import annotations

import json
import socket
import struct
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# A status, headers and a body.
Said = tuple[int, dict[str, str], bytes]
_SSL_REQUEST, _GSS_REQUEST = 80877103, 80877104


class Request:
    """What a client sent."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self.path = handler.path
        self.authorization = handler.headers.get("authorization", "")
        length = int(handler.headers.get("content-length") or 0)
        self.body = handler.rfile.read(length).decode("utf-8", "replace")
        self.headers = str(handler.headers)

    @property
    def everything(self) -> str:
        return f"{self.path}\n{self.headers}\n{self.body}"


class EchoServer:
    """An HTTP server that answers as `answer` says."""

    def __init__(self) -> None:
        self.answer: Callable[[Request], Said] = lambda request: (500, {}, b"")
        self.url = ""
        self.asked: list[str] = []


@contextmanager
def echoing() -> Iterator[EchoServer]:
    """Serve on a free port."""
    echo = EchoServer()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            request = Request(self)
            echo.asked.append(request.path)
            status, headers, body = echo.answer(request)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _answer  # noqa: N815

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    echo.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield echo
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


def echo(status: int, code: Callable[[str], str]) -> Callable[[Request], Said]:
    """An answer that repeats the request: as code, in text, headers and address."""

    def answer(request: Request) -> Said:
        token = request.authorization.partition(" ")[2]
        headers = {
            "x-echo": request.authorization,
            "location": f"/elsewhere?token={token}",
            "date": token,
            "www-authenticate": request.authorization,
            # Neither seconds nor a date: tried again at once.
            "retry-after": token,
        }
        said = {
            "error": {"code": code(token), "message": request.everything},
            "request": request.everything,
        }
        return status, headers, json.dumps(said).encode()

    return answer


def azure_that_echoes(request: Request) -> Said:
    """A refusal by the store, or by whoever gives tokens for it."""
    if "oauth2" in request.path:
        return 400, {}, request.everything.encode()
    return 403, {"x-ms-error-code": request.path[-60:]}, request.everything.encode()


def base64_of(token: str) -> str:
    return b64encode(f"x{token}".encode()).decode().rstrip("=")


class PasswordServer:
    """Speaks PostgreSQL just long enough to hear the password and say it aloud."""

    def __init__(self, say: Callable[[str], str], *, lets_in: bool) -> None:
        self._say = say
        self._lets_in = lets_in
        self.heard: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client, suppress(OSError, struct.error):
                client.settimeout(10)
                self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        while True:
            size, kind = struct.unpack("!II", client.recv(8))
            if kind not in (_SSL_REQUEST, _GSS_REQUEST):
                break
            client.sendall(b"N")
        client.recv(size - 8)
        client.sendall(_message(b"R", struct.pack("!I", 3)))
        password = client.recv(4096)[5:].rstrip(b"\0").decode()
        self.heard.append(password)
        if self._lets_in:
            ready = _message(b"Z", b"I")
            client.sendall(_message(b"R", struct.pack("!I", 0)) + ready)
            while client.recv(65536):
                client.sendall(self._refusal("ERROR", "42601", password) + ready)
        else:
            client.sendall(self._refusal("FATAL", "28P01", password))

    def _refusal(self, severity: str, code: str, password: str) -> bytes:
        fields = {b"S": severity, b"V": severity, b"C": code, b"M": self._say(password)}
        parts = [kind + text.encode() + b"\0" for kind, text in fields.items()]
        return _message(b"E", b"".join(parts) + b"\0")


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body
