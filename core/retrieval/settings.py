"""What was chosen for every candidate, for whoever reads its figures."""

from typing import Any

from core.retrieval import bm25, fusion
from core.retrieval.candidates import Candidate

DEPTH = 1000
"""How many results per query are kept and scored."""


def settings(candidate: Candidate, depth: int) -> dict[str, Any]:
    """What was chosen for whoever reads the figures: BM25's, the fusion's and the reranking's numbers."""
    return {
        "bm25": {**bm25.SETTINGS} if candidate.lexical else None,
        "rrf": {"k": fusion.K, "depth": depth} if candidate.fused else None,
        "rerank": {"depth": fusion.RERANKED} if candidate.reranker else None,
    }
