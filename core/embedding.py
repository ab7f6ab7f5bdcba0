"""Texts to vectors through the store: look up, encode what is missing in chunks, keep each chunk, look up again."""

import platform
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import numpy.typing as npt

from core import encoders, providers
from core.digest import Keys, digest_each
from core.errors import VecassayError
from core.providers import Encoder
from core.providers.calls import HostedEncoder
from core.sending import Sending
from core.store import Store
from core.types import Corpus, Embeddings, Floats, Model, Progress, Role

CHUNK_SECONDS = 1.5
FIRST_CHUNK = 32
SMALLEST_CHUNK = 8
LARGEST_CHUNK = 4096


def embed(
    store: Store,
    texts: Sequence[str],
    model: Model,
    role: Role,
    *,
    fit: Corpus,
    progress: Progress,
    names: Keys | None = None,
) -> Embeddings:
    """Vectors for texts in this order, `(n, d)`; `fit` is what a fitted model is fitted on.

    `names` are the texts' digests where they are known already. Whatever stops it (an error, a cancel, a killed
    process), every finished chunk is in the store.
    """
    shelf, names = model.space.shelf(role), digest_each(texts) if names is None else names
    present, found = store.vectors.present(shelf, names), None
    if present.all():
        found = store.vectors.read(shelf, names)
        present = found.present  # fewer, if some were damaged
    if found is None or not present.all():
        with store.pinned([shelf]):
            _Writing(store, model, role, fit, progress).add(texts, names)
            found = store.vectors.read(shelf, names)
    store.vectors.count(shelf, asked=len(texts), found=int(present.sum()))
    if found.vectors is None or not found.present.all():
        raise VecassayError(
            f"Vectors of {model.label} could not be read back after they were saved: {int((~found.present).sum())} of "
            f"{len(texts)} are missing. Look at the disk the store is on, then try again."
        )
    return Embeddings(model.space, role, found.vectors)


def fill(
    store: Store, texts: Sequence[str], model: Model, role: Role, *, fit: Corpus, progress: Progress, names: Keys
) -> None:
    """Let the store have a vector of each of the texts, as `embed` does, and read none back."""
    shelf = model.space.shelf(role)
    present = store.vectors.present(shelf, names)
    if not present.all():
        with store.pinned([shelf]):
            _Writing(store, model, role, fit, progress).add(texts, names)
    store.vectors.count(shelf, asked=len(texts), found=int(present.sum()))


def afresh(store: Store, texts: Sequence[str], model: Model, role: Role, *, fit: Corpus) -> Floats:
    """Vectors made now, `(n, d)`, as the model gives them: nothing is read from the store and nothing kept.

    Texts that leave this machine are those agreed to, and what they cost is noted. Raises as `embed` does.
    """
    sending = Sending.of(store, model, fit)
    with encoders.lease(model, fit) as encoder:
        if not isinstance(encoder, HostedEncoder):
            return encoder.encode(texts, role=role)
        return encoder.encode(texts, role=role, books=sending)


def _missing(present: npt.NDArray[np.bool_], names: Keys) -> list[int]:
    """The first row of each different text that is not there, in order."""
    rows = np.flatnonzero(~present)[::-1]
    return sorted(dict(zip(names[rows].tolist(), rows.tolist(), strict=True)).values())


@dataclass(frozen=True, eq=False)
class _Writing:
    """Encode texts chunk by chunk, each kept before the next starts."""

    store: Store
    model: Model
    role: Role
    fit: Corpus
    progress: Progress

    def add(self, texts: Sequence[str], names: Keys) -> None:
        """Encode what the store lacks."""
        vectors, shelf = self.store.vectors, self.model.space.shelf(self.role)
        sending = Sending.of(self.store, self.model, self.fit)
        vectors.describe(shelf, self.model.space, self.role)
        with encoders.lease(self.model, self.fit) as encoder, self._alone(encoder, len(texts)):
            # Somebody else may have encoded them while we waited.
            rows = _missing(vectors.present(shelf, names), names)
            if rows:
                self._run(encoder, [texts[i] for i in rows], names[rows], sending)

    def _alone(self, encoder: Encoder, n: int) -> AbstractContextManager[None]:
        """The lease is this process's; what is sent away costs money, so that no other process may send it, too."""
        if not isinstance(encoder, HostedEncoder):
            return nullcontext()
        return self.store.turn(self.model.space.shelf(self.role), lambda: self.progress(0, n))

    def _run(self, encoder: Encoder, texts: list[str], names: Keys, sending: Sending) -> None:
        shelf, started = self.model.space.shelf(self.role), perf_counter()
        self.progress(0, len(texts))
        began, done = started, 0
        for rows, encoded in self._parts(encoder, texts, sending):
            try:
                self._keep(names[rows], encoded, began)
                began, done = perf_counter(), done + len(encoded)
                self.progress(done, len(texts))
            except VecassayError as fault:  # a cancel, too: what is under way elsewhere is paid for and still to come
                sending.stop(fault)
        sending.going()
        if providers.brought(self.model.spec):
            return  # looked up, which is no run that tells how fast a model embeds
        seconds = perf_counter() - started
        self.store.vectors.log_run(shelf, self.fit.fingerprint, len(texts), seconds, machine=platform.node())

    def _keep(self, names: Keys, encoded: Floats, began: float) -> None:
        shelf = self.model.space.shelf(self.role)
        checked = Embeddings(self.model.space, self.role, np.ascontiguousarray(encoded, np.float32))
        self.store.vectors.write(shelf, names, checked.vectors)
        self.store.vectors.count(shelf, encoded=len(checked), seconds=perf_counter() - began)

    def _parts(
        self, encoder: Encoder, texts: list[str], sending: Sending
    ) -> Iterator[tuple[slice | list[int], Floats]]:
        """Rows and their vectors: chunk by chunk, or request by request, as each is answered."""
        if not isinstance(encoder, HostedEncoder):
            for chunk in _chunks(len(texts)):
                sending.going()
                yield chunk, encoder.encode(texts[chunk], role=self.role)
            return
        for part in encoder.stream(texts, role=self.role, books=sending):
            yield list(part.rows), part.vectors


def _chunks(n: int) -> Iterator[slice]:
    """Cut n rows so that each chunk takes about `CHUNK_SECONDS`; the speed is learned on the way."""
    size, start = FIRST_CHUNK, 0
    while start < n:
        began = perf_counter()
        yield slice(start, min(start + size, n))
        start += size
        growth = CHUNK_SECONDS / max(perf_counter() - began, 1e-3)
        size = int(min(LARGEST_CHUNK, max(SMALLEST_CHUNK, size * min(4.0, growth))))
