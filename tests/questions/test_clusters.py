"""Clusters as questions: heaps that can be seen, no leak of labels, odd corpora, another model's clusters."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from core import pipeline
from core.errors import Cancelled, VecassayError
from core.projections.drawing import Drawing
from core.questions import clusters as asked
from core.questions.clusters import _one_standard_error
from core.types import Answer, Study
from tests.conftest import shared
from tests.measures.seen import random
from tests.questions.told import Tell, circle, told

K2 = {"k": 2.0}
DENSE = {"min_size": 5.0}


@pytest.fixture
def tell(home: Path, monkeypatch: pytest.MonkeyPatch) -> Tell:
    return told(monkeypatch)


@pytest.fixture
def no_umap(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vectors themselves instead of a reduction: these tests are not about UMAP."""

    def draw(method: str, unit: np.ndarray, *_: object, dims: int, **__: object) -> Drawing:
        assert (method, dims) == ("umap", 10)
        return Drawing(unit, 1.0, None, "")

    monkeypatch.setattr(asked, "draw", draw)


def _clusters(study: Study, settings: dict[str, float], method: str = "kmeans", seed: int = 0) -> Answer:
    return pipeline.answer("clusters", study, method=method, seed=seed, settings=settings)


def heaps(sizes: list[int], d: int = 10, seed: int = 0) -> np.ndarray:
    """Heaps of rows around directions far from each other, one heap after the other."""
    rng = np.random.default_rng(seed)
    heap = np.repeat(np.arange(len(sizes)), sizes)
    return np.eye(d)[heap] + 0.05 * rng.normal(size=(len(heap), d))


# Clusters


def test_two_heaps_on_a_circle(tell: Tell) -> None:
    texts = ["a red cat", "the cat sat", "cat food", "bank fees", "my bank"]
    study = tell(texts=texts, labels=["pet", "pet", "misc", "money", "money"], one=circle(0, 10, 20, 180, 190))
    found = _clusters(study, K2)
    assert found["cluster"].tolist() == [0, 0, 0, 1, 1]
    assert found["cluster"].dtype == np.int32
    table = found["table"]
    assert table["cluster"].tolist() == [0, 1]
    assert table["size"].tolist() == [3, 2]
    assert [name.split(", ")[0] for name in table["name"]] == ["cat", "bank"]
    assert table["label"].tolist() == ["pet", "money"]
    np.testing.assert_allclose(table["label_share"], [2 / 3, 1])
    theirs = metrics.silhouette_samples(circle(0, 10, 20, 180, 190), found["cluster"], metric="cosine")
    np.testing.assert_allclose(found["silhouette"], theirs, atol=1e-5)
    np.testing.assert_allclose(table["silhouette"], [theirs[:3].mean(), theirs[3:].mean()], atol=1e-5)
    assert found["mean_silhouette"] == pytest.approx(theirs.mean(), abs=1e-5)
    assert (found["k"], found["noise"]) == (2, 0)
    assert found["scores"]["v_measure"] == pytest.approx(
        metrics.v_measure_score(study.corpus.labels, found["cluster"].tolist())
    )


def test_without_labels_there_are_no_scores(tell: Tell) -> None:
    found = _clusters(tell(one=circle(0, 10, 180)), K2)
    assert found["scores"] is None
    assert list(found["table"].columns) == ["cluster", "size", "name", "silhouette"]


def test_of_labels_equally_common_the_first_in_the_alphabet(tell: Tell) -> None:
    study = tell(labels=["b", "a", "b", "a", "z"], one=circle(0, 1, 2, 3, 180))
    table = _clusters(study, K2)["table"]
    assert table["label"].tolist() == ["a", "z"]
    assert table["label_share"].tolist() == [0.5, 1.0]


def test_a_text_without_a_vector_is_in_no_cluster(tell: Tell) -> None:
    study = tell(labels=list("xxxyy"), one=[[0, 0], *circle(0, 10, 180), [0, 0]])
    found = _clusters(study, K2)
    assert found["cluster"].tolist() == [-1, 0, 0, 1, -1]
    assert np.isnan(found["silhouette"][[0, 4]]).all()
    assert found["noise"] == 2
    assert "In no cluster for want of a vector: 2 of 5 texts." in found["note"]
    assert "texts in no cluster count as one more group" in found["note"]
    assert found["scores"]["ari"] == pytest.approx(metrics.adjusted_rand_score(list("xxxyy"), [-1, 0, 0, 1, -1]))
    assert found["table"]["size"].sum() == 3


@pytest.mark.parametrize("method", ["kmeans", "hdbscan"])
@pytest.mark.parametrize(
    "rows",
    [circle(0), circle(0, 90), circle(0, 90, 91), np.zeros((3, 2)), np.tile([[1.0, 2.0]], (30, 1))],
    ids=["one", "two", "three", "zeros", "copies"],
)
def test_odd_corpora_are_answered(tell: Tell, no_umap: None, method: str, rows: np.ndarray) -> None:
    study = tell(labels=["a"] * len(rows), one=rows)
    found = _clusters(study, {}, method)
    assert len(found["cluster"]) == len(found["silhouette"]) == len(rows)
    assert found["k"] == len(found["table"]) == found["cluster"].max(initial=-1) + 1
    assert (found["mean_silhouette"] is None) == (found["k"] < 2)
    assert found["note"]
    again = pipeline.answer("crossing", study, method=method, seed=0, settings={})["crossing"]
    assert again["count"].sum() == len(rows)


def test_more_clusters_than_different_texts(tell: Tell) -> None:
    study = tell(texts=["a", "b", "a", "b", "a"], one=circle(0, 90, 0, 90, 0))
    found = _clusters(study, {"k": 4.0})
    assert found["cluster"].tolist() == [0, 1, 0, 1, 0]
    assert "only 2 different vectors" in found["note"]


def test_dense_groups_and_texts_between_them(tell: Tell, no_umap: None) -> None:
    rows = np.vstack([heaps([30, 20, 25]), np.random.default_rng(1).normal(size=(12, 10))])
    labels = [f"label {i}" for i in np.repeat([0, 1, 2, 3], [30, 20, 25, 12])]
    found = _clusters(tell(labels=labels, one=rows), DENSE, "hdbscan")
    assert found["k"] == 3
    assert found["table"]["label"].tolist() == ["label 0", "label 2", "label 1"]
    assert found["noise"] == (found["cluster"] < 0).sum() > 0
    assert np.isnan(found["silhouette"][found["cluster"] < 0]).all()
    for said in ("HDBSCAN, at least 5 texts", "10 dimensions by UMAP", "seed 0", "one more group"):
        assert said in found["note"]
    assert found["scores"]["nmi"] == pytest.approx(metrics.normalized_mutual_info_score(labels, found["cluster"]))


def test_dense_groups_by_umap_in_earnest(tell: Tell) -> None:
    rows = np.vstack([heaps([40, 30, 35]), np.zeros((2, 10))])
    study = tell(one=rows)
    found = _clusters(study, DENSE, "hdbscan")
    heap = np.repeat([0, 2, 1, -1], [40, 30, 35, 2])
    assert metrics.adjusted_rand_score(heap, found["cluster"]) > 0.9
    assert found["cluster"][-2:].tolist() == [-1, -1]
    reduced = pipeline.answer("reduction", study, dims=10, seed=0)
    assert reduced["reduced"].shape == (105, 10)
    assert reduced["rows"].tolist() == list(range(105))
    with pytest.raises(VecassayError, match="at least 5 dimensions; got 2"):
        pipeline.answer("reduction", study, dims=2, seed=0)


def test_another_seed_is_another_question(tell: Tell) -> None:
    study = tell(one=random(300, 20, seed=0).unit)
    one, two = (_clusters(study, {"k": 20.0}, seed=seed)["cluster"] for seed in (0, 1))
    assert (one != two).any()


def test_clusters_can_be_cancelled(tell: Tell) -> None:
    study = tell(one=random(50, 5, seed=0).unit)
    pipeline.answer("profile", study)

    def stop(done: int, total: int) -> None:
        raise Cancelled("enough")

    for name, arguments in (("clusters", {"method": "kmeans", "settings": K2}), ("suggest", {})):
        with pytest.raises(Cancelled):
            pipeline.answer(name, study, seed=0, progress=stop, **arguments)


# How many


def test_the_number_of_heaps_is_suggested(tell: Tell) -> None:
    study = tell(one=heaps([30, 20, 25, 40, 10]))
    found = pipeline.answer("suggest", study, seed=0)
    assert found["k"] == 5
    assert found["n"] == 125
    assert found["table"]["k"].tolist()[:4] == [2, 3, 4, 5]
    assert found["table"]["silhouette"].idxmax() == found["table"]["k"].tolist().index(5)
    assert "on all 125 texts" in found["note"]
    whole = _clusters(study, {"k": 0.0})
    assert whole["k"] == 5
    assert "5 clusters by silhouette" in whole["note"]
    assert "one standard error" in whole["note"]


def test_labels_do_not_change_the_suggestion(tell: Tell) -> None:
    rows = random(60, 6, seed=2).unit
    plain = pipeline.answer("suggest", tell(one=rows), seed=0)
    labelled = pipeline.answer("suggest", tell(labels=[f"l{i}" for i in range(60)], one=rows), seed=0)
    pd.testing.assert_frame_equal(plain["table"], labelled["table"])


def test_a_sample_is_random_and_said(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "SAMPLE", 60)
    # The first 100 texts are one heap: whoever looks at the first texts only sees no second one.
    found = pipeline.answer("suggest", tell(one=heaps([100, 100, 100])), seed=3)
    assert found["n"] == 60
    assert found["k"] == 3
    assert "a random sample of 60 of 300 texts, seed 3" in found["note"]


def test_the_smallest_number_within_one_standard_error_of_the_best() -> None:
    assert _one_standard_error([0.1, 0.19, 0.2, 0.15], [0.0, 0.0, 0.02, 0.0]) == 1
    assert _one_standard_error([0.1, 0.17, 0.2, 0.15], [0.2, 0.2, 0.02, 0.2]) == 2
    assert _one_standard_error([0.2, 0.2], [0.0, 0.0]) == 0


def test_nothing_to_suggest_is_one_cluster(tell: Tell) -> None:
    found = pipeline.answer("suggest", tell(one=circle(0, 90)), seed=0)
    assert (found["k"], len(found["table"])) == (1, 0)
    assert "one cluster" in found["note"]


# Against labels, against another model


def test_labels_and_clusters_are_counted(tell: Tell) -> None:
    study = tell(labels=["x", "x", "y", "y", "y"], one=[*circle(0, 10, 5, 180), [0, 0]])
    found = pipeline.answer("crossing", study, method="kmeans", seed=0, settings=K2)["crossing"]
    assert found.to_dict("list") == {"label": ["x", "y", "y", "y"], "cluster": [0, -1, 0, 1], "count": [2, 1, 1, 1]}


def test_without_labels_there_is_nothing_to_cross(tell: Tell) -> None:
    with pytest.raises(VecassayError, match="no labels to compare clusters with"):
        pipeline.answer("crossing", tell(one=circle(0, 90, 180)), method="kmeans", seed=0, settings=K2)


def test_what_one_model_keeps_and_the_other_splits(tell: Tell) -> None:
    # Model one: texts 0-3 and 4-6. Model two: 0, 1 | 2, 3 with 4-6; text 6 has no vector there.
    study = tell(one=circle(0, 1, 2, 3, 180, 181, 182), two=[*circle(0, 1, 180, 181, 182, 183), [0, 0]])
    asked = {"a": "one", "b": "two", "method": "kmeans", "seed": 0, "settings": K2}
    found = pipeline.answer("splits", study, **asked)
    assert found["crossing"].to_dict("list") == {
        "cluster_a": [0, 0, 1, 1],
        "cluster_b": [0, 1, -1, 0],
        "count": [2, 2, 1, 2],
    }
    table = found["splits"].set_index("cluster_a")
    assert table.index.tolist() == [0, 1], "both lose two of their three pairs or four of their six: larger first"
    assert table["size"].tolist() == [4, 3]
    assert table["into"].tolist() == [2, 1]
    assert table["largest_b"].tolist() == [0, 0]
    np.testing.assert_allclose(table["largest_share"], [1 / 2, 2 / 3])
    np.testing.assert_allclose(table["apart"], [4 / 6, 2 / 3])
    names = _clusters(study.only("one"), K2)["table"]["name"].tolist()
    assert table["name_a"].tolist() == names
    back = pipeline.answer("splits", study, **{**asked, "a": "two", "b": "one"})["splits"]
    assert back["cluster_a"].tolist() == [0, 1]
    np.testing.assert_allclose(back["apart"], [4 / 6, 0])


def test_a_model_splits_nothing_of_its_own(tell: Tell) -> None:
    rows = random(80, 6, seed=1).unit
    found = pipeline.answer(
        "splits", tell(one=rows, two=rows), a="one", b="two", method="kmeans", seed=0, settings={"k": 6.0}
    )["splits"]
    assert (found["apart"] == 0).all()
    assert (found["largest_share"] == 1).all()


def test_a_stray_text_is_no_part_of_a_split(tell: Tell) -> None:
    near = np.linspace(0, 4, 20)
    study = tell(one=circle(*near, *near + 180), two=circle(*near[:19], 180, *near + 180))
    found = pipeline.answer("splits", study, a="one", b="two", method="kmeans", seed=0, settings=K2)["splits"]
    assert found["into"].tolist() == [1, 1]
    np.testing.assert_allclose(found["largest_share"], [19 / 20, 1])


def test_clusters_of_one_text_cannot_be_split(tell: Tell) -> None:
    study = tell(one=circle(0, 120, 240), two=circle(0, 1, 180))
    found = pipeline.answer("splits", study, a="one", b="two", method="kmeans", seed=0, settings={"k": 3.0})
    assert len(found["splits"]) == 0
    assert found["crossing"]["count"].sum() == 3


def test_banking_questions_form_the_groups_their_labels_say(home: Path) -> None:
    path = shared("data", "banking77", "test.csv")
    from core import corpora
    from core.corpora import Limits

    corpus = corpora.read(
        path.name, path.read_bytes(), text="text", label="label", sample=800, seed=0, limits=Limits.from_settings()
    ).corpus
    found = _clusters(pipeline.study(corpus, ["lsa"]), {"k": 77.0})
    assert found["k"] == 77
    assert found["scores"]["v_measure"] > 0.45
    named = " ".join(found["table"]["name"]).replace(",", "").split()
    assert not {"the", "to", "is", "my", "a", "i"} & set(named)
    assert found["table"]["name"].is_unique
