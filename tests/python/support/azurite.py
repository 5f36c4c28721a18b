"""A private Azurite: Azure's blob storage on this machine, in a folder."""

import base64
import hashlib
import hmac
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path
from urllib.parse import urlencode

import httpx

from tests.python.support.servers import (
    end,
    free_port,
    not_installed,
    program,
    wait_until,
)

REPOSITORY = Path(__file__).resolve().parents[3]
SCRIPT = REPOSITORY / ".venv/azurite/node_modules/azurite/dist/src/blob/main.js"
ACCOUNT = "devstoreaccount1"
# The key that Azurite's documentation gives to everybody.
KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6"
    "IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)
_VERSION = "2021-12-02"


class Azurite:
    """A blob service with the account `devstoreaccount1`."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to find it instead of Azure."""
        return {
            "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": KEY,
            "AZURE_STORAGE_USE_EMULATOR": "true",
            "AZURITE_BLOB_STORAGE_URL": self.url,
        }

    def sas(self, container: str) -> str:
        """A shared access signature for all that can be done in a container."""
        fields = {"sp": "racwdl", "se": "2099-01-01T00:00:00Z", "sv": "2020-12-06"}
        permissions, expiry, version = fields.values()
        resource = f"/blob/{ACCOUNT}/{container}"
        # Permissions, no start, expiry, resource, ..., version, container, ...
        parts = [permissions, "", expiry, resource, "", "", "", version, "c"]
        signature = _signature("\n".join([*parts, *[""] * 7]))
        return urlencode({**fields, "sr": "c", "sig": signature})

    def create_container(self, name: str) -> None:
        headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": _VERSION}
        signed = "\n".join(f"{key}:{value}" for key, value in headers.items())
        # Method, twelve empty headers (no length, no type, ...), ours, the resource.
        resource = f"/{ACCOUNT}/{ACCOUNT}/{name}\nrestype:container"
        text = "PUT" + "\n" * 12 + signed + "\n" + resource
        headers["authorization"] = f"SharedKey {ACCOUNT}:{_signature(text)}"
        answer = httpx.put(
            f"{self.url}/{ACCOUNT}/{name}?restype=container", headers=headers
        )
        assert answer.status_code == 201, answer.text

    def is_ready(self) -> bool:
        try:
            httpx.get(self.url)
        except httpx.TransportError:
            return False
        return True


def _signature(text: str) -> str:
    digest = hmac.digest(base64.b64decode(KEY), text.encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()


@contextmanager
def running() -> Iterator[Azurite]:
    """A service that is gone afterwards."""
    node = program("node", "the Debian package 'nodejs' has it")
    if not SCRIPT.exists():
        not_installed("Azurite", "`make test-integration` installs it where npm is")
    with tempfile.TemporaryDirectory(prefix="cdp-azurite-") as folder:
        port = free_port()
        words = ["--blobPort", str(port), "--location", folder, "--silent"]
        words += ["--disableTelemetry", "--skipApiVersionCheck"]
        process = subprocess.Popen(
            [node, SCRIPT, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        service = Azurite(port)
        try:
            wait_until(service.is_ready, process)
            yield service
        finally:
            end(process, signal.SIGTERM)
