"""Linear CKA: do two models spread the whole corpus in the same directions?"""

import numpy as np

from core.measures import AGREEMENTS, Agreement, Score, Seen


def compute(a: Seen, b: Seen, *, k: int, seed: int) -> Score:  # noqa: ARG001  (uses every text, no neighbours)
    """Linear centred kernel alignment of the unit vectors; range 0 to 1, 1 for a rotation of the other.

    NaN where it is undefined: a model that gives every text the same vector.
    """
    x = a.unit - a.unit.mean(axis=0, dtype=np.float64)
    y = b.unit - b.unit.mean(axis=0, dtype=np.float64)
    # In feature space the n x n kernels are never formed: ||K L||_F of the paper is ||Y'X||_F here.
    cross = np.linalg.norm(y.T @ x) ** 2
    scale = float(np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y))
    if scale == 0:
        return Score(float("nan"), len(x), note="undefined: one model gives every text the same vector")
    return Score(float(np.clip(cross / scale, 0.0, 1.0)), len(x))


AGREEMENTS.add(
    "cka",
    Agreement(
        key="cka",
        label="Linear CKA",
        help="Similarity of the two models' overall geometry, from 0 to 1. It looks at the big picture: "
        "two models can score high here and still name different nearest texts.",
        formula="||YᵀX||² / (||XᵀX|| ||YᵀY||), X and Y centred, rows of length 1",
        source="Kornblith et al., ICML 2019",
        low=0.0,
        high=1.0,
        better="neither",
        compute=compute,
    ),
)
