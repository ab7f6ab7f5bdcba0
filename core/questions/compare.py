"""Where models agree about what is similar, and where they do not."""

from itertools import combinations

import numpy as np
import pandas as pd
from numpy import typing as npt

from core import measures
from core.errors import VecassayError
from core.questions import recipe
from core.types import Answer, Role
from core.work import Work


@recipe("Comparing sentences", sentences=Role.DOCUMENT)
def pairs(work: Work, *, corpus: str, models: dict[str, str], sentences: str) -> Answer:
    """Cosine and rank of every pair of sentences under each model.

    Columns `a`, `b` (sentence numbers), `model`, `cosine`, `rank` (1 = that model's most similar pair; ties share the
    better rank) and `percentile` (share of the other pairs that are less similar, 0 to 1).
    """
    texts = work.corpus(sentences).texts
    a, b = np.triu_indices(len(texts), k=1)
    if not len(a):
        raise VecassayError(f"Expected at least 2 different sentences to compare; got {len(texts)}. Add another one.")
    parts = []
    for model in work.models(corpus, models):
        unit = work.embed(texts, model, Role.DOCUMENT, fit=work.corpus(corpus)).unit
        cosine = np.round(np.einsum("ij,ij->i", unit[a], unit[b]).astype(float), 6) + 0.0
        order = pd.Series(cosine)
        others = max(1, len(a) - 1)
        parts.append(
            pd.DataFrame(
                {
                    "a": a,
                    "b": b,
                    "model": model.spec.key,
                    "cosine": cosine,
                    "rank": order.rank(ascending=False, method="min").astype(int),
                    "percentile": (order.rank(method="min") - 1) / others,
                }
            )
        )
    return {"pairs": pd.concat(parts, ignore_index=True), "dimensions": _dimensions(work, corpus, models, texts)}


def _dimensions(work: Work, corpus: str, models: dict[str, str], texts: tuple[str, ...]) -> dict[str, int]:
    fit = work.corpus(corpus)
    return {
        model.spec.key: work.embed(texts, model, Role.DOCUMENT, fit=fit).vectors.shape[1]
        for model in work.models(corpus, models)
    }


@recipe("Measuring agreement", corpus=Role.DOCUMENT)
def score(work: Work, *, corpus: str, models: dict[str, str], measure: str, k: int, seed: int) -> Answer:
    """One agreement measure between two models over the whole corpus; per-text values where it has them."""
    a, b = work.views(corpus, models)
    result = measures.AGREEMENTS[measure].compute(a, b, k=k, seed=seed)
    per_text: npt.NDArray[np.float32] = np.empty(0, np.float32) if result.per_text is None else result.per_text
    return {"value": result.value, "n": result.n, "note": result.note, "per_text": per_text}


@recipe("Measuring agreement", corpus=Role.DOCUMENT)
def agreement(work: Work, *, corpus: str, models: dict[str, str], k: int, seed: int) -> Answer:
    """Every agreement measure for every two models: columns measure, a, b, value, n, note."""
    rows = []
    for measure in measures.AGREEMENTS:
        for a, b in combinations(sorted(models), 2):
            two = {a: models[a], b: models[b]}
            found = work.ask("score", corpus=corpus, models=two, measure=measure, k=k, seed=seed)
            rows.append((measure, a, b, found["value"], found["n"], found["note"]))
    return {"agreement": pd.DataFrame(rows, columns=["measure", "a", "b", "value", "n", "note"])}


@recipe("Looking up neighbours", corpus=Role.DOCUMENT)
def drill(work: Work, *, corpus: str, models: dict[str, str], row: int, k: int) -> Answer:
    """One text's neighbours under each model, and how many of the models name each.

    Columns model, rank, row, cosine, `named_by` (number of models that have this text among their k).
    """
    parts = []
    for key, space in models.items():
        found = work.ask("neighbors", corpus=corpus, models={key: space}, k=k)
        ids, cosines = found["ids"][row], found["cosines"][row]
        parts.append(pd.DataFrame({"model": key, "rank": np.arange(1, len(ids) + 1), "row": ids, "cosine": cosines}))
    table = pd.concat(parts, ignore_index=True)
    table["named_by"] = table.groupby("row")["model"].transform("count")
    return {"neighbors": table}
