"""One database with the macros, and CDNOW, for all tests of scores."""

import pytest

from tests.python.value import cdnow
from tests.python.value.scoring import Scoring


@pytest.fixture(scope="session")
def scoring(tmp_path_factory: pytest.TempPathFactory) -> Scoring:
    return Scoring(tmp_path_factory.mktemp("scoring"))


@pytest.fixture(scope="session")
def sample() -> cdnow.Fitted:
    return cdnow.fitted("sample")


@pytest.fixture(scope="session")
def master() -> cdnow.Fitted:
    return cdnow.fitted("master")
