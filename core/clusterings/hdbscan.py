"""HDBSCAN: groups are where texts lie densely; texts in between belong to none."""

from collections.abc import Mapping

import numpy as np

from core.clusterings import REGISTRY, Clustering, Grouping, Setting, by_size
from core.types import Floats, Ints, Progress

DIMS = 10
SAMPLES = 5
MANY = 20_000


def run(rows: Floats, *, seed: int, settings: Mapping[str, float], progress: Progress) -> Grouping:
    """Groups of at least `min_size` rows `(n, d)` of a reduction, by Euclidean distance there; -1 is in none.

    Above 20,000 rows a random sample of that many is grouped, and every other row joins its nearest sampled row.
    """
    size = int(settings["min_size"])
    n = len(rows)
    chosen = np.arange(n)
    note = f"HDBSCAN, at least {size} texts to a cluster."
    if n < 2 * size:
        return Grouping(np.full(n, -1), note + f" {n} texts cannot form two such clusters.")
    if n > MANY:
        chosen = np.sort(np.random.default_rng(seed).choice(n, MANY, replace=False))
        note += f" Found on a random sample of {MANY:,} texts, seed {seed}; the others join the nearest of these."
    progress(0, 2)
    found = _dense(rows[chosen], size)
    progress(1, 2)
    cluster = by_size(found if len(chosen) == n else found[_nearest(rows, rows[chosen])])
    progress(2, 2)
    if not (cluster >= 0).any():
        note += " No part of the texts is denser than the rest: try a smaller size, or k-means."
    return Grouping(cluster, note)


def _dense(rows: Floats, size: int) -> Ints:
    from sklearn.cluster import HDBSCAN

    if not np.ptp(rows, axis=0).any():
        return np.full(len(rows), -1)
    found: Ints = HDBSCAN(min_cluster_size=size, min_samples=min(SAMPLES, size), copy=True).fit_predict(rows)
    return found


def _nearest(rows: Floats, others: Floats) -> Ints:
    import faiss

    index = faiss.IndexFlatL2(others.shape[1])
    index.add(np.ascontiguousarray(others))
    found: Ints = index.search(np.ascontiguousarray(rows), 1)[1][:, 0]
    return found


REGISTRY.add(
    "hdbscan",
    Clustering(
        key="hdbscan",
        label="HDBSCAN",
        help="Finds dense groups of any shape and their number by itself, on a reduction to 10 dimensions. Texts "
        "between the groups are left out instead of forced into one.",
        source="Campello, Moulavi & Sander 2013; scikit-learn, 5 samples, on UMAP to 10 dimensions",
        settings=(
            Setting(
                "min_size",
                "Smallest cluster",
                "Groups of fewer texts are not counted as groups. 0: one text in 200, between 5 and 100.",
                2,
                1_000,
                1,
            ),
        ),
        run=run,
        dims=DIMS,
        automatic=lambda n: {"min_size": min(100, max(5, round(n / 200)))},
    ),
)
