"""Spherical k-means: every text belongs to the group whose mean direction is nearest by cosine."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from core.clusterings import REGISTRY, Clustering, Grouping, Setting, by_size
from core.types import Floats, Ints, Progress

ROUNDS, AT_ONCE = 40, 5
SETTLED = 1e-5
MANY = 20_000
MOST_TRIED = 100
ALIKE = 5


def run(rows: Floats, *, seed: int, settings: Mapping[str, float], progress: Progress) -> Grouping:
    """The best of several starts on unit rows `(n, d)`; never more clusters than there are different rows."""
    starts = 10 if len(rows) <= MANY else 3
    wanted = int(settings["k"])
    k = min(wanted, different(rows, wanted))
    cluster = best_of(rows, k, seed=seed, starts=starts, progress=progress)
    note = f"Spherical k-means on the vectors, best of {starts} starts, seed {seed}."
    if k < wanted:
        note += f" {wanted} clusters were asked for, but there are only {k} different vectors."
    elif cluster.max() + 1 < k:
        note += f" {k} clusters were asked for; {cluster.max() + 1} have any text."
    return Grouping(cluster, note)


def best_of(rows: Floats, k: int, *, seed: int, starts: int, progress: Progress) -> Ints:
    """Clusters `(n,)` of the start whose texts lie nearest to their cluster's direction; k at most different rows."""
    best, found = -np.inf, np.zeros(len(rows), np.int64)
    for start in range(starts if k > 1 else 0):
        told = partial(_told, progress, start, starts)
        fit, cluster = _once(rows, k, (seed * starts + start) % (2**31 - 1), told)
        if fit > best + 1e-6 * len(rows):
            best, found = fit, cluster
    progress(starts * ROUNDS, starts * ROUNDS)
    return by_size(found)


def different(rows: Floats, enough: int) -> int:
    """How many different rows there are, rounded to five decimals; counting stops at `enough`."""
    seen: set[bytes] = set()
    for row in rows:
        seen.add((np.round(row, ALIKE) + np.float32(0)).tobytes())
        if len(seen) >= enough:
            break
    return len(seen)


def candidates(rows: Floats) -> list[int]:
    """Numbers of clusters worth trying for a sample of texts, about a quarter apart.

    From 2 up to a tenth of the texts (8 where they are few), at most 100: silhouette climbs towards groups of one or
    two texts in any corpus, and such groups tell nobody anything.
    """
    n = len(rows)
    highest = min(MOST_TRIED, max(8, n // 10), n // 2, different(rows, MOST_TRIED))
    if highest < 2:
        return []
    steps = np.geomspace(2, highest, max(2, round(np.log(highest / 2) / np.log(1.25)) + 1))
    return sorted({round(float(step)) for step in steps})


def _told(progress: Progress, start: int, starts: int, rounds: int) -> None:
    progress(start * ROUNDS + rounds, starts * ROUNDS)


def _once(rows: Floats, k: int, seed: int, told: Callable[[int], None]) -> tuple[float, Ints]:
    """One start, a few rounds at a time until they gain nothing: fit and clusters `(n,)`."""
    import faiss

    threads = faiss.omp_get_max_threads()
    # One thread: OpenMP's waiting threads made this ten times slower on a machine with other work to do.
    faiss.omp_set_num_threads(1)
    try:
        kmeans = faiss.Kmeans(
            rows.shape[1],
            k,
            niter=AT_ONCE,
            seed=seed,
            spherical=True,
            init_method=faiss.ClusteringInitMethod_KMEANS_PLUS_PLUS,
            min_points_per_centroid=1,
            max_points_per_centroid=len(rows),
        )
        before = -np.inf
        for rounds in range(0, ROUNDS, AT_ONCE):
            told(rounds)
            fit = kmeans.train(rows, init_centroids=kmeans.centroids)
            if fit - before < SETTLED * abs(fit):
                break
            before = fit
        nearness, cluster = kmeans.assign(rows)
    finally:
        faiss.omp_set_num_threads(threads)
    return float(nearness.sum(dtype=np.float64)), cluster.astype(np.int64)


REGISTRY.add(
    "kmeans",
    Clustering(
        key="kmeans",
        label="k-means",
        help="Puts every text into the group whose average direction is nearest by cosine. You choose how many groups, "
        "or let the silhouette suggest it.",
        source="Dhillon & Modha 2001; faiss, k-means++ starts (Arthur & Vassilvitskii 2007)",
        settings=(
            Setting(
                "k", "Clusters", "How many groups to form. 0: the number that the silhouette suggests.", 1, 1_000, 1
            ),
        ),
        run=run,
    ),
)
