"""What is encoded while the clock runs: different texts of the user's own, drawn at random with a seed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.types import Ints

MOST_TEXTS = 20_000
OWN = "own mix"
CLASSES = ("short", "medium", "long")


@dataclass(frozen=True, eq=False)
class Pool:
    """The different texts of a corpus, or a random sample of `MOST_TEXTS` of them, in random order."""

    texts: tuple[str, ...]
    different: int
    """How many different texts the corpus has."""


def draw(texts: Sequence[str], seed: int) -> Pool:
    """Different texts in an order that only the seed decides."""
    unique = list(dict.fromkeys(texts))
    order = np.random.default_rng(seed).permutation(len(unique))[:MOST_TEXTS]
    return Pool(tuple(unique[i] for i in order), len(unique))


def length_classes(counts: Ints) -> dict[str, npt.NDArray[np.intp]]:
    """Rows of the shortest, middle and longest third by `counts (n,)`, and all of them as `OWN`.

    Texts of one length stay together, so the thirds are uneven where many are alike, and one nobody is in is left out.
    """
    low, high = np.quantile(counts, [1 / 3, 2 / 3], method="lower")
    third = np.where(counts <= low, 0, np.where(counts <= high, 1, 2))
    rows = {name: np.flatnonzero(third == place) for place, name in enumerate(CLASSES)}
    if low == counts.max():
        rows = {}
    return {**{name: chosen for name, chosen in rows.items() if len(chosen)}, OWN: np.arange(len(counts))}


class Deck:
    """Texts dealt one after another; from the top again when they run out."""

    def __init__(self, texts: Sequence[str], counts: Ints) -> None:
        self._texts, self._counts, self._next = texts, counts, 0

    def deal(self, n: int) -> tuple[list[str], int]:
        """The next n texts, and how many tokens they are."""
        rows = [(self._next + step) % len(self._texts) for step in range(n)]
        self._next = (self._next + n) % len(self._texts)
        return [self._texts[row] for row in rows], int(self._counts[rows].sum())

    def only(self, rows: npt.NDArray[np.intp]) -> "Deck":
        """A deck of some of the texts, from the top."""
        return Deck([self._texts[row] for row in rows], self._counts[rows])

    def fresh(self) -> "Deck":
        """The same texts from the top."""
        return Deck(self._texts, self._counts)

    def __len__(self) -> int:
        return len(self._texts)
