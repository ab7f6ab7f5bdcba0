"""How good a grouping is: silhouette on the vectors, and agreement with labels."""

from collections.abc import Sequence

import numpy as np

from core.types import Floats, Ints

ROUNDING = 1e-6


def silhouette(unit: Floats, cluster: Ints) -> Floats:
    """How much nearer each text is to its own cluster than to the next one, `(n,)`, -1 to 1 (Rousseeuw 1987).

    On cosine distance, exact for any n: the mean cosine of a unit row to a set is its product with the set's mean, so
    no `(n, n)` matrix is formed. 0 for a cluster of one text. NaN for rows in no cluster (-1), for all with fewer than
    two clusters. Rows must have length 1 wherever they are in a cluster.
    """
    k = int(cluster.max(initial=-1)) + 1
    result = np.full(len(cluster), np.nan, np.float32)
    if k < 2:
        return result
    rows = np.flatnonzero(cluster >= 0)
    sizes = np.bincount(cluster[rows], minlength=k)
    sums = np.zeros((k, unit.shape[1]))
    for number in range(k):
        sums[number] = unit[cluster == number].sum(axis=0, dtype=np.float64)
    step = max(1, 16 * 1024**2 // (8 * max(k, unit.shape[1])))
    for start in range(0, len(rows), step):
        block = rows[start : start + step]
        result[block] = _silhouettes(unit[block].astype(np.float64), cluster[block], sums, sizes)
    return result


def _silhouettes(unit: np.ndarray, own: Ints, sums: np.ndarray, sizes: Ints) -> np.ndarray:
    """Silhouettes of rows `(b, d)` in clusters with these sums `(k, d)` and sizes `(k,)`."""
    at = np.arange(len(unit))
    total = unit @ sums.T
    mates = sizes[own] - 1
    inside = mates - (total[at, own] - np.einsum("ij,ij->i", unit, unit))
    own_mean = inside / np.maximum(mates, 1)
    away = 1 - total / np.maximum(sizes, 1)
    away[:, sizes == 0] = np.inf
    away[at, own] = np.inf
    next_mean = away.min(axis=1)
    larger = np.maximum(own_mean, next_mean)
    value = np.divide(next_mean - own_mean, larger, out=np.zeros_like(larger), where=larger > ROUNDING)
    return np.clip(np.where(mates > 0, value, 0.0), -1, 1)


def mean_silhouette(silhouettes: Floats) -> float | None:
    """Mean over the measured texts; None where none is."""
    measured = silhouettes[~np.isnan(silhouettes)]
    return float(measured.mean(dtype=np.float64)) if len(measured) else None


def agreement(labels: Sequence[str], cluster: Ints) -> dict[str, float]:
    """How far clusters and labels are the same grouping; texts in no cluster (-1) count as one more group.

    V-measure (0 to 1) is the harmonic mean of homogeneity (a cluster holds one label) and completeness (a label is in
    one cluster); NMI with the arithmetic mean is the same number by another road. Both rise with the number of
    clusters; ARI (-0.5 to 1) is 0 for clusters drawn at random. Rosenberg & Hirschberg 2007; Hubert & Arabie 1985.
    """
    from sklearn import metrics

    homogeneity, completeness, v_measure = metrics.homogeneity_completeness_v_measure(labels, cluster)
    return {
        "v_measure": float(v_measure),
        "ari": float(metrics.adjusted_rand_score(labels, cluster)),
        "nmi": float(metrics.normalized_mutual_info_score(labels, cluster)),
        "homogeneity": float(homogeneity),
        "completeness": float(completeness),
    }
