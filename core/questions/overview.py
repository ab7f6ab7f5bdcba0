"""What is known about one corpus under one model."""

import numpy as np
import pandas as pd

from core import measures, providers
from core.linalg import nearest
from core.questions import recipe
from core.types import Answer, Role
from core.work import Work

SHOWN_LONGEST = 20


@recipe("Counting tokens")
def truncation(work: Work, *, corpus: str, models: dict[str, str]) -> Answer:
    """How much of the texts one model never sees: texts over its token limit, and tokens cut off (fractions)."""
    (model,) = work.models(corpus, models)
    provider, texts = providers.REGISTRY[model.spec.provider], work.corpus(corpus).texts
    limit = model.spec.max_tokens or provider.card(model.spec).max_tokens
    counts = provider.token_counts(model.spec, texts)
    if counts is None or limit is None:
        return {"limit": None, "over": 0, "share": 0.0, "cut": 0.0, "tokens": None, "longest": pd.DataFrame()}
    beyond = np.maximum(counts - limit, 0)
    worst = np.argsort(-beyond, kind="stable")[:SHOWN_LONGEST]
    worst = worst[beyond[worst] > 0]
    return {
        "limit": int(limit),
        "over": int((beyond > 0).sum()),
        "share": float((beyond > 0).mean()),
        "cut": float(beyond.sum() / max(1, counts.sum())),
        "tokens": [int(value) for value in np.percentile(counts, [50, 95, 100], method="higher")],
        "longest": pd.DataFrame({"row": worst, "tokens": counts[worst], "cut off": beyond[worst]}),
    }


@recipe("Measuring similarity", corpus=Role.DOCUMENT)
def profile(work: Work, *, corpus: str, models: dict[str, str]) -> Answer:
    """First figures of one model on one corpus: dimension, mean similarities, texts without a vector."""
    (view,) = work.views(corpus, models)
    scores = {key: figure.compute(view) for key, figure in measures.FIGURES.items()}
    return {
        "n": len(view.unit),
        "dimension": int(view.unit.shape[1]),
        "zeros": int((~view.unit.any(axis=1)).sum()),
        **{key: None if np.isnan(score.value) else score.value for key, score in scores.items()},
    }


@recipe("Searching", corpus=Role.DOCUMENT, query=Role.QUERY)
def search(work: Work, *, corpus: str, models: dict[str, str], query: str, k: int) -> Answer:
    """The k texts nearest to a typed one under each model: columns model, rank, row, cosine."""
    rows = []
    text = work.corpus(query).texts[0]
    for view in work.views(corpus, models):
        asked = view.asked([text])
        ids, cosines = nearest(asked.unit, view.unit, k)
        rows += [
            (view.model.spec.key, rank, int(row), float(cosine))
            for rank, (row, cosine) in enumerate(zip(ids[0], cosines[0], strict=True), start=1)
        ]
    return {"nearest": pd.DataFrame(rows, columns=["model", "rank", "row", "cosine"])}
