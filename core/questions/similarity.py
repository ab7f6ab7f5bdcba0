"""Which texts a model thinks are alike: the matrix, its order, what moved between two models, and one pair."""

import numpy as np
import pandas as pd

from core import linalg
from core.errors import VecassayError
from core.questions import recipe, scoring
from core.types import Answer, Floats, Ints, Role
from core.work import Work

MOST_OPTIMAL = 1_000
DRAWS = 200_000
ORDERS = ("given", "label", "cluster")
SCALES = ("raw", "rank")


@recipe("Ordering texts", unit="", corpus=Role.DOCUMENT)
def ordering(
    work: Work, *, corpus: str, models: dict[str, str], score: str, order: str, limit: int, seed: int, around: int
) -> Answer:
    """The rows of a corpus that a matrix shows, `rows (m,)`, in the order they are shown in.

    As "given", by "label" (labels sorted, rows of one label as given), or by "cluster": average linkage on the score,
    leaves ordered optimally (Bar-Joseph et al., 2001) up to 1,000 texts, since that takes the cube of their number.
    """
    scoring.choose("the order", order, ORDERS)
    (view,) = work.views(corpus, models)
    texts = scoring.vectors(view, score)
    shown = scoring.shown(work, view, score, limit, seed, around)
    rows, notes = shown.rows, [shown.note]
    if order == "label" and view.labels is None:
        notes.append("in the order given: there are no labels")
    elif order == "label" and view.labels is not None:
        rows = rows[np.argsort(view.labels[rows], kind="stable")]
    elif order == "cluster":
        rows = rows[_leaves(linalg.scores(texts[rows], texts[rows], score))]
        if len(rows) > MOST_OPTIMAL:
            notes.append(f"leaves are ordered optimally up to {MOST_OPTIMAL:,} texts; here as the clustering left them")
    note = "; ".join(note for note in notes if note)
    return {"rows": rows.astype(np.int32), "n": len(texts), "sampled": shown.sampled, "note": note}


def _leaves(values: Floats) -> Ints:
    """Order of the leaves of an average-linkage tree over scores `(m, m)`, larger is closer."""
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering

    upper = values[np.triu_indices(len(values), k=1)].astype(np.float64)
    # Up to a constant: only differences between distances shape the tree, and the closest pair needs none.
    distance = upper.max() - upper
    tree = linkage(distance, "average")
    if len(values) <= MOST_OPTIMAL:
        tree = optimal_leaf_ordering(tree, distance)
    leaves: Ints = leaves_list(tree).astype(np.int64)
    return leaves


@recipe("Comparing texts", unit="", corpus=Role.DOCUMENT)
def matrix(  # noqa: PLR0913  (each changes the answer)
    work: Work,
    *,
    corpus: str,
    models: dict[str, str],
    of: str,
    by: str,
    score: str,
    scale: str,
    limit: int,
    seed: int,
    around: int,
) -> Answer:
    """How alike every two of the shown texts are under model `of`: `rows (m,)` ascending and `values (m, m)`.

    As the score is ("raw"), or as its "rank": the share of the other shown pairs that are less alike, ties half, 0 to
    1, with 1 on the diagonal. `low` and `high` are the ends of what stands off the diagonal.
    """
    scoring.choose("the scale", scale, SCALES)
    views = {view.model.spec.key: view for view in work.views(corpus, models)}
    shown = scoring.shown(work, views[by], score, limit, seed, around)
    texts = scoring.vectors(views[of], score)[shown.rows]
    values = linalg.scores(texts, texts, score)
    if scale == "rank":
        values = _ranks(values)
    off = values[~np.eye(len(values), dtype=bool)]
    ends = {"low": float(off.min()), "high": float(off.max())}
    return {"rows": shown.rows.astype(np.int32), "values": values, **ends, "note": shown.note}


def _ranks(values: Floats) -> Floats:
    from scipy.stats import rankdata

    upper = np.triu_indices(len(values), k=1)
    others = len(upper[0]) - 1
    # A single pair ties with all there is: half.
    share = (rankdata(values[upper]) - 1) / others if others else np.array([0.5])
    ranks = np.eye(len(values), dtype=np.float32)
    ranks[upper] = ranks.T[upper] = share
    return ranks


@recipe("Finding pairs that moved", unit="", corpus=Role.DOCUMENT)
def moved(  # noqa: PLR0913  (each changes the answer)
    work: Work,
    *,
    corpus: str,
    models: dict[str, str],
    a: str,
    b: str,
    by: str,
    score: str,
    scale: str,
    limit: int,
    seed: int,
    around: int,
    top: int,
) -> Answer:
    """The pairs of shown texts that two models see most differently, half of `top` in each direction.

    Columns a_row, b_row, `first` and `second` (the values that `matrix` has under models a and b) and `difference`
    (first - second), largest first: above 0 the pair is more alike for a. Two rows with one text are no pair.
    """
    shown = {"score": score, "scale": scale, "limit": limit, "seed": seed, "around": around}
    found = []
    for of in (a, b):
        # Who says what is near makes no difference to a matrix around no text: one answer for every choice.
        near = by if around >= 0 else of
        two = {key: models[key] for key in (of, near)}
        found.append(work.ask("matrix", corpus=corpus, models=two, of=of, by=near, **shown))
    rows = found[0]["rows"].astype(np.int64)
    codes = scoring.text_codes(work.corpus(corpus).texts[row] for row in rows)
    i, j = np.triu_indices(len(rows), k=1)
    different = codes[i] != codes[j]
    repeats = int((~different).sum())
    i, j = i[different], j[different]
    pairs = _furthest(i, j, found[0]["values"][i, j], found[1]["values"][i, j], max(1, top // 2))
    pairs[["a_row", "b_row"]] = rows[pairs[["a_row", "b_row"]]]
    notes = [found[0]["note"], f"left out, since both rows have one text: {repeats:,} of the pairs" if repeats else ""]
    return {"pairs": pairs, "pairs_seen": len(i), "note": "; ".join(note for note in notes if note)}


def _furthest(i: Ints, j: Ints, first: Floats, second: Floats, half: int) -> pd.DataFrame:
    """The `half` pairs with the largest and the `half` with the lowest difference, as long as they differ at all."""
    difference = np.round(first.astype(np.float64) - second, 6) + 0.0
    order = np.argsort(-difference, kind="stable")
    up, down = order[:half], order[-half:]
    kept = np.concatenate([up[difference[up] > 0], down[difference[down] < 0]])
    values = {"first": first[kept], "second": second[kept], "difference": difference[kept]}
    return pd.DataFrame({"a_row": i[kept], "b_row": j[kept], **values})


@recipe("Looking at a pair", unit="", corpus=Role.DOCUMENT)
def pair(work: Work, *, corpus: str, models: dict[str, str], first: int, second: int) -> Answer:
    """One pair of texts under each model, and where its cosine stands among those of other pairs.

    Columns model, cosine, dot, euclidean (minus the distance), `rank` (1 = the most alike; ties share the better rank)
    and `percentile` (share of the other pairs that are less alike, ties half, 0 to 1). The other pairs are all `pairs`
    of the corpus up to 5,000 texts, above that 200,000 random ones, and the note says so.
    """
    n = len(work.corpus(corpus))
    if first == second or not (0 <= first < n and 0 <= second < n):
        raise VecassayError(f"Expected two different texts out of 1 to {n:,}; got {first + 1:,} and {second + 1:,}.")
    rows = []
    for view in work.views(corpus, models):
        each = {score: scoring.vectors(view, score)[[first, second]] for score in linalg.SCORES}
        values = [float(linalg.paired(texts[:1], texts[1:], score)[0]) for score, texts in each.items()]
        above, tied, others = _against(work, view.unit, first, second)
        # A single pair ties with all there is, as in `matrix`: half.
        share = (others - above - tied / 2) / others if others else 0.5
        rows.append((view.model.spec.key, *values, share, above + 1))
    columns = ["model", *linalg.SCORES, "percentile", "rank"]
    sampled = n > scoring.EXACT_TEXTS
    note = f"rank and percentile among {DRAWS:,} random pairs of {n * (n - 1) // 2:,}, seed 0" if sampled else ""
    return {
        "pair": pd.DataFrame(rows, columns=columns),
        "pairs": DRAWS if sampled else n * (n - 1) // 2,
        "note": note,
    }


def _against(work: Work, unit: Floats, first: int, second: int) -> tuple[int, int, int]:
    """How many other pairs have a higher cosine than this one, how many the same, and how many others there are."""
    (value,) = linalg.paired(unit[[first]], unit[[second]], "cosine")
    if len(unit) > scoring.EXACT_TEXTS:
        values = scoring.of_pairs(work, unit, *scoring.draw(len(unit), DRAWS, seed=0), "cosine")
        return int((values > value).sum()), int((values == value).sum()), DRAWS
    above, tied = 0, -1  # the pair itself is one of those with its cosine
    for _, _, block in scoring.every_pair(work, unit, "cosine"):
        above += int((block > value).sum())
        tied += int((block == value).sum())
    return above, tied, len(unit) * (len(unit) - 1) // 2 - 1
