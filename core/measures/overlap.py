"""Neighbour overlap: do two models put the same texts next to each other?"""

import numpy as np

from core.measures import AGREEMENTS, Agreement, Score, Seen


def compute(a: Seen, b: Seen, *, k: int, seed: int) -> Score:  # noqa: ARG001  (exact: no seed needed)
    """Mean over texts of |neighbours in a and in b| / k, with the value of each text; range 0 to 1."""
    left, right = a.neighbors(k), b.neighbors(k)
    width = left.shape[1]
    if width == 0:
        return Score(
            float("nan"),
            len(left),
            np.full(len(left), np.nan, np.float32),
            "undefined: a single text has no neighbours",
        )
    # Sorted side by side, a neighbour that both lists hold stands twice in a row.
    both = np.sort(np.concatenate([left, right], axis=1), axis=1)
    shared = (both[:, 1:] == both[:, :-1]).sum(axis=1)
    per_text = (shared / width).astype(np.float32)
    note = "" if width == k else f"only {width} neighbours: the corpus has {len(left)} texts"
    return Score(float(per_text.mean()), len(left), per_text, note)


AGREEMENTS.add(
    "neighbor_overlap",
    Agreement(
        key="neighbor_overlap",
        label="Neighbour overlap@k",
        help="Share of a text's k nearest texts that both models name, averaged over all texts. "
        "It decides whether a search would return the same results.",
        formula="mean over texts of |N_k(a) ∩ N_k(b)| / k, on cosine",
        source="mean intersection of k-nearest-neighbour sets",
        low=0.0,
        high=1.0,
        better="neither",
        compute=compute,
    ),
)
