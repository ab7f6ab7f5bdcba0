"""Figures over queries, told with what is not known about them: intervals, paired tests, verdicts in words.

Read it in this order: `resampling` (intervals and p of means over queries; the worker's), `verdicts` (from figures to
"better", "practically equal" or "not decided"; light enough for a page), `comparing` (every two candidates at once),
`telling` (is the test set able to tell them apart).
"""

from core.stats.comparing import pairwise
from core.stats.resampling import Doubles, Paired, difference_interval, mean_interval, paired, ratio_interval, sign_flip
from core.stats.telling import able, disputed
from core.stats.verdicts import ALPHA, LEAST_QUERIES, MOST_QUERIES, holm, more_queries, tell, tie_group, verdict

__all__ = [
    "ALPHA",
    "LEAST_QUERIES",
    "MOST_QUERIES",
    "Doubles",
    "Paired",
    "able",
    "difference_interval",
    "disputed",
    "holm",
    "mean_interval",
    "more_queries",
    "paired",
    "pairwise",
    "ratio_interval",
    "sign_flip",
    "tell",
    "tie_group",
    "verdict",
]
