"""No secret is ever said: not in output, errors, objects, nor in anything on disk.

Secrets are planted in all that holds one. Sources, databases and lakes then fail in
each way there is, most of them giving back what they were sent.
"""

from __future__ import annotations

import json
import signal
import tempfile
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from typer.testing import Result

from ingestion import run, settings
from ingestion.contract_files import load_contract
from ingestion.errors import IngestionError, LakeError
from ingestion.lake import lake_errors
from ingestion.redaction import hide_variables
from ingestion.spool import Spool
from tests.python.ingestion import planted_secrets as planted
from tests.python.ingestion.echoing_servers import (
    EchoServer,
    PasswordServer,
    Request,
    Said,
    azure_that_echoes,
    base64_of,
    echo,
    echoing,
)
from tests.python.ingestion.fake_sources import ShopDatabase, customer, moment
from tests.python.ingestion.ingestion_project import Project

OAUTH = {
    "type": "oauth2",
    "token_url_env": "COMMERCE_TOKEN_URL",
    "client_id_env": "COMMERCE_CLIENT_ID",
    "client_secret_env": "COMMERCE_LOGIN_WORD",
    "refresh_token_env": "COMMERCE_RENEWAL",
}
# The key for hashes is kept there, and nowhere else.
HASH_KEYS = "_ingestion/hash_keys/"
NOWHERE = "http://127.0.0.1:9"


class Stage:
    """A project with planted secrets, and all that was seen of it."""

    def __init__(
        self,
        project: Project,
        server: EchoServer,
        patch: pytest.MonkeyPatch,
        log_format: str,
    ) -> None:
        self.project = project
        self.server = server
        self.patch = patch
        self._log_format = log_format
        self.seen: list[tuple[str, str]] = []
        self.errors: list[BaseException] = []
        self.temporary = project.folder / "temporary"
        self.temporary.mkdir()
        for name, value in planted.ENVIRONMENT.items():
            patch.setenv(name, value)
        patch.setattr(tempfile, "tempdir", str(self.temporary))
        patch.setattr("ingestion.load.PAUSES", ())
        self._note_errors()
        self._note_objects()

    def _note_errors(self) -> None:
        made, noted = IngestionError.__init__, self.errors

        def init(error: IngestionError, *arguments: Any) -> None:
            made(error, *arguments)
            noted.append(error)

        self.patch.setattr(IngestionError, "__init__", init)

    def _note_objects(self) -> None:
        opened = settings.open_source

        def open_source(source: Any) -> Any:
            reader = opened(source)
            self.look_at(reader)
            return reader

        self.patch.setattr(run, "open_source", open_source)

    def look_at(self, thing: object, depth: int = 3) -> None:
        """Note how an object and its parts show themselves."""
        kind = type(thing)
        self.seen.append((kind.__name__, repr(thing)))
        text = str(thing) if kind.__module__.startswith("ingestion") else ""
        self.seen.append((kind.__name__, text))
        for part in list(getattr(thing, "__dict__", {}).values()) if depth else ():
            if type(part).__module__ not in ("builtins", "ssl"):
                self.look_at(part, depth - 1)

    def call(self, code: int, *arguments: str) -> Result:
        result = self.project.call(*arguments, "--log-format", self._log_format)
        assert result.exit_code == code, result.output
        self.seen += [("stdout", result.stdout), ("stderr", result.stderr)]
        self.seen.append(("exception", repr(result.exception)))
        if self._log_format == "json":
            assert result.stdout == ""
            for line in result.stderr.splitlines():
                assert {"time", "level", "event"} <= json.loads(line).keys()
        return result

    def fails(self, message: str, *arguments: str) -> None:
        assert message in self.call(1, "run", *arguments).stderr

    def check(self) -> None:
        for error in self.errors:
            for one in planted.chain(error):
                self.seen.append((f"{type(one)}", f"{one!r} {one!s} {one.args}"))
        self.seen += planted.texts_of(self.temporary)
        for name, text in planted.texts_of(self.project.lake):
            kept = planted.HASH_KEY if HASH_KEYS in name else "\0"
            self.seen.append((name, text.replace(kept, "")))
        found = [(name, planted.found_in(text)) for name, text in self.seen]
        assert [(name, secrets) for name, secrets in found if secrets] == []

    def serve(self, answer: Callable[[Request], Said]) -> None:
        self.server.answer = answer
        self.patch.setenv("COMMERCE_API_URL", self.server.url)

    def use_oauth(self) -> None:
        path = self.project.contract("commerce")
        contract = yaml.safe_load(path.read_text())
        contract["sources"][0]["config"]["meta"]["ingestion"]["auth"] = OAUTH
        path.write_text(yaml.safe_dump(contract))
        host = self.server.url.removeprefix("http://")
        url = f"http://user:{planted.URL_PASSWORD}@{host}/token"
        self.patch.setenv("COMMERCE_TOKEN_URL", url)
        self.patch.setenv("COMMERCE_CLIENT_ID", "client")

    def database(self, server: PasswordServer, password: str) -> None:
        url = f"postgresql+psycopg://planter:{password}@127.0.0.1:{server.port}/shop"
        self.patch.setenv("SHOP_DATABASE_URL", url)


@pytest.fixture(params=["console", "json"])
def stage(
    request: pytest.FixtureRequest,
    project: Project,
    server_that_echoes: EchoServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    made = Stage(project, server_that_echoes, monkeypatch, request.param)
    yield made
    made.check()


@pytest.fixture(scope="module")
def server_that_echoes() -> Iterator[EchoServer]:
    with echoing() as server:
        yield server


def good(request: Request) -> Said:
    """One page of any endpoint, or a token."""
    if request.path.startswith("/token"):
        said: dict[str, Any] = {"access_token": planted.ACCESS_TOKEN}
    else:
        rows = [customer(1, moment(0)), {"customer_id": None}]
        data = rows if "/v1/customers" in request.path else []
        said = {"data": data, "results": [], "total_pages": 1}
    return 200, {}, json.dumps(said).encode()


CODES = {"token": str, "bearer": "Bearer {}".format, "base64": base64_of}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(
    ("status", "message"),
    [
        (302, "a redirect"),
        (400, "answers 400"),
        (401, "refuses the token"),
        (403, "denies access"),
        (404, "answers 404"),
        (409, "answers 409"),
        (500, "last: status 500"),
    ],
)
def test_server_that_echoes(stage: Stage, status: int, message: str, code: str) -> None:
    stage.serve(echo(status, CODES[code]))
    stage.fails(message)


@pytest.mark.parametrize(
    ("start", "message"), [(b"{", "no JSON"), (b"", "no list at 'data'")]
)
def test_answer_that_is_garbled(stage: Stage, start: bytes, message: str) -> None:
    def answer(request: Request) -> Said:
        return 200, {}, start + json.dumps({"no": request.everything}).encode()

    stage.serve(answer)
    stage.fails(message, "--source", "commerce")


def test_crm_that_echoes(stage: Stage) -> None:
    stage.serve(echo(400, str))
    stage.patch.delenv("COMMERCE_API_URL")
    stage.patch.delenv("COMMERCE_API_TOKEN")
    stage.patch.setenv("CRM_API_URL", stage.server.url)
    stage.fails("answers 400 (***)")


@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_token_endpoint_that_echoes(stage: Stage, status: int) -> None:
    stage.use_oauth()
    stage.serve(echo(status, str))
    stage.fails(f"token endpoint answers {status}")


@pytest.mark.parametrize("status", [400, 401, 500])
def test_server_that_echoes_an_access_token(stage: Stage, status: int) -> None:
    stage.use_oauth()
    refuse = echo(status, str)
    stage.serve(lambda one: (good if "token" in one.path else refuse)(one))
    stage.fails(str(status))


def test_all_goes_well(stage: Stage) -> None:
    stage.use_oauth()
    stage.serve(good)
    shop = ShopDatabase(stage.project.folder / "shop.db")
    stage.patch.setenv("SHOP_DATABASE_URL", shop.url)
    stage.patch.setenv("CRM_API_URL", stage.server.url)
    stage.call(0, "run", "--allow-empty")
    stage.call(0, "run", "--allow-empty", "--full-refresh")
    rows = stage.project.rows("commerce/customers")
    assert [row["customer_id"] for row in rows] == ["1"]
    assert stage.project.rows("commerce/_rejected")
    assert stage.project.rows("_ingestion/hash_keys")[0]["hash_key"] == planted.HASH_KEY


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://user:{}@no-such-host.invalid/", "cannot connect"),
        ("http://user:{}@127.0.0.1:9/", "cannot connect"),
        ("http;//user:{}@host/", "must begin with http"),
        ("http://user:{}@host:port/", "is no valid URL"),
        ("http://user:x/{}@host/", "is no valid URL"),
        ("http://[user:{}@host/", "cannot connect; check COMMERCE_API_URL"),
    ],
)
def test_wrong_url(stage: Stage, url: str, message: str) -> None:
    stage.patch.setenv("COMMERCE_API_URL", url.format(planted.URL_PASSWORD))
    stage.fails(message)


SAYINGS: dict[str, Callable[[str], str]] = {
    "password": "password authentication failed: {}".format,
    "quoted": lambda word: f"no such user: {json.dumps(word)} {word!r}",
    "url": lambda word: f"cannot use postgresql://planter:{quote(word, safe='')}@h/d",
}
# A message is cut after 200 characters.
SAYINGS |= {f"after {n}": f"{'-' * n}{{}}".format for n in (116, 182)}


@pytest.mark.parametrize("lets_in", [False, True])
@pytest.mark.parametrize("say", SAYINGS)
def test_database_that_echoes(stage: Stage, say: str, lets_in: bool) -> None:
    server = PasswordServer(SAYINGS[say], lets_in=lets_in)
    stage.database(server, quote(planted.DATABASE_PASSWORD, safe=""))
    stage.fails("the database says")
    server.close()
    assert planted.DATABASE_PASSWORD in server.heard


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql+psycopg://u:{}@127.0.0.1:9/shop", "the database says"),
        ("postgresql+psycopg://127.0.0.1:9/d?user=u&password={}", "the database says"),
        ("postgresql+psycopg://u:{}@127.0.0.1:port/shop", "no SQLAlchemy URL"),
        ("postgresql+psycopg:/u:{}@127.0.0.1:9/shop", "no SQLAlchemy URL"),
        ("nodb://u:{}@h/d", "is not installed"),
        ("postgresql+psycopg://u:{}@127.0.0.1:9/d?nope=1", "the database says"),
    ],
)
@pytest.mark.parametrize("password", [planted.URL_PASSWORD, planted.RAW_PASSWORD])
def test_wrong_database_url(
    stage: Stage, url: str, message: str, password: str
) -> None:
    stage.patch.setenv("SHOP_DATABASE_URL", url.replace("{}", password))
    stage.fails("SHOP_DATABASE_URL")


@pytest.mark.parametrize(
    "unset",
    [
        ("AZURE_STORAGE_SAS_TOKEN", "AZURE_CLIENT_SECRET"),
        ("AZURE_STORAGE_ACCOUNT_KEY", "AZURE_CLIENT_SECRET"),
        ("AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_SAS_TOKEN"),
    ],
    ids=["key", "signature", "principal"],
)
def test_lake_that_echoes(stage: Stage, unset: tuple[str, ...]) -> None:
    for name in unset:
        stage.patch.delenv(name)
    stage.patch.setenv("CDP_LAKE", "az://lake/raw")
    stage.patch.setenv("AZURE_STORAGE_ENDPOINT", stage.server.url)
    stage.patch.setenv("AZURE_ALLOW_HTTP", "true")
    stage.patch.setenv("AZURE_CLIENT_ID", "client")
    stage.patch.setenv("AZURE_TENANT_ID", "tenant")
    stage.patch.setenv("AZURE_AUTHORITY_HOST", stage.server.url)
    stage.server.answer = azure_that_echoes
    stage.server.asked.clear()
    stage.fails("lake not usable")
    assert stage.server.asked


@pytest.mark.parametrize("before", [0, 2, 150, 175, 190])
def test_lake_library_that_says_all(stage: Stage, before: int) -> None:
    # What opening the source would do.
    hide_variables("COMMERCE_LOGIN_WORD", "COMMERCE_RENEWAL")
    for secret in (*planted.ENVIRONMENT.values(), planted.SIGNATURE):
        said = [*planted.spellings(secret)]
        for start in ("", "x", "Bearer "):
            whole = f"{start}{secret}".encode()
            said += [b64encode(whole).decode(), urlsafe_b64encode(whole).decode()]
        for text in said:
            with pytest.raises(LakeError), lake_errors("shop.orders"):
                raise OSError(f"{'-' * before} {text} no more")


def test_lake_that_refuses_connections(stage: Stage) -> None:
    stage.patch.setenv("CDP_LAKE", "az://lake/raw")
    stage.patch.setenv("AZURE_STORAGE_USE_EMULATOR", "true")
    stage.patch.setenv("AZURITE_BLOB_STORAGE_URL", NOWHERE)
    stage.fails("lake not usable")


def test_wrong_settings(stage: Stage) -> None:
    stage.fails("half configured")
    stage.patch.setenv("COMMERCE_API_URL", NOWHERE)
    stage.patch.setenv("COMMERCE_API_TOKEN", f"{planted.COMMERCE_TOKEN}é")
    stage.fails("is no token")
    stage.patch.setenv("CDP_HASH_KEY", f"other-{planted.HASH_KEY}")
    stage.fails("is not the key in the lake")


def test_settings_show_no_secret(stage: Stage) -> None:
    stage.use_oauth()
    stage.serve(good)
    stage.patch.setenv("CRM_API_URL", f"http://user:{planted.URL_PASSWORD}@host")
    for source in load_contract(stage.project.folder):
        if source.name in ("commerce", "crm"):
            address = settings._address(source.settings)  # type: ignore[arg-type]
            stage.look_at(address)
            stage.look_at(run.open_source(source))


def everything() -> RuntimeError:
    """A fault that says all it knows."""
    said = {**planted.ENVIRONMENT, **planted.SECRETS}
    return RuntimeError(f"fault with {said} and {json.dumps(said)}")


def test_fault_of_the_program(stage: Stage) -> None:
    stage.use_oauth()
    stage.serve(good)

    def add(self: Spool, rows: object) -> None:
        try:
            raise everything()
        except RuntimeError as error:
            raise ValueError(str(everything())) from error

    word = quote(planted.DATABASE_PASSWORD, safe="")
    stage.patch.setenv("SHOP_DATABASE_URL", f"postgresql://u:{word}@h/d")
    stage.patch.setenv("CRM_API_URL", f"http://u:{planted.RAW_PASSWORD}@h")
    stage.patch.setattr(Spool, "add", add)
    stage.fails("ValueError", "--source", "commerce")


def test_interruption(stage: Stage) -> None:
    stage.use_oauth()
    stage.serve(good)

    def add(self: Spool, rows: object) -> None:
        signal.raise_signal(signal.SIGINT)

    stage.patch.setattr(Spool, "add", add)
    result = stage.call(130, "run", "--source", "commerce")
    assert "interrupted" in result.stderr
