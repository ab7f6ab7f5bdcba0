"""Which forms are as good as the best, which of those is the smallest, and whether the data can tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core import stats

Doubles = npt.NDArray[np.float64]
WITHIN, BEYOND, OPEN = "within", "beyond", "undecided"
TINY, FEWEST = 1e-9, 10


@dataclass(frozen=True)
class Choice:
    """What follows from the verdicts, all by place in the table.

    `chosen` is the smallest form shown to be within the margin of the best float32, `best`; `open` are those still
    smaller that may be, smallest first; `likely` is the smallest whose mean is within it, shown or not. `more` is about
    how many more queries would show it of `likely` (NaN where nothing is to be shown, or no queries are asked).
    """

    best: int
    chosen: int
    likely: int
    open: tuple[int, ...]
    more: float


def compared(values: Doubles, reference: int, within: float, seed: int) -> pd.DataFrame:
    """Every form against the reference on the same queries: values `(s, m)`, a row per form.

    `difference` with its 95 % interval, `sd`, on how many queries it is `differing`, and `verdict`: "within" the
    margin (`within` x the reference's mean) when the whole interval is above minus the margin, "beyond" when it is all
    below, else "undecided". Not by a sign-flip test: losses in small vectors are rare and large, and a test that takes
    them for symmetric finds them absent too soon.
    """
    differences = values - values[:, reference : reference + 1]
    margin = within * float(values[:, reference].mean())
    low, high = stats.difference_interval(differences, seed)
    columns = {
        "difference": differences.mean(axis=0),
        "low": low,
        "high": high,
        "sd": differences.std(axis=0, ddof=1) if len(values) > 1 else np.full(values.shape[1], np.nan),
        "differing": (np.abs(differences) > TINY).sum(axis=0),
    }
    verdict = np.where(low > -margin, WITHIN, np.where(high < -margin, BEYOND, OPEN))
    verdict[reference] = WITHIN
    return pd.DataFrame({**columns, "verdict": pd.array(verdict.tolist(), dtype="string"), "margin": margin})


def reference(table: pd.DataFrame) -> int:
    """The model's own float32, or of several models' the best by mean: what everything else is held against."""
    plain = np.flatnonzero((table["form"] == "").to_numpy())
    return int(plain[table["mean"].to_numpy()[plain].argmax()])


def by_interval(table: Mapping[str, Doubles], within: float) -> npt.NDArray[np.str_]:
    """Verdicts where there is nothing to pair: is the interval of a measure that is 1 at best within the margin?"""
    low, high = table["low"], table["high"]
    verdict: npt.NDArray[np.str_] = np.where(low >= 1 - within, WITHIN, np.where(high < 1 - within, BEYOND, OPEN))
    return verdict


def choose(table: pd.DataFrame, n: int) -> Choice:
    """The smallest form within the margin. `table`: form, bytes_per_vector, mean, and what `compared` found.

    Of equal bytes the one of higher mean counts.
    """
    order, verdict = _smallest_first(table), table["verdict"].tolist()
    mean, size = table["mean"].to_numpy(np.float64), table["bytes_per_vector"].to_numpy(np.float64)
    best = reference(table)
    chosen = next((place for place in order if verdict[place] == WITHIN), best)
    near = mean >= mean[best] - table["margin"].to_numpy(np.float64)
    likely = next((place for place in order if near[place] and verdict[place] != BEYOND), chosen)
    left = tuple(place for place in order if size[place] < size[chosen] and verdict[place] == OPEN)
    return Choice(best, chosen, likely, left, _more(table.iloc[likely], n))


def front(table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which forms no other is both better and smaller than, `(m,)`: the Pareto front of mean against bytes."""
    on, most = np.zeros(len(table), np.bool_), -np.inf
    for place in _smallest_first(table):
        mean = float(table["mean"].iloc[place])
        on[place], most = mean > most, max(mean, most)
    return on


def _smallest_first(table: pd.DataFrame) -> list[int]:
    keys = (-table["mean"].to_numpy(np.float64), table["bytes_per_vector"].to_numpy(np.float64))
    return [int(place) for place in np.lexsort(keys)]


def _more(row: Any, n: int) -> float:
    """About how many more queries like these would show a form to be within the margin, at 80 % power.

    At least ten must differ, as in `stats.tell`: what fewer say is not enough for an interval.
    """
    if row["verdict"] != OPEN or not n:
        return float("nan")
    wanted = stats.more_queries(n, row["sd"], row["difference"] + row["margin"], 0.0)
    enough = ceil(n * FEWEST / max(1, row["differing"])) - n
    return float(min(stats.MOST_QUERIES, max(wanted, enough)))
