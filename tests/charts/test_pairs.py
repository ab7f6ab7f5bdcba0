"""A few sentences under several models, drawn."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from core.charts import rank_lines, sentence_matrices
from tests.charts.conftest import HOSTILE, annotations, harmless, labels, pairs, texts


def _sentences(n: int) -> list[str]:
    return [f"Sentence {i}." for i in range(n)]


# Matrices


@pytest.mark.parametrize("n", [2, 12, 50])
@pytest.mark.parametrize("value", ["cosine", "percentile"])
def test_every_model_has_a_matrix_of_all_pairs(models: int, n: int, value: str) -> None:
    figure = sentence_matrices(pairs(n, models), _sentences(n), labels(models), value)
    assert isinstance(figure, go.Figure)
    assert len(figure.data) == models
    for heatmap in figure.data:
        assert (heatmap.z.dtype, heatmap.z.shape) == (np.float32, (n, n))
        np.testing.assert_array_equal(heatmap.z, heatmap.z.T)
        assert np.isnan(np.diag(heatmap.z)).all()
        assert np.isnan(heatmap.z).sum() == n
        assert heatmap.zmin <= np.nanmin(heatmap.z) + 1e-6
        assert np.nanmax(heatmap.z) <= heatmap.zmax + 1e-6
    assert annotations(figure) == list(labels(models).values())


def test_numbers_are_written_only_where_they_fit() -> None:
    assert sentence_matrices(pairs(12, 1), _sentences(12), labels(1)).data[0].texttemplate == "%{z:.2f}"
    assert sentence_matrices(pairs(13, 1), _sentences(13), labels(1)).data[0].texttemplate is None


def test_a_matrix_by_hand() -> None:
    table = pd.DataFrame({"a": [0, 0, 1], "b": [1, 2, 2], "model": "m0", "cosine": [0.2, 0.6, 1.0]})
    heatmap = sentence_matrices(table, ["one", "two", "three"], labels(1)).data[0]
    gap = np.nan
    np.testing.assert_allclose(heatmap.z, [[gap, 0.2, 0.6], [0.2, gap, 1], [0.6, 1, gap]], rtol=1e-6)
    assert (heatmap.zmin, heatmap.zmax) == (0.2, 1.0)
    assert heatmap.customdata[0][2] == "0.600<br>1. one<br>3. three"


def test_each_model_has_a_scale_of_its_own_for_cosines_and_all_share_one_for_percentiles() -> None:
    table = pairs(4, 2)
    table.loc[table["model"] == "m1", "cosine"] = 0.9 + table["cosine"] / 100
    for heatmap in sentence_matrices(table, _sentences(4), labels(2)).data:
        np.testing.assert_allclose(
            [heatmap.zmin, heatmap.zmax], [np.nanmin(heatmap.z), np.nanmax(heatmap.z)], rtol=1e-6
        )
    for heatmap in sentence_matrices(table, _sentences(4), labels(2), "percentile").data:
        assert (heatmap.zmin, heatmap.zmax) == (0.0, 1.0)


def test_cosines_that_are_all_alike_still_have_a_scale() -> None:
    heatmap = sentence_matrices(pairs(3, 1).assign(cosine=0.5), _sentences(3), labels(1)).data[0]
    assert heatmap.zmin == 0.5
    assert heatmap.zmax > 0.5


def test_sentences_and_names_are_escaped_and_cut() -> None:
    figure = sentence_matrices(pairs(3, 2), [HOSTILE, "x" * 10_000, "$x$"], {"m0": HOSTILE, "m1": "y" * 500})
    harmless(figure)
    assert "&lt;script&gt;" in figure.data[0].customdata[0][1]
    assert max(map(len, texts(figure))) < 500


# Ranks


def _ranks(table: pd.DataFrame, models: int, chosen: int = 5) -> go.Figure:
    top = table[table["model"] == "m0"].head(chosen)
    return rank_lines(table, top, labels(models), [f"pair {i}" for i in range(len(top))])


def test_every_chosen_pair_has_a_line_through_all_models(models: int) -> None:
    table = pairs(6, models)
    figure = _ranks(table, models)
    assert isinstance(figure, go.Figure)
    assert len(figure.data) == 5
    for line, (a, b) in zip(figure.data, table[["a", "b"]].head(5).itertuples(index=False), strict=True):
        assert list(line.x) == list(labels(models).values())
        found = table[(table["a"] == a) & (table["b"] == b)].set_index("model")["rank"]
        assert list(line.y) == [found[key] for key in labels(models)]


def test_pairs_that_tie_share_a_rank_and_both_are_drawn() -> None:
    table = pairs(3, 2)
    table["rank"] = [1, 1, 3, 2, 1, 2]
    figure = _ranks(table, 2)
    assert [list(line.y) for line in figure.data] == [[1, 2], [1, 1], [3, 2]]
    assert [line.customdata[0] for line in figure.data] == ["pair 0", "pair 1", "pair 2"]


def test_the_wider_the_disagreement_the_wider_the_line() -> None:
    table = pairs(3, 2)
    table["rank"] = [1, 2, 3, 3, 2, 1]
    apart, alike, _ = _ranks(table, 2).data
    assert apart.line.width > alike.line.width
    assert apart.opacity > alike.opacity
    assert (alike.opacity, apart.opacity) == (0.4, 1.0)


def test_one_pair_of_two_sentences_is_drawn() -> None:
    assert [list(line.y) for line in _ranks(pairs(2, 3), 3).data] == [[1, 1, 1]]


def test_words_and_names_are_escaped_and_cut() -> None:
    table = pairs(2, 2)
    figure = rank_lines(table, table.head(1), {"m0": HOSTILE, "m1": "y" * 500}, [HOSTILE + "x" * 10_000])
    harmless(figure)
    assert max(map(len, texts(figure))) < 500


def test_models_whose_names_are_cut_alike_have_places_of_their_own() -> None:
    family = "sentence-transformers/all-MiniLM-{}-v2"
    table = pairs(2, 2)
    figure = rank_lines(table, table.head(1), {"m0": family.format("L6"), "m1": family.format("L12")}, ["pair"])
    assert len(set(figure.data[0].x)) == 2
