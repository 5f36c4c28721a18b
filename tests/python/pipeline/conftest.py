"""The known world, played over several weeks, ingested and built after each part."""

from pathlib import Path
from typing import NamedTuple

import pytest

from demo.serving import serving
from demo.world import World, generate
from tests.python.support.platform import Platform, succeeded

# The first build, and one after each part: eleven cuts of one raw log.
PARTS = 10
DAYS_IN_A_PART = "3"


class PlayedWorld(NamedTuple):
    """A world of 2,000 people after `PARTS` parts.

    Attributes:
        world: The sources and the truth.
        platform: Ingested and built after every part.
    """

    world: World
    platform: Platform


@pytest.fixture(scope="session")
def played_world(tmp_path_factory: pytest.TempPathFactory) -> PlayedWorld:
    folder: Path = tmp_path_factory.mktemp("played_world")
    world = generate("small", seed=11, folder=folder / "world")
    platform = Platform(folder)
    with serving(world) as server:
        platform.ingest(variables=server.environment)
        platform.build()
        for _ in range(PARTS):
            words = ("python", "-m", "demo", "advance", "--days", DAYS_IN_A_PART)
            succeeded(platform.run(*words, "--world", folder / "world"))
            platform.ingest(variables=server.environment)
            platform.build()
    return PlayedWorld(world, platform)
