"""The certificate, as clients check it, and the token."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import threading
from pathlib import Path

import pytest

from local_warehouse.endpoint import credentials
from local_warehouse.endpoint.credentials import (
    TOKEN_VARIABLE,
    Certificates,
    ensure_certificates,
    ensure_token,
)


def shake_hands(shown: Certificates, trusted: Path, name: str) -> None:
    """Let a client that trusts an authority connect to a server by a name."""
    here, there = socket.socketpair()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(shown.certificate, shown.key)

    def serve() -> None:
        # Where the client hangs up, it is the one to say why.
        with there, contextlib.suppress(OSError):
            server.wrap_socket(there, server_side=True).close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        client = ssl.create_default_context(cafile=str(trusted))
        client.verify_flags |= ssl.VERIFY_X509_STRICT
        with here, client.wrap_socket(here, server_hostname=name):
            pass
    finally:
        thread.join()


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_certificate_is_good_for_this_machine(tmp_path: Path, name: str) -> None:
    made = ensure_certificates(tmp_path / "certificates")
    shake_hands(made, made.authority, name)


@pytest.mark.parametrize("name", ["example.com", "127.0.0.2"])
def test_certificate_is_good_for_nothing_else(tmp_path: Path, name: str) -> None:
    made = ensure_certificates(tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError, match="match"):
        shake_hands(made, made.authority, name)


def test_another_warehouse_is_not_trusted(tmp_path: Path) -> None:
    mine = ensure_certificates(tmp_path / "mine")
    other = ensure_certificates(tmp_path / "other")
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(other, mine.authority, "localhost")


def test_key_of_the_authority_is_kept_nowhere(tmp_path: Path) -> None:
    made = ensure_certificates(tmp_path)
    assert sorted(tmp_path.iterdir()) == [made.authority, made.key, made.certificate]
    assert [
        file.name for file in tmp_path.iterdir() if "PRIVATE KEY" in file.read_text()
    ] == ["server.key"]


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_certificates_are_kept_over_restarts(tmp_path: Path) -> None:
    ensure_certificates(tmp_path)
    before = contents(tmp_path)
    ensure_certificates(tmp_path)
    assert contents(tmp_path) == before


def test_certificates_are_renewed_before_they_expire(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_certificates(tmp_path)
    before = contents(tmp_path)
    today = datetime.datetime.now(datetime.UTC)
    margin = credentials.VALID_DAYS - credentials.RENEWED_BEFORE_DAYS
    for days, kept in ((margin - 1, True), (margin + 1, False)):
        later = today + datetime.timedelta(days=days)
        monkeypatch.setattr(credentials, "_now", lambda later=later: later)
        ensure_certificates(tmp_path)
        assert (contents(tmp_path) == before) is kept


@pytest.mark.parametrize("broken", ["ca.pem", "server.pem", "server.key"])
@pytest.mark.parametrize("way", ["missing", "empty", "foreign"])
def test_files_that_do_not_belong_together_are_made_anew(
    tmp_path: Path, broken: str, way: str
) -> None:
    folder = tmp_path / "mine"
    ensure_certificates(folder)
    file = folder / broken
    if way == "missing":
        file.unlink()
    elif way == "empty":
        file.write_bytes(b"")
    else:
        ensure_certificates(tmp_path / "other")
        file.write_bytes((tmp_path / "other" / broken).read_bytes())
    made = ensure_certificates(folder)
    shake_hands(made, made.authority, "localhost")


def mode(file: Path) -> int:
    return file.stat().st_mode & 0o777


def test_secrets_are_for_their_owner_only(tmp_path: Path) -> None:
    # A file that was there with another mode is no way around it.
    (tmp_path / "token").touch(0o644)
    (tmp_path / "server.key").touch(0o644)
    made = ensure_certificates(tmp_path)
    _, token_file = ensure_token(tmp_path / "token", {})
    assert token_file is not None
    assert [mode(made.key), mode(token_file)] == [0o600, 0o600]


def test_token_is_made_and_kept(tmp_path: Path) -> None:
    token, file = ensure_token(tmp_path / "token", {})
    assert len(token) >= 32
    assert file is not None
    assert file.read_text() == token
    assert ensure_token(tmp_path / "token", {}) == (token, file)
    assert ensure_token(tmp_path / "other", {})[0] != token


def test_empty_token_file_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "token").touch()
    assert len(ensure_token(tmp_path / "token", {})[0]) >= 32


def test_given_token_is_written_nowhere(tmp_path: Path) -> None:
    environment = {TOKEN_VARIABLE: "planted-secret"}
    assert ensure_token(tmp_path / "token", environment) == ("planted-secret", None)
    assert not list(tmp_path.iterdir())
