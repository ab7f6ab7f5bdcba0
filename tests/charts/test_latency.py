"""Latency figures: every model in its row or line, percentiles where they belong, spread drawn, names harmless."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts import by_class, call_times, swept
from core.charts.latency import DASHES, Line
from tests.charts.conftest import HOSTILE, harmless

COLOURS = ("#2F81C7", "#E08A00", "#0E9F74", "#CC6FA0", "#D55E00", "#56B4E9", "#8A6FC9", "#8C8C8C")


def some_lines(models: int, runs: int = 1) -> dict[str, Line]:
    return {f"r{r} m{m}": Line(f"Model {m} run {r}", COLOURS[m], r) for r in range(runs) for m in range(models)}


def calls(lines: dict[str, Line]) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(0)
    times = pd.concat([pd.DataFrame({"line": key, "ms": rng.lognormal(i, 0.3, 200)}) for i, key in enumerate(lines)])
    marks = [
        (key, at, value, value / 2, np.nan)
        for key in lines
        for at, value in (("p50", 1.0), ("p95", 2.0), ("p99", np.nan))
    ]
    return times.reset_index(drop=True), pd.DataFrame(marks, columns=["line", "at", "value", "low", "high"])


def points(lines: dict[str, Line], x: list[int] | list[str]) -> pd.DataFrame:
    rows = [(key, place, at, 10.0 * (place + 1), 8.0, 40.0, 3) for key in lines for place, at in enumerate(x)]
    return pd.DataFrame(rows, columns=["line", "place", "x", "value", "low", "high", "n"])


def named(figure: go.Figure, name: str) -> go.Scatter:
    return next(trace for trace in figure.data if trace.name == name)


def test_every_model_has_its_row_and_its_percentiles(models: int) -> None:
    lines = some_lines(models)
    figure = call_times(*calls(lines), lines)
    assert len(figure.data) == models + 3
    assert figure.layout.xaxis.type == "log"
    assert list(figure.layout.yaxis.ticktext) == [line.name for line in lines.values()]
    assert list(named(figure, "p50").x) == [1.0] * models
    assert list(named(figure, "p95").x) == [2.0] * models
    assert len(named(figure, "p99").x) == 0  # not known of so few calls: not drawn
    assert list(named(figure, "p50").y) == list(figure.layout.yaxis.tickvals)
    assert "0.5 to ? ms" in named(figure, "p50").customdata[0]


def test_a_hill_is_the_histogram_of_its_calls() -> None:
    lines = some_lines(1)
    times = pd.DataFrame({"line": "r0 m0", "ms": [1.0] * 30 + [100.0] * 10})
    figure = call_times(times, calls(lines)[1], lines)
    hill = figure.data[0]
    x, y = np.array(hill.x), np.array(hill.y)
    assert y[(x > 0.5) & (x < 2)].max() == 3 * y[(x > 50) & (x < 200)].max() > 0
    assert (y[(x > 3) & (x < 50)] == 0).all()


def test_a_sweep_has_a_line_and_a_band_per_model(models: int) -> None:
    lines = some_lines(models)
    figure = swept(points(lines, [1, 2, 4, 256]), lines, x="batch", y="texts/s")
    assert len(figure.data) == 2 * models
    band, line = figure.data[0], figure.data[1]
    assert list(line.y) == [10, 20, 30, 40]
    assert set(band.y) == {8.0, 40.0}
    assert (figure.layout.xaxis.type, figure.layout.yaxis.type) == ("log", "log")
    assert list(figure.layout.xaxis.ticktext) == ["1", "2", "4", "256"]
    assert "repeats 8 to 40" in line.customdata[0]
    assert "n = 3" in line.customdata[0]


def test_runs_are_told_apart_by_dashes_and_models_by_colour() -> None:
    lines = some_lines(2, runs=4)
    figure = swept(points(lines, [1, 2]), lines, x="batch", y="texts/s")
    drawn = [(trace.line.color, trace.line.dash) for trace in figure.data if trace.showlegend is not False]
    assert drawn == [(COLOURS[m], DASHES[r]) for r in range(4) for m in range(2)]


def test_without_a_spread_there_is_no_band() -> None:
    lines = some_lines(2)
    bare = points(lines, [1, 2]).assign(low=np.nan, high=np.nan)
    figure = swept(bare, lines, x="callers", y="ms")
    assert len(figure.data) == 2
    assert "repeats" not in figure.data[0].customdata[0]


def test_a_model_without_a_point_and_no_points_at_all() -> None:
    lines = some_lines(2)
    table = points(lines, [1, 2])
    for part in (table[table["line"] == "r0 m0"], table.head(0)):
        swept(part, lines, x="batch", y="texts/s")
        by_class(part, lines, x="length", y="texts/s")


def test_classes_are_apart_with_bars_from_lowest_to_highest(models: int) -> None:
    lines = some_lines(models)
    figure = by_class(points(lines, ["short", "long", "own mix"]), lines, x="length", y="texts/s")
    assert len(figure.data) == models
    trace = figure.data[0]
    assert trace.mode == "markers"
    assert list(np.array(trace.y) + np.array(trace.error_y.array)) == [40.0] * 3
    assert list(np.array(trace.y) - np.array(trace.error_y.arrayminus)) == [8.0] * 3
    assert list(figure.layout.xaxis.ticktext) == ["short", "long", "own mix"]
    assert len({tuple(trace.x) for trace in figure.data}) == models


def test_names_of_models_are_no_markup() -> None:
    lines = {"a": Line(HOSTILE, COLOURS[0]), "b": Line(HOSTILE, COLOURS[1])}
    harmless(call_times(*calls(lines), lines))
    harmless(swept(points(lines, [1, 2]), lines, x="batch", y="texts/s"))
    harmless(by_class(points(lines, ["short"]), lines, x="length", y="texts/s"))
