"""Getting models and vectors ready: what other questions stand on."""

import numpy as np

from core import providers, rerankers
from core.digest import DIGEST_BYTES
from core.questions import recipe
from core.questions.nearness import near
from core.types import Answer, Role
from core.work import Work, graph_width, names, spoken


@recipe("Getting the model ready (once: files, conversion, check)", kept=False, unit="")
def prepare(work: Work, *, model: str, corpus: str) -> Answer:
    """Bring one model's or reranker's files to this machine: download them, or make them.

    What is made of a model is checked on texts of the corpus; an empty `corpus` is none.
    """
    spec = work.spec(model)
    if spec.provider in rerankers.REGISTRY:
        rerankers.REGISTRY[spec.provider].prepare(spec, work.progress)
    else:
        texts = work.corpus(corpus).texts if corpus else ()
        providers.REGISTRY[spec.provider].prepare(spec, work.progress, texts)
    return {"model": model}


@recipe("Embedding", kept=False)
def embed(work: Work, *, corpus: str, texts: str, models: dict[str, str], role: str, shard: int, shards: int) -> Answer:
    """Vectors for one share of the texts; shares are cut by text, so that no two encode the same one."""
    (model,) = work.models(corpus, models)
    said, digests = spoken(work.corpus(texts), Role(role)), names(work.corpus(texts), Role(role))
    chosen = np.flatnonzero(digests.view(np.uint8).reshape(-1, DIGEST_BYTES)[:, 0] % shards == shard)
    if len(chosen):
        work.fill([said[i] for i in chosen], digests[chosen], model, Role(role), fit=work.corpus(corpus))
    return {"texts": len(chosen)}


@recipe("Finding nearest texts", corpus=Role.DOCUMENT, version=3)
def neighbors(work: Work, *, corpus: str, models: dict[str, str], k: int) -> Answer:
    """Each text's k most similar other texts under one model: `ids (n, k)` and cosines `(n, k)`, best first.

    Exact up to 50,000 texts; cosines equal to six digits are ties, lower row first. Beyond, by a graph search (HNSW):
    `recall` is then the share of the exact neighbours it found for 500 random texts, else 1, and `note` says so.
    Few neighbours are the first of many: a standard width is kept, and any smaller k is cut from it.
    """
    (view,) = work.views(corpus, models)
    if k != graph_width(len(work.corpus(corpus)), k):
        return view.near(k)
    found = near(view.unit, k, work.progress)
    # Adding zero turns -0.0 into 0.0.
    return {
        "ids": found.ids.astype("int32"),
        "cosines": found.cosines + np.float32(0),
        "recall": found.recall,
        "note": found.note,
    }
