"""What must never be said: the secrets of this process, in whatever form they appear.

Secrets are the variables of the environment whose names say so, passwords and keys
within its URLs and connection strings, and what `hide` was told. A server or a
library may give them back encoded; so the encodings are sought, too.
"""

from __future__ import annotations

import html
import json
import os
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote, quote_plus, unquote

HIDDEN = "***"
_NAME = re.compile(
    r"TOKEN(?!S)|SECRET|PASSW|PASSPHRASE|CREDENTIAL|CONNECTION_STRING|SAS|_KEY$"
)
_NO_SECRET = re.compile(r"_(FILE|URL)$")
_FIELD = re.compile(r"token|secret|passw|pwd|key|sig", re.ASCII | re.IGNORECASE)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m|↳")
# What is shorter would hide half of every message.
_SHORTEST = 4
_SHORTEST_BASE64 = 8
_COMMON = frozenset({"true", "false", "none", "null"})

_variables: set[str] = set()
_given: set[str] = set()


def hide_variables(*names: str) -> None:
    """Hear of variables that hold a secret, whatever their names say."""
    _variables.update(names)


def hide(secret: str) -> None:
    """Hear of a secret that is in no variable."""
    _given.add(secret)


def redact(text: str) -> str:
    """Return text without any secret of this process."""
    pattern = _pattern(frozenset(_secrets()))
    return text if pattern is None else pattern.sub(HIDDEN, text)


def brief(error: object, longest: int = 200) -> str:
    """Return what a library says as one short line without colours and secrets.

    Secrets go first: half a secret is found by nobody who looks for the whole.
    """
    text = redact(_COLOUR.sub("", str(error)))
    return " ".join(text.split())[:longest]


def _secrets() -> Iterator[str]:
    yield from _given
    for name, text in os.environ.items():
        value = text.strip()
        says_so = _NAME.search(name) and not _NO_SECRET.search(name)
        if says_so or name in _variables:
            yield value
            yield from _fields(value)
        if "://" in value:
            yield from _of_url(value)


def _fields(value: str) -> Iterator[str]:
    """Yield the secret parts of a query, as of a signature, or a connection string."""
    for part in re.split("[&;]", value.lstrip("?")):
        name, _, secret = part.partition("=")
        if _FIELD.search(name):
            yield secret
            yield from re.split("[@/?#:]", secret)


def _of_url(url: str) -> Iterator[str]:
    """Yield the secret parts of a URL, also of one that is not well-formed."""
    scheme, _, rest = url.partition("://")
    yield from _fields(rest.partition("?")[2])
    host = re.split("[/?#]", rest, maxsplit=1)[0]
    # A password that should have been encoded goes up to the last @.
    path = rest.partition("?")[0]
    for part in {host, path} if "@" in path else {rest}:
        name, colon, password = part.rpartition("@")[0].partition(":")
        if colon:
            yield password
            yield from re.split("[@/?#:]", password)
            yield f"{unquote(name)}:{unquote(password)}"
        elif scheme.startswith("http") and part == host:
            yield name


@lru_cache(maxsize=8)
def _pattern(secrets: frozenset[str]) -> re.Pattern[str] | None:
    forms = {
        form
        for secret in secrets
        for form in _forms(secret)
        if len(form) >= _SHORTEST and form.lower() not in _COMMON
    }
    if not forms:
        return None
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)


def _forms(secret: str) -> Iterator[str]:
    """Yield what a secret looks like in URLs, JSON, HTML, Python and base64."""
    for plain in {secret, unquote(secret), " ".join(secret.split())}:
        yield plain
        yield from (quote(plain), quote(plain, safe=""), quote_plus(plain))
        for once in (json.dumps(plain), json.dumps(plain, ensure_ascii=False)):
            # An object may quote another.
            yield from (once[1:-1], json.dumps(once)[3:-3])
        yield repr(plain)[1:-1]
        yield html.escape(plain)
        yield from _base64(plain.encode("utf-8", "surrogateescape"))


def _base64(plain: bytes) -> Iterator[str]:
    """Yield the characters that stand for a secret wherever it lies in the text."""
    for before in range(3):
        size = before + len(plain)
        first, last = (0, 2, 3)[before], size * 8 // 6
        for encode in (b64encode, urlsafe_b64encode):
            core = encode(bytes(before) + plain).decode()[first:last]
            if len(core) >= _SHORTEST_BASE64:
                yield core
