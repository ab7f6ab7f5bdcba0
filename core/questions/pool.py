"""What candidates find for one typed query, all together, for somebody to judge."""

import numpy as np
import pandas as pd

from core.questions import recipe
from core.questions.finding import Finder, check
from core.retrieval.candidates import parse
from core.retrieval.search import NOWHERE, Found
from core.retrieval.settings import DEPTH
from core.types import Answer, Role
from core.work import Work


@recipe("Collecting texts to judge", corpus=Role.DOCUMENT, query=Role.QUERY, unit="")
def pool(
    work: Work,
    *,
    corpus: str,
    models: dict[str, str],
    candidates: list[str],
    rerankers: dict[str, str],
    query: str,
    depth: int,
) -> Answer:
    """The first `depth` results of every candidate for one query, each text once, by row.

    `query` is the fingerprint of a stored corpus whose only text is asked. `pool`: row, best (its best rank over the
    candidates, from 1), named_by (how many of them have it); who they are is not told.
    """
    words = [parse(word) for word in candidates]
    for word in words:
        check(word, models, rerankers)
    asked = [work.corpus(query).texts[0]]
    # What is fused or reranked depends on how deep one looks: as deep as for the figures, before the first are taken.
    finder = Finder(work, corpus, models, rerankers, asked, np.array([NOWHERE]), DEPTH)
    made: dict[str, Found] = {}

    def part(word: str) -> Found:
        if word not in made:
            made[word] = finder.find(parse(word), part)
        return made[word]

    best: dict[int, int] = {}
    named: dict[int, int] = {}
    for word in words:
        rows = part(word.key).rows[0, :depth]
        for rank, row in enumerate(rows[rows != NOWHERE].tolist(), start=1):
            best[row] = min(rank, best.get(row, rank))
            named[row] = named.get(row, 0) + 1
    ordered = sorted(best)
    columns = {"row": ordered, "best": [best[row] for row in ordered], "named_by": [named[row] for row in ordered]}
    return {"pool": pd.DataFrame(columns, dtype=np.int64)}
