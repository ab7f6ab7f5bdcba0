"""Texts to vectors through the store: look up, encode what is missing in chunks, keep each chunk, look up again."""

import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import numpy.typing as npt

from core import encoders
from core.digest import digest_bytes
from core.errors import VecassayError
from core.providers import Encoder
from core.store import Store
from core.types import Corpus, Embeddings, Model, Progress, Role

CHUNK_SECONDS = 1.5
FIRST_CHUNK = 32
SMALLEST_CHUNK = 8
LARGEST_CHUNK = 4096


def embed(
    store: Store, texts: Sequence[str], model: Model, role: Role, *, fit: Corpus, progress: Progress
) -> Embeddings:
    """Vectors for texts in this order, `(n, d)`; `fit` is what a fitted model is fitted on.

    Whatever stops it (an error, a cancel, a killed process), every finished chunk is in the store.
    """
    shelf, digests = model.space.shelf(role), [digest_bytes([text]) for text in texts]
    store.vectors.describe(shelf, model.space, role)
    with store.pinned([shelf]):
        found = store.vectors.read(shelf, digests)
        absent = int((~found.present).sum())
        if absent:
            with encoders.lease(model, fit) as encoder:
                # Somebody else may have encoded them while we waited for the lease.
                rows = _missing(store.vectors.present(shelf, digests), digests)
                writing = _Writing(store, encoder, model, role, fit.fingerprint, progress)
                writing.run([texts[i] for i in rows], [digests[i] for i in rows])
            found = store.vectors.read(shelf, digests)
    store.vectors.count(shelf, asked=len(texts), found=len(texts) - absent)
    if found.vectors is None or not found.present.all():
        raise VecassayError(
            f"Vectors of {model.label} could not be read back after they were saved: {int((~found.present).sum())} of "
            f"{len(texts)} are missing. Look at the disk the store is on, then try again."
        )
    return Embeddings(model.space, role, found.vectors)


def _missing(present: npt.NDArray[np.bool_], digests: Sequence[bytes]) -> list[int]:
    """The first row of each different text that is not there, in order."""
    rows = np.flatnonzero(~present).tolist()
    return sorted({digests[i]: i for i in reversed(rows)}.values())


@dataclass(frozen=True, eq=False)
class _Writing:
    """Encode texts chunk by chunk, each kept before the next starts."""

    store: Store
    encoder: Encoder
    model: Model
    role: Role
    corpus: str
    progress: Progress

    def run(self, texts: list[str], digests: list[bytes]) -> None:
        if not texts:
            return
        vectors, shelf, started = self.store.vectors, self.model.space.shelf(self.role), perf_counter()
        self.progress(0, len(texts))
        for rows in _chunks(len(texts)):
            began = perf_counter()
            encoded = self.encoder.encode(texts[rows], role=self.role)
            checked = Embeddings(self.model.space, self.role, np.ascontiguousarray(encoded, np.float32))
            vectors.write(shelf, digests[rows], checked.vectors)
            vectors.count(shelf, encoded=len(checked), seconds=perf_counter() - began)
            self.progress(rows.stop, len(texts))
        vectors.log_run(shelf, self.corpus, len(texts), perf_counter() - started, machine=platform.node())


def _chunks(n: int) -> Iterator[slice]:
    """Cut n rows so that each chunk takes about `CHUNK_SECONDS`; the speed is learned on the way."""
    size, start = FIRST_CHUNK, 0
    while start < n:
        began = perf_counter()
        yield slice(start, min(start + size, n))
        start += size
        growth = CHUNK_SECONDS / max(perf_counter() - began, 1e-3)
        size = int(min(LARGEST_CHUNK, max(SMALLEST_CHUNK, size * min(4.0, growth))))
