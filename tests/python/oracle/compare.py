"""A mart beside what the oracle says: cell by cell, value by value."""

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

Key = tuple[object, ...]
Table = Mapping[Key, Mapping[str, object]]

# Ratios of equal numbers may differ in the last digits of a double; amounts may not.
TOLERANCE = 1e-12


class Comparison(NamedTuple):
    """What a comparison found.

    Attributes:
        cells: Rows that both sides have.
        values: Values that were compared.
        differences: A line for each difference.
    """

    cells: int
    values: int
    differences: list[str]


def compare(
    name: str, mart: Table, oracle: Table, columns: Iterable[str]
) -> Comparison:
    """Compares the rows of both sides and the given columns of each."""
    found = [f"{name} lacks {key}" for key in oracle.keys() - mart.keys()]
    found += [f"{name} has {key} too much" for key in mart.keys() - oracle.keys()]
    shared = sorted(mart.keys() & oracle.keys(), key=str)
    names = list(columns)
    found += [
        f"{name} {key} {column}: {mart[key][column]}, truly {oracle[key][column]}"
        for key in shared
        for column in names
        if not same(mart[key][column], oracle[key][column])
    ]
    return Comparison(len(shared), len(shared) * len(names), found)


def same(one: object, other: object) -> bool:
    """Whether two values are equal, and both known or both unknown."""
    if one is None or other is None:
        return one is other
    if isinstance(one, float) or isinstance(other, float):
        return math.isclose(_double(one), _double(other), rel_tol=TOLERANCE)
    return one == other


def _double(value: object) -> float:
    assert isinstance(value, int | float | Decimal), value
    return float(value)
