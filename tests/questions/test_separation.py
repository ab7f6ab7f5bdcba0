"""Within and between labels: by hand, against scikit-learn, exact and drawn, labelled or not."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.metrics.pairwise import cosine_similarity, euclidean_distances

from core import linalg, pipeline
from core.questions import scoring, separation
from core.types import Answer, Study
from tests.questions.told import Tell, circle, told


@pytest.fixture
def tell(home: Path, monkeypatch: pytest.MonkeyPatch) -> Tell:
    return told(monkeypatch)


def _ask(study: Study, score: str = "cosine", seed: int = 0) -> Answer:
    return pipeline.answer("separation", study, score=score, seed=seed)


def _points(n: int, labels: int, seed: int = 0) -> tuple[np.ndarray, list[str]]:
    """Noisy groups around as many centres as there are labels, in mixed order."""
    rng = np.random.default_rng(seed)
    of = rng.integers(labels, size=n)
    return rng.normal(size=(labels, 6))[of] + rng.normal(size=(n, 6)), [f"label {i}" for i in of]


def test_four_texts_by_hand(tell: Tell) -> None:
    # Within: a = cos 60 = 0.5, b = cos 90 = 0. Between: cos 90, 180, 30, 120 = 0, -1, 0.87, -0.5.
    # 0.5 beats three of four; 0 beats two and ties with one: (3 + 2.5) / 8.
    found = _ask(tell(one=circle(0, 60, 90, 180), labels=list("aabb")))
    assert found["auc"] == 5.5 / 8
    assert (found["pairs"], found["total"], found["positives"], found["labelled"]) == (6, 6, 2, True)
    assert (found["low"], found["high"]) == (-1, pytest.approx(np.sqrt(3) / 2))
    assert found["note"] == ""
    assert found["all"] is None
    table = found["thresholds"].set_index(found["thresholds"]["threshold"].round(3))
    # At 0.5 are 0.5 and 0.87; at 0 besides the two zeros; above 0.87 nothing.
    assert table.loc[0.5, ["precision", "recall", "share"]].tolist() == pytest.approx([1 / 2, 1 / 2, 2 / 6])
    assert table.loc[0.0, ["precision", "recall", "share"]].tolist() == pytest.approx([2 / 4, 1, 4 / 6])
    assert table.loc[-1.0, ["precision", "recall", "share"]].tolist() == pytest.approx([2 / 6, 1, 1])
    assert np.isnan(table.loc[0.9, "precision"])
    assert table.loc[0.9, ["recall", "share"]].tolist() == [0, 0]


def test_cosine_edges_and_counts(tell: Tell) -> None:
    rows, labels = _points(80, 5)
    found = _ask(tell(one=rows, labels=labels))
    assert len(found["edges"]) == 401
    np.testing.assert_allclose(found["edges"], np.arange(-1, 1.0001, 0.005), atol=1e-12)
    assert found["within"].sum() == found["positives"]
    assert found["within"].sum() + found["between"].sum() == found["pairs"] == 80 * 79 // 2
    assert found["within"].dtype == np.int64
    assert len(found["within"]) == len(found["between"]) == 400


@pytest.mark.parametrize("score", linalg.SCORES)
@pytest.mark.parametrize("block", [linalg.BLOCK_BYTES, 32 * 7**2])
def test_auc_and_counts_are_scikit_learns_in_blocks_of_any_size(
    tell: Tell, monkeypatch: pytest.MonkeyPatch, score: str, block: int
) -> None:
    monkeypatch.setattr(linalg, "BLOCK_BYTES", block)
    rows, labels = _points(60, 4)
    rows[[5, 6, 7]] = rows[8]  # ties, though of different texts
    found = _ask(tell(one=rows, labels=labels), score)
    rows = rows.astype(np.float32).astype(float)
    every = {
        "cosine": cosine_similarity(rows),
        "dot": rows @ rows.T,
        "euclidean": -euclidean_distances(rows),
    }[score]
    upper = np.triu_indices(60, k=1)
    same = (np.array(labels)[:, None] == np.array(labels))[upper]
    assert found["auc"] == pytest.approx(roc_auc_score(same, every[upper]), abs=2e-5)
    assert found["positives"] == same.sum()
    low, high = np.min(every[upper]), np.max(every[upper])
    assert (found["low"], found["high"]) == pytest.approx((low, high), abs=1e-5)
    if score != "cosine":
        assert (found["edges"][0], found["edges"][-1]) == (found["low"], found["high"])
        assert found["within"].sum() + found["between"].sum() == 60 * 59 // 2


def test_without_labels_all_pairs_are_one_histogram(tell: Tell) -> None:
    found = _ask(tell(one=circle(0, 60, 90, 180)))
    assert (found["within"], found["between"], found["auc"], found["labelled"]) == (None, None, None, False)
    assert found["all"].sum() == 6
    assert found["positives"] == 0
    assert np.isnan(found["thresholds"][["precision", "recall"]]).all(axis=None)
    assert found["thresholds"]["share"].iloc[0] == 1


@pytest.mark.parametrize(
    ("labels", "positives", "note"),
    [
        ("aaaa", 6, "every text has the same label, so there is nothing to tell apart"),
        ("abcd", 0, "no two texts share a label, so there is nothing to find"),
    ],
)
def test_labels_that_separate_nothing_are_said(tell: Tell, labels: str, positives: int, note: str) -> None:
    found = _ask(tell(one=circle(0, 60, 90, 180), labels=list(labels)))
    assert (found["auc"], found["positives"], found["note"]) == (None, positives, note)
    precision = found["thresholds"]["precision"].iloc[0]
    assert precision == (1 if positives else 0)


def test_equal_vectors_and_zero_vectors_are_a_toss(tell: Tell) -> None:
    for rows in (np.zeros((4, 2)), np.ones((4, 2))):
        study = tell(one=rows, labels=list("aabb"))
        for score in linalg.SCORES:
            found = _ask(study, score)
            assert found["auc"] == 0.5
            assert found["within"].sum() == 2
            assert found["between"].sum() == 4


def test_many_texts_are_drawn_at_random_and_weighted_with_what_there_is(
    tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, labels = _points(200, 10)
    study = tell(one=rows, labels=labels)
    exact = _ask(study, seed=1)
    monkeypatch.setattr(scoring, "EXACT_TEXTS", 199)
    monkeypatch.setattr(separation, "DRAWS", 50_000)
    drawn, other = _ask(study, seed=2), _ask(study, seed=3)
    assert drawn["auc"] == pytest.approx(exact["auc"], abs=0.01)
    assert drawn["auc"] != other["auc"]
    assert (drawn["positives"], drawn["total"]) == (exact["positives"], exact["pairs"])
    assert drawn["pairs"] == 100_000
    assert drawn["within"].sum() == drawn["between"].sum() == 50_000
    assert "50,000 random pairs within and as many between labels of 19,900, seed 2" in drawn["note"]
    some = exact["thresholds"]["share"] > 0.01
    for column in ("precision", "recall", "share"):
        np.testing.assert_allclose(drawn["thresholds"][column][some], exact["thresholds"][column][some], atol=0.02)


@pytest.mark.parametrize("labels", [None, ["a"] * 30, [str(i) for i in range(30)]])
def test_drawing_works_where_one_kind_of_pair_is_missing(
    tell: Tell, monkeypatch: pytest.MonkeyPatch, labels: list[str] | None
) -> None:
    monkeypatch.setattr(scoring, "EXACT_TEXTS", 29)
    monkeypatch.setattr(separation, "DRAWS", 500)
    found = _ask(tell(one=_points(30, 3)[0], labels=labels), seed=4)
    assert found["auc"] is None
    assert (found["pairs"], found["total"]) == (500, 435)
    assert "500 random pairs of 435, seed 4" in found["note"]


def test_every_pair_is_as_likely_as_any_other() -> None:
    codes = np.array([0, 1, 0, 2, 1, 0])
    pairs = [(a, b) for a in range(6) for b in range(a)]
    for same in (True, False):
        a, b = scoring.draw_by_label(codes, same, 60_000, seed=0)
        wanted = {pair for pair in pairs if (codes[pair[0]] == codes[pair[1]]) == same}
        found, counts = np.unique(np.stack([np.maximum(a, b), np.minimum(a, b)]), axis=1, return_counts=True)
        assert {(int(x), int(y)) for x, y in found.T} == wanted
        np.testing.assert_allclose(counts / 60_000, 1 / len(wanted), atol=0.01)
    a, b = scoring.draw(4, 60_000, seed=0)
    found, counts = np.unique(np.stack([a, b]), axis=1, return_counts=True)
    assert len(counts) == 12
    assert (found[0] != found[1]).all()
    np.testing.assert_allclose(counts / 60_000, 1 / 12, atol=0.01)
