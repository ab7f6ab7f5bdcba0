"""Retrieval figures: every candidate in its place, intervals drawn where they are known, names harmless."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from core.charts import (
    by_cut,
    by_depth,
    by_size,
    cutoff_curves,
    first_ranks,
    kinds,
    precision_recall,
    score_histograms,
    whiskers,
)
from core.charts.curves import BANDS, MOST_DOTS, NOT_FOUND
from core.charts.palette import OTHER, muted
from core.charts.retrieval import Look
from tests import fake_retrieval
from tests.charts.conftest import HOSTILE, harmless

COLOURS = ("#2F81C7", "#E08A00", "#0E9F74", "#CC6FA0", "#D55E00", "#56B4E9", "#8A6FC9", "#8C8C8C")


def looks(models: int) -> dict[str, Look]:
    found = {f"m{i}": Look(f"Model {i}", COLOURS[i]) for i in range(models)}
    return {**found, "bm25": Look("BM25", OTHER, "square", "dot")}


def means(keys: list[str]) -> pd.DataFrame:
    middle = np.linspace(0.8, 0.4, len(keys))
    return pd.DataFrame({"candidate": keys, "mean": middle, "low": middle - 0.05, "high": middle + 0.1})


def trace(figure: go.Figure, name: str) -> go.Scatter:
    return next(each for each in figure.data if each.name == name)


def test_whiskers_stand_in_order_with_their_intervals(models: int) -> None:
    shown = looks(models)
    table = means(list(shown))
    figure = whiskers(table, shown, measure="nDCG@10", group=["m0"], reference="bm25")
    assert len(figure.data) == models + 1
    tops = [each.y[0] for each in figure.data]
    assert tops == sorted(tops, reverse=True)
    first = trace(figure, "Model 0")
    assert first.x[0] == pytest.approx(0.8)
    assert first.error_x.array[0] == pytest.approx(0.1)
    assert first.error_x.arrayminus[0] == pytest.approx(0.05)
    assert "95 % 0.750 to 0.900" in first.customdata[0]
    bands = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    lines = [shape for shape in figure.layout.shapes if shape.type == "line"]
    assert [(band.y0, band.y1) for band in bands] == [(models - 0.5, models + 0.5)]
    assert lines[0].x0 == pytest.approx(0.4)
    ticks = dict(zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True))
    assert ticks[models] == "<b>Model 0</b>"
    assert ticks[0] == "BM25"


def test_one_query_has_no_interval_and_that_is_said() -> None:
    table = pd.DataFrame({"candidate": ["bm25"], "mean": [0.5], "low": [np.nan], "high": [np.nan]})
    figure = whiskers(table, looks(0), measure="AP")
    assert figure.data[0].error_x.array[0] == 0
    assert "no interval" in figure.data[0].customdata[0]
    low, high = figure.layout.xaxis.range
    assert low < 0.5 < high


def test_cuts_stand_side_by_side_and_ap_has_one_place(models: int) -> None:
    shown = looks(models)
    parts = [fake_retrieval.quality(skill=0.5)["figures"].assign(candidate=key) for key in shown]
    table = pd.concat(parts)
    figure = by_cut(table[table["family"] == "R"], shown, family="R")
    assert list(figure.layout.xaxis.ticktext) == ["k = 1", "k = 3", "k = 5", "k = 10", "k = 20", "k = 100"]
    first, last = np.array(figure.data[0].x), np.array(figure.data[-1].x)
    assert (first < last).all()
    assert (np.abs(last - np.arange(6)) < 0.5).all()
    assert len(by_cut(table[table["family"] == "AP"], shown, family="AP").data[0].x) == 1


def test_many_names_stand_beside_the_figure_and_not_above_it() -> None:
    shown = looks(7)
    curves = dict.fromkeys(shown, fake_retrieval.quality()["pr"])
    assert precision_recall(curves, shown).layout.legend.orientation == "v"
    assert precision_recall({"m0": curves["m0"]}, shown).layout.legend.orientation == "h"


def test_bands_are_drawn_while_there_are_few_lines() -> None:
    for count in (1, BANDS, BANDS + 1):
        shown = dict(list(looks(7).items())[:count])
        figure = by_depth({key: fake_retrieval.quality()["curve"] for key in shown}, shown, what="recall")
        assert len(figure.data) == (2 * count if count <= BANDS else count)
    without = fake_retrieval.quality()["curve"].assign(recall_low=np.nan)
    assert len(by_depth({"m0": without}, looks(1), what="recall").data) == 1


def test_precision_recall_has_its_eleven_levels(models: int) -> None:
    shown = looks(models)
    figure = precision_recall({key: fake_retrieval.quality()["pr"] for key in shown}, shown)
    assert [len(line.x) for line in figure.data] == [11] * (models + 1)
    assert [line.line.dash for line in figure.data] == ["solid"] * models + ["dot"]


def test_a_query_that_nobody_finds_stands_beyond_all_ranks() -> None:
    shown = looks(1)
    ranks = pd.DataFrame({"query": [0, 1, 4], "m0": [1, 0, 1000], "bm25": [0, 0, 7]})
    figure = first_ranks(ranks, shown, opened=4)
    assert list(figure.data[0].x) == [1, NOT_FOUND, 1000]
    ring = figure.data[-1]
    assert list(ring.x) == [1000, 7]
    assert list(ring.y) == [1, 0]
    assert len(first_ranks(ranks, shown, opened=2).data) == 2  # not among those evaluated: no ring
    many = pd.DataFrame({"query": range(3 * MOST_DOTS), "m0": 1, "bm25": 2})
    assert len(first_ranks(many, shown).data[0].x) == MOST_DOTS


def test_kinds_are_columns_with_their_n_and_a_missing_cell_is_said() -> None:
    table = pd.DataFrame(
        {
            "candidate": ["m0", "bm25", "m0"],
            "kind": ["typo", "typo", "number"],
            "n": [12, 12, 3],
            "mean": [0.5, 0.25, 0.75],
            "low": [0.4, 0.2, np.nan],
            "high": [0.6, 0.3, np.nan],
        }
    )
    heat = kinds(table, looks(1), measure="nDCG@10").data[0]
    assert list(heat.x) == ["typo<br>n = 12", "number<br>n = 3"]
    assert list(heat.y) == ["Model 0", "BM25"]
    assert list(heat.text[0]) == ["<b>0.50</b><br>0.40 to 0.60", "<b>0.75</b>"]
    assert list(heat.text[1]) == ["<b>0.25</b><br>0.20 to 0.30", "–"]


def test_size_is_on_a_log_axis_with_bm25_as_a_line() -> None:
    table = means(["m0", "m1"]).assign(size=[22_000_000, 1_000_000])
    figure = by_size(table, looks(2), size="parameters", measure="nDCG@10", reference=0.31)
    assert figure.layout.xaxis.type == "log"
    assert [each.x[0] for each in figure.data] == [22_000_000, 1_000_000]
    assert figure.layout.shapes[0].y0 == 0.31
    assert figure.layout.yaxis.range[0] < 0.31
    assert "20 M" in figure.layout.xaxis.ticktext
    assert not by_size(table, looks(2), size="x", measure="AP", reference=float("nan")).layout.shapes


def test_score_strips_have_their_own_axes_and_cut_offs() -> None:
    words = ["m0", "m1", "m2"]
    found = fake_retrieval.cutoffs(words)
    figure = score_histograms(found["histogram"], looks(3), {"m0": 0.9, "m2": 2.7})
    assert len(figure.data) == 9
    assert {each.xaxis for each in figure.data} == {"x", "x2", "x3"}
    assert [shape.x0 for shape in figure.layout.shapes] == [0.9, 2.7]
    filled = [each for each in figure.data if each.fill == "tozeroy"]
    assert {each.name for each in filled} == {"relevant"}
    assert float(np.sum(figure.data[0].y[:-1])) == pytest.approx(1)
    bare = score_histograms(found["histogram"].assign(unjudged=0), looks(3), {})
    assert {each.name for each in bare.data} == {"relevant", "irrelevant"}


def test_cut_off_curves_leave_out_what_keeps_nothing() -> None:
    found = fake_retrieval.cutoffs(["m0", "m1"])
    figure = cutoff_curves(found["curve"], looks(2), wanted=0.8)
    assert len(figure.data) == 2
    assert np.isfinite(np.array(figure.data[0].y, float)).all()
    assert figure.layout.shapes[0].y0 == 0.8


def test_a_muted_colour_is_half_way_to_grey() -> None:
    assert muted("#000000", 0.0) == "#000000"
    assert muted("#123456", 1.0) == OTHER
    assert muted("#2F81C7") not in COLOURS


def test_hostile_names_stay_text() -> None:
    shown = {"m0": Look(HOSTILE, "#2F81C7"), "bm25": Look(HOSTILE, OTHER)}
    table = means(list(shown))
    found = fake_retrieval.cutoffs(list(shown))
    answer = fake_retrieval.quality(kinds=(HOSTILE,))
    kind = pd.concat([answer["kinds"].assign(candidate=key) for key in shown])
    ranks = pd.DataFrame({"query": [0], "m0": [1], "bm25": [2]})
    drawn = [
        whiskers(table, shown, measure="AP"),
        by_cut(answer["figures"].assign(candidate="m0"), shown, family="R"),
        by_size(table.assign(size=10.0), shown, size="x", measure="AP", reference=0.1),
        kinds(kind, shown, measure="AP"),
        by_depth(dict.fromkeys(shown, answer["curve"]), shown, what="recall"),
        precision_recall(dict.fromkeys(shown, answer["pr"]), shown),
        first_ranks(ranks, shown),
        score_histograms(found["histogram"], shown, {}),
        cutoff_curves(found["curve"], shown, wanted=0.9),
    ]
    for figure in drawn:
        harmless(figure)
