"""What every registered measure promises, whoever wrote it."""

import math

import numpy as np
import pytest

from core.measures import AGREEMENTS, FIGURES, Agreement, Figure, Measure, Score
from core.registry import discover
from tests.measures.seen import Vectors, random, see

discover("core.measures")
ALL = [*AGREEMENTS.values(), *FIGURES.values()]
agreements = pytest.mark.parametrize("measure", AGREEMENTS.values(), ids=AGREEMENTS)
figures = pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)

ODD = {
    "one text": see([[1.0, 2.0, 3.0]], ["a"]),
    "two texts": see([[1.0, 2.0, 3.0], [3.0, 2.0, -1.0]], ["a", "b"]),
    "two texts of one label": see([[1.0, 2.0, 3.0], [3.0, 2.0, -1.0]], ["a", "a"]),
    "opposite texts": see([[1.0, 2.0, 3.0], [-1.0, -2.0, -3.0]], ["a", "b"]),
    "one vector for all": see(np.tile([[0.1, 0.2, 0.7]], (11, 1)), list("aabbccddeef")),
    "zero vectors": see(np.zeros((6, 3)), list("aabbcc")),
    "some zero vectors": see([[0, 0, 0], [1, 2, 3], [0, 0, 0], [3, 1, 0], [2, 2, 2]], list("aabbc")),
    "one dimension": see([[1.0], [-1.0], [1.0], [1.0]], list("aabb")),
}
odd = pytest.mark.parametrize("seen", ODD.values(), ids=ODD)


def _agree(measure: Agreement, a: Vectors, b: Vectors, *, k: int = 5, seed: int = 0) -> Score:
    return measure.compute(a, b, k=k, seed=seed)


def _within_bounds(measure: Measure, score: Score) -> None:
    assert measure.low <= score.value <= measure.high
    if score.per_text is not None:
        assert score.per_text.shape == (score.n,)
        assert score.per_text.dtype == np.float32
        assert ((score.per_text >= measure.low) & (score.per_text <= measure.high)).all()


def test_there_are_measures() -> None:
    assert {"neighbor_overlap", "cka", "rsa"} <= set(AGREEMENTS)
    assert {"overall_similarity", "within_similarity", "between_similarity"} <= set(FIGURES)


@pytest.mark.parametrize("measure", ALL, ids=lambda measure: measure.key)
def test_a_measure_says_what_it_is(measure: Measure) -> None:
    for words in (measure.key, measure.label, measure.help, measure.formula, measure.source):
        assert words.strip()
    assert measure.help.endswith(".")
    assert measure.low < measure.high
    assert measure.better in {"higher", "lower", "neither"}
    assert (AGREEMENTS if isinstance(measure, Agreement) else FIGURES)[measure.key] is measure


# Agreements


@agreements
@pytest.mark.parametrize(("n", "d"), [(3, 2), (12, 3), (60, 16), (20, 100)])
def test_a_model_agrees_with_itself(measure: Agreement, n: int, d: int) -> None:
    model = random(n, d, seed=n)
    assert _agree(measure, model, model).value == pytest.approx(1, abs=1e-6)


@agreements
@pytest.mark.parametrize("seed", range(5))
def test_agreement_is_within_its_bounds_and_symmetric(measure: Agreement, seed: int) -> None:
    a, b = random(40, 6, seed), random(40, 9, seed + 100)
    there, back = _agree(measure, a, b), _agree(measure, b, a)
    _within_bounds(measure, there)
    assert there.value == pytest.approx(back.value, abs=1e-6)
    assert there.value < 0.9, "two random models do not agree"
    assert there.n == 40


@agreements
def test_agreement_is_unchanged_by_rotation(measure: Agreement) -> None:
    a, b = random(50, 8, 1), random(50, 8, 2)
    turn, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(8, 8)))
    turned = see(a.unit @ turn)
    assert _agree(measure, turned, b).value == pytest.approx(_agree(measure, a, b).value, abs=1e-4)
    assert _agree(measure, turned, a).value == pytest.approx(1, abs=1e-4)


@agreements
def test_agreement_is_unchanged_by_stretching_rows(measure: Agreement) -> None:
    a, b = random(50, 8, 1), random(50, 8, 2)
    stretched = see(a.unit * np.random.default_rng(3).uniform(0.01, 100, size=(50, 1)))
    assert _agree(measure, stretched, b).value == pytest.approx(_agree(measure, a, b).value, abs=1e-4)
    assert _agree(measure, stretched, a).value == pytest.approx(1, abs=1e-4)


@agreements
def test_agreement_does_not_depend_on_the_order_of_texts(measure: Agreement) -> None:
    a, b = random(50, 8, 1), random(50, 8, 2)
    order = np.random.default_rng(3).permutation(50)
    moved = _agree(measure, see(a.unit[order]), see(b.unit[order]))
    assert moved.value == pytest.approx(_agree(measure, a, b).value, abs=1e-6)


@agreements
def test_the_same_again_for_the_same_seed(measure: Agreement) -> None:
    a, b = random(50, 8, 1), random(50, 8, 2)
    assert _agree(measure, a, b, seed=7).value == _agree(measure, a, b, seed=7).value


@agreements
@odd
def test_an_odd_corpus_gives_a_figure_within_bounds(measure: Agreement, seen: Vectors) -> None:
    other = random(len(seen.unit), 4, seed=5)
    for a, b in ((seen, seen), (seen, other), (other, seen)):
        score = _agree(measure, a, b)
        if score.note.startswith("undefined"):
            assert math.isnan(score.value)
        else:
            _within_bounds(measure, score)


@agreements
@odd
def test_where_a_model_cannot_agree_with_itself_the_score_says_why(measure: Agreement, seen: Vectors) -> None:
    score = _agree(measure, seen, seen)
    assert score.value == pytest.approx(1, abs=1e-6) or score.note


# Figures


@figures
@pytest.mark.parametrize("seed", range(5))
def test_a_figure_is_within_its_bounds(figure: Figure, seed: int) -> None:
    score = figure.compute(random(40, 6, seed, labels=4))
    _within_bounds(figure, score)
    assert score.n == 40


@figures
def test_a_figure_is_unchanged_by_rotation_stretching_and_order(figure: Figure) -> None:
    seen = random(50, 8, 1, labels=5)
    rng = np.random.default_rng(3)
    turn, _ = np.linalg.qr(rng.normal(size=(8, 8)))
    order = rng.permutation(50)
    value = figure.compute(seen).value
    for other in (
        see(seen.unit @ turn, seen.labels),
        see(seen.unit * rng.uniform(0.01, 100, size=(50, 1)), seen.labels),
        see(seen.unit[order], seen.labels[order]),
    ):
        assert figure.compute(other).value == pytest.approx(value, abs=1e-6)


@figures
@odd
def test_a_figure_of_an_odd_corpus_is_within_bounds_or_not_a_number(figure: Figure, seen: Vectors) -> None:
    score = figure.compute(seen)
    if not np.isnan(score.value):
        _within_bounds(figure, score)
