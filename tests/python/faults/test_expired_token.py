"""An access token expires while pages are read: it is renewed, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import yaml

from tests.python.faults.laboratory import CONTACTS, Bench, Laboratory, Subject
from tests.python.faults.matrix import EXPIRED_CASES, ExpiredCase
from tests.python.faults.proxy import Answer, Exchange

VARIABLES = {
    "token_url_env": "TEST_TOKEN_URL",
    "client_id_env": "TEST_CLIENT_ID",
    "client_secret_env": "TEST_CLIENT_SECRET",
    "refresh_token_env": "TEST_REFRESH_TOKEN",
}


class Login:
    """Gives tokens, the first of which expires at the n-th request."""

    def __init__(self, token: str, number: int) -> None:
        self._token = token
        self._number = number
        self.issued = 0

    def __call__(self, exchange: Exchange) -> None:
        if exchange.path == "/token":
            self.issued += 1
            token = {"access_token": f"t{self.issued}", "expires_in": 1800}
            exchange.send(Answer(200, json.dumps(token).encode()))
            return
        asked = exchange.proxy.asked
        is_good = exchange.token == f"t{self.issued}"
        if is_good and (self.issued > 1 or asked < self._number):
            exchange.send(exchange.ask(token=self._token))
        else:
            exchange.send(Answer(401, b"{}"))


@pytest.mark.parametrize("case", EXPIRED_CASES)
def test_an_expired_token_is_renewed(
    case: ExpiredCase,
    bench: Bench,
    make_laboratory: Callable[[Subject], Laboratory],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    laboratory = make_laboratory(case.subject)
    expected = bench.undisturbed(laboratory)
    laboratory.use_lake(expected.first if case.state else expected.empty)
    use_oauth(laboratory, bench, monkeypatch)
    token = bench.world.commerce_token
    if case.subject is CONTACTS:
        token = bench.world.crm_token
    bench.begin(laboratory, case.state)
    login = Login(token, case.place(expected.asked[case.state]))
    monkeypatch.setattr(bench.proxy, "usual", login)
    laboratory.run()
    assert login.issued == 2
    bench.begin(laboratory, 1)
    laboratory.run()
    assert laboratory.contents() == expected.end


def use_oauth(
    laboratory: Laboratory, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = laboratory.subject.source
    path = laboratory.folder / f"models/staging/{source}/_{source}__sources.yml"
    contract = yaml.safe_load(path.read_text())
    settings = contract["sources"][0]["config"]["meta"]["ingestion"]
    settings["auth"] = {"type": "oauth2", **VARIABLES}
    path.write_text(yaml.safe_dump(contract))
    for name in VARIABLES.values():
        monkeypatch.setenv(name, "planted-secret")
    monkeypatch.setenv("TEST_TOKEN_URL", f"{bench.proxy.url}/token")
