"""What groups a model forms: how many, which texts, named by which words, and how they fit labels or another model."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from core import clusterings
from core.clusterings import kmeans, words
from core.errors import VecassayError
from core.measures.partition import agreement, mean_silhouette, silhouette
from core.projections.drawing import draw
from core.questions import recipe
from core.questions.nearness import near
from core.types import Answer, Floats, Ints, Role
from core.work import View, Work

SAMPLE, STARTS = 2_000, 5
AROUND = {"n_neighbors": 15.0, "min_dist": 0.0}


@recipe("Looking for the number of clusters", unit="", corpus=Role.DOCUMENT)
def suggest(work: Work, *, corpus: str, models: dict[str, str], seed: int) -> Answer:
    """Mean silhouette for each of a range of numbers of clusters, and the smallest that is as good as the best.

    "As good" is within one standard error, over texts, of the best silhouette (the one-standard-error rule of Breiman
    et al. 1984). Labels play no part. Above 2,000 texts it looks at a random sample.
    """
    (view,) = work.views(corpus, models)
    rows = np.flatnonzero(view.unit.any(axis=1))
    found = np.sort(np.random.default_rng(seed).choice(rows, min(SAMPLE, len(rows)), replace=False))
    unit = view.unit[found]
    tried, means, errors = kmeans.candidates(unit), [], []
    for done, k in enumerate(tried):
        work.progress(done, len(tried))
        cluster = kmeans.best_of(unit, k, seed=seed, starts=STARTS, progress=_unreported)
        values = silhouette(unit, cluster)
        means.append(mean_silhouette(values) or 0.0)
        errors.append(float(values.std(ddof=1) / np.sqrt(len(values))))
    at = _one_standard_error(means, errors)
    return {
        "table": pd.DataFrame({"k": np.array(tried, np.int64), "silhouette": np.array(means, np.float64)}),
        "k": tried[at] if tried else 1,
        "n": len(found),
        "note": _suggested(tried, means, len(found), len(rows), seed),
    }


def _unreported(done: int, total: int) -> None:
    """The grid reports, not the starts of one number."""


def _one_standard_error(means: list[float], errors: list[float]) -> int:
    if not means:
        return 0
    best = int(np.argmax(means))
    return next(at for at, mean in enumerate(means) if mean >= means[best] - errors[best])


def _suggested(tried: list[int], means: list[float], n: int, of: int, seed: int) -> str:
    if not tried:
        return f"Too few different texts with a vector ({of}) to compare numbers of clusters: one cluster."
    seen = f"all {n:,} texts" if n == of else f"a random sample of {n:,} of {of:,} texts, seed {seed}"
    edge = " It is best at the largest number tried: there may be more." if np.argmax(means) == len(means) - 1 else ""
    return (
        f"The smallest number of clusters whose mean silhouette is within one standard error of the best, of "
        f"{len(tried)} tried from {tried[0]} to {tried[-1]}, on {seen}.{edge if len(means) > 1 else ''}"
    )


@recipe("Bringing vectors to fewer dimensions", version=3, unit="", corpus=Role.DOCUMENT)
def reduction(work: Work, *, corpus: str, models: dict[str, str], dims: int, seed: int) -> Answer:
    """The texts that have a vector, in `dims` >= 5 dimensions by UMAP: `rows (r,)` of the corpus, `reduced (r, dims)`.

    For finding dense groups, not for looking at: 15 neighbours, smallest distance 0.
    """
    if dims < 5:
        raise VecassayError(f"Expected at least 5 dimensions; got {dims}. Groups are not looked for in a picture.")
    (view,) = work.views(corpus, models)
    rows = np.flatnonzero(view.unit.any(axis=1))
    unit = view.unit[rows]

    def neighbors(k: int) -> tuple[Ints, Floats]:
        if len(rows) < len(view.unit):
            some = near(unit, k, work.progress)
            return some.ids, some.cosines
        found = view.near(k)
        return found["ids"].astype(np.int64), found["cosines"]

    drawn = draw("umap", unit, neighbors, dims=dims, seed=seed, settings=AROUND, progress=work.progress)
    return {"rows": rows.astype(np.int32), "reduced": drawn.xy}


@recipe("Forming clusters", version=3, unit="", corpus=Role.DOCUMENT)
def clusters(
    work: Work, *, corpus: str, models: dict[str, str], method: str, seed: int, settings: dict[str, float]
) -> Answer:
    """The cluster of each text (largest 0, -1 none), its silhouette, and one row per cluster with its name and label.

    Silhouettes are cosine on the model's vectors whatever the method, exact, and NaN for texts in no cluster.
    """
    (view,) = work.views(corpus, models)
    n = len(view.unit)
    settled = clusterings.settle(method, settings, n)
    cluster, note = _grouped(work, view, {"corpus": corpus, "models": models, "seed": seed}, method, settled)
    values = silhouette(view.unit, cluster)
    mean = mean_silhouette(values)
    texts, labels = work.corpus(corpus).texts, work.corpus(corpus).labels
    table = _table(cluster, values, words.names(texts, cluster, seed), labels)
    silent = int((~view.unit.any(axis=1)).sum())
    outside = int((cluster < 0).sum())
    notes = [
        note,
        f"In no cluster for want of a vector: {silent} of {n:,} texts." if silent else "",
        "" if mean is not None else "No silhouette: that takes at least two clusters.",
        "For the scores, texts in no cluster count as one more group." if outside and labels is not None else "",
    ]
    return {
        "cluster": cluster.astype(np.int32),
        "table": table,
        "silhouette": values,
        "mean_silhouette": mean,
        "scores": None if labels is None else agreement(labels, cluster),
        "k": len(table),
        "noise": outside,
        "note": " ".join(sentence for sentence in notes if sentence),
    }


def _grouped(work: Work, view: View, asked: dict[str, Any], method: str, settled: dict[str, float]) -> tuple[Ints, str]:
    """Clusters `(n,)` of one corpus, and how they were found; rows without a vector are in none."""
    cluster = np.full(len(view.unit), -1, np.int64)
    rows = np.flatnonzero(view.unit.any(axis=1))
    if not len(rows):
        return cluster, ""
    clustering, notes = clusterings.REGISTRY[method], []
    run = partial(clustering.run, seed=asked["seed"], progress=work.progress)
    if clustering.dims:
        reduced = work.ask("reduction", **asked, dims=clustering.dims)["reduced"]
        notes.append(
            f"On the vectors brought to {clustering.dims} dimensions by UMAP (15 neighbours, smallest distance 0, "
            f"seed {asked['seed']})."
        )
    else:
        reduced = view.unit[rows]
    if settled.get("k") == 0:
        found = work.ask("suggest", **asked)
        settled = {**settled, "k": float(found["k"])}
        notes.append(f"{found['k']} clusters by silhouette. {found['note']}")
    grouping = run(reduced, settings=settled)
    cluster[rows] = grouping.cluster
    return cluster, " ".join([grouping.note, *notes])


def _table(cluster: Ints, values: Floats, names: list[str], labels: tuple[str, ...] | None) -> pd.DataFrame:
    k = len(names)
    of = [np.flatnonzero(cluster == number) for number in range(k)]
    table = pd.DataFrame(
        {
            "cluster": np.arange(k),
            "size": np.array([len(rows) for rows in of], np.int64),
            "name": pd.array(names, dtype="str"),
            "silhouette": np.array([values[rows].mean(dtype=np.float64) for rows in of], np.float64),
        }
    )
    if labels is not None:
        counts = [pd.Series([labels[row] for row in rows], dtype="str").value_counts() for rows in of]
        # Of labels equally common, the first in the alphabet, so that the same clusters read the same everywhere.
        common = [min(count.index[count == count.max()]) for count in counts]
        table["label"] = pd.array(common, dtype="str")
        table["label_share"] = [float(count.max() / count.sum()) for count in counts]
    return table
