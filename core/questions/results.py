"""What candidates find for one query, side by side."""

import numpy as np
import pandas as pd

from core.errors import VecassayError
from core.questions import recipe
from core.questions.field import Field
from core.questions.finding import asked
from core.retrieval.judged import Judged
from core.retrieval.search import NOWHERE
from core.types import Answer, Corpus, Floats, Ints, Role
from core.work import Work

_COLUMNS = {"candidate": "str", "rank": "int64", "row": "int64", "score": "float64", "grade": "float64", "copy": "bool"}


@recipe("Looking up results", corpus=(Role.DOCUMENT, Role.QUERY), unit="")
def results(  # noqa: PLR0913  (each changes the answer)
    work: Work,
    *,
    corpus: str,
    models: dict[str, str],
    candidates: list[str],
    rerankers: dict[str, str],
    query: int,
    k: int,
    rel: int,
    copies: bool,
) -> Answer:
    """The first k texts of each candidate for one query (its place), and where each finds the relevant ones.

    `results`: candidate, rank, row, score, grade (NaN = unjudged), copy (judged only as a copy of a judged text).
    `relevant`: row, grade, and `rank:<candidate>` for each, 0 = not among its first 1000; highest grades first.
    """
    texts = work.corpus(corpus)
    if not 0 <= query < len(asked(texts)):
        raise VecassayError(f"Expected a query from 0 to {len(texts.queries) - 1}; got {query}. Choose another one.")
    graded, own = _graded(texts, query, copies)
    relevant = sorted((row for row, grade in graded.items() if grade >= rel), key=lambda row: (-graded[row], row))
    ranks, parts = {}, []
    for word, found in Field.of(work, corpus, models, rerankers, candidates, (rel, copies)).rankings().items():
        rows, scores = found["rows"][query], found["scores"][query]
        rows = rows[rows != NOWHERE].astype(np.int64)
        place = {int(row): rank for rank, row in enumerate(rows, start=1)}
        ranks[f"rank:{word}"] = np.array([place.get(row, 0) for row in relevant], np.int64)
        parts.append(_first(word, rows[:k], scores[:k], graded, own))
    grades = np.array([graded[row] for row in relevant], np.int64)
    return {
        "results": pd.concat(parts, ignore_index=True).astype(_COLUMNS),
        "relevant": pd.DataFrame({"row": np.array(relevant, np.int64), "grade": grades, **ranks}),
    }


def _graded(corpus: Corpus, query: int, copies: bool) -> tuple[dict[int, int], frozenset[int]]:
    """The grades of one query's texts by row, and the rows that were judged themselves."""
    own = Judged.of(corpus, copies=False).grades[query]
    return dict(Judged.of(corpus, copies).grades[query]), frozenset(own)


def _first(word: str, rows: Ints, scores: Floats, graded: dict[int, int], own: frozenset[int]) -> pd.DataFrame:
    known = [int(row) for row in rows]
    return pd.DataFrame(
        {
            "candidate": pd.array([word] * len(known), dtype="str"),
            "rank": np.arange(1, len(known) + 1),
            "row": rows,
            "score": scores[: len(known)].astype(np.float64),
            "grade": [float(graded.get(row, np.nan)) for row in known],
            "copy": [row in graded and row not in own for row in known],
        }
    )
