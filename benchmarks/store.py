"""What is kept, read again: against numpy.load of the same array, and against embedding the texts anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from benchmarks.cases import Case, Figures, Sides
from benchmarks.models import encoder, minilm, models_home
from benchmarks.texts import made
from core import catalog, encoders, pipeline
from core.digest import digest_each
from core.providers import provider
from core.store import Found, open_store
from core.types import Corpus, Floats, Model, ModelSpec, Role
from core.work import Work

N, D, BLOCK = 100_000, 384, 1_000
QUICK_N = 20_000
SAMPLE = 500
"""Texts that are embedded where all would take minutes; their time is scaled to all."""
CHANGED = 100
"""One text of so many is another one."""
EQUAL = {"equal": (1.0, 1.0)}


def cases() -> Iterator[Case]:
    yield Case(
        key="store-read",
        title=f"Reading {N:,} x {D} stored vectors",
        ours="the store (looked up by text, checked)",
        theirs="numpy.load of the same array",
        floor=0.1,
        make=partial(_against_numpy, N),
        rounds=9,
        quick=partial(_against_numpy, QUICK_N),
        quick_floor=0.03,
        quick_rounds=3,
        limits=EQUAL,
    )
    yield Case(
        key="store-read-shuffled",
        title=f"Reading {N:,} x {D} stored vectors in another order",
        ours="the store (looked up by text, checked)",
        theirs="numpy.load of the same array, in its own order",
        floor=0.05,
        make=partial(_against_numpy, N, shuffled=True),
        rounds=9,
        limits=EQUAL,
    )
    yield Case(
        key="store-embedding",
        title=f"Vectors of {N:,} texts a second time",
        ours="the store",
        theirs=f"MiniLM, embedding {SAMPLE} of them, scaled to all",
        floor=100,
        make=partial(_against_embedding, N),
        quick=partial(_against_embedding, QUICK_N // 4, sample=48),
        quick_floor=20,
    )
    for slow, n in ((True, 3_000), (False, N)):
        name = "MiniLM" if slow else "static"
        yield Case(
            key=f"store-changed-{name.lower()}",
            title=f"One per cent of {n:,} texts changed ({name})",
            ours="embedding them again",
            theirs="2 % of the full run, and reading all vectors",
            floor=1,
            make=partial(_against_share, slow, n),
            quick=None if slow else partial(_against_share, slow, QUICK_N),
            quick_floor=0.0 if slow else 0.25,
        )


@contextmanager
def _against_numpy(n: int, *, shuffled: bool = False) -> Iterator[Sides]:
    rng = np.random.default_rng(0)
    vectors, names = rng.standard_normal((n, D)).astype(np.float32), digest_each(f"text {i}" for i in range(n))
    order = rng.permutation(n) if shuffled else np.arange(n)
    wanted, last = names[order], list[Found]()
    with TemporaryDirectory() as folder:
        file, store = Path(folder) / "vectors.npy", open_store(f"sqlite:///{folder}/store.sqlite", 10**10)
        for start in range(0, n, BLOCK):
            store.vectors.write("shelf", names[start : start + BLOCK], vectors[start : start + BLOCK])
        np.save(file, vectors)

        def ours() -> None:
            last[:] = [store.vectors.read("shelf", wanted)]

        def theirs() -> None:
            np.load(file)

        def figures() -> Figures:
            (found,) = last
            return {"equal": float(found.vectors is not None and np.array_equal(found.vectors, vectors[order]))}

        yield Sides(ours, theirs, figures)
        store.close()


@contextmanager
def _against_embedding(n: int, *, sample: int = SAMPLE) -> Iterator[Sides]:
    texts = made(n)
    some = np.random.default_rng(0).choice(n, sample, replace=False)
    with models_home(), TemporaryDirectory() as folder:
        encode, store = encoder([texts[i] for i in some[:32]]), open_store(f"sqlite:///{folder}/store.sqlite", 10**10)
        names = Corpus("made", tuple(texts)).digests
        for start in range(0, n, BLOCK):
            rows = np.random.default_rng(start).standard_normal((min(BLOCK, n - start), D)).astype(np.float32)
            store.vectors.write("shelf", names[start : start + BLOCK], rows)

        def ours() -> None:
            store.vectors.read("shelf", digest_each(texts))

        def theirs() -> float:
            began = perf_counter()
            encode.encode([texts[i] for i in some], role=Role.DOCUMENT)
            return (perf_counter() - began) * n / sample

        yield Sides(ours, theirs)
        store.close()


@contextmanager
def _against_share(slow: bool, n: int) -> Iterator[Sides]:
    """A full run is timed once; then, in turns, one with every hundredth text changed, and the reading of all."""
    with models_home(), TemporaryDirectory() as folder:
        texts, new = made(n), iter(range(1, 1_000))
        model = _ready(minilm() if slow else catalog.model("static"), texts)
        work = Work(open_store(f"sqlite:///{folder}/store.sqlite", 10**10), pipeline.respond)
        shelf, known, encoded = model.space.shelf(Role.DOCUMENT), _kept(work, texts), work.store.vectors.encoded
        with encoders.lease(model, known) as loaded:
            loaded.encode(texts[:8], role=Role.DOCUMENT)
        full = _timed(work, model, known)
        counts: list[int] = []

        def ours() -> float:
            changed = list(texts)
            suffix = next(new)
            changed[::CHANGED] = [f"{text} {suffix}" for text in texts[::CHANGED]]
            corpus, before = _kept(work, changed), encoded(shelf)
            seconds = _timed(work, model, corpus)
            counts.append(encoded(shelf) - before)
            return seconds

        def theirs() -> float:
            return full / 50 + _timed(work, model, known)

        yield Sides(ours, theirs, lambda: {"texts encoded": max(counts), "seconds of the full run": full})
        work.store.close()


def _ready(spec: ModelSpec, texts: list[str]) -> Model:
    library = provider(spec.provider)
    if not library.ready(spec):
        library.prepare(spec, texts=texts[:32])
    return Model(spec, library.space(spec))


def _kept(work: Work, texts: list[str]) -> Corpus:
    """The texts as a worker finds them: read from the store."""
    corpus = Corpus("made", tuple(texts))
    work.store.corpora.add(corpus, {}, kind="typed", owner=None)
    return work.corpus(corpus.fingerprint)


def _timed(work: Work, model: Model, corpus: Corpus) -> float:
    began = perf_counter()
    vectors: Floats = work.embed(corpus.texts, model, Role.DOCUMENT, fit=corpus).vectors
    seconds = perf_counter() - began
    assert len(vectors) == len(corpus)
    return seconds
