"""Two rankings made one, and a ranking whose first results are put in another order."""

import numpy as np

from core.linalg import blocks, top_k
from core.retrieval.search import NOWHERE, Found, Rows, nowhere
from core.types import Floats

K = 60
RERANKED = 50


def reciprocal(rankings: list[Found], texts: int, depth: int) -> Found:
    """Reciprocal rank fusion (Cormack et al. 2009): a text's score is the sum of 1 / (60 + rank) over the rankings.

    Found is what any ranking found, of `texts` in all; equal scores stand by lower row.
    """
    queries = len(rankings[0].rows)
    found = nowhere(queries, min(depth, texts))
    for part in blocks(queries, 8 * max(1, texts)):
        scored = np.zeros((part.stop - part.start, texts))
        for ranking in rankings:
            rows = ranking.rows[part]
            query, rank = np.nonzero(rows != NOWHERE)
            scored[query, rows[query, rank]] += 1 / (K + 1 + rank)
        if found.rows.shape[1]:
            ids, values = top_k(scored, found.rows.shape[1])
            found.rows[part] = np.where(values > 0, ids, NOWHERE)
            found.scores[part] = np.where(values > 0, values, np.nan)
    return found


def reordered(rows: Rows, again: Floats) -> tuple[Rows, Floats]:
    """One query's ranking with its first `len(again)` results ordered by these scores, the rest behind as they were.

    Rows and scores, `(w,)` each. Equal scores stand by lower row. Those behind get scores below the lowest one, one
    apart: an order, no measurement.
    """
    first = len(again)
    order = np.lexsort((rows[:first], -again.astype(np.float64)))
    rest = rows[first:]
    behind = float(again.min(initial=0)) - 1 - np.arange(len(rest))
    below = np.where(rest == NOWHERE, np.nan, behind).astype(np.float32)
    return np.concatenate([rows[:first][order], rest]), np.concatenate([again[order], below])
