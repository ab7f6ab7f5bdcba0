"""Texts of like length share a batch, and a batch holds so many tokens, not so many texts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.types import Ints

TOKENS = 1024
"""Tokens of a batch, padding included: enough to keep a core busy, few enough to stay in its caches."""
FEWEST = 128
STEP = 1_000_000
MOST_TEXTS = 1024


@dataclass(frozen=True, eq=False)
class Tokens:
    """The tokens of many texts one after another: those of text i are `ids[starts[i]:starts[i + 1]]`."""

    ids: npt.NDArray[np.int32]
    starts: Ints

    @property
    def lengths(self) -> Ints:
        """Tokens of each text, `(n,)`."""
        return np.diff(self.starts)

    def padded(self, rows: Ints, pad: int, *, left: bool) -> tuple[Ints, Ints]:
        """Token numbers and mask of some texts, both `(b, w)`, as wide as the longest, as a model takes them."""
        texts = [self.ids[self.starts[row] : self.starts[row + 1]] for row in rows.tolist()]
        width = max([1, *map(len, texts)])
        ids = np.full((len(texts), width), pad, np.int64)
        mask = np.zeros((len(texts), width), np.int64)
        for place, text in enumerate(texts):
            where = slice(width - len(text), None) if left else slice(len(text))
            ids[place, where], mask[place, where] = text, 1
        return ids, mask


def batches(lengths: Ints, *, tokens: int = TOKENS, shares: int = 1) -> Iterator[Ints]:
    """Rows of each batch, longest texts first; few texts are cut into `shares` that run beside each other."""
    order = np.argsort(-lengths, kind="stable")
    budget = int(min(tokens, max(FEWEST, -(-int(lengths.sum()) // shares))))
    start = 0
    while start < len(order):
        size = max(1, budget // max(1, int(lengths[order[start]])))
        yield order[start : start + size]
        start += size


def portions(texts: Sequence[str]) -> Iterator[slice]:
    """Texts to be cut into tokens at once: so many characters, so that long ones take no more memory."""
    start, size = 0, 0
    for place, text in enumerate(texts):
        if place > start and (size + len(text) > STEP or place - start >= MOST_TEXTS):
            yield slice(start, place)
            start, size = place, 0
        size += len(text)
    if start < len(texts):
        yield slice(start, len(texts))
