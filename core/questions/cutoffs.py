"""From which score on a candidate's results are worth keeping."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from core.errors import VecassayError
from core.questions import recipe
from core.questions.field import Field
from core.retrieval import candidates as words
from core.retrieval.judged import Judged
from core.stats import thresholds
from core.stats.thresholds import Scored
from core.types import Answer, Ints, Role
from core.work import Work

FURTHEST = 100


@recipe("Calibrating cut-offs", corpus=(Role.DOCUMENT, Role.QUERY), unit="")
def cutoffs(  # noqa: PLR0913  (each changes the answer)
    work: Work,
    *,
    corpus: str,
    models: dict[str, str],
    candidates: list[str],
    rerankers: dict[str, str],
    precision: float,
    rel: int,
    copies: bool,
    seed: int,
) -> Answer:
    """Scores of relevant, irrelevant and unjudged results, and the lowest score that keeps the wanted precision.

    Over the first 100 results (of a reranker, those it scored) of every judged query, with or without a relevant text.
    `histogram`, `cutoffs` and `curve` as in `core.stats.thresholds`, with a column candidate; equal `per_query` of two
    candidates makes their cut-offs correspond. Candidates whose scores mean something else in each query are in
    `left_out`. `assumed` tells that unjudged results count as irrelevant, because no result is judged to be.
    """
    if not 0 < precision <= 1:
        raise VecassayError(f"Expected a wanted precision above 0 and at most 1, such as 0.9; got {precision}.")
    field = Field.of(work, corpus, models, rerankers, candidates, (rel, copies))
    comparable = tuple(word for word in field.words if _comparable(word))
    left_out = [word for word in field.words if word not in comparable]
    judged = field.judged
    places = np.sort(np.concatenate([judged.evaluated(rel), judged.unanswerable(rel)]))
    if not len(judged.evaluated(rel)):
        raise VecassayError(f"Expected a query with a text of grade {rel} or more; got none. Judge some first.")
    assumed = all(grade >= rel for place in places.tolist() for grade in judged.grades[place].values())
    found = field.only(comparable).rankings()
    scored = {word: _marked(answer, judged, places, rel, assumed) for word, answer in found.items()}
    return {
        "histogram": _stacked(scored, thresholds.histogram),
        "cutoffs": _calibrated(scored, precision, seed),
        "curve": _stacked(scored, thresholds.curve),
        "n": len(places),
        "assumed": assumed,
        "left_out": left_out,
        "note": _note(left_out, assumed),
    }


def _comparable(word: str) -> bool:
    """Whether a score means the same in every query: a cosine or a reranker's, not a sum of ranks or BM25's."""
    candidate = words.parse(word)
    return bool(candidate.reranker) or not candidate.lexical


def _marked(answer: Answer, judged: Judged, places: Ints, rel: int, assumed: bool) -> Scored:
    """A ranking's results with what is known about them."""
    reranked = answer["settings"]["rerank"]
    width = reranked["depth"] if reranked else FURTHEST
    rows = answer["rows"][places, :width].astype(np.int64)
    there = rows >= 0
    grades = np.full(rows.shape, np.nan)
    for line, place in enumerate(places.tolist()):
        own = judged.grades[place]
        grades[line] = [own.get(row, np.nan) for row in rows[line].tolist()]
    totals = np.array([len(judged.relevant(place, rel)) for place in places.tolist()], np.float64)
    scores = answer["scores"][places, :width].astype(np.float64)
    return Scored(scores, there, grades >= rel, ~np.isnan(grades), totals, assumed)


def _stacked(scored: Mapping[str, Scored], table: Callable[[Scored], pd.DataFrame]) -> pd.DataFrame:
    """The candidates' tables one below the other, with a column that names the candidate."""
    parts = [_named(table(each), word) for word, each in scored.items()]
    return pd.concat(parts or [_named(table(thresholds.NOTHING), "")], ignore_index=True)


def _calibrated(scored: Mapping[str, Scored], precision: float, seed: int) -> pd.DataFrame:
    """One row per candidate."""
    rows = [thresholds.calibrate(each, precision, seed) for each in scored.values()]
    table = pd.DataFrame(rows, columns=list(thresholds.CALIBRATED)).astype("float64").astype({"reached": "bool"})
    return _named(table, list(scored))


def _named(table: pd.DataFrame, names: str | list[str]) -> pd.DataFrame:
    """A table with the candidate in front: one for all rows, or one for each."""
    table.insert(0, "candidate", pd.Series(names, table.index, dtype="string"))
    return table


def _note(left_out: list[str], assumed: bool) -> str:
    said = []
    if left_out:
        said.append(
            f"Left out: {', '.join(left_out)}; scores of BM25 and of fusion mean something else in each query, so that "
            f"no one cut-off fits all."
        )
    if assumed:
        said.append(
            "No result is judged irrelevant, so unjudged results count as irrelevant here: the true precision is at "
            "least what is shown."
        )
    return " ".join(said)
