"""Cut-offs: by hand, against scikit-learn, and where no cut-off reaches what is wanted."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve

from core.stats import ratio_interval, thresholds
from core.stats.thresholds import Scored

NAN = float("nan")


def _hand() -> Scored:
    """Three queries: r relevant, i irrelevant, . unjudged, x nothing found; one relevant text is never found."""
    scores = np.array([[0.9, 0.8, 0.5], [0.7, 0.6, 0.2], [0.8, 0.4, NAN]])
    marks = np.array([list("ri."), list("r.r"), list("irx")])
    return Scored(scores, marks != "x", marks == "r", np.isin(marks, ["r", "i"]), np.array([1.0, 3.0, 1.0]))


def test_counts_by_hand() -> None:
    found = _hand().at(np.array([0.95, 0.9, 0.8, 0.7, 0.6, 0.4, 0.2]))
    # In order: .9 r, .8 i, .8 i, .7 r, .6 ., .5 ., .4 r, .2 r.
    assert found["precision"].tolist() == pytest.approx([NAN, 1, 1 / 3, 2 / 4, 2 / 4, 3 / 5, 4 / 6], nan_ok=True)
    assert found["recall"].tolist() == pytest.approx([0, 1 / 5, 1 / 5, 2 / 5, 2 / 5, 3 / 5, 4 / 5])
    assert found["per_query"].tolist() == pytest.approx([0, 1 / 3, 3 / 3, 4 / 3, 5 / 3, 7 / 3, 8 / 3])
    assert found["unjudged"].tolist() == pytest.approx([NAN, 0, 0, 0, 1 / 5, 2 / 7, 2 / 8], nan_ok=True)
    assert found["floor"].tolist() == pytest.approx([NAN, 1, 1 / 3, 2 / 4, 2 / 5, 3 / 7, 4 / 8], nan_ok=True)
    assumed = replace(_hand(), assume=True).at(np.array([0.6]))
    assert assumed["precision"] == assumed["floor"] == pytest.approx(2 / 5)


def test_the_lowest_score_that_keeps_the_precision() -> None:
    found = thresholds.calibrate(_hand(), 0.6, seed=0)
    assert (found["cutoff"], found["reached"]) == (0.2, True)
    assert (found["precision"], found["recall"], found["kept"]) == pytest.approx((4 / 6, 4 / 5, 8 / 3))
    # Above 0.8 stands one result, of one query, and it is right: that alone excludes a precision below 0.025.
    strict = thresholds.calibrate(_hand(), 0.7, seed=0)
    assert (strict["cutoff"], strict["precision"], strict["precision_low"]) == (0.9, 1, pytest.approx(0.025))
    assert tuple(found) == thresholds.CALIBRATED


def test_what_cannot_be_reached_is_not_made_up() -> None:
    worse = replace(_hand(), relevant=_hand().relevant & (_hand().scores < 0.9))
    found = thresholds.calibrate(worse, 0.9, seed=0)
    assert found.pop("reached") is False
    assert np.isnan(list(found.values())).all()
    nothing = Scored(np.full((2, 3), NAN), *[np.zeros((2, 3), bool)] * 3, np.ones(2))
    assert thresholds.calibrate(nothing, 0.1, seed=0)["reached"] is False
    assert len(thresholds.curve(nothing)) == len(thresholds.histogram(nothing)) == 0


def test_a_histogram_keeps_the_unjudged_apart() -> None:
    table = thresholds.histogram(_hand())
    assert table[["relevant", "irrelevant", "unjudged"]].sum().tolist() == [4, 2, 2]
    assert (table["low"].iloc[0], table["high"].iloc[-1]) == (0.2, 0.9)
    assert len(table) == 40
    assert np.allclose(table["high"][:-1], table["low"][1:])
    alike = Scored(np.full((2, 2), 0.5), *[np.ones((2, 2), bool)] * 3, np.ones(2))
    assert thresholds.histogram(alike)["relevant"].sum() == 4


def _drawn(queries: int, seed: int = 0) -> Scored:
    """Normal scores, 0.2 relevant, which score higher; queries differ in level, so that they are clusters."""
    rng = np.random.default_rng(seed)
    relevant = rng.random((queries, 20)) < 0.2
    scores = rng.normal(size=(queries, 20)) + 1.5 * relevant + 0.5 * rng.normal(size=(queries, 1))
    return Scored(scores, np.ones_like(relevant), relevant, np.ones_like(relevant), relevant.sum(axis=1).astype(float))


def test_precision_and_recall_are_scikit_learn_s() -> None:
    scored = _drawn(50)
    precision, recall, cuts = precision_recall_curve(scored.relevant.ravel(), scored.scores.ravel())
    found = scored.at(cuts)
    np.testing.assert_allclose(found["precision"], precision[:-1])
    np.testing.assert_allclose(found["recall"], recall[:-1])
    lowest = cuts[(precision[:-1] >= 0.75) & np.isin(cuts, scored.scores[scored.relevant])].min()
    assert thresholds.calibrate(scored, 0.75, seed=0)["cutoff"] == lowest


def test_the_curve_falls_from_the_highest_score_and_counts_more_and_more() -> None:
    scored = _drawn(30)
    table = thresholds.curve(scored)
    assert len(table) == 401
    assert (table["cutoff"].iloc[0], table["cutoff"].iloc[-1]) == (scored.scores.max(), scored.scores.min())
    assert (np.diff(table["cutoff"]) < 0).all()
    assert (np.diff(table["per_query"]) >= 0).all()
    assert (table["per_query"].iloc[-1], table["recall"].iloc[-1]) == (20, 1)


def test_the_intervals_cover_what_more_queries_give() -> None:
    many, runs = _drawn(40_000, seed=9), [_drawn(100, seed) for seed in range(300)]
    cuts = np.array([thresholds.lowest(scored, 0.7) for scored in runs])
    relevant, counted = (
        np.stack(each, axis=1) for each in zip(*map(thresholds.sums, runs, cuts.tolist()), strict=True)
    )
    totals = np.stack([scored.totals for scored in runs], axis=1)
    # At 95 % 285 of 300, give or take 3.8; three of those below, because the cut-off was picked on the same queries.
    for name, below in (("precision", counted), ("recall", totals)):
        low, high = ratio_interval(relevant, below, 0)
        truth = many.at(cuts)[name]
        assert 273 <= ((low <= truth) & (truth <= high)).sum() < 300, name
    found = thresholds.calibrate(runs[0], 0.7, 0)
    assert (found["cutoff"], found["precision_low"]) == (cuts[0], float(ratio_interval(relevant, counted, 0)[0][0]))
