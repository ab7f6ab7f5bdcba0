"""A small test set that decides, and a run of made-up times on it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from core import pipeline
from core.retrieval import candidates
from core.types import Answer, Corpus, Judgement, Query, Study
from tests.fake_latency import run

P95 = {"lsa": 10.0, "bm25": 1.0, "lsa+bm25": 11.0}


def corpus(queries: int = 40, seed: int = 0) -> Corpus:
    """Texts of made-up words, and queries of which each shares some words with one text; every other one is hard."""
    rng = np.random.default_rng(seed)
    words = [f"w{i}" for i in range(300)]
    texts = [list(rng.choice(words, 12, replace=False)) for _ in range(60)]
    asked, judged = [], []
    for place in range(queries):
        row = int(rng.integers(len(texts)))
        shared = [*rng.choice(texts[row], 1 + place % 3, replace=False), *rng.choice(words, 3 * (place % 2))]
        asked.append(Query(f"q{place}", " ".join(shared), "hard" if place % 2 else "easy"))
        judged.append(Judgement(f"q{place}", str(row + 1), 1))
    return Corpus("made up", tuple(" ".join(text) for text in texts), queries=tuple(asked), judgements=tuple(judged))


def timed(study: Study, p95: Mapping[str, float] | None = None) -> Answer:
    """A run as "answering" keeps it, with these times."""
    p95 = p95 or P95
    known, _ = run({"lsa": (1000, 1000)})
    embeds = [384 * candidates.parse(word).embeds for word in p95]
    table = pd.DataFrame({"candidate": list(p95), "p95_ms": list(p95.values())}).assign(
        p50_ms=lambda rows: rows["p95_ms"] / 2, p99_ms=np.nan, calls=100,
        texts_per_s=lambda rows: 1000 / rows["p95_ms"],
        memory_bytes=lambda rows: 1e6 * rows["p95_ms"], dimension=embeds, bytes_per_vector=4 * np.array(embeds),
    )  # fmt: skip
    facts = {
        **known["facts"],
        "corpus": {"name": study.corpus.name, "texts": len(study.corpus), "queries": len(study.corpus.queries)},
        "models": {model.spec.key: model.space.digest for model in study.models},
        "rerankers": {}, "settings": {}, "results": 10, "batch": 64, "seed": 0, "run": "kept", "notes": [],
    }  # fmt: skip
    return {"facts": facts, "candidates": table}


def keep(study: Study, key: str = "kept", p95: Mapping[str, float] | None = None) -> None:
    """Put such a run into the store."""
    summary = {"kind": "answering", "candidates": list(p95 or P95), "machine": "Abacus 1, 2 cores, CPU"}
    pipeline.store().timings.put(key, study.corpus.fingerprint, "command line", summary, timed(study, p95))
