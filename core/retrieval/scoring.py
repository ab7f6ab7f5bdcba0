"""How good rankings are, query by query: the measures of `ir-measures`, as trec_eval computes them."""

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.retrieval import figures
from core.retrieval.search import NOWHERE, Rows
from core.types import Ints, Progress

Grades = Sequence[Mapping[int, int]]
Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
JUDGED_ONLY = "nDCG(judged_only=True)@10"
RECALLS = tuple(round(0.1 * step, 1) for step in range(11))
FURTHEST = 100
_QUERIES = 200
_ONE_AT_A_TIME = Lock()
"""trec_eval keeps what it works on in static variables. Our threads meet in there when Python collects garbage amid an
evaluation, for Dask's callback on collections lets others run: the process dies of "free(): invalid pointer"."""


def scored(rows: Rows, grades: Grades, rel: int, progress: Progress) -> pd.DataFrame:
    """Every measure of each query's ranking `(q, w)`, in the queries' order; relevant is a grade of at least `rel`.

    Columns: `figures.names()`, and nDCG@10 over the judged texts alone as `JUDGED_ONLY`. nDCG's gains are the grades
    themselves, negative ones 0, whatever `rel` is.
    """
    import ir_measures

    wanted = {name: ir_measures.parse_measure(_spelled(name, rel)) for name in _columns()}
    names = {measure: name for name, measure in wanted.items()}
    values = {name: np.zeros(len(rows)) for name in wanted}
    for start in range(0, len(rows), _QUERIES):
        part = range(start, min(start + _QUERIES, len(rows)))
        judged = {str(i): {str(row): max(0, grade) for row, grade in grades[i].items()} for i in part}
        found = {str(i): _run(rows[i]) for i in part}
        with _ONE_AT_A_TIME:
            metrics = list(ir_measures.pytrec_eval.evaluator(list(wanted.values()), judged).iter_calc(found))
        for metric in metrics:
            values[names[metric.measure]][int(metric.query_id)] = metric.value
        progress(part.stop, len(rows))
    for cut in figures.CUTS:
        reciprocal = values["RR"]
        values[f"RR@{cut}"] = np.where(reciprocal >= 1 / cut - 1e-9, reciprocal, 0.0)
    return pd.DataFrame(values)[[*figures.names(), JUDGED_ONLY]]


def _columns() -> list[str]:
    # trec_eval has no reciprocal rank with a cut: what it gives is cut afterwards.
    plain = [name for name in figures.names() if not name.startswith("RR@")]
    return [*plain, "RR", JUDGED_ONLY]


def _spelled(name: str, rel: int) -> str:
    """A measure's name as ir-measures writes it: nDCG knows no border between relevant and not."""
    head, at, cut = name.partition("@")
    return name if head.startswith("nDCG") else f"{head}(rel={rel}){at}{cut}"


def _run(ranking: Rows) -> dict[str, float]:
    # trec_eval sorts by score, and ties by id: scores that fall by one keep the order that people are shown.
    return {str(row): -float(rank) for rank, row in enumerate(ranking[ranking != NOWHERE].tolist())}


def hits(rows: Rows, relevant: Sequence[frozenset[int]]) -> Flags:
    """Which results are among each query's texts: `(q, w)`, w > 0; nothing found is no hit."""
    sets = [np.fromiter(own, np.int64, len(own)) for own in relevant]
    return np.array([np.isin(row, own) for row, own in zip(rows, sets, strict=True)], np.bool_).reshape(rows.shape)


def first(hit: Flags) -> Ints:
    """Rank of each query's first hit, counted from 1; 0 where there is none."""
    ranks: Ints = np.where(hit.any(axis=1), hit.argmax(axis=1) + 1, 0).astype(np.int64)
    return ranks


def curves(hit: Flags, totals: Ints) -> tuple[Doubles, Doubles]:
    """Recall and precision of each query at k = 1 ... 100, both `(q, 100)`; `totals` counts its relevant texts."""
    reached = np.zeros((len(hit), FURTHEST))
    width = min(FURTHEST, hit.shape[1])
    reached[:, :width] = np.cumsum(hit[:, :width], axis=1)
    reached[:, width:] = reached[:, width - 1 : width]
    return reached / totals[:, None], reached / np.arange(1, FURTHEST + 1)


def interpolated(hit: Flags, totals: Ints) -> Doubles:
    """Highest precision of each query wherever its recall is at least 0, 0.1 ... 1: `(q, 11)`, 0 where it never is."""
    # By hand, for trec_eval takes 2 of 3 texts for a recall of 0.7: 0.7 * 3 + 0.9 is a little below 3 to a computer.
    reached = np.cumsum(hit, axis=1)
    precision = reached / np.arange(1, hit.shape[1] + 1)
    highest = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    found = np.zeros((len(hit), len(RECALLS)))
    for column, recall in enumerate(RECALLS):
        enough = reached >= np.ceil(recall * totals - 1e-9)[:, None]
        there = enough.any(axis=1)
        found[there, column] = highest[there, enough[there].argmax(axis=1)]
    return found


def judged_share(rows: Rows, grades: Grades, k: int = 10) -> Doubles:
    """Share of each query's first k results that are judged; NaN where it found nothing."""
    top = rows[:, :k]
    known = hits(top, [frozenset(own) for own in grades]).sum(axis=1)
    results = (top != NOWHERE).sum(axis=1)
    share: Doubles = np.divide(known, results, out=np.full(len(rows), np.nan), where=results > 0)
    return share


def separation(answerable: Doubles, unanswerable: Doubles) -> float | None:
    """Chance that a query with an answer has a higher best score than one without: the area under the ROC curve.

    A query that found nothing (NaN) stands below all others; ties count half. None where either side is empty.
    """
    from sklearn.metrics import roc_auc_score

    if not len(answerable) or not len(unanswerable):
        return None
    every = pd.Series(np.concatenate([answerable, unanswerable])).rank(na_option="top")
    return float(roc_auc_score([1] * len(answerable) + [0] * len(unanswerable), every))


def table(means: Doubles, low: Doubles, high: Doubles) -> pd.DataFrame:
    """One row per measure: name, family, k (0 where it looks at the whole ranking), mean and its interval."""
    rows: list[tuple[Any, ...]] = [(name, *name.partition("@")[::2]) for name in figures.names()]
    cuts = [int(cut or 0) for _, _, cut in rows]
    names, families = [row[0] for row in rows], [row[1] for row in rows]
    return pd.DataFrame({"name": names, "family": families, "k": cuts, "mean": means, "low": low, "high": high})
