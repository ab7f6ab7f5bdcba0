"""Every two candidates compared on the same queries."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from core.stats.resampling import TINY, Doubles, difference_interval, sign_flip

COLUMNS = ("a", "b", "difference", "low", "high", "p", "win", "tie", "loss", "sd", "n")


def pairwise(values: Mapping[str, Doubles], seed: int) -> pd.DataFrame:
    """`paired` for every two candidates (values `(s,)` each, same queries), one row a pair, in the order given.

    Columns a, b, difference (a - b), low, high, p, win, tie, loss, sd, n. Every pair is drawn with the same seed, so
    its figures are the same whatever else is compared. p stands for one pair alone: `tell` corrects for many.
    """
    pairs = list(combinations(values, 2))
    n = len(next(iter(values.values()), ()))
    differences = np.empty((n, len(pairs)))
    for column, (a, b) in enumerate(pairs):
        differences[:, column] = values[a] - values[b]
    low, high = difference_interval(differences, seed)
    win, loss = (differences > TINY).sum(axis=0), (differences < -TINY).sum(axis=0)
    names = pd.DataFrame(pairs, columns=["a", "b"], dtype="string")
    figures = {
        "difference": differences.mean(axis=0) if n else np.full(len(pairs), np.nan),
        "low": low,
        "high": high,
        "p": sign_flip(differences, seed),
        "win": win,
        "tie": n - win - loss,
        "loss": loss,
        "sd": differences.std(axis=0, ddof=1) if n > 1 else np.full(len(pairs), np.nan),
        "n": np.full(len(pairs), n, np.int64),
    }
    return pd.DataFrame({"a": names["a"], "b": names["b"], **figures})[list(COLUMNS)]
