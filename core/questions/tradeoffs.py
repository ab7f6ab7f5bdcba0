"""How much of a model's quality is kept in fewer dimensions and fewer bits."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core import stats
from core.compression import keeping
from core.compression.holding import Held, hold
from core.compression.keeping import MEASURES, Probes
from core.questions import recipe
from core.retrieval import scoring
from core.retrieval.forms import LEARNT, RESULTS, SEED, Form, grid, parse
from core.retrieval.judged import Judged
from core.types import Answer, Floats, Role
from core.work import View, Work, quiet

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Asked:
    """What every form of a model is asked: judged queries if there are any, and texts in place of queries."""

    texts: Floats
    probes: Probes
    labels: npt.NDArray[np.int64] | None
    queries: Floats
    judged: Judged
    places: npt.NDArray[np.int64]
    rel: int

    def of(self, held: Held) -> dict[str, Doubles]:
        """Each measure that can be taken, per query or per probe."""
        found: dict[str, Doubles] = {}
        if len(self.places):
            out = self.judged.excluded[self.places]
            rows = held.search(self.queries, RESULTS, out, quiet).rows
            scored = scoring.scored(rows, [self.judged.grades[place] for place in self.places], self.rel, quiet)
            found |= {name: scored[name].to_numpy(np.float64) for name in ("nDCG@10", "R@10")}
        near = held.search(self.texts[self.probes.rows], RESULTS, self.probes.rows, quiet).rows
        found["recall"] = self.probes.recall(self.texts, near)
        if self.labels is not None:
            found["knn"] = keeping.voted(near, self.labels[self.probes.rows], self.labels)
        return found


@recipe("Trying smaller vectors", corpus=Role.DOCUMENT, unit="")
def tradeoffs(work: Work, *, corpus: str, models: dict[str, str], rel: int, copies: bool, seed: int) -> Answer:
    """One model's vectors in every size and precision of `forms.grid`: what each takes, and what is kept in it.

    `forms` has a row each: word, dimension, reduction, precision, oversampling, bytes_per_vector, fixed_bytes, stored
    (bytes of faiss's file and the axes of PCA), and for each measure of `keeping.MEASURES` its mean with the 95 %
    interval (name, name_low, name_high; NaN where it cannot be taken). "each:" and a measure's name is float32
    `(s, forms)`, per query or probe; `queries` and `probes` are their places and rows. Nothing is embedded but queries.
    """
    (view,) = work.views(corpus, models)
    asked, card = _asked(work, view, rel, copies, seed), view.model.spec.card
    forms = grid(view.unit.shape[1], int(view.unit.any(axis=1).sum()), card.matryoshka)
    rows, values, alike = [], [], []
    held = full = hold(view.unit, Form(), SEED)
    a, b = keeping.pairs(full, seed)
    similar = full.alike(a, b)
    for place, form in enumerate(forms):
        work.progress(place, len(forms))
        held = hold(view.unit, form, SEED, like=held)
        rows.append(_row(held))
        values.append(asked.of(held))
        alike.append(keeping.correlated(similar, held.alike(a, b)))
    table, each = _measured(pd.DataFrame(rows), values, seed), _columns(values)
    for column, name in enumerate(("spearman", "spearman_low", "spearman_high")):
        table[name] = [line[column] for line in alike]
    return {
        "forms": table,
        **each,
        "queries": asked.places,
        "probes": asked.probes.rows,
        "dimension": int(view.unit.shape[1]),
        "trained": list(card.matryoshka),
        "pairs": len(a),
        "fitted": min(LEARNT, len(full.rows)),
        "empty": len(view.unit) - len(full.rows),
    }


@recipe("Looking up what is lost", corpus=Role.DOCUMENT, unit="")
def lost(work: Work, *, corpus: str, models: dict[str, str], form: str, row: int, query: int, copies: bool) -> Answer:
    """The ten nearest to one text (`row`) or one query (its place, with `row` -1), in float32 and in a form.

    `before` and `after`: row, score, and kept (whether the other side has it); with a query also its grade (NaN:
    unjudged).
    """
    (view,) = work.views(corpus, models)
    texts = work.corpus(corpus)
    grades: Mapping[int, int] = {}
    if row >= 0:
        asked, out = view.unit[row : row + 1], np.array([row])
    else:
        judged = Judged.of(texts, copies)
        said = view.asked([texts.queries[query].text])
        asked, out, grades = said.unit, judged.excluded[query : query + 1], judged.grades[query]
    sides = {}
    for name, word in (("before", ""), ("after", form)):
        found = hold(view.unit, parse(word), SEED).search(asked, RESULTS, out, work.progress)
        there = found.rows[0] >= 0
        sides[name] = pd.DataFrame({"row": found.rows[0][there].astype(np.int64), "score": found.scores[0][there]})
    for name, other in (("before", "after"), ("after", "before")):
        sides[name]["kept"] = sides[name]["row"].isin(sides[other]["row"])
        sides[name]["grade"] = [float(grades.get(int(at), np.nan)) for at in sides[name]["row"]]
    return dict(sides)


def _asked(work: Work, view: View, rel: int, copies: bool, seed: int) -> Asked:
    texts = work.corpus(view.corpus)
    judged = Judged.of(texts, copies)
    places = judged.evaluated(rel)
    queries = [texts.queries[place].text for place in places]
    said = view.asked(queries).unit if queries else view.unit[:0]
    labels = None
    if view.labels is not None and len(set(view.labels)) > 1:
        labels = np.unique(view.labels, return_inverse=True)[1].astype(np.int64)
    return Asked(view.unit, Probes.of(view.unit, seed, work.progress), labels, said, judged, places, rel)


def _row(held: Held) -> dict[str, Any]:
    form = asdict(held.form)
    named = {name: form[name] for name in ("reduction", "precision", "oversampling")}
    size = {"bytes_per_vector": held.bytes_per_vector, "fixed_bytes": held.fixed_bytes, "stored": held.stored}
    return {"form": held.form.word, "dimension": held.vectors.shape[1], **named, **size}


def _columns(values: Sequence[dict[str, Doubles]]) -> dict[str, Floats]:
    """Each measure's values, a column per form."""
    return {f"each:{name}": np.stack([own[name] for own in values], axis=1).astype(np.float32) for name in values[0]}


def _measured(table: pd.DataFrame, values: Sequence[dict[str, Doubles]], seed: int) -> pd.DataFrame:
    """The table with each measure's mean and interval."""
    columns: dict[str, Any] = {}
    for name in MEASURES:
        ends: tuple[Any, ...] = (np.nan, np.nan, np.nan)
        if name in values[0]:
            own = np.stack([each[name] for each in values], axis=1)
            ends = (own.mean(axis=0), *stats.mean_interval(own, seed))
        columns |= dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))
    return table.assign(**columns)
