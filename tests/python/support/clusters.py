"""How well a grouping of records agrees with the truth."""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple


class Agreement(NamedTuple):
    """Agreement of predicted with true groups, over the same records.

    Pairwise figures count pairs of records that are in one group; `precision` and
    `recall` of clusters count every pair after closure, which is what users live with.

    Attributes:
        precision: Share of predicted pairs that are true, 0-1.
        recall: Share of true pairs that are predicted, 0-1.
        biggest: Records in the biggest predicted group.
        biggest_true: Records in the biggest true group.
    """

    precision: float
    recall: float
    biggest: int
    biggest_true: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def pair_count(size: int) -> int:
    """Unordered pairs among `size` records."""
    return size * (size - 1) // 2


def agreement(
    true_groups: Sequence[Hashable], predicted_groups: Sequence[Hashable]
) -> Agreement:
    """Compares two groupings, given as one label per record in the same order."""
    both = Counter(zip(true_groups, predicted_groups, strict=True))
    true_sizes = Counter(true_groups)
    predicted_sizes = Counter(predicted_groups)
    right = sum(map(pair_count, both.values()))
    return Agreement(
        precision=right / sum(map(pair_count, predicted_sizes.values())),
        recall=right / sum(map(pair_count, true_sizes.values())),
        biggest=max(predicted_sizes.values()),
        biggest_true=max(true_sizes.values()),
    )


def pair_agreement(
    person_of: dict[str, str], pairs: set[tuple[str, str]]
) -> tuple[float, float]:
    """Precision and recall of linked pairs before closure, 0-1."""
    right = sum(person_of[one] == person_of[two] for one, two in pairs)
    true_pairs = sum(map(pair_count, Counter(person_of.values()).values()))
    return right / len(pairs), right / true_pairs
