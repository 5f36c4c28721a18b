"""How much is proven: kinds of fault, and cases of kind, source and moment."""

from __future__ import annotations

from tests.python.faults.matrix import ALL, KILLS, QUICK, kinds


def test_count_of_the_fault_matrix(figures: list[str]) -> None:
    kills = sum(KILLS.values())
    cases = len(QUICK) + kills
    found = kinds(QUICK) | {"SIGKILL"}
    figures.append(
        f"fault matrix: {len(found)} kinds of fault, {cases} cases"
        f" ({kills} of them kills); with the slow ones {len(ALL) + kills} cases"
    )
    assert kinds(ALL) | {"SIGKILL"} == found
    assert len(found) >= 25
    assert cases >= 150
    assert kills >= 50
