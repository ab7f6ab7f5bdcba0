"""Clusters against labels, and the clusters of two models against each other."""

import numpy as np
import pandas as pd

from core.errors import VecassayError
from core.questions import recipe
from core.types import Answer, Role
from core.work import Work

A_PART = 0.1


@recipe("Comparing clusters with labels", version=3, unit="", corpus=Role.DOCUMENT)
def crossing(
    work: Work, *, corpus: str, models: dict[str, str], method: str, seed: int, settings: dict[str, float]
) -> Answer:
    """How many texts of each label are in each cluster: columns label, cluster (-1 none), count; pairs that occur.

    Raises VecassayError for texts without labels.
    """
    labels = work.corpus(corpus).labels
    if labels is None:
        raise VecassayError("These texts have no labels to compare clusters with. Load them with a column of labels.")
    found = work.ask("clusters", corpus=corpus, models=models, method=method, seed=seed, settings=settings)
    pairs = pd.DataFrame({"label": pd.array(labels, dtype="str"), "cluster": found["cluster"].astype(np.int64)})
    return {"crossing": pairs.value_counts(sort=False).sort_index().reset_index()}


@recipe("Comparing two models' clusters", version=3, unit="", corpus=Role.DOCUMENT)
def splits(
    work: Work, *, corpus: str, models: dict[str, str], a: str, b: str, method: str, seed: int,
    settings: dict[str, float],
) -> Answer:  # fmt: skip
    """Which groups of model `a` does model `b` take apart? Most torn apart first, clusters of one text left out.

    `crossing`: cluster_a, cluster_b (-1 none), count. `splits`: cluster_a, name_a, size, `into` (clusters of b that
    hold at least a tenth of it), largest_b and name_b (where most of it went), largest_share, `apart` (share of its
    pairs of texts that b does not keep together, 0 to 1; texts that b puts in no cluster are apart from all).
    """
    first, second = (
        work.ask("clusters", corpus=corpus, models={key: models[key]}, method=method, seed=seed, settings=settings)
        for key in (a, b)
    )
    pairs = pd.DataFrame({name: found["cluster"] for name, found in (("cluster_a", first), ("cluster_b", second))})
    crossed = pairs.astype(np.int64).value_counts(sort=False).sort_index().reset_index()
    named = [dict(zip(found["table"]["cluster"], found["table"]["name"], strict=True)) for found in (first, second)]
    parts = [crossed[crossed["cluster_a"] == number] for number in first["table"]["cluster"]]
    rows = [_split(part, *named) for part in parts if part["count"].sum() > 1]
    columns = ["cluster_a", "name_a", "size", "into", "largest_b", "name_b", "largest_share", "apart"]
    types = dict(zip(columns, ["int64", "str", "int64", "int64", "int64", "str", "float64", "float64"], strict=True))
    table = pd.DataFrame(rows, columns=columns).astype(types)
    table = table.sort_values(["apart", "size", "cluster_a"], ascending=[False, False, True], ignore_index=True)
    return {"crossing": crossed, "splits": table}


def _split(part: pd.DataFrame, named_a: dict[int, str], named_b: dict[int, str]) -> tuple[object, ...]:
    number, size = int(part["cluster_a"].iloc[0]), int(part["count"].sum())
    inside = part[part["cluster_b"] >= 0].sort_values(["count", "cluster_b"], ascending=[False, True])
    counts = inside["count"].to_numpy()
    largest = int(inside["cluster_b"].iloc[0]) if len(inside) else -1
    together = int((counts * (counts - 1)).sum()) / (size * (size - 1))
    share = float(counts[0] / size) if len(counts) else 0.0
    into = int((counts >= max(1, A_PART * size)).sum())
    return number, named_a[number], size, into, largest, named_b.get(largest, ""), share, 1 - together
