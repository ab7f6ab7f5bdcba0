"""Distributions of similarity and what thresholds keep, drawn from made answers."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from core.charts import colours, distributions, threshold_curves
from core.charts.distribution import MOST_BINS, coarse
from tests.charts.conftest import HOSTILE, harmless, labels

EDGES = np.linspace(-1, 1, 401)


def _answer(labelled: bool = True, shift: float = 0.0) -> dict[str, Any]:
    """Pairs of one label around 0.6 + shift, pairs of two around 0.1 + shift."""
    rng = np.random.default_rng(0)
    within, _ = np.histogram(np.clip(rng.normal(0.6 + shift, 0.1, 1_000), -1, 1), EDGES)
    between, _ = np.histogram(np.clip(rng.normal(0.1 + shift, 0.1, 9_000), -1, 1), EDGES)
    right, wrong = (np.append(counts[::-1].cumsum()[::-1], 0) for counts in (within, between))
    with np.errstate(invalid="ignore"):
        precision = right / (right + wrong)
    table = pd.DataFrame(
        {"threshold": EDGES, "precision": precision, "recall": right / 1_000, "share": (right + wrong) / 10_000}
    )
    parts = {"within": within, "between": between} if labelled else {"within": None, "between": None}
    return {
        "edges": EDGES,
        **parts,
        **({} if labelled else {"all": within + between}),
        "auc": 0.987 if labelled else None,
        "thresholds": table,
        "pairs": 10_000,
        "labelled": labelled,
        "positives": 1_000 if labelled else 0,
        "low": -0.3,
        "high": 0.95,
        "note": "",
    }


def _found(models: int, labelled: bool = True) -> dict[str, Any]:
    return {key: _answer(labelled, place / 20) for place, key in enumerate(labels(models))}


def _draw(found: dict[str, Any], score: str = "cosine") -> go.Figure:
    keys = list(found)
    return distributions(found, labels(len(keys)), colours(keys), threshold=0.7, score=score)


def test_each_model_has_a_strip_with_both_parts_and_its_auc(models: int) -> None:
    figure = _draw(_found(models))
    assert len(figure.data) == 2 * models
    for place, key in enumerate(labels(models)):
        within, between = figure.data[2 * place : 2 * place + 2]
        assert within.line.color == between.line.color == colours(list(labels(models)))[key]
        assert (within.fill, between.fill) == ("tozeroy", "none")
        assert figure.layout.annotations[place].text == f"Model {place} · AUC 0.987"
    # The strips do not share a legend's room, and each has its own place.
    assert len({trace.yaxis for trace in figure.data}) == models


def test_a_strip_shows_shares_that_add_up_to_all_pairs_of_its_part() -> None:
    within, between = _draw(_found(1)).data
    assert between.y.sum() == pytest.approx(1.0, abs=1e-6)
    assert within.y.sum() == pytest.approx(1.0, abs=1e-6)
    # Around 0.6 and 0.1: the means survive the drawing.
    assert float((within.x * within.y).sum()) == pytest.approx(0.6, abs=0.02)
    assert float((between.x * between.y).sum()) == pytest.approx(0.1, abs=0.02)


def test_the_threshold_crosses_every_strip(models: int) -> None:
    lines = [shape for shape in _draw(_found(models)).layout.shapes if shape.type == "line"]
    assert len(lines) == models
    assert {(line.x0, line.x1) for line in lines} == {(0.7, 0.7)}


def test_cosines_share_one_axis_and_dot_products_do_not() -> None:
    figure = _draw(_found(3))
    assert {axis.matches for axis in (figure.layout.xaxis, figure.layout.xaxis2)} == {"x3"}
    figure = _draw(_found(3), "dot")
    assert figure.layout.xaxis.matches is None
    assert figure.layout.xaxis3.title.text == "dot"


def test_without_labels_one_curve_holds_all_pairs() -> None:
    found = _found(2, labelled=False)
    assert [trace.name for trace in _draw(found).data] == ["Model 0, all pairs", "Model 1, all pairs"]
    figure = threshold_curves(found, labels(2), colours(list(found)), threshold=0.7, score="cosine")
    assert [trace.name for trace in figure.data] == ["Model 0, share", "Model 1, share"]
    assert figure.layout.yaxis.type == "log"


def test_precision_and_recall_are_the_tables_own_figures() -> None:
    found = _found(2)
    figure = threshold_curves(found, labels(2), colours(list(found)), threshold=0.2, score="cosine")
    assert len(figure.data) == 4
    for key, (precision, recall) in zip(found, (figure.data[:2], figure.data[2:]), strict=True):
        table = found[key]["thresholds"].set_index("threshold")
        at = float(precision.x[100])
        nearest = table.index[int(np.argmin(np.abs(table.index - at)))]
        assert precision.y[100] == pytest.approx(table.loc[nearest, "precision"], abs=1e-6)
        assert recall.y[100] == pytest.approx(table.loc[nearest, "recall"], abs=1e-6)
        assert precision.line.dash == "solid"
        assert recall.line.dash == "dot"
        # Only where there are values: outside low and high every threshold says the same.
        assert precision.x.min() >= -0.3 - 1e-6
        assert precision.x.max() <= 0.95 + 1e-6


@pytest.mark.parametrize("bins", [1, 7, 99, 100, 101, 400, 1_003])
def test_fewer_bins_lose_no_pair(bins: int) -> None:
    counts = np.random.default_rng(bins).integers(0, 9, bins)
    edges, summed = coarse(np.linspace(0, 1, bins + 1), counts)
    assert len(summed) <= MOST_BINS
    assert len(edges) == len(summed) + 1
    assert summed.sum() == counts.sum()
    assert (edges[0], edges[-1]) == (0, 1)
    assert (np.diff(edges) > 0).all()


def test_a_model_whose_pairs_are_all_alike_is_still_drawn() -> None:
    answer = {**_answer(), "within": np.eye(1, 400, 399, dtype=int)[0], "between": np.zeros(400, int)}
    within, between = _draw({"m0": {**answer, "low": 1.0, "high": 1.0}}).data
    assert len(between.x) == 0
    assert within.y.max() == 1.0


def test_names_are_escaped() -> None:
    found = {"m0": _answer()}
    for figure in (
        distributions(found, {"m0": HOSTILE}, colours(["m0"]), threshold=0.5, score="cosine"),
        threshold_curves(found, {"m0": HOSTILE}, colours(["m0"]), threshold=0.5, score="cosine"),
    ):
        harmless(figure)
