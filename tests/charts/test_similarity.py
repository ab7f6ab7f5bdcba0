"""Similarity within and between labels, drawn."""

from typing import Any

import plotly.graph_objects as go

from core.charts import colours, label_gap
from tests.charts.conftest import HOSTILE, harmless, labels


def _rows(models: int, **values: Any) -> list[dict[str, Any]]:
    return [
        {"model": key, "label": label, "within": 0.5, "between": 0.2 + place / 100, "overall": 0.3, **values}
        for place, (key, label) in enumerate(labels(models).items())
    ]


def _draw(rows: list[dict[str, Any]]) -> go.Figure:
    return label_gap(rows, colours([row["model"] for row in rows]))


def test_with_labels_a_line_runs_from_between_to_within(models: int) -> None:
    figure = _draw(_rows(models))
    assert isinstance(figure, go.Figure)
    # Plotly draws the first row lowest: the first model comes last.
    assert [line.y[0] for line in figure.data] == list(labels(models).values())[::-1]
    for place, line in enumerate(reversed(figure.data)):
        assert list(line.x) == [0.2 + place / 100, 0.5]
        assert list(line.text) == [f"{0.2 + place / 100:.2f}", "0.50"]
        assert list(line.customdata) == ["between labels", "within labels"]
        assert line.line.color == colours(list(labels(models)))[f"m{place}"]
    assert "between labels" in figure.layout.title.text


def test_without_labels_there_is_one_point_per_model(models: int) -> None:
    figure = _draw(_rows(models, within=None, between=None))
    assert len(figure.data) == models
    for line in figure.data:
        assert list(line.x) == [0.3]
        assert list(line.customdata) == ["any two texts"]
        assert list(line.marker.symbol) == ["circle"]
    assert figure.layout.title.text == "Mean cosine of two texts"


def test_labels_that_are_all_alike_or_all_different_fall_back_to_all_pairs() -> None:
    for missing in ("within", "between"):
        figure = _draw(_rows(2, **{missing: None}))
        assert [list(line.x) for line in figure.data] == [[0.3], [0.3]]


def test_a_model_without_any_figure_is_left_out() -> None:
    assert len(_draw(_rows(2, within=None, between=None, overall=None)).data) == 0
    rows = [*_rows(1, within=None, between=None, overall=None), *_rows(2)[1:]]
    assert [line.y[0] for line in _draw(rows).data] == ["Model 1"]


def test_all_points_are_in_range_negative_ones_too() -> None:
    low, high = _draw(_rows(2, between=-0.4, within=0.9)).layout.xaxis.range
    assert low < -0.4
    assert high > 0.9
    low, high = _draw(_rows(1, between=0.0, within=0.0, overall=0.0)).layout.xaxis.range
    assert low < 0 < high


def test_names_are_escaped_cut_and_kept_apart() -> None:
    family = "sentence-transformers/all-MiniLM-{}-v2-long"
    rows = [
        {**row, "label": label}
        for row, label in zip(_rows(3), [HOSTILE, family.format("L6"), family.format("L12")], strict=True)
    ]
    figure = _draw(rows)
    harmless(figure)
    assert len({line.y[0] for line in figure.data}) == 3
