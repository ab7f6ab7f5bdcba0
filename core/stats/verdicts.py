"""From a difference and what is not known about it to a word: better, practically equal, not decided."""

from collections.abc import Sequence
from math import ceil
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

Doubles: TypeAlias = npt.NDArray[np.float64]

ALPHA = 0.05
LEAST_QUERIES = 20
LEAST_INFORMATIVE = 10
MOST_QUERIES = 1_000_000
_NORMAL = NormalDist()


def holm(p: Sequence[float] | Doubles) -> Doubles:
    """The p of several tests, each raised so that all together err in at most alpha of cases (Holm 1979), `(m,)`.

    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    raw = np.asarray(p, np.float64)
    order = np.argsort(raw, kind="stable")
    adjusted = np.empty(len(raw))
    adjusted[order] = np.minimum(1, np.maximum.accumulate(raw[order] * np.arange(len(raw), 0, -1)))
    return adjusted


def verdict(difference: float, low: float, high: float, p_holm: float, margin: float, alpha: float = ALPHA) -> str:
    """A difference a - b in a word: is a "better", "worse", practically "equal", or is it "undecided"?

    "equal" when the whole interval lies inside the margin, even where the difference is beyond chance; else a
    difference with `p_holm` below alpha is "better" or "worse". An undefined interval (one query) is "undecided".
    """
    if np.isnan([difference, low, high, p_holm]).any():
        return "undecided"
    if -margin < low and high < margin:
        return "equal"
    if p_holm >= alpha or difference == 0:
        return "undecided"
    return "better" if difference > 0 else "worse"


def more_queries(
    n: int, sd: float, difference: float, margin: float, alpha_adjusted: float = ALPHA, power: float = 0.8
) -> int:
    """About how many more queries would settle it, if the difference and its spread are what they now seem to be.

    The smallest number at which `verdict` decides, either way, with probability `power`, less the n there are; queries
    like these, means taken as normal. Far beyond the margin that is
    ((z(1 - alpha / 2) + z(power)) * sd / |difference|)^2, the usual formula; inside it, equality can be shown too, and
    what is nearer counts. At least 1, at most 1,000,000 (= out of reach); below 20 queries at least up to 20.
    """
    least = max(1, LEAST_QUERIES - n)
    if np.isnan(sd) or sd == 0:
        return MOST_QUERIES if difference == 0 and margin <= 0 else least
    total = _needed(sd, abs(difference), margin, alpha_adjusted, power)
    return int(min(max(total - n, least), MOST_QUERIES))


def tell(pairs: pd.DataFrame, margin: float, alpha: float = ALPHA) -> pd.DataFrame:
    """The pairs with their verdicts: p_holm over all of them, verdict ("a", "b", "equal", "undecided") and `more`.

    `more` is about how many more queries would settle a pair that is undecided (NaN where decided), at the level that
    Holm leaves for it (alpha divided by the number of pairs whose difference is not shown yet), and with at least ten
    queries on which the two differ: what fewer say is not enough for an interval.
    """
    told = pairs.reset_index(drop=True)
    told["p_holm"] = holm(told["p"].to_numpy(np.float64))
    words = {"better": "a", "worse": "b"}
    left = max(1, int((told["p_holm"] >= alpha).sum()))
    verdicts: list[str] = []
    more: list[float] = []
    columns = (told[name].tolist() for name in ("difference", "low", "high", "p_holm", "sd", "n", "win", "loss"))
    for difference, low, high, p_holm, sd, n, win, loss in zip(*columns, strict=True):
        found = verdict(difference, low, high, p_holm, margin, alpha)
        verdicts.append(words.get(found, found))
        enough = min(MOST_QUERIES, ceil(n * LEAST_INFORMATIVE / max(1, win + loss)) - n)
        wanted = max(enough, more_queries(n, sd, difference, margin, alpha / left))
        more.append(wanted if found == "undecided" else float("nan"))
    told["verdict"] = pd.array(verdicts, dtype="string")
    told["more"] = np.array(more, np.float64)
    return told


def tie_group(means: pd.DataFrame, told: pd.DataFrame) -> list[str]:
    """The best by mean and all that are not shown to be worse than it, best first.

    `means` has columns candidate and mean, `told` is what `tell` found; a candidate without a pair with the best is in.
    """
    order = means.sort_values("mean", ascending=False, kind="stable")["candidate"].astype(str).tolist()
    if not order:
        return []
    best = order[0]
    beaten = {str(row.b) for row in told.itertuples() if row.a == best and row.verdict == "a"}
    beaten |= {str(row.a) for row in told.itertuples() if row.b == best and row.verdict == "b"}
    return [candidate for candidate in order if candidate not in beaten]


def _needed(sd: float, difference: float, margin: float, alpha: float, power: float) -> int:
    """The smallest n with which the verdict falls with the wanted probability, at most a little over a million."""
    few, many = 1, 2 * MOST_QUERIES
    if _undecided(many, sd, difference, margin, alpha) > 1 - power:
        return many
    while few < many:
        middle = (few + many) // 2
        if _undecided(middle, sd, difference, margin, alpha) > 1 - power:
            few = middle + 1
        else:
            many = middle
    return ceil(few)


def _undecided(n: int, sd: float, difference: float, margin: float, alpha: float) -> float:
    """How likely n queries leave it open: their mean is neither beyond chance, nor its interval inside the margin."""
    error = sd / n**0.5
    outer = _NORMAL.inv_cdf(1 - alpha / 2) * error
    inner = max(0.0, margin - _NORMAL.inv_cdf(1 - ALPHA / 2) * error)
    if inner >= outer:
        return 0.0
    at = NormalDist(difference, error).cdf
    return (at(outer) - at(inner)) + (at(-inner) - at(-outer))
