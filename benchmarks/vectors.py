"""Made-up texts of any number with two models' vectors of any width, put where questions find them.

Nothing is embedded: the vectors come in as those computed elsewhere do. They stand in topics, and each dimension has
less spread than the one before; the second model is a noisy turn of the first. Each query has three texts near it,
which are judged.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.texts import made
from core import catalog, pipeline
from core.digest import digest_each
from core.providers.finished import Finished
from core.types import Corpus, Floats, Judgement, ModelSpec, Query, Role
from core.work import Work

TOPICS, LABELS, QUERIES, RELEVANT = 1_000, 20, 300, 3
DECAY, NEAR, FAR, NOISE = 0.7, 0.8, 0.3, 0.02
A, B = "made-a", "made-b"


@dataclass(frozen=True, eq=False)
class Made:
    """Texts with labels, queries and judgements, and what two models say of them: `(n, d)` and `(q, d)` each."""

    corpus: Corpus
    vectors: dict[str, tuple[Floats, Floats]]


def build(n: int, d: int) -> Made:
    """The same on every machine, for a size."""
    rng = np.random.default_rng(n)
    spread = (np.arange(d, dtype=np.float32) + 1) ** -DECAY
    spread /= np.linalg.norm(spread)
    centres = rng.standard_normal((min(TOPICS, n), d), np.float32) * spread
    topic = rng.integers(0, len(centres), n)
    texts = NEAR * rng.standard_normal((n, d), np.float32) * spread + centres[topic]
    right = rng.permutation(n)[: QUERIES * RELEVANT].reshape(-1, RELEVANT)
    asked = texts[right[:, 0]] + FAR * rng.standard_normal((len(right), d), np.float32) * spread
    for other in right[:, 1:].T:
        texts[other] = asked + FAR * rng.standard_normal(asked.shape, np.float32) * spread
    turn = np.linalg.qr(rng.standard_normal((d, d)))[0].astype(np.float32)
    turned = [rows @ turn + NOISE * rng.standard_normal(rows.shape, np.float32) / d**0.5 for rows in (texts, asked)]
    words = made(n + len(asked), seed=n)
    queries = tuple(Query(f"q{place}", f"Question {place}: {text}") for place, text in enumerate(words[n:]))
    corpus = Corpus(
        f"made {n} x {d}",
        tuple(f"{row}: {text}" for row, text in enumerate(words[:n])),
        labels=tuple(f"label {number % LABELS}" for number in topic.tolist()),
        queries=queries,
        judgements=tuple(
            Judgement(f"q{place}", str(row + 1), 1) for place, rows in enumerate(right.tolist()) for row in rows
        ),
    )
    return Made(corpus, {A: (texts, asked), B: (turned[0], turned[1])})


def kept(n: int, d: int) -> dict[str, Any]:
    """Put texts and vectors where questions find them: what the corpora, judged and not, and the models are called."""
    found, store = build(n, d), pipeline.store()
    corpus = found.corpus
    unjudged = replace(corpus, queries=(), judgements=())
    names, asked = corpus.digests, digest_each([query.text for query in corpus.queries])
    keys = []
    for name, (texts, queries) in found.vectors.items():
        finished = Finished(corpus.texts_digest, corpus.name, names, texts, asked, queries)
        finished.write()
        spec = catalog.keyed(ModelSpec("", name, "imported", name, revision=finished.digest))
        store.models.add(spec, "benchmark")
        keys.append(spec.key)
    work = Work(store, pipeline.respond)
    for model in pipeline.study(corpus, keys).models:
        work.embed(corpus.texts, model, Role.DOCUMENT, fit=corpus)
        work.embed([query.text for query in corpus.queries], model, Role.QUERY, fit=corpus)
    pipeline.study(unjudged, keys)
    return {"judged": corpus.fingerprint, "unjudged": unjudged.fingerprint, "models": keys}
