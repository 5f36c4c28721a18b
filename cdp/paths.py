"""Which links hold records together: the strongest ones, and the shortest way."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple


class Link(NamedTuple):
    """Two records that are one person, and how much speaks for it."""

    record: str
    other_record: str
    points: float


class Step(NamedTuple):
    """A link, walked from one of its records to the other."""

    start: str
    end: str
    link: Link


def spanning_steps(links: Iterable[Link], root: str) -> list[Step]:
    """The fewest links that hold all records together, the strongest ones.

    Each step leads from a record that was reached before to one that was not; among
    those that are possible the strongest comes first, then the first by its names.
    """
    steps_from = _steps(links)
    reached = {root}
    chosen: list[Step] = []
    waiting = [(_rank(step), step) for step in steps_from[root]]
    heapq.heapify(waiting)
    while waiting:
        _, step = heapq.heappop(waiting)
        if step.end in reached:
            continue
        reached.add(step.end)
        chosen.append(step)
        for following in steps_from[step.end]:
            heapq.heappush(waiting, (_rank(following), following))
    return chosen


def best_path(links: Iterable[Link], start: str, end: str) -> list[Step]:
    """The way with the fewest links, or nothing where there is none.

    Of several the one whose weakest link is the strongest, then the first by its names.
    """
    steps_from = _steps(links)
    seen = {start}
    paths: dict[str, list[Step]] = {start: []}
    while paths and end not in paths:
        seen |= paths.keys()
        longer: dict[str, list[Step]] = {}
        for path in paths.values():
            for step in steps_from[path[-1].end if path else start]:
                candidate = [*path, step]
                known = longer.get(step.end)
                if step.end in seen or (known and _worth(known) <= _worth(candidate)):
                    continue
                longer[step.end] = candidate
        paths = longer
    return paths.get(end, [])


def _steps(links: Iterable[Link]) -> defaultdict[str, list[Step]]:
    """The links of each record, away from it."""
    steps: defaultdict[str, list[Step]] = defaultdict(list)
    for link in links:
        steps[link.record].append(Step(link.record, link.other_record, link))
        steps[link.other_record].append(Step(link.other_record, link.record, link))
    return steps


def _rank(step: Step) -> tuple[float, str, str]:
    return (-step.link.points, step.end, step.start)


def _worth(path: list[Step]) -> tuple[float, list[str]]:
    """What orders paths of one length: the smaller, the better."""
    weakest = min(step.link.points for step in path)
    return (-weakest, [step.end for step in path])
