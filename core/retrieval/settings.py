"""What was chosen for every candidate, for whoever reads its figures."""

from typing import Any

from core.retrieval import bm25, fusion
from core.retrieval.candidates import Candidate
from core.retrieval.forms import CONSTRUCTION, LEARNT, RESULTS, SEED, Form

DEPTH = 1000
"""How many results per query are kept and scored."""


def held(form: Form) -> dict[str, Any]:
    """How vectors are held, in numbers; only what is not as the model made it."""
    said: dict[str, Any] = {"form": form.word, "precision": form.precision, "learnt on": LEARNT, "seed": SEED}
    if form.oversampling:
        said |= {"rescored": RESULTS * form.oversampling}
    if form.index == "hnsw":
        said |= {"M": form.width, "efConstruction": CONSTRUCTION, "efSearch": form.effort}
    elif form.index:
        said |= {"lists": form.width, "nprobe": form.effort}
    return said


def settings(candidate: Candidate, depth: int) -> dict[str, Any]:
    """What was chosen for whoever reads the figures: BM25's, the fusion's and the reranking's numbers."""
    return {
        "bm25": {**bm25.SETTINGS} if candidate.lexical else None,
        "rrf": {"k": fusion.K, "depth": depth} if candidate.fused else None,
        "rerank": {"depth": fusion.RERANKED} if candidate.reranker else None,
        **({"vectors": held(candidate.form)} if candidate.held else {}),
    }
