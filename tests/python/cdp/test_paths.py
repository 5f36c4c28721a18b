"""Which links hold records together: by hand, and in random graphs against all ways."""

import itertools
import random

import pytest

from cdp.paths import Link, Step, best_path, spanning_steps

DIAMOND = [
    Link("a", "b", 9),
    Link("a", "c", 4),
    Link("b", "d", 3),
    Link("c", "d", 4),
    Link("d", "e", 20),
]


def names(steps: list[Step]) -> list[str]:
    return [f"{step.start}{step.end}" for step in steps]


def test_of_two_short_ways_the_one_with_the_stronger_weakest_link() -> None:
    assert names(best_path(DIAMOND, "a", "d")) == ["ac", "cd"]
    assert names(best_path(DIAMOND, "d", "a")) == ["dc", "ca"]
    assert names(best_path(DIAMOND, "a", "e")) == ["ac", "cd", "de"]


def test_fewer_links_are_better_than_strong_ones() -> None:
    links = [*DIAMOND, Link("a", "d", 2)]
    assert names(best_path(links, "e", "a")) == ["ed", "da"]


def test_equal_ways_are_told_apart_by_names() -> None:
    links = [Link(*pair, points=5) for pair in itertools.pairwise("abdca")]
    for order in itertools.permutations(links):
        assert names(best_path(order, "a", "d")) == ["ab", "bd"]
        assert names(spanning_steps(order, "d")) == ["db", "ba", "ac"]


def test_no_way_is_no_path() -> None:
    links = [*DIAMOND, Link("x", "y", 9)]
    assert best_path(links, "a", "x") == []
    assert best_path(links, "a", "unknown") == []
    assert best_path([], "a", "b") == []


def test_the_strongest_links_hold_all_together() -> None:
    assert names(spanning_steps(DIAMOND, "a")) == ["ab", "ac", "cd", "de"]
    assert names(spanning_steps(DIAMOND, "e")) == ["ed", "dc", "ca", "ab"]
    assert spanning_steps(DIAMOND, "x") == []


def test_a_long_chain_is_walked_from_end_to_end() -> None:
    links = [Link(f"{n:04}", f"{n + 1:04}", 1) for n in range(2_000)]
    assert len(best_path(links, "0000", "2000")) == 2_000
    assert len(spanning_steps(links, "1000")) == 2_000


@pytest.mark.parametrize("seed", range(20))
def test_all_ways_of_a_small_graph_tell_the_same(seed: int) -> None:
    """Against all simple paths, and against all subsets of links."""
    rng = random.Random(seed)
    links = [
        Link(*pair, points=rng.randint(1, 4))
        for pair in itertools.combinations("abcdef", 2)
        if rng.random() < 0.5
    ]
    reached = {"a"} | {end for _, end in _pairs(spanning_steps(links, "a"))}
    for end in "bcdef":
        ways = list(_ways(links, ["a"], end))
        found = best_path(links, "a", end)
        assert bool(found) == bool(ways) == (end in reached)
        if ways:
            assert (len(found), -_weakest(found)) == min(
                (len(way), -_weakest(way)) for way in ways
            )
    tree = spanning_steps(links, "a")
    assert len(tree) == len(reached) - 1
    inside = [link for link in links if link.record in reached]
    heaviest = max(
        (
            sum(link.points for link in chosen)
            for chosen in itertools.combinations(inside, len(tree))
            if {end for _, end in _pairs(spanning_steps(chosen, "a"))} | {"a"}
            == reached
        ),
        default=0,
    )
    assert sum(step.link.points for step in tree) == heaviest


def _pairs(steps: list[Step]) -> list[tuple[str, str]]:
    return [(step.start, step.end) for step in steps]


def _weakest(steps: list[Step]) -> float:
    return min(step.link.points for step in steps)


def _ways(links: list[Link], way: list[str], end: str) -> list[list[Step]]:
    """All ways that visit no record twice."""
    if way[-1] == end:
        return [[]]
    found = []
    for link in links:
        for start, following in (link[:2], link[1::-1]):
            if start == way[-1] and following not in way:
                step = Step(start, following, link)
                found += [
                    [step, *rest] for rest in _ways(links, [*way, following], end)
                ]
    return found
