"""How far models agree, drawn."""

import numpy as np
import plotly.graph_objects as go
import pytest

from core.charts import agreement_matrix, overlap_histogram
from core.charts.agreement import NAME_WIDTH
from tests.charts.conftest import HOSTILE, agreements, harmless, labels


def test_the_matrix_is_symmetric_with_nothing_on_the_diagonal(models: int) -> None:
    figure = agreement_matrix(agreements(models), labels(models), title="CKA")
    assert isinstance(figure, go.Figure)
    z = figure.data[0].z
    assert (z.dtype, z.shape) == (np.float32, (models, models))
    assert np.isnan(np.diag(z)).all()
    np.testing.assert_array_equal(z, z.T)
    assert np.isnan(z).sum() == models
    assert list(figure.data[0].x) == list(figure.data[0].y) == list(range(1, models + 1))
    assert list(figure.layout.yaxis.ticktext) == [
        f"{label}  {number}" for number, label in enumerate(labels(models).values(), start=1)
    ]
    assert figure.layout.title.text == "CKA"


def test_every_value_stands_at_its_two_models() -> None:
    # 0 and 1 agree by 0.01, 0 and 2 by 0.02, 1 and 2 by 0.03; the table need not be in order.
    heatmap = agreement_matrix(agreements(3).iloc[::-1], labels(3), title="").data[0]
    gap = np.nan
    np.testing.assert_allclose(heatmap.z, [[gap, 0.01, 0.02], [0.01, gap, 0.03], [0.02, 0.03, gap]], rtol=1e-6)
    assert heatmap.texttemplate == "%{z:.2f}"


@pytest.mark.parametrize(("value", "zmin"), [(0.5, 0.0), (-0.25, -0.25), (np.nan, 0.0)])
def test_the_scale_reaches_from_zero_or_the_lowest_value_to_one(value: float, zmin: float) -> None:
    heatmap = agreement_matrix(agreements(2).assign(value=value), labels(2), title="").data[0]
    assert (heatmap.zmin, heatmap.zmax) == (zmin, 1.0)


def test_a_value_that_is_not_known_leaves_a_gap() -> None:
    table = agreements(3)
    table.loc[0, "value"] = np.nan
    heatmap = agreement_matrix(table, labels(3), title="").data[0]
    assert np.isnan(heatmap.z[0, 1])
    assert np.isfinite(heatmap.z[0, 2])
    assert heatmap.hoverongaps is False


def test_names_are_escaped_and_cut() -> None:
    figure = agreement_matrix(agreements(2), {"m0": HOSTILE, "m1": "x" * 500}, title="")
    harmless(figure)
    assert len(figure.layout.yaxis.ticktext[1]) == NAME_WIDTH + 3


def test_models_whose_names_are_cut_alike_have_rows_of_their_own() -> None:
    family = "sentence-transformers/all-MiniLM-{}-v2"
    figure = agreement_matrix(agreements(2), {"m0": family.format("L6"), "m1": family.format("L12")}, title="")
    assert len(set(figure.layout.yaxis.ticktext)) == 2
    assert "L6" in figure.layout.yaxis.ticktext[0]


@pytest.mark.parametrize("k", [1, 3, 10, 50])
def test_texts_are_counted_by_neighbours_shared(k: int) -> None:
    shared = np.array([0, 0, 1, k, k, k])
    bar = overlap_histogram((shared / k).astype(np.float32), k=k, colour="#123456").data[0]
    np.testing.assert_array_equal(bar.x, np.arange(k + 1))
    np.testing.assert_array_equal(bar.y, np.bincount(shared, minlength=k + 1))
    assert bar.marker.color == "#123456"


def test_every_share_of_k_falls_on_its_own_bar() -> None:
    # 7 / 49 and the like are not exact in float32: rounding must put them back.
    for k in range(1, 51):
        per_text = (np.arange(k + 1) / k).astype(np.float32)
        np.testing.assert_array_equal(overlap_histogram(per_text, k=k, colour="red").data[0].y, np.ones(k + 1))


def test_a_corpus_of_one_text_has_a_histogram() -> None:
    bar = overlap_histogram(np.ones(1, np.float32), k=0, colour="red").data[0]
    np.testing.assert_array_equal(bar.y, [1])
