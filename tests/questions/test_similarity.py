"""Order, matrix, what moved, and one pair: by hand, against scipy and scikit-learn, and on odd corpora."""

from pathlib import Path

import numpy as np
import pytest
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import pdist, squareform
from scipy.stats import rankdata

from core import pipeline
from core.errors import VecassayError
from core.questions import similarity
from core.types import Answer, Study
from tests.questions.told import Tell, circle, told

SHOWN = {"score": "cosine", "limit": 2_000, "seed": 0, "around": -1}


@pytest.fixture
def tell(home: Path, monkeypatch: pytest.MonkeyPatch) -> Tell:
    return told(monkeypatch)


def _order(study: Study, order: str = "given", **changed: object) -> Answer:
    return pipeline.answer("ordering", study, **{**SHOWN, "order": order, **changed})


def _matrix(study: Study, of: str = "one", scale: str = "raw", **changed: object) -> Answer:
    keys = [model.spec.key for model in study.models]
    arguments = {**SHOWN, "of": of, "by": keys[0], "scale": scale, **changed}
    return pipeline.answer("matrix", study.only(*dict.fromkeys([of, arguments["by"]])), **arguments)


def _moved(study: Study, scale: str = "raw", top: int = 4, **changed: object) -> Answer:
    return pipeline.answer(
        "moved", study, **{**SHOWN, "a": "one", "b": "two", "by": "one", "scale": scale, "top": top, **changed}
    )


# Matrix


def test_cosines_of_points_on_a_circle(tell: Tell) -> None:
    found = _matrix(tell(one=circle(0, 60, 90, 180) * [[1], [2], [3], [4]]))
    half, root = 0.5, np.sqrt(3) / 2
    expected = [[1, half, 0, -1], [half, 1, root, -half], [0, root, 1, 0], [-1, -half, 0, 1]]
    np.testing.assert_allclose(found["values"], expected, atol=1e-6)
    assert (found["low"], found["high"]) == (-1, pytest.approx(root))
    assert (found["rows"].tolist(), found["values"].dtype, found["rows"].dtype) == ([0, 1, 2, 3], np.float32, np.int32)


def test_the_other_scores_look_at_vectors_as_they_are(tell: Tell) -> None:
    study = tell(one=[[3, 0], [0, 4], [3, 0.0]], texts=["a", "b", "c"])
    assert _matrix(study, score="dot")["values"].tolist() == [[9, 0, 9], [0, 16, 0], [9, 0, 9]]
    assert _matrix(study, score="euclidean")["values"].tolist() == [[0, -5, 0], [-5, 0, -5], [0, -5, 0]]


def test_ranks_are_the_share_of_other_pairs_that_are_less_alike(tell: Tell) -> None:
    # Six pairs: 01 = .5, 02 = 0, 03 = -1, 12 = .87, 13 = -.5, 23 = 0. From below: 03, 13, then 02 and 23 tie on places
    # 2 and 3 of 0 to 5, then 01, 12.
    values = _matrix(tell(one=circle(0, 60, 90, 180)), scale="rank")["values"]
    expected = [[5, 4, 2.5, 0], [4, 5, 5, 1], [2.5, 5, 5, 2.5], [0, 1, 2.5, 5]]
    np.testing.assert_allclose(values, np.array(expected) / 5, atol=1e-6)


def test_ranks_are_scipys_and_do_not_care_about_the_scale_of_a_model(tell: Tell) -> None:
    rows = np.random.default_rng(0).normal(size=(40, 5))
    study = tell(one=rows, two=rows * 7)
    values = _matrix(study, scale="rank")["values"]
    upper = np.triu_indices(40, k=1)
    np.testing.assert_allclose(values[upper], (rankdata(1 - pdist(rows, "cosine")) - 1) / 779, atol=2e-3)
    assert (values == values.T).all()
    for score in ("dot", "euclidean"):
        one, two = (_matrix(study, of=key, scale="rank", score=score)["values"] for key in ("one", "two"))
        np.testing.assert_allclose(one, two, atol=2e-3)


def test_one_pair_ties_with_all_there_is(tell: Tell) -> None:
    found = _matrix(tell(one=circle(0, 60)), scale="rank")
    assert found["values"].tolist() == [[1, 0.5], [0.5, 1]]
    assert found["low"] == found["high"] == 0.5


def test_zero_vectors_are_like_nothing(tell: Tell) -> None:
    study = tell(one=[[0, 0], [1, 0], [0, 0]])
    assert _matrix(study)["values"].tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert _matrix(study, score="euclidean")["values"].tolist() == [[0, -1, 0], [-1, 0, -1], [0, -1, 0]]


# Which rows


def test_a_sample_is_random_noted_and_the_same_for_a_seed(tell: Tell) -> None:
    study = tell(one=np.random.default_rng(0).normal(size=(300, 4)))
    first, again, other = (_order(study, limit=30, seed=seed) for seed in (1, 1, 2))
    assert first["sampled"]
    assert first["n"] == 300
    assert first["note"] == "random sample of 30 of 300 texts, seed 1"
    assert first["rows"].tolist() == again["rows"].tolist() != other["rows"].tolist()
    assert len(set(first["rows"].tolist())) == 30
    assert first["rows"].max() > 200, "a random sample, not the first rows"
    assert _matrix(study, limit=30, seed=1)["rows"].tolist() == sorted(first["rows"].tolist())


def test_around_a_text_are_its_nearest_under_the_model_that_chooses(tell: Tell) -> None:
    # Nearest to 100 degrees: 90, then 120; for the other model rows 0 and 1 are nearest to row 3.
    study = tell(one=circle(0, 30, 90, 100, 120, 200), two=circle(99, 98, 0, 100, 10, 20))
    around = {"limit": 3, "around": 3}
    assert _order(study.only("one"), **around)["rows"].tolist() == [2, 3, 4]
    assert _order(study.only("two"), **around)["rows"].tolist() == [0, 1, 3]
    found = _order(study.only("one"), **around)
    assert not found["sampled"]
    assert found["note"] == "text 4 and the 2 of 6 texts nearest to it"
    assert _matrix(study, of="two", by="one", **around)["rows"].tolist() == [2, 3, 4]
    assert _matrix(study, of="one", by="two", **around)["rows"].tolist() == [0, 1, 3]


def test_around_a_text_that_others_repeat_or_that_has_no_vector_it_is_still_there(tell: Tell) -> None:
    rows = np.zeros((9, 2))
    for score in ("cosine", "dot", "euclidean"):
        found = _order(tell(one=rows), limit=3, around=7, score=score)
        assert found["rows"].tolist() == [0, 1, 7]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"limit": 1}, "2 to 2,000"),
        ({"limit": 2_001}, "2 to 2,000"),
        ({"around": 5}, "There is no text 6"),
        ({"around": -2}, "There is no text"),
        ({"score": "manhattan"}, "cosine, dot, euclidean"),
        ({"order": "size"}, "given, label, cluster"),
    ],
)
def test_what_cannot_be_shown_is_said(tell: Tell, changed: dict[str, object], said: str) -> None:
    with pytest.raises(VecassayError, match=said):
        _order(tell(one=circle(0, 10, 20, 30, 40)), **changed)


def test_a_single_text_has_no_pairs_and_every_question_says_so(tell: Tell) -> None:
    study = tell(one=[[1, 0]], two=[[1, 0]])
    one = study.only("one")
    asked = [
        lambda: _order(one, "cluster"),
        lambda: _matrix(one),
        lambda: _matrix(one, scale="rank"),
        lambda: _moved(study),
        lambda: pipeline.answer("separation", one, score="cosine", seed=0),
        lambda: pipeline.answer("closest", one, score="cosine", top=3),
        lambda: pipeline.answer("surprising", study, a="one", b="two", score="cosine", k=3, top=3),
    ]
    for ask in asked:
        with pytest.raises(VecassayError, match="at least 2 texts to compare; this corpus has 1"):
            ask()
    with pytest.raises(VecassayError, match="two different texts"):
        pipeline.answer("pair", study, first=0, second=0)


# Order


def test_by_label_keeps_the_order_within_a_label(tell: Tell) -> None:
    study = tell(one=circle(0, 10, 20, 30, 40), labels=list("bacab"))
    assert _order(study, "label")["rows"].tolist() == [1, 3, 0, 4, 2]
    assert _order(study)["rows"].tolist() == [0, 1, 2, 3, 4]


def test_by_label_without_labels_is_as_given_and_says_so(tell: Tell) -> None:
    found = _order(tell(one=circle(0, 10, 20)), "label")
    assert found["rows"].tolist() == [0, 1, 2]
    assert found["note"] == "in the order given: there are no labels"


def test_clusters_of_points_on_a_line_stand_in_their_order(tell: Tell) -> None:
    # Two groups, given mixed up; optimal order walks along the circle, in one direction or the other.
    rows = _order(tell(one=circle(100, 0, 10, 115, 3, 104)), "cluster")["rows"].tolist()
    assert rows in ([1, 4, 2, 0, 5, 3], [3, 5, 0, 2, 4, 1])


@pytest.mark.parametrize(("score", "metric"), [("cosine", "cosine"), ("euclidean", "euclidean")])
def test_the_order_of_clusters_is_as_short_a_walk_as_scipys(tell: Tell, score: str, metric: str) -> None:
    points = np.random.default_rng(1).normal(size=(60, 4)).astype(np.float32)
    distance = pdist(points.astype(float), metric)
    tree = optimal_leaf_ordering(linkage(distance, "average"), distance)
    square = squareform(distance)

    def walk(rows: np.ndarray) -> float:
        return float(square[rows[:-1], rows[1:]].sum())

    found = _order(tell(one=points), "cluster", score=score)["rows"]
    assert sorted(found.tolist()) == list(range(60))
    assert walk(found) == pytest.approx(walk(leaves_list(tree)), rel=1e-5)
    assert walk(found) < walk(np.arange(60))


def test_many_texts_are_left_as_the_clustering_has_them_and_the_note_says_so(
    tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similarity, "MOST_OPTIMAL", 10)
    found = _order(tell(one=np.random.default_rng(0).normal(size=(11, 3))), "cluster")
    assert sorted(found["rows"].tolist()) == list(range(11))
    assert "leaves are ordered optimally up to 10 texts" in found["note"]


@pytest.mark.parametrize("score", ["cosine", "dot", "euclidean"])
@pytest.mark.parametrize("rows", [np.zeros((7, 3)), np.ones((7, 3)), [[0, 0], [1, 0]], [[1, 2], [1, 2], [0, 0]]])
def test_odd_vectors_can_be_clustered(tell: Tell, score: str, rows: object) -> None:
    found = _order(tell(one=rows), "cluster", score=score)
    assert sorted(found["rows"].tolist()) == list(range(len(np.asarray(rows))))


# Moved


def test_what_moved_most_in_each_direction(tell: Tell) -> None:
    # one: 01 = 1, 02 = 0, 12 = 0; two: 01 = 0, 02 = 0, 12 = 1.
    study = tell(one=[[1, 0], [1, 0], [0, 1]], two=[[1, 0], [0, 1], [0, 1]])
    found = _moved(study)
    assert found["pairs"].to_dict("list") == {
        "a_row": [0, 1], "b_row": [1, 2], "first": [1, 0], "second": [0, 1], "difference": [1, -1],
    }  # fmt: skip
    assert (found["pairs_seen"], found["note"]) == (3, "")


def test_what_moved_is_the_difference_of_the_two_matrices(tell: Tell) -> None:
    rng = np.random.default_rng(0)
    study = tell(one=rng.normal(size=(50, 4)), two=rng.normal(size=(50, 7)))
    arguments = {"limit": 20, "seed": 3}
    for scale in ("raw", "rank"):
        pairs = _moved(study, scale, top=10, **arguments)["pairs"]
        one, two = (_matrix(study, of=key, by="one", scale=scale, **arguments) for key in ("one", "two"))
        difference = (one["values"].astype(float) - two["values"])[np.triu_indices(20, k=1)]
        np.testing.assert_allclose(pairs["difference"][:5], np.sort(difference)[:-6:-1], atol=1e-5)
        np.testing.assert_allclose(pairs["difference"][5:], np.sort(difference)[4::-1], atol=1e-5)
        place = {row: i for i, row in enumerate(one["rows"].tolist())}
        for a, b, first, second in pairs[["a_row", "b_row", "first", "second"]].itertuples(index=False):
            assert first == pytest.approx(one["values"][place[a], place[b]])
            assert second == pytest.approx(two["values"][place[a], place[b]])


def test_two_rows_with_one_text_are_no_pair_that_moved(tell: Tell) -> None:
    study = tell(
        texts=["same", "same", "other", "same\0"],
        one=[[1, 0], [1, 0], [0, 1], [1, 1]],
        two=[[1, 0], [1, 0], [1, 0], [1, 1]],
    )
    found = _moved(study, top=20)
    assert found["pairs_seen"] == 5, "a text with a NUL behind it is another text"
    assert found["note"] == "left out, since both rows have one text: 1 of the pairs"
    assert (0, 1) not in set(zip(found["pairs"]["a_row"], found["pairs"]["b_row"], strict=True))


def test_a_model_against_itself_moves_nothing(tell: Tell) -> None:
    rows = np.random.default_rng(0).normal(size=(20, 4))
    found = _moved(tell(one=rows, two=rows))
    assert len(found["pairs"]) == 0
    assert found["pairs_seen"] == 190


# One pair


def test_a_pair_under_every_score_and_its_place_among_all(tell: Tell) -> None:
    # Pairs of one: 01 = cos 60, 02 = cos 90, 12 = cos 30; of two all are 1, so two others tie.
    study = tell(one=circle(0, 60, 90) * 2, two=[[3.0, 4], [3, 4], [3, 4]])
    found = pipeline.answer("pair", study, first=1, second=0)
    one, two = found["pair"].to_dict("records")
    assert one["model"] == "one"
    assert (one["cosine"], one["dot"], one["euclidean"]) == pytest.approx((0.5, 2, -2), abs=1e-6)
    assert (one["rank"], one["percentile"]) == (2, 0.5)
    assert (two["cosine"], two["dot"], two["euclidean"]) == (1, 25, 0)
    assert (two["rank"], two["percentile"]) == (1, 0.5)
    assert (found["pairs"], found["note"]) == (3, "")


def test_the_place_of_a_pair_is_the_rank_in_the_matrix(tell: Tell) -> None:
    study = tell(one=np.random.default_rng(0).normal(size=(40, 5)))
    values = _matrix(study, scale="rank")["values"]
    for first, second in ((0, 1), (39, 3), (20, 21)):
        row = pipeline.answer("pair", study, first=first, second=second)["pair"].iloc[0]
        assert row["percentile"] == pytest.approx(values[first, second], abs=1e-6)
        assert row["rank"] == 1 + round((1 - values[first, second]) * 779)


def test_among_many_texts_the_place_is_estimated_and_said(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    study = tell(one=np.random.default_rng(0).normal(size=(60, 5)))
    exact = pipeline.answer("pair", study, first=3, second=4)["pair"].iloc[0]
    monkeypatch.setattr(similarity.scoring, "EXACT_TEXTS", 59)
    found = pipeline.answer("pair", study, first=4, second=3)
    assert found["note"] == "rank and percentile among 200,000 random pairs of 1,770, seed 0"
    assert found["pairs"] == 200_000
    assert found["pair"]["percentile"].iloc[0] == pytest.approx(exact["percentile"], abs=0.01)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (-1, 0), (0, 3)])
def test_a_pair_that_is_none_is_refused(tell: Tell, first: int, second: int) -> None:
    with pytest.raises(VecassayError, match="two different texts out of 1 to 3"):
        pipeline.answer("pair", tell(one=circle(0, 60, 90)), first=first, second=second)
