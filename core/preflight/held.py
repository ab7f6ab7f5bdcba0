"""Figures of all vectors that the store keeps of a corpus, read piece by piece, so that many texts take little room."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from core.store import Store
from core.types import Corpus, Floats, Model, Role

PIECE = 8_192
FINE = 100
"""Vectors count as one when each number, in hundredths of a usual one, is the same: cosines above 0.9999 or so."""
FLAT = 1e-7
"""Of the longest vector: a smaller change is rounding."""


@dataclass(eq=False)
class Held:
    """What is known of the kept vectors of a corpus' different texts.

    `zeros` are texts that say something and have no vector but zero; `lengths` the shortest and the longest of the
    others; `flat` dimensions that are the same in all of them; `shared` texts whose vector another text has, too.
    """

    texts: int = 0
    dimension: int = 0
    zeros: int = 0
    lengths: tuple[float, float] = (np.inf, 0.0)
    _least: Floats | None = None
    _most: Floats | None = None
    _seen: Counter[bytes] = field(default_factory=Counter)

    @classmethod
    def of(cls, store: Store, model: Model, corpus: Corpus) -> "Held":
        """Read what is there; texts without a kept vector are left out."""
        found = cls()
        for vectors in _pieces(store, model, corpus):
            found.add(vectors)
        return found

    def add(self, vectors: Floats) -> None:
        """Take in the vectors `(n, d)` of more texts."""
        said = vectors[vectors.any(axis=1)]
        self.texts += len(vectors)
        self.dimension = vectors.shape[1]
        self.zeros += len(vectors) - len(said)
        if not len(said):
            return
        lengths = np.sqrt(np.einsum("ij,ij->i", said, said, dtype=np.float64))
        self.lengths = (min(self.lengths[0], float(lengths.min())), max(self.lengths[1], float(lengths.max())))
        least, most = said.min(axis=0), said.max(axis=0)
        self._least = least if self._least is None else np.minimum(self._least, least)
        self._most = most if self._most is None else np.maximum(self._most, most)
        coarse = np.rint(said / lengths[:, None] * (FINE * self.dimension**0.5)).astype(np.int32)
        self._seen.update(blake2b(row.tobytes(), digest_size=16).digest() for row in coarse)

    @property
    def flat(self) -> int:
        """Dimensions that are one number in all vectors but zero ones."""
        if self._least is None or self._most is None:
            return 0
        return int((self._most - self._least <= FLAT * self.lengths[1]).sum())

    @property
    def shared(self) -> int:
        """Texts whose vector is another text's, too."""
        return sum(count for count in self._seen.values() if count > 1)


def _pieces(store: Store, model: Model, corpus: Corpus) -> Iterator[Floats]:
    """Kept vectors of the different texts that are not blank, each once."""
    rows = dict(zip(corpus.digests.tolist(), range(len(corpus)), strict=True))
    wanted = corpus.digests[[row for row in rows.values() if corpus.texts[row].strip()]]
    for start in range(0, len(wanted), PIECE):
        found = store.vectors.read(model.space.shelf(Role.DOCUMENT), wanted[start : start + PIECE])
        if found.vectors is not None:
            yield found.vectors[found.present]
