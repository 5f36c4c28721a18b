"""One small world, served once for all tests that only read."""

from collections.abc import Iterator
from typing import Any

import pytest

from demo.serving import serving
from demo.world import World, generate
from tests.python.demo.client import Client
from tests.python.demo.contents import delivered

PEOPLE = 400


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return generate(PEOPLE, seed=5, folder=tmp_path_factory.mktemp("world") / "w")


@pytest.fixture(scope="session")
def records(client: Client) -> list[tuple[str, str, dict[str, Any]]]:
    """Source, table and record of everything in the small world."""
    return list(delivered(client))


@pytest.fixture(scope="session")
def client(small_world: World) -> Iterator[Client]:
    with serving(small_world, throttle_every=0) as server:
        client = Client(server)
        yield client
        client.http.close()
