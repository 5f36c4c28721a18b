"""The certificate that the server shows and the token that it asks for."""

from __future__ import annotations

import datetime
import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

TOKEN_VARIABLE = "LOCAL_WAREHOUSE_TOKEN"
VALID_DAYS = 365
RENEWED_BEFORE_DAYS = 30


@dataclass(frozen=True)
class Certificates:
    """PEM files: the authority that clients trust, and the server's own."""

    authority: Path
    certificate: Path
    key: Path


def ensure_certificates(folder: Path) -> Certificates:
    """Return the certificates of a folder, made new where none is valid any more.

    The authority's key is thrown away: it can sign nothing but this one server, so that
    trusting it costs nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = Certificates(
        folder / "ca.pem", folder / "server.pem", folder / "server.key"
    )
    if not _is_valid(found):
        _make(found)
    return found


def _is_valid(found: Certificates) -> bool:
    """Tell whether the files are whole, belong together and last a while.

    A server that was killed while it made them may have left some of them.
    """
    try:
        authority = x509.load_pem_x509_certificate(found.authority.read_bytes())
        certificate = x509.load_pem_x509_certificate(found.certificate.read_bytes())
        key = serialization.load_pem_private_key(found.key.read_bytes(), None)
        certificate.verify_directly_issued_by(authority)
    except (OSError, ValueError, TypeError, InvalidSignature):
        return False
    margin = datetime.timedelta(days=RENEWED_BEFORE_DAYS)
    is_lasting = certificate.not_valid_after_utc > _now() + margin
    return is_lasting and key.public_key() == certificate.public_key()


def _make(files: Certificates) -> None:
    authority_key = ec.generate_private_key(ec.SECP256R1())
    server_key = ec.generate_private_key(ec.SECP256R1())
    authority_name = _name("Local warehouse authority")
    authority = (
        _builder(authority_name, authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), False
        )
        .sign(authority_key, hashes.SHA256())
    )
    server = (
        _builder(_name("localhost"), authority_name, server_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(
                authority_key.public_key()
            ),
            False,
        )
        .add_extension(
            x509.SubjectAlternativeName(
                [
                    x509.DNSName("localhost"),
                    x509.IPAddress(ipaddress.IPv4Address("127.0.0.1")),
                ]
            ),
            False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    _write_secret(
        files.key,
        server_key.private_bytes(
            encoding,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    files.certificate.write_bytes(server.public_bytes(encoding))
    files.authority.write_bytes(authority.public_bytes(encoding))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        # A clock set back a little does not refuse what was made a moment ago.
        .not_valid_before(_now() - datetime.timedelta(days=1))
        .not_valid_after(_now() + datetime.timedelta(days=VALID_DAYS))
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def ensure_token(
    file: Path, environment: Mapping[str, str] = os.environ
) -> tuple[str, Path | None]:
    """Return the token, and the file that holds it unless the environment gave it."""
    given = environment.get(TOKEN_VARIABLE)
    if given:
        return given, None
    kept = file.read_text().strip() if file.is_file() else ""
    # An empty file is left where a server is killed at the wrong moment: without this,
    # an empty token would be let in.
    if not kept:
        kept = secrets.token_hex(32)
        file.parent.mkdir(parents=True, exist_ok=True)
        _write_secret(file, kept.encode())
    return kept, file


def _write_secret(file: Path, content: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        # A file that was there keeps its mode.
        os.fchmod(descriptor, 0o600)
        stream.write(content)
