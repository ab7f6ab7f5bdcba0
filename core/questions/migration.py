"""What moving from one model to another changes, and how far a map between their spaces gets without embedding."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core import stats
from core.errors import VecassayError
from core.migration.crossfit import FOLDS, LEAST, MOST, Split, mapped
from core.migration.maps import FITS
from core.questions import recipe
from core.retrieval import scoring
from core.retrieval.judged import Judged
from core.retrieval.search import NOWHERE, Rows, dense
from core.types import Answer, Corpus, Floats, Ints, Role
from core.work import View, Work, quiet

Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
TOP, PROBES = 10, 1_000
STEPS = 2 + 2 * len(FITS)
MEASURES = ("recall", "nDCG@10", "cosine")


@dataclass(frozen=True, eq=False)
class Asked:
    """What is asked: the queries by place, or texts by row where there are none; `a`, `b` `(s, d)` as each model says.

    `excluded` `(s,)` is the row that must not be found, or -1; `scored` the places of the queries that are judged.
    """

    places: Ints
    a: Floats
    b: Floats
    excluded: Ints
    judged: Judged
    scored: Ints
    rel: int

    def found(self, queries: Floats, texts: Floats) -> Rows:
        """The first ten of each, `(s, min(10, n))`."""
        return dense(queries, texts, TOP, self.excluded, quiet).rows

    def quality(self, rows: Rows) -> Doubles:
        """nDCG@10 of each judged query."""
        grades = [self.judged.grades[place] for place in self.scored]
        return scoring.scored(rows[self.scored], grades, self.rel, quiet)["nDCG@10"].to_numpy(np.float64)


@recipe("Planning a migration", corpus=Role.DOCUMENT, unit="")
def migration(
    work: Work, *, corpus: str, models: dict[str, str], a: str, b: str, rel: int, copies: bool, seed: int
) -> Answer:
    """What changes for those who search when model `a` gives way to `b`; and b's queries over a's texts, mapped.

    `per_query`: place (of the query; row of the text where texts are asked), changed (share of the first ten, 0 to 1),
    ndcg10_a, ndcg10_b, difference (b - a; NaN: not judged). `ways` has a row each for a, b and the maps into b's space,
    each text mapped by a map fitted without it: recall of b's first ten, nDCG@10, and the cosine of the mapped text to
    b's own, with 95 % intervals. `pairs`: the ways compared on the judged queries (`core.stats.tell` makes verdicts
    of them). `unmapped` says why there are no maps. Raises VecassayError for one text, or one model.
    """
    texts = work.corpus(corpus)
    _check(a, b, len(texts))
    before, after = work.views(corpus, {key: models[key] for key in (a, b)})
    asked = _asked(before, after, Judged.of(texts, copies), rel, seed)
    rows = {"a": asked.found(asked.a, before.unit), "b": asked.found(asked.b, after.unit)}
    work.progress(2, STEPS)
    own, said = _numbered(texts)
    alike: Flags = np.logical_and(before.unit.any(axis=1), after.unit.any(axis=1))
    # What is asked stands for what people will ask: no map has seen it.
    unseen = alike & ~np.isin(own, [*said, *own[asked.excluded[asked.excluded != NOWHERE]]])
    split = Split.of(own, unseen, seed)
    sampled = _sample(own, alike, seed)
    cosines: dict[str, Doubles] = {}
    alphas: list[float] = []
    if split:
        for done, (name, fit) in enumerate(FITS.items()):
            moved = mapped(before.unit, after.unit, split, fit)
            work.progress(3 + 2 * done, STEPS)
            rows[name] = asked.found(asked.b, moved.unit)
            cosines[name] = np.einsum("nd,nd->n", moved.unit[sampled], after.unit[sampled], dtype=np.float64)
            alphas = list(moved.alphas)
            work.progress(4 + 2 * done, STEPS)
    facts = _facts(before, after, asked, split, int(unseen.sum()))
    return {**_told(asked, rows, cosines, seed), **facts, "sampled": len(sampled), "alphas": alphas, "seed": seed}


def _check(a: str, b: str, texts: int) -> None:
    if a == b or texts < 2:
        raise VecassayError(
            f"Expected two different models and at least two texts; got {a}, {b} and {texts:,}. Choose another model "
            f"to move to, or load more texts."
        )


def _asked(before: View, after: View, judged: Judged, rel: int, seed: int) -> Asked:
    """The corpus' queries; else texts drawn at random, at most 1,000 and, where maps can be fitted, a fifth of them."""
    corpus = judged.corpus
    if corpus.queries:
        said = [query.text for query in corpus.queries]
        a, b = (view.asked(said).unit for view in (before, after))
        places = np.arange(len(said), dtype=np.int64)
        return Asked(places, a, b, judged.excluded, judged, judged.evaluated(rel), rel)
    n = len(corpus)
    many = n if n < LEAST else min(PROBES, n // FOLDS)
    drawn = np.sort(np.random.default_rng(seed).choice(n, many, replace=False)).astype(np.int64)
    return Asked(drawn, before.unit[drawn], after.unit[drawn], drawn, judged, drawn[:0], rel)


def _numbered(corpus: Corpus) -> tuple[Ints, Ints]:
    """A number for each text and for each query, the same for the same words."""
    every = np.array([*corpus.texts, *(query.text for query in corpus.queries)], object)
    numbers = pd.factorize(every)[0].astype(np.int64)
    return numbers[: len(corpus)], numbers[len(corpus) :]


def _sample(groups: Ints, alike: Flags, seed: int) -> Ints:
    """Rows of different texts with a vector in both spaces, at most 1,000 drawn at random: whose cosine is measured."""
    rows = np.flatnonzero(alike)
    once = rows[np.unique(groups[rows], return_index=True)[1]]
    drawn: Ints = np.random.default_rng(seed).permutation(once)[:PROBES].astype(np.int64)
    return drawn


def _shared(a: Rows, b: Rows) -> npt.NDArray[np.int64]:
    """How many rows two rankings `(s, k)` have in common, `(s,)`."""
    both = (a[:, :, None] == b[:, None, :]) & (a != NOWHERE)[:, :, None]
    shared: npt.NDArray[np.int64] = both.sum(axis=(1, 2))
    return shared


def _told(asked: Asked, rows: dict[str, Rows], cosines: dict[str, Doubles], seed: int) -> dict[str, Any]:
    """The tables: what changes for each query, the ways beside each other, and every two of them compared."""
    there = {name: (found != NOWHERE).sum(axis=1) for name, found in rows.items()}
    most = np.maximum(there["a"], there["b"])
    kept = np.divide(_shared(rows["a"], rows["b"]), most, out=np.ones(len(most)), where=most > 0)
    quality = {name: asked.quality(found) for name, found in rows.items()} if len(asked.scored) else {}
    table = pd.DataFrame({"place": asked.places, "changed": 1 - kept})
    for name in ("a", "b"):
        column = np.full(len(table), np.nan)
        if quality:
            column[asked.scored] = quality[name]
        table[f"ndcg10_{name}"] = column
    wanted = there["b"] > 0
    recall = {name: _shared(found, rows["b"])[wanted] / there["b"][wanted] for name, found in rows.items()}
    low, high = stats.mean_interval(1 - kept, seed)
    order = ("b", *FITS, "a")  # each pair's difference then says what the later one lacks
    return {
        "per_query": table.assign(difference=table["ndcg10_b"] - table["ndcg10_a"]),
        "changed": [float((1 - kept).mean()), float(low), float(high)],
        "ways": _ways(rows, (recall, quality, cosines), seed),
        "pairs": stats.pairwise({name: quality[name] for name in order if name in quality}, seed),
    }


def _ways(rows: dict[str, Rows], values: tuple[dict[str, Doubles], ...], seed: int) -> pd.DataFrame:
    """Mean and interval of each measure, a row per way; NaN where it cannot be taken."""
    columns: dict[str, Any] = {"way": pd.array(list(rows), dtype="string")}
    for measure, own in zip(MEASURES, values, strict=True):
        ends = [_mean(own.get(way, np.empty(0)), seed) for way in rows]
        for place, name in enumerate((measure, f"{measure}_low", f"{measure}_high")):
            columns[name] = np.array([each[place] for each in ends], np.float64)
    return pd.DataFrame(columns)


def _mean(values: Doubles, seed: int) -> tuple[float, float, float]:
    if not len(values):
        return float("nan"), float("nan"), float("nan")
    low, high = stats.mean_interval(values, seed)
    return float(values.mean()), float(low), float(high)


def _facts(before: View, after: View, asked: Asked, split: Split | None, unseen: int) -> dict[str, Any]:
    """n and settings: what was asked, what the maps were fitted on, or why there are none; sizes."""
    few = (
        f"Fitting a map and measuring it on other texts needs {LEAST} different texts with a vector under both models, "
        f"besides those that are asked; here are {unseen:,} texts."
    )
    return {
        "asked": "queries" if asked.judged.corpus.queries else "texts",
        "n": len(asked.places),
        "judged": len(asked.scored),
        "top": min(TOP, len(before.unit)),
        "unmapped": "" if split else few,
        "folds": FOLDS if split else 0,
        "most": MOST,
        "fitted": min(map(len, split.learnt)) if split else 0,
        "dimensions": [int(view.unit.shape[1]) for view in (before, after)],
        "empty": [int((~view.unit.any(axis=1)).sum()) for view in (before, after)],
        "learnt_here": [bool(view.model.space.fitted_on) for view in (before, after)],
    }
