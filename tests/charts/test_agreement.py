"""How far models agree, drawn."""

import numpy as np
import plotly.graph_objects as go
import pytest

from core.charts import agreement_matrix, overlap_histogram
from tests.charts.conftest import HOSTILE, agreements, annotations, harmless, labels


def test_the_matrix_is_symmetric_with_nothing_on_the_diagonal(models: int) -> None:
    figure = agreement_matrix(agreements(models), labels(models), title="CKA", low=0.0)
    assert isinstance(figure, go.Figure)
    z = figure.data[0].z
    assert (z.dtype, z.shape) == (np.float32, (models, models))
    assert np.isnan(np.diag(z)).all()
    np.testing.assert_array_equal(z, z.T)
    assert np.isnan(z).sum() == models
    assert len(annotations(figure)) == models * (models - 1)
    assert figure.layout.title.text == "CKA"


def test_every_value_stands_at_its_two_models() -> None:
    figure = agreement_matrix(agreements(3).iloc[::-1], labels(3), title="", low=0.0)
    at = {(annotation.y, annotation.x): annotation.text for annotation in figure.layout.annotations}
    assert at["Model 0", "Model 1"] == at["Model 1", "Model 0"] == "0.01"
    assert at["Model 0", "Model 2"] == at["Model 2", "Model 0"] == "0.02"
    assert at["Model 1", "Model 2"] == at["Model 2", "Model 1"] == "0.03"


@pytest.mark.parametrize(("low", "zmin"), [(0.0, 0.0), (-1.0, -1.0), (0.5, 0.0)])
def test_the_scale_begins_at_the_measures_bound_but_never_above_zero(low: float, zmin: float) -> None:
    heatmap = agreement_matrix(agreements(2), labels(2), title="", low=low).data[0]
    assert (heatmap.zmin, heatmap.zmax) == (zmin, 1.0)


def test_a_value_that_is_not_known_leaves_a_gap() -> None:
    table = agreements(3)
    table.loc[0, "value"] = np.nan
    figure = agreement_matrix(table, labels(3), title="", low=0.0)
    assert len(annotations(figure)) == 4
    assert "nan" not in annotations(figure)


def test_names_are_escaped_and_cut() -> None:
    figure = agreement_matrix(agreements(2), {"m0": HOSTILE, "m1": "x" * 500}, title="", low=0.0)
    harmless(figure)
    assert len(figure.data[0].x[1]) == 24


def test_models_whose_names_are_cut_alike_have_rows_of_their_own() -> None:
    family = "sentence-transformers/all-MiniLM-{}-v2"
    figure = agreement_matrix(agreements(2), {"m0": family.format("L6"), "m1": family.format("L12")}, title="", low=0.0)
    assert len(set(figure.data[0].x)) == 2


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
