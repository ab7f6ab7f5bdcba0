"""Maps as questions: alignment, placing, trust and the noise floor, on vectors that were told."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial import procrustes
from scipy.stats import t

from core import pipeline, projections
from core.errors import Cancelled, VecassayError
from core.questions import nearness
from core.questions.trust import Drawn, beyond, expected, overlap
from core.types import Answer, Question, Role, Study
from core.work import Work, quiet
from tests.projections.blobs import blobs, unit
from tests.questions.told import Tell, told

ROWS = blobs(150, 12, 5)


@pytest.fixture
def tell(home: Path, monkeypatch: pytest.MonkeyPatch) -> Tell:
    return told(monkeypatch)


def arguments(study: Study, method: str = "umap", **changed: Any) -> dict[str, Any]:
    settings = projections.settle(method, {}, len(study.corpus))
    return {"method": method, "dims": 2, "seed": 0, "settings": settings, **changed}


def ask(name: str, study: Study, method: str = "umap", **changed: Any) -> Answer:
    return pipeline.answer(name, study, **arguments(study, method, **changed))


def test_every_question_says_what_it_is_doing() -> None:
    from core.questions import REGISTRY

    for name in ("projection", "aligned", "trust", "stability", "place", "likeness", "warm"):
        assert REGISTRY[name].doing
    assert REGISTRY["place"].embeds == {"corpus": (Role.DOCUMENT,), "texts": (Role.DOCUMENT,)}
    assert REGISTRY["likeness"].embeds == {"corpus": (Role.DOCUMENT,), "query": (Role.QUERY,)}
    assert not REGISTRY["warm"].kept


@pytest.mark.parametrize("method", ["pca", "tsne", "umap"])
@pytest.mark.parametrize("dims", [2, 3])
def test_a_map_is_centred_and_of_one_size_and_kept(tell: Tell, method: str, dims: int) -> None:
    study = tell(one=ROWS)
    found = ask("projection", study, method, dims=dims)
    assert found["xy"].shape == (150, dims)
    assert found["xy"].dtype == np.float32
    np.testing.assert_allclose(found["xy"].mean(axis=0), 0, atol=1e-4)
    assert (found["xy"] ** 2).sum(axis=1).mean() == pytest.approx(1, abs=1e-4)
    assert (found["explained"] is None) == (method != "pca")
    question = pipeline.ask("projection", study, **arguments(study, method, dims=dims))
    kept = pipeline.store().answers.get(question.key)
    assert kept is not None
    np.testing.assert_array_equal(kept["xy"], found["xy"])


def test_pca_says_how_much_of_the_spread_it_shows(tell: Tell) -> None:
    flat = unit(np.hstack([np.random.default_rng(0).normal(size=(30, 2)), np.zeros((30, 6))]))
    assert sum(ask("projection", tell(one=flat), "pca")["explained"]) == pytest.approx(1, abs=1e-5)


def test_what_cannot_be_drawn_is_said(tell: Tell) -> None:
    study = tell(one=ROWS[:20])
    with pytest.raises(VecassayError, match="2 or 3 dimensions; got 4"):
        ask("projection", study, "pca", dims=4)
    with pytest.raises(KeyError, match="no projection called 'phate'"):
        pipeline.answer("projection", study, method="phate", dims=2, seed=0, settings={})
    assert ask("projection", tell(two=np.ones((5, 3))), "umap")["note"].startswith("All vectors are the same")


def test_a_map_reports_progress_and_can_be_cancelled(tell: Tell) -> None:
    study = tell(one=ROWS)
    told_so: list[float] = []
    pipeline.answer(
        "projection", study, progress=lambda done, total: told_so.append(done / total), **arguments(study, "tsne")
    )
    assert told_so[0] < 0.3
    assert told_so[-1] == 1
    # What embedding told before is not the map's.
    drawing = told_so[told_so.index(min(told_so[1:])) :]
    assert drawing == sorted(drawing)

    def stop(done: int, total: int) -> None:
        if total == 1_000:
            raise Cancelled("Nobody waits for this any more.")

    with pytest.raises(Cancelled):
        pipeline.answer("projection", study, progress=stop, **arguments(study, "umap", seed=9))


# Alignment


def test_a_model_whose_space_is_turned_has_the_same_map_once_aligned(tell: Tell) -> None:
    mirror = np.diag([-1.0, *[1.0] * 11])
    study = tell(one=ROWS, two=(ROWS @ mirror)[:, ::-1])
    found = ask("aligned", study, "pca", of="two", to="one")
    assert found["disparity"] == pytest.approx(0, abs=1e-5)
    np.testing.assert_allclose(found["xy"], ask("projection", study.only("one"), "pca")["xy"], atol=1e-4)


def test_the_misfit_is_that_of_scipy(tell: Tell) -> None:
    study = tell(one=ROWS, two=blobs(150, 9, 3, seed=4))
    maps = [ask("projection", study.only(key), "pca")["xy"] for key in ("two", "one")]
    found = ask("aligned", study, "pca", of="two", to="one")
    assert found["disparity"] == pytest.approx(procrustes(maps[1].astype(float), maps[0].astype(float))[2], abs=1e-5)
    # Turning keeps every distance.
    np.testing.assert_allclose(np.linalg.norm(found["xy"], axis=1), np.linalg.norm(maps[0], axis=1), atol=1e-4)


def test_a_map_is_aligned_with_itself_as_it_is(tell: Tell) -> None:
    study = tell(one=ROWS)
    found = ask("aligned", study, "pca", of="one", to="one")
    np.testing.assert_array_equal(found["xy"], ask("projection", study, "pca")["xy"])
    assert found["disparity"] == 0


# New texts


@pytest.mark.parametrize("method", ["pca", "tsne", "umap"])
def test_new_texts_fall_among_their_likes_and_the_map_stays(tell: Tell, method: str) -> None:
    study = tell(one=ROWS)
    before = ask("projection", study, method)["xy"].copy()
    nearly = unit(ROWS[:20] + np.random.default_rng(0).normal(0, 0.01, (20, 12)))
    texts = tell(texts=[*study.corpus.texts[:5], *[f"new {i}" for i in range(20)]], one=[*ROWS[:5], *nearly]).corpus
    found = ask("place", study, method, texts=texts.fingerprint)
    assert found["xy"].shape == (25, 2)
    np.testing.assert_allclose(found["xy"][:5], before[:5], atol=1e-4)
    assert np.median(np.linalg.norm(found["xy"][5:] - before[:20], axis=1)) < 0.25
    np.testing.assert_array_equal(ask("projection", study, method)["xy"], before)


def test_likeness_is_the_cosine_of_every_text_with_the_query(tell: Tell) -> None:
    study = tell(one=[[3, 0], [0, 2], [-1, 0], [0, 0], [1, 1]])
    query = tell(texts=["asked"], one=[[5, 0]]).corpus
    found = pipeline.answer("likeness", study, query=query.fingerprint)
    np.testing.assert_allclose(found["cosines"], [1, 0, -1, 0, 0.707107], atol=1e-6)
    assert found["cosines"].dtype == np.float32


# Trust


def test_trust_of_a_map_and_its_means(tell: Tell) -> None:
    from sklearn.manifold import trustworthiness

    study = tell(one=ROWS)
    found = ask("trust", study, "pca", k=10)
    xy = ask("projection", study, "pca")["xy"]
    assert found["trustworthiness"] == pytest.approx(trustworthiness(ROWS, xy, n_neighbors=10), abs=1e-4)
    assert found["continuity"] == pytest.approx(trustworthiness(xy, ROWS, n_neighbors=10), abs=1e-4)
    assert found["per_trust"].mean() == pytest.approx(found["trustworthiness"])
    assert (found["n"], found["k"], found["note"]) == (150, 10, "")


def test_trust_of_few_texts_says_what_it_did(tell: Tell) -> None:
    few = ask("trust", tell(one=ROWS[:6]), "pca", k=10)
    assert (few["k"], few["note"]) == (2, "k = 2 instead of 10: it must be below half of the 6 texts.")
    two = ask("trust", tell(one=ROWS[:2]), "pca", k=10)
    assert np.isnan(two["trustworthiness"])
    assert (two["n"], two["note"]) == (0, "Undefined below 3 texts.")


# Stability


def test_the_expected_range_is_that_of_one_more_value() -> None:
    mean, low, high = expected([0.5, 0.6, 0.7])
    reach = t.ppf(0.975, 2) * 0.1 * np.sqrt(4 / 3)
    assert (mean, low, high) == pytest.approx((0.6, 0.6 - reach, min(1, 0.6 + reach)))
    assert expected([1.0, 1.0, 1.0]) == (1, 1, 1)


def test_a_model_against_itself_is_within_the_noise_and_another_model_is_not(tell: Tell) -> None:
    study = tell(one=ROWS, two=blobs(150, 12, 5, seed=9))
    found = ask("stability", study, k=10)
    floor = found["floor"].set_index("model").loc["one"]
    assert 0 < floor["low"] < floor["mean"] < floor["high"] <= 1
    # A/A: the same model with two more seeds.
    a, b = (Drawn(ask("projection", study.only("one"), seed=seed)["xy"]) for seed in (10, 11))
    own = (floor["mean"], floor["low"], floor["high"])
    assert not beyond(overlap(a, b, 10), own, own)
    # A/B: the other model's vectors have nothing to do with these.
    (pair,) = found["pairs"].to_dict("records")
    assert pair["beyond"] is True
    assert pair["overlap"] < 0.3 < floor["mean"]
    assert found["seeds"] == [0, 1, 2]
    assert "seeds 0, 1, 2" in found["note"]


def test_two_names_of_one_model_do_not_differ(tell: Tell) -> None:
    found = ask("stability", tell(one=ROWS, two=ROWS), "tsne", k=10)
    assert found["pairs"]["beyond"].tolist() == [False]


def test_a_method_without_a_seed_has_no_noise(tell: Tell) -> None:
    found = ask("stability", tell(one=ROWS, two=blobs(150, 12, 5, seed=9)), "pca", k=10)
    assert found["floor"][["mean", "low", "high"]].to_numpy().tolist() == [[1, 1, 1]] * 2
    assert found["pairs"]["beyond"].tolist() == [True]
    assert found["note"].startswith("The method has no seed")


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_stability_of_few_texts_is_a_figure_or_not_a_number(tell: Tell, n: int) -> None:
    found = ask("stability", tell(one=ROWS[:n], two=ROWS[n : 2 * n]), k=10)
    assert len(found["floor"]) == 2
    assert found["floor"]["mean"].isna().all() == (n < 3)
    assert not (found["pairs"]["beyond"] & found["pairs"]["overlap"].isna()).any()
    assert len(ask("stability", tell(one=ROWS[:n]), "pca", k=10)["pairs"]) == 0


def test_overlap_by_hand() -> None:
    # On a line at 0 1 3 7 the nearest are 1 0 1 2; at 0 1 3 3.5 they are 1 0 3 2: three of four agree.
    a, b = (np.array([[x, 0] for x in places], np.float32) for places in ([0, 1, 3, 7], [0, 1, 3, 3.5]))
    assert Drawn(a).neighbors(1).ravel().tolist() == [1, 0, 1, 2]
    assert overlap(Drawn(a), Drawn(b), 1) == pytest.approx(3 / 4)


# Neighbours


def test_many_texts_are_searched_as_exactly_as_few(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = blobs(300, 12, 5)
    rows[40:60], rows[200] = rows[3], 0
    few = nearness.near(rows, 10, quiet)
    monkeypatch.setattr(nearness, "FEW", 100)
    monkeypatch.setattr(nearness, "STEP", 64)
    many = nearness.near(rows, 10, quiet)
    np.testing.assert_allclose(many.cosines, few.cosines, atol=2e-6)
    # A cosine on the edge of its sixth digit may round either way, so equal texts may change places.
    twins = {3, *range(40, 60)}
    for ours, theirs in zip(many.ids.tolist(), few.ids.tolist(), strict=True):
        assert [i for i in ours if i not in twins] == [i for i in theirs if i not in twins]
    assert (many.ids == few.ids).mean() > 0.99
    # Twenty equal texts: the lower rows, whoever asks.
    assert few.ids[3].tolist() == list(range(40, 50))
    assert few.ids[50].tolist() == [3, *range(40, 49)]
    assert nearness.near(rows, 299, quiet).ids.shape == (300, 299)
    assert nearness.near(rows, 500, quiet).ids.shape == (300, 299)
    assert (many.recall, many.note) == (1.0, "")


def test_very_many_texts_are_searched_by_a_graph_that_states_its_recall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearness, "EXACT", 500)
    monkeypatch.setattr(nearness, "FEW", 100)
    rows = blobs(2_500, 12, 5)
    rows[7] = rows[9] = 0
    found = nearness.near(rows, 10, quiet)
    exact, cosines = nearness._checked(rows, np.arange(2_500), 10)
    assert found.ids.shape == (2_500, 10)
    assert (found.ids != np.arange(2_500)[:, None]).all()
    assert found.ids.min() >= 0
    recall = np.mean([np.isin(ours, true).mean() for ours, true in zip(found.ids, exact, strict=True)])
    assert recall > 0.95
    assert found.recall == pytest.approx(recall, abs=0.02)
    assert f"{found.recall:.1%} of the exact ones, measured on 500 random texts" in found.note
    assert (np.diff(found.cosines, axis=1) <= 0).all()
    assert np.median(np.abs(found.cosines - cosines)) < 1e-5


# Warm-up


def test_warming_up_draws_with_every_method_and_keeps_nothing(home: Path) -> None:
    parts: list[float] = []
    work = Work(pipeline.store(), pipeline.respond, lambda done, total: parts.append(done / total))
    question = Question("warm", {"kernels": 1})
    assert pipeline.respond(work, question) == {"kernels": 1}
    assert parts
    assert parts[-1] == pytest.approx(1, abs=0.01)
    assert pipeline.store().answers.get(question.key) is None
    assert pipeline.needs(pipeline.store(), question) == []
