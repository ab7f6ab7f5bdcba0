"""What the figures' tests share."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

HOSTILE = "<script>alert(1)</script><a href='javascript:x'>x</a>"


def texts(figure: go.Figure) -> list[str]:
    """Every string in a figure, as the browser gets it."""
    return list(_strings({"data": [trace.to_plotly_json() for trace in figure.data], "layout": _layout(figure)}))


def annotations(figure: go.Figure) -> list[str]:
    """The texts written into a figure."""
    return [annotation.text for annotation in figure.layout.annotations]


def _layout(figure: go.Figure) -> dict[str, Any]:
    layout: dict[str, Any] = figure.layout.to_plotly_json()
    layout.pop("template", None)
    return layout


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list | tuple | np.ndarray):
        for item in value:
            yield from _strings(item)


def harmless(figure: go.Figure) -> None:
    """No text of a user is markup in the figure."""
    for text in texts(figure):
        assert "<script" not in text
        assert "<a " not in text


def labels(models: int) -> dict[str, str]:
    """Names of so many models, by key."""
    return {f"m{i}": f"Model {i}" for i in range(models)}


def pairs(n: int, models: int, seed: int = 0) -> pd.DataFrame:
    """The table of the question `pairs`: cosine, rank and percentile of every two of n sentences per model."""
    a, b = np.triu_indices(n, k=1)
    rng = np.random.default_rng(seed)
    parts = []
    for key in labels(models):
        cosine = pd.Series(rng.uniform(-0.2, 1, len(a)))
        rank = cosine.rank(ascending=False, method="min").astype(int)
        percentile = (cosine.rank(method="min") - 1) / max(1, len(a) - 1)
        parts.append(
            pd.DataFrame({"a": a, "b": b, "model": key, "cosine": cosine, "rank": rank, "percentile": percentile})
        )
    return pd.concat(parts, ignore_index=True)


def agreements(models: int) -> pd.DataFrame:
    """One measure for every two models."""
    found = [(a, b, (i + 1) / 100) for i, (a, b) in enumerate(combinations(labels(models), 2))]
    return pd.DataFrame(found, columns=["a", "b", "value"])


@pytest.fixture(params=[1, 2, 3, 8], ids=lambda models: f"{models} models")
def models(request: pytest.FixtureRequest) -> int:
    """How many models are compared."""
    return int(request.param)
