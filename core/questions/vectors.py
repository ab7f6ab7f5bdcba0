"""Getting models and vectors ready: what other questions stand on."""

import numpy as np

from core import providers, rerankers
from core.digest import digest_bytes
from core.questions import recipe
from core.questions.nearness import near
from core.types import Answer, Role
from core.work import Work, spoken


@recipe("Getting the model ready", kept=False, unit="")
def prepare(work: Work, *, model: str) -> Answer:
    """Bring one model's or reranker's files to this machine: download them, or make them."""
    spec = work.spec(model)
    libraries: dict[str, providers.Provider | rerankers.Library] = {**providers.REGISTRY, **rerankers.REGISTRY}
    libraries[spec.provider].prepare(spec, work.progress)
    return {"model": model}


@recipe("Embedding", kept=False)
def embed(work: Work, *, corpus: str, texts: str, models: dict[str, str], role: str, shard: int, shards: int) -> Answer:
    """Vectors for one share of the texts; shares are cut by text, so that no two encode the same one."""
    (model,) = work.models(corpus, models)
    said = spoken(work.corpus(texts), Role(role))
    chosen = [text for text in said if digest_bytes([text])[0] % shards == shard]
    embeddings = work.embed(chosen, model, Role(role), fit=work.corpus(corpus)) if chosen else None
    return {"texts": len(embeddings) if embeddings else 0}


@recipe("Finding nearest texts", corpus=Role.DOCUMENT, version=2)
def neighbors(work: Work, *, corpus: str, models: dict[str, str], k: int) -> Answer:
    """Each text's k most similar other texts under one model: `ids (n, k)` and cosines `(n, k)`, best first.

    Exact up to 50,000 texts; cosines equal to six digits are ties, lower row first. Beyond, by a graph search (HNSW):
    `recall` is then the share of the exact neighbours it found for 500 random texts, else 1, and `note` says so.
    """
    (view,) = work.views(corpus, models)
    found = near(view.unit, k, work.progress)
    # Adding zero turns -0.0 into 0.0.
    return {
        "ids": found.ids.astype("int32"),
        "cosines": found.cosines + np.float32(0),
        "recall": found.recall,
        "note": found.note,
    }
