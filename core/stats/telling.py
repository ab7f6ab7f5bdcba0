"""Whether a test set is able to tell candidates apart, and which queries would tell most if more were judged."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from core.stats.verdicts import LEAST_INFORMATIVE, LEAST_QUERIES

Doubles: TypeAlias = npt.NDArray[np.float64]

SATURATED = 0.95
SOLVED = 0.999
TINY = 1e-9


def able(values: Mapping[str, Doubles], ceiling: Doubles, baseline: str = "bm25") -> dict[str, Any]:
    """Can these queries tell these candidates apart? From each candidate's values `(s,)` and the best possible `(s,)`.

    A query is solved by a candidate at 0.999 of the best possible value or more; it is informative when candidates
    differ on it. `gap_bm25` is the best other candidate's mean less the baseline's (None without either). `refuse` with
    fewer than 20 queries, fewer than 10 informative ones, or 95 % and more solved by all; `reasons` say so in words.
    """
    table = np.stack(list(values.values()), axis=1).astype(np.float64)
    n, many = len(table), table.shape[1] > 1
    solved = table >= SOLVED * ceiling[:, None]
    informative = int((np.ptp(table, axis=1) > TINY).sum()) if n else 0
    by_all, by_none = (float(each.mean()) if n else 0.0 for each in (solved.all(axis=1), ~solved.any(axis=1)))
    means = {name: float(own.mean()) for name, own in values.items()} if n else {}
    others = [mean for name, mean in means.items() if name != baseline]
    reasons = [
        f"Only {n:,} {_queries(n)} a relevant text; a ranking of candidates needs at least {LEAST_QUERIES}."
        if n < LEAST_QUERIES
        else "",
        f"The candidates differ on {informative:,} of {n:,} queries; at least {LEAST_INFORMATIVE} are needed to tell "
        f"them apart."
        if many and informative < LEAST_INFORMATIVE
        else "",
        f"Every candidate already gets {by_all:.0%} of the queries fully right: this test set is too easy to tell them "
        f"apart."
        if n and by_all >= SATURATED
        else "",
    ]
    reasons = [reason for reason in reasons if reason]
    return {
        "n": n,
        "solved_by_all": by_all,
        "solved_by_none": by_none,
        "informative": informative,
        "gap_bm25": max(others) - means[baseline] if others and baseline in means else None,
        "refuse": bool(reasons),
        "reasons": reasons,
    }


def disputed(tops: Sequence[Sequence[int]], known: frozenset[int], depth: int = 10) -> float:
    """How much of one query's first results is both unjudged and disputed between candidates, 0 to 1.

    The mean over every two candidates of the share of their first `depth` results that are unjudged and named by only
    one of the two: 1 when they have nothing in common and nothing is judged, 0 when what is unjudged is the same.
    """
    count = len(tops)
    if count < 2:
        return 0.0
    named: dict[int, int] = {}
    for top in tops:
        for row in set(top) - known:
            named[row] = named.get(row, 0) + 1
    apart = sum(times * (count - times) for times in named.values())
    return apart / (count * (count - 1) / 2 * 2 * depth)


def _queries(n: int) -> str:
    return "query has" if n == 1 else "queries have"
