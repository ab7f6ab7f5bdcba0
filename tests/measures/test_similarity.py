"""Mean similarity, by hand and against every pair."""

import numpy as np
import pytest

from core.measures import Score
from core.measures.similarity import between, overall, within
from tests.measures.seen import Vectors, random, see


def _pairs(seen: Vectors) -> list[tuple[float, bool]]:
    """Cosine of every two texts, and whether they have one label."""
    n = len(seen.unit)
    unit = seen.unit.astype(float)
    return [(float(unit[i] @ unit[j]), seen.labels[i] == seen.labels[j]) for i in range(n) for j in range(i)]


def test_four_texts_by_hand() -> None:
    # Angles 0 and 60 are labelled a, 90 and 180 b. Within: cos 60 = 1/2, cos 90 = 0: mean 1/4.
    # Between: cos 90, 180, 30, 120 = 0, -1, sqrt 3 / 2, -1/2. Overall: all six.
    rows = [(np.cos(angle), np.sin(angle)) for angle in np.radians([0, 60, 90, 180])]
    seen = see(rows, list("aabb"))
    across = -1.5 + np.sqrt(3) / 2
    assert within(seen).value == pytest.approx(1 / 4, abs=1e-6)
    assert between(seen).value == pytest.approx(across / 4, abs=1e-6)
    assert overall(seen).value == pytest.approx((1 / 2 + across) / 6, abs=1e-6)


@pytest.mark.parametrize(("n", "d", "labels"), [(5, 3, 2), (60, 16, 7), (61, 4, 1), (40, 8, 30)])
def test_they_are_the_means_of_all_pairs(n: int, d: int, labels: int) -> None:
    seen = random(n, d, n, labels=labels)
    seen = see(seen.unit + 0.5, np.random.default_rng(0).permutation(seen.labels))
    pairs = _pairs(seen)
    assert overall(seen).value == pytest.approx(np.mean([cosine for cosine, _ in pairs]), abs=1e-6)
    for figure, wanted in ((within, True), (between, False)):
        chosen = [cosine for cosine, same in pairs if same == wanted]
        expected = np.mean(chosen) if chosen else np.nan
        assert figure(seen).value == pytest.approx(expected, abs=1e-6, nan_ok=True)


def test_a_zero_vector_counts_as_similar_to_nothing() -> None:
    # Pairs 01 = 1, 02 = 0, 12 = 0.
    assert overall(see([[1, 0], [1, 0], [0, 0]])).value == pytest.approx(1 / 3)


@pytest.mark.parametrize("figure", [within, between])
def test_without_labels_there_is_no_figure_and_the_note_says_why(figure: object) -> None:
    score: Score = figure(random(5, 3, 0))
    assert np.isnan(score.value)
    assert (score.n, score.note) == (0, "no labels")


def test_without_pairs_there_is_no_figure() -> None:
    one, apart, alike = see([[1, 2]], ["a"]), see([[1, 2], [2, 1]], ["a", "b"]), see([[1, 2], [2, 1]], ["a", "a"])
    assert np.isnan(overall(one).value)
    assert np.isnan(within(one).value)
    assert np.isnan(between(one).value)
    assert np.isnan(within(apart).value)
    assert np.isnan(between(alike).value)
    assert within(alike).value == between(apart).value == pytest.approx(0.8)


@pytest.mark.parametrize("seed", range(50))
def test_rounding_does_not_pass_one(seed: int) -> None:
    # Rows of length 1 in float32 have lengths such as 1.0000001.
    row = np.random.default_rng(seed).normal(size=(1, 17))
    seen = see(np.tile(row, (5, 1)), list("aabbb"))
    for figure in (overall, within, between):
        assert figure(seen).value == pytest.approx(1, abs=1e-6)
        assert figure(seen).value <= 1
