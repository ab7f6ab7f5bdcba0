"""Representational similarity analysis: do two models rank all pairs of texts alike?"""

import numpy as np

from core.measures import AGREEMENTS, Agreement, Score, Seen

MOST_TEXTS = 2_000


def compute(a: Seen, b: Seen, *, k: int, seed: int) -> Score:  # noqa: ARG001  (pairs, not neighbours)
    """Spearman correlation of the two cosine triangles; range -1 to 1.

    Above 2,000 texts it is computed on a uniformly random sample of 2,000, and the score's note says so.
    """
    from scipy.stats import spearmanr

    n = len(a.unit)
    rows = np.arange(n)
    note = ""
    if n > MOST_TEXTS:
        rows = np.sort(np.random.default_rng(seed).choice(n, MOST_TEXTS, replace=False))
        note = f"random sample of {MOST_TEXTS:,} of {n:,} texts, seed {seed}"
    upper = np.triu_indices(len(rows), k=1)
    left, right = (np.round((seen.unit[rows] @ seen.unit[rows].T)[upper], 6) for seen in (a, b))
    if len(left) < 2 or np.ptp(left) == 0 or np.ptp(right) == 0:
        return Score(float("nan"), len(rows), note="undefined: fewer than two different pair similarities")
    return Score(float(spearmanr(left, right).statistic), len(rows), note=note)


AGREEMENTS.add(
    "rsa",
    Agreement(
        key="rsa",
        label="RSA",
        help="Rank correlation of the similarities of all pairs of texts. It does not care that two models' "
        "scores are on different scales, only whether they order the pairs alike.",
        formula="Spearman ρ of cos_a(i, j) and cos_b(i, j) over all i < j",
        source="Kriegeskorte et al., 2008",
        low=-1.0,
        high=1.0,
        better="neither",
        compute=compute,
    ),
)
