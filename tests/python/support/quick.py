"""Which of many like cases a quick run takes."""

from collections.abc import Iterable
from typing import Any

import pytest


def some_quick(values: Iterable[Any], quick: int) -> list[Any]:
    """Values, of which all but the first ones are left to a run that has time."""
    return [
        pytest.param(value, marks=() if number < quick else pytest.mark.slow)
        for number, value in enumerate(values)
    ]
