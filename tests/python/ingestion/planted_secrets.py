"""Secrets that are planted everywhere, and whoever looks for them afterwards."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pyarrow.parquet as pq

# Of letters that a server's error code may hold, and of such that have to be escaped.
COMMERCE_TOKEN = "cmrc.9Qz7-Lw3Xk5Vb1.tkn"
CRM_TOKEN = "pat-eu1.Yh8Rj2Nf6Td4Gs0"
CLIENT_SECRET = 'cs"Uo3/We+8=Pd7 Zm&5'
REFRESH_TOKEN = "rt_Ka6Ix1Ep9.Bv4Hs8"
ACCESS_TOKEN = "at-Mw2Cg7Jy5.Rn9Lt3"
DATABASE_PASSWORD = "db'Fq4\"/x@%Jt8:Lé2#Sv6?Wc1"
URL_PASSWORD = "Hu5Ob9Vz3Ne7"
# As people write it who do not know that it has to be encoded.
RAW_PASSWORD = "Gk6Rm1Tb4@Xd8Yc3Zf7/Ls5Nv0Pw2"
# No words: Arrow writes its schema in base64, too.
ACCOUNT_KEY = b64encode(bytes(range(3, 250, 7))).decode()
SIGNATURE = b64encode(b"\xfb\xff\xfe" + bytes(range(250, 3, -9))).decode()
SAS_TOKEN = f"sv=2022-11-02&ss=b&sp=rwdl&sig={quote(SIGNATURE, safe='')}"
AZURE_SECRET = "az8Q~Gx2Kc6_Ty4.Dn0Rl"
HASH_KEY = "hk-Bm3Wp7Zs1Xv5Jq9-long"

SECRETS = {
    "commerce token": COMMERCE_TOKEN,
    "crm token": CRM_TOKEN,
    "client secret": CLIENT_SECRET,
    "refresh token": REFRESH_TOKEN,
    "access token": ACCESS_TOKEN,
    "database password": DATABASE_PASSWORD,
    "password in a URL": URL_PASSWORD,
    "password as it is": RAW_PASSWORD,
    "account key": ACCOUNT_KEY,
    "signature": SIGNATURE,
    "azure secret": AZURE_SECRET,
    "hash key": HASH_KEY,
}
ENVIRONMENT = {
    "COMMERCE_API_TOKEN": COMMERCE_TOKEN,
    "CRM_API_TOKEN": CRM_TOKEN,
    # Names that do not say what they hold: the contract does.
    "COMMERCE_LOGIN_WORD": CLIENT_SECRET,
    "COMMERCE_RENEWAL": REFRESH_TOKEN,
    "AZURE_STORAGE_ACCOUNT_NAME": "account",
    "AZURE_STORAGE_ACCOUNT_KEY": ACCOUNT_KEY,
    "AZURE_STORAGE_SAS_TOKEN": SAS_TOKEN,
    "AZURE_CLIENT_SECRET": AZURE_SECRET,
    "CDP_HASH_KEY": HASH_KEY,
}
# A secret that is cut is looked for, too: no part of this length may be seen.
PART = 7
PART_OF_BASE64 = 10


def spellings(secret: str) -> Iterator[str]:
    """What a secret looks like in a URL, in JSON, in JSON within JSON, in Python."""
    yield secret
    yield from (quote(secret), quote(secret, safe=""), quote_plus(secret))
    for once in (json.dumps(secret), json.dumps(secret, ensure_ascii=False)):
        yield from (once[1:-1], json.dumps(once)[3:-3])
    yield repr(secret)[1:-1]


def _encodings(secret: str) -> Iterator[str]:
    for before in ("", "user:", "Bearer ", "x"):
        for encode in (b64encode, urlsafe_b64encode):
            head = len(before.encode()) * 8 // 6 + 1
            yield encode((before + secret).encode()).decode().rstrip("=")[head:-1]


def _parts(text: str, length: int) -> set[str]:
    return {text[at : at + length] for at in range(len(text) - length + 1)}


_PLAIN = {
    part: name
    for name, secret in SECRETS.items()
    for spelling in spellings(secret)
    for part in _parts(spelling, PART)
}
_ENCODED = {
    part: name
    for name, secret in SECRETS.items()
    for encoding in _encodings(secret)
    for part in _parts(encoding, PART_OF_BASE64)
}


def found_in(text: str) -> set[str]:
    """The names of the secrets of which a part is in a text."""
    plain = _PLAIN.keys() & _parts(text, PART)
    encoded = _ENCODED.keys() & _parts(text, PART_OF_BASE64)
    return {_PLAIN[part] for part in plain} | {_ENCODED[part] for part in encoded}


def texts_of(folder: Path) -> Iterator[tuple[str, str]]:
    """All files of a folder as text, Parquet decoded as well."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            name = str(file.relative_to(folder))
            yield name, file.read_bytes().decode("utf-8", "replace")
            if file.suffix == ".parquet":
                yield name, str(pq.read_table(file).to_pylist())


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that it came from, shown or not."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__]
