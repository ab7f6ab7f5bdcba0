"""The pairs that stand out of a whole corpus: nearly the same text twice, and pairs on which two models disagree."""

import numpy as np
import pandas as pd

from core import linalg
from core.questions import recipe, scoring
from core.types import Answer, Floats, Ints, Role
from core.work import Work

LOWEST = float(np.finfo(np.float32).min)


@recipe("Finding the closest pairs", unit="", corpus=Role.DOCUMENT)
def closest(work: Work, *, corpus: str, models: dict[str, str], score: str, top: int) -> Answer:
    """The `top` pairs of different texts that a model finds most alike: columns a_row, b_row, value, best first.

    Ties stand by row. A text that occurs more than once takes part with its first row; `duplicates` is how many rows
    repeat an earlier text.
    """
    (view,) = work.views(corpus, models)
    rows, texts = _distinct(work, corpus, scoring.vectors(view, score))
    best = pd.DataFrame({"a_row": rows[:0], "b_row": rows[:0], "value": texts[:0, 0]})
    for first, second, block in scoring.every_pair(work, texts, score):
        floor = float(best["value"].iloc[-1]) if len(best) == top else LOWEST
        a, b, values = _best(block, floor, top)
        if len(values):
            found = pd.DataFrame({"a_row": rows[first + a], "b_row": rows[second + b], "value": values})
            best = pd.concat([best, found]).sort_values(["value", "a_row", "b_row"], ascending=[False, True, True])
            best = best.head(top)
    return {"pairs": best.reset_index(drop=True), **_repeats(work, corpus, rows)}


def _best(block: Floats, floor: float, top: int) -> tuple[Ints, Ints, Floats]:
    """Row, column and value of the `top` largest in a block that are at least `floor`; ties by row, then column."""
    flat = block.ravel()
    ids = np.flatnonzero(flat >= floor)
    if len(ids) > top:
        ids = ids[linalg.top_k(flat[ids][None], top)[0][0]]
    return ids // block.shape[1], ids % block.shape[1], flat[ids]


@recipe("Finding surprising pairs", unit="", corpus=Role.DOCUMENT)
def surprising(
    work: Work, *, corpus: str, models: dict[str, str], a: str, b: str, score: str, k: int, top: int
) -> Answer:
    """Pairs that are near for one model and far for the other, over the whole corpus; half of `top` in each direction.

    Near: b_row is among a_row's k nearest texts under the model that `direction` names ("a" or "b"). Far: it is not
    under the other one, and its rank there is as low as it gets. Columns a_row, b_row, value_a, value_b, rank_a, rank_b
    (exact rank of b_row among a_row's neighbours, 1 = nearest, ties share the better rank) and direction. Two texts
    make one pair, and a text that occurs more than once takes part with its first row.
    """
    views = {view.model.spec.key: view for view in work.views(corpus, models)}
    rows, first = _distinct(work, corpus, scoring.vectors(views[a], score))
    _, second = _distinct(work, corpus, scoring.vectors(views[b], score))
    k, half = min(k, len(rows) - 1), max(1, top // 2)
    found = {"a": _none(), "b": _none()}
    # One text over and over has no neighbours.
    for part in linalg.blocks(len(rows) if k else 0, 4 * len(rows)):
        under = {key: linalg.scores(texts[part], texts, score) for key, texts in (("a", first), ("b", second))}
        for block in under.values():
            block[np.arange(len(block)), np.arange(part.start, part.stop)] = -np.inf
        for near, far in (("a", "b"), ("b", "a")):
            floor = int(found[near]["far"].iloc[-1]) if len(found[near]) == half else 0
            new = _estranged(under[near], under[far], k, max(floor, k + 1))
            new["a"] += part.start
            found[near] = _widest(pd.concat([found[near], new]), half)
        work.progress(part.stop, len(rows))
    pairs = pd.concat([_directed(found["a"], rows, "a"), _directed(found["b"], rows, "b")], ignore_index=True)
    return {"pairs": pairs, **_repeats(work, corpus, rows)}


def _estranged(near: Floats, far: Floats, k: int, floor: int) -> pd.DataFrame:
    """The k nearest of each row of one block `(r, n)` whose rank in the other is `floor` or beyond."""
    ids, values = linalg.top_k(near, k)
    others = np.take_along_axis(far, ids, axis=1)
    # Most rows go no further than their furthest neighbour: ranks cost a look at the whole row.
    kept = np.flatnonzero(_rank(far, others.min(axis=1)) >= floor)
    ids, values, others, far = ids[kept], values[kept], others[kept], far[kept]
    ranks = np.stack([_rank(far, others[:, column]) for column in range(k)], axis=1)
    table = {
        "a": np.repeat(kept, k),
        "b": ids.ravel(),
        "value": values.ravel(),
        "other": others.ravel(),
        "near": 1 + (values[:, None, :] > values[:, :, None]).sum(axis=2).ravel(),
        "far": ranks.ravel(),
    }
    found = pd.DataFrame(table)
    return found[found["far"] >= floor].copy()


def _rank(block: Floats, values: Floats) -> Ints:
    """Rank of one value among each row of a block, 1 = the largest."""
    ranks: Ints = 1 + np.count_nonzero(block > values[:, None], axis=1)
    return ranks


def _widest(pairs: pd.DataFrame, half: int) -> pd.DataFrame:
    """The `half` pairs furthest apart in the other model; of a pair seen from both its ends, the wider."""
    pairs = pairs.sort_values(["far", "near", "a", "b"], ascending=[False, True, True, True], ignore_index=True)
    ends = pd.DataFrame({"low": pairs[["a", "b"]].min(axis=1), "high": pairs[["a", "b"]].max(axis=1)})
    return pairs[~ends.duplicated()].head(half).reset_index(drop=True)


def _directed(found: pd.DataFrame, rows: Ints, direction: str) -> pd.DataFrame:
    near, far = ("a", "b") if direction == "a" else ("b", "a")
    columns = {
        "a_row": rows[found["a"]],
        "b_row": rows[found["b"]],
        f"value_{near}": found["value"],
        f"value_{far}": found["other"],
        f"rank_{near}": found["near"],
        f"rank_{far}": found["far"],
        "direction": pd.Series([direction] * len(found), dtype="str"),
    }
    return pd.DataFrame(columns)[["a_row", "b_row", "value_a", "value_b", "rank_a", "rank_b", "direction"]]


def _none() -> pd.DataFrame:
    whole, real = np.empty(0, np.int64), np.empty(0, np.float32)
    return pd.DataFrame({"a": whole, "b": whole, "value": real, "other": real, "near": whole, "far": whole})


def _distinct(work: Work, corpus: str, texts: Floats) -> tuple[Ints, Floats]:
    """The first row of each different text, ascending, and their vectors."""
    rows = np.unique(scoring.text_codes(work.corpus(corpus).texts), return_index=True)[1]
    return rows, texts if len(rows) == len(texts) else texts[rows]


def _repeats(work: Work, corpus: str, rows: Ints) -> Answer:
    repeats = len(work.corpus(corpus)) - len(rows)
    note = f"among the {len(rows):,} different texts; rows that repeat one of them: {repeats:,}" if repeats else ""
    return {"duplicates": repeats, "note": note}
