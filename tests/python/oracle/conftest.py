"""The known world, told who is who, on its last day and on an earlier one."""

import pytest

from tests.python.oracle import tables, true_platform
from tests.python.oracle.records import Records, read
from tests.python.oracle.true_platform import TruePlatform


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> TruePlatform:
    """On the last day that any source recorded."""
    return true_platform.build(tmp_path_factory.mktemp("oracle"), tables.NEEDED)


@pytest.fixture(scope="session")
def cut(whole: TruePlatform, tmp_path_factory: pytest.TempPathFactory) -> TruePlatform:
    """In the middle of a month, with records of later days that nobody may see."""
    return true_platform.cut(whole, tmp_path_factory.mktemp("cut"), tables.NEEDED)


@pytest.fixture(scope="session")
def records(whole: TruePlatform) -> Records:
    """What the sources hold."""
    return read(whole.world)
