"""Groups of texts, drawn."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from core.charts import colours, crossing, explained, silhouettes, stability, suggested
from core.charts.clusters import MOST_ROWS
from tests.charts.conftest import HOSTILE, harmless, labels, texts


def _crossed(rows: list[tuple[object, object, int]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["row", "column", "count"])


# Two groupings against each other


def test_counts_and_shares_by_hand() -> None:
    table = _crossed([("a", 0, 3), ("a", 1, 1), ("b", 1, 4)])
    figure = crossing(table, {"a": "label a", "b": "label b"}, {0: "0 · x", 1: "1 · y"}, title="T")
    heatmap = figure.data[0]
    columns, rows = list(figure.layout.xaxis.ticktext), list(figure.layout.yaxis.ticktext)
    drawn = np.nan_to_num(heatmap.z, nan=-1)  # nothing is drawn where there is no text
    cells = {(r, c): drawn[i][j] for i, r in enumerate(rows) for j, c in enumerate(columns)}
    assert cells == {
        ("label a", "0 · x"): 0.75,
        ("label a", "1 · y"): 0.25,
        ("label b", "0 · x"): -1,
        ("label b", "1 · y"): 1.0,
    }
    assert {text for line in heatmap.text for text in line} == {"3", "1", "4", ""}
    assert (heatmap.zmin, heatmap.zmax) == (0.0, 1.0)


def test_what_belongs_together_lies_on_the_diagonal() -> None:
    rng = np.random.default_rng(0)
    home = rng.permutation(8)
    table = _crossed([(row, int(home[row]), 20) for row in range(8)] + [(row, 0, 1) for row in range(8) if home[row]])
    figure = crossing(table, {i: f"r{i}" for i in range(8)}, {i: f"c{i}" for i in range(8)}, title="T")
    np.testing.assert_array_equal(np.nanargmax(figure.data[0].z, axis=1), np.arange(8))


def test_a_pair_named_twice_is_added_up() -> None:
    figure = crossing(_crossed([("a", 0, 3), ("a", 0, 2)]), {"a": "a"}, {0: "0"}, title="T")
    assert figure.data[0].text[0][0] == "5"


def test_no_groups_at_all_still_make_a_figure() -> None:
    assert not crossing(_crossed([]), {}, {}, title="T").data


def test_many_rows_are_cut_to_the_largest_and_the_title_says_so() -> None:
    table = _crossed([(row, row % 3, row + 1) for row in range(MOST_ROWS + 50)])
    figure = crossing(
        table, {row: f"row {row}" for row in range(MOST_ROWS + 50)}, dict.fromkeys(range(3), "c"), title="T"
    )
    assert len(figure.data[0].z) == MOST_ROWS
    assert "row 149" in figure.layout.yaxis.ticktext
    assert "row 0" not in figure.layout.yaxis.ticktext
    assert f"{MOST_ROWS} largest of {MOST_ROWS + 50}" in figure.layout.title.text


def test_names_that_are_cut_alike_keep_rows_of_their_own_and_hostile_ones_are_harmless() -> None:
    long = "begins alike " * 10
    rows = {"a": long + "1" + long, "b": long + "2" + long, "c": HOSTILE}
    figure = crossing(_crossed([("a", 0, 1), ("b", 0, 1), ("c", 0, 1)]), rows, {0: HOSTILE}, title=HOSTILE)
    assert len(set(figure.layout.yaxis.ticktext)) == 3
    harmless(figure)
    assert max(map(len, texts(figure))) < 500


# How clear groups are


def _table(n: int) -> pd.DataFrame:
    return pd.DataFrame({"cluster": range(n), "size": range(1, n + 1), "silhouette": np.linspace(-0.2, 0.6, n)})


def test_clear_groups_come_first_and_undefined_ones_are_left_out() -> None:
    table = _table(4)
    table.loc[1, "silhouette"] = np.nan
    figure = silhouettes(table, ["a", "b", "c", "d"], colour="#2F81C7", mean=0.2)
    assert list(figure.data[0].y) == [0, 1, 2]
    assert list(figure.layout.yaxis.ticktext) == ["d", "c", "a"]
    assert list(figure.data[0].customdata) == [4, 3, 1]
    assert figure.layout.shapes[0].x0 == 0.2


def test_no_group_and_no_mean_still_make_a_figure() -> None:
    figure = silhouettes(_table(0), [], colour="#2F81C7", mean=None)
    assert isinstance(figure, go.Figure)
    assert not figure.layout.shapes


def test_the_chosen_number_is_marked_and_gaps_are_left_out() -> None:
    names, tables = labels(2), {"m0": pd.DataFrame({"k": [8, 2, 4], "silhouette": [0.1, np.nan, 0.3]})}
    tables["m1"] = pd.DataFrame({"k": [2], "silhouette": [np.nan]})
    (line,) = suggested(tables, {"m0": 4, "m1": 1}, names, colours(list(names))).data
    assert list(line.x) == [4, 8]
    assert line.marker.size[0] > line.marker.size[1]


def test_each_axis_has_a_bar_per_model(models: int) -> None:
    names = labels(models)
    figure = explained({key: [0.3, 0.1] for key in names}, names, colours(list(names)))
    assert len(figure.data) == models
    assert list(figure.data[0].y) == [0.3, 0.1]
    assert figure.layout.yaxis.range[1] == pytest.approx(0.345)


# What seeds change


def test_the_noise_floor_stands_beside_the_difference_of_models() -> None:
    floor = pd.DataFrame({"model": ["m0", "m1"], "mean": [0.7, 0.6], "low": [0.6, 0.5], "high": [0.75, 0.7]})
    pairs = pd.DataFrame({"a": ["m0"], "b": ["m1"], "overlap": [0.3], "beyond": [True]})
    figure = stability(floor, pairs, labels(2), colours(["m0", "m1"]), k=10)
    assert [trace.x[0] for trace in figure.data] == [0.7, 0.6, 0.3]
    np.testing.assert_allclose(figure.data[0].error_x.array, [0.05])
    np.testing.assert_allclose(figure.data[0].error_x.arrayminus, [0.1])
    assert figure.data[2].marker.symbol == "diamond"
    within = stability(floor, pairs.assign(beyond=False), labels(2), colours(["m0", "m1"]), k=10)
    assert within.data[2].marker.symbol == "diamond-open"
    assert list(figure.layout.yaxis.ticktext) == ["Model 0, other seeds", "Model 1, other seeds", "Model 0 and Model 1"]


def test_one_model_has_a_floor_and_nothing_to_hold_against_it() -> None:
    floor = pd.DataFrame({"model": ["m0"], "mean": [1.0], "low": [1.0], "high": [1.0]})
    pairs = pd.DataFrame({"a": [], "b": [], "overlap": [], "beyond": []})
    assert len(stability(floor, pairs, labels(1), colours(["m0"]), k=3).data) == 1
