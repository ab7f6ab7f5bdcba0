"""What candidates find and how good that is, read off points on a circle."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from core import pipeline, rerankers
from core.errors import Cancelled, VecassayError
from core.retrieval import candidates, figures
from core.types import Answer, Corpus, Judgement, ModelSpec, Query
from tests.questions.told import circle, told

Ask = Callable[..., Answer]
# Texts on a circle, and queries between them.
TEXTS = {"alpha one": 0, "beta two": 30, "gamma three": 90, "delta four": 180}
QUERIES = {"near alpha": 5, "near gamma": 80, "nowhere else": 200, "never judged": 45}
GRADES = [("q1", "a", 2), ("q1", "b", 1), ("q2", "d", 1), ("q2", "a", 0), ("q3", "a", 0)]


@pytest.fixture
def ask(home: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """A function from a question's name to its answer about the test set above, or another one."""
    tell = told(monkeypatch)
    tell(texts=[*TEXTS, *QUERIES], one=circle(*TEXTS.values(), *QUERIES.values()))

    def answer(name: str, candidate: str = "one", corpus: Corpus | None = None, **given: object) -> Answer:
        study = pipeline.study(corpus or _set(), candidates.models([candidate]))
        named = {"rerankers": {}, "candidate": candidate, **_defaults(name), **given}
        return pipeline.answer(name, study, **named)

    return answer


def _defaults(name: str) -> dict[str, object]:
    return {"depth": 1000} if name == "ranking" else {"rel": 1, "copies": True, "seed": 0}


def _set(
    texts: Sequence[str] = tuple(TEXTS), grades: Sequence[tuple[str, str, int]] = GRADES, kind: str = ""
) -> Corpus:
    queries = tuple(Query(f"q{place}", text, kind) for place, text in enumerate(QUERIES, start=1))
    judgements = tuple(Judgement(*own) for own in grades)
    return Corpus("set", tuple(texts), None, tuple("abcdefgh"[: len(texts)]), None, queries, judgements)


# Ranking


def test_a_model_ranks_by_cosine_in_the_order_of_the_queries(ask: Ask) -> None:
    found = ask("ranking")
    assert found["rows"].tolist() == [[0, 1, 2, 3], [2, 1, 0, 3], [3, 2, 0, 1], [1, 0, 2, 3]]
    np.testing.assert_allclose(found["scores"][0], np.cos(np.radians([5, 25, 85, 175])), atol=1e-6)
    assert (found["rows"].dtype, found["scores"].dtype) == (np.int32, np.float32)
    assert found["note"] == ""
    assert found["settings"] == {"bm25": None, "rrf": None, "rerank": None}


def test_depth_cuts(ask: Ask) -> None:
    assert ask("ranking", depth=2)["rows"].tolist() == [[0, 1], [2, 1], [3, 2], [1, 0]]


def test_bm25_finds_texts_with_a_word_of_the_query_and_says_which_queries_found_none(ask: Ask) -> None:
    found = ask("ranking", "bm25")
    assert found["rows"].tolist() == [[0, -1, -1, -1], [2, -1, -1, -1], [-1] * 4, [-1] * 4]
    assert found["note"] == "Queries that found nothing: 2 of 4; no text has any of their words."
    assert found["settings"]["bm25"]["k1"] == 1.5
    assert found["settings"]["rrf"] is None


def test_fused_is_both_rankings_by_reciprocal_rank(ask: Ask) -> None:
    found = ask("ranking", "one+bm25")
    # gamma is first for both; the others keep the model's order, as BM25 does not find them.
    assert found["rows"][1].tolist() == [2, 1, 0, 3]
    np.testing.assert_allclose(found["scores"][1], [2 / 61, 1 / 62, 1 / 63, 1 / 64], rtol=1e-6)
    assert found["rows"][2].tolist() == [3, 2, 0, 1]
    assert found["note"].startswith("bm25 alone: Queries that found nothing: 2 of 4")
    assert found["settings"]["rrf"] == {"k": 60, "depth": 1000}


def test_a_query_without_direction_finds_nothing_rather_than_anything(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch)(texts=[*TEXTS, *QUERIES], one=[[1, 0]] * 4 + [[1, 0], [0, 0], [1, 1], [0, 1]])
    study = pipeline.study(_set(), ["one"])
    found = pipeline.answer("ranking", study, candidate="one", rerankers={}, depth=3)
    assert found["rows"][1].tolist() == [-1, -1, -1]
    assert "found nothing: 1 of 4; the model gives them a zero vector" in found["note"]
    scored = pipeline.answer("quality", study, candidate="one", rerankers={}, rel=1, copies=True, seed=0)
    second = scored["per_query"].iloc[1]
    assert second[["first", *figures.names()]].tolist() == [0] * 32
    assert np.isnan(second["judged"])
    assert scored["judged10"] == 0.5, "of what q1 found: a and b of four"


def test_a_text_that_is_the_query_is_not_found_but_an_id_alone_is_no_reason(ask: Ask) -> None:
    texts = ("alpha one", "near alpha", "beta two")
    queries = (Query("1", "near alpha"), Query("2", "near alpha"))
    judgements = (Judgement("1", "1", 1), Judgement("2", "1", 1), Judgement("2", "2", 1))
    corpus = Corpus("numbered", texts, None, ("1", "2", "3"), None, queries, judgements)
    found = ask("ranking", corpus=corpus)
    # Text 1 is another text than query 1; text 2 is query 2.
    assert found["rows"].tolist() == [[1, 0, 2], [0, 2, -1]]
    per_query = ask("quality", corpus=corpus)["per_query"]
    assert per_query["R@10"].tolist() == [1, 1], "what must not be found is not missed"
    titled = Corpus(
        "t", ("A title near alpha", *texts[1:]), None, ("1", "2", "3"), ("A title", "", ""), queries, judgements
    )
    assert ask("ranking", "bm25", corpus=titled)["rows"].tolist()[0] == [1, -1, -1]


def test_copies_stand_by_lower_row(ask: Ask) -> None:
    corpus = _set(["beta two", "alpha one", "beta two", "alpha one"])
    assert ask("ranking", corpus=corpus)["rows"][0].tolist() == [1, 3, 0, 2]


def test_models_embed_queries_in_their_role(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.types import Role
    from core.work import Work

    seen = []
    real = Work.embed

    def watched(self: Work, texts: Sequence[str], model: object, role: Role, fit: Corpus) -> object:
        seen.append((role, len(texts)))
        return real(self, texts, model, role, fit=fit)

    monkeypatch.setattr(Work, "embed", watched)
    ask("ranking")
    assert sorted(seen) == [(Role.DOCUMENT, 4), (Role.QUERY, 4)]


def test_part_of_a_fusion_is_the_candidate_s_own_answer(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    ask("ranking", "one")
    ask("ranking", "bm25")
    from core.questions.finding import Finder

    monkeypatch.setattr(Finder, "_dense", None)
    monkeypatch.setattr(Finder, "_lexical", None)
    assert ask("ranking", "one+bm25")["rows"].shape == (4, 4)


# Reranked


class _Longest:
    """A reranker that likes the text whose last word is long."""

    nbytes = 1
    asked: list[tuple[str, list[str]]]

    def __init__(self) -> None:
        self.asked = []

    def score(self, query: str, texts: Sequence[str]) -> np.ndarray:
        self.asked.append((query, list(texts)))
        return np.array([len(text.split()[-1]) for text in texts], np.float32)


@pytest.fixture
def longest(home: Path, monkeypatch: pytest.MonkeyPatch) -> _Longest:
    loaded = _Longest()
    library = SimpleNamespace(
        key="stand-in", load=lambda spec: loaded, identity=lambda spec: "digest", ready=lambda spec: True
    )
    monkeypatch.setitem(rerankers.REGISTRY._things, "stand-in", library)
    pipeline.store().models.add(ModelSpec("longest", "Longest", "stand-in", "longest"), "me")
    return loaded


def test_the_reranker_orders_what_was_found(ask: Ask, longest: _Longest) -> None:
    found = ask("ranking", "one>longest", rerankers={"longest": "digest"})
    # Words: one 3, two 3, three 5, four 4; equal ones by lower row.
    assert found["rows"].tolist() == [[2, 3, 0, 1]] * 4
    assert found["scores"][0].tolist() == [5, 4, 3, 3]
    assert longest.asked[0] == ("near alpha", ["alpha one", "beta two", "gamma three", "delta four"])
    assert found["settings"]["rerank"] == {"depth": 50}


def test_only_the_first_fifty_are_read(ask: Ask, longest: _Longest, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.retrieval import fusion

    monkeypatch.setattr(fusion, "RERANKED", 2)
    found = ask("ranking", "one>longest", rerankers={"longest": "digest"})
    assert found["rows"].tolist() == [[0, 1, 2, 3], [2, 1, 0, 3], [2, 3, 0, 1], [0, 1, 2, 3]]
    assert all(len(texts) == 2 for _, texts in longest.asked)
    assert (np.diff(found["scores"][:, 1:], axis=1) < 0).all()


def test_behind_bm25_and_a_fusion_and_where_nothing_was_found(ask: Ask, longest: _Longest) -> None:
    found = ask("ranking", "bm25>longest", rerankers={"longest": "digest"})
    assert found["rows"].tolist() == [[0, -1, -1, -1], [2, -1, -1, -1], [-1] * 4, [-1] * 4]
    assert "found nothing: 2 of 4" in found["note"]
    found = ask("ranking", "one+bm25>longest", rerankers={"longest": "digest"})
    assert found["rows"].tolist() == [[2, 3, 0, 1]] * 4
    assert all(found["settings"].values())


def test_reranking_counts_queries_and_can_be_stopped(ask: Ask, longest: _Longest) -> None:
    ask("ranking", "one")
    seen: list[tuple[int, int]] = []
    ask("ranking", "one>longest", rerankers={"longest": "digest"}, progress=lambda *step: seen.append(step))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]

    def stop(done: int, total: int) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        ask("ranking", "one>longest", rerankers={"longest": "digest"}, depth=3, progress=stop)


def test_another_reranker_than_the_one_asked_about_is_refused(ask: Ask, longest: _Longest) -> None:
    with pytest.raises(VecassayError, match="Longest is not the reranker this question was asked about"):
        ask("ranking", "one>longest", rerankers={"longest": "older"})
    with pytest.raises(VecassayError, match="Expected the digest of longest, which one>longest uses"):
        ask("ranking", "one>longest")


# Quality


def test_figures_by_hand(ask: Ask) -> None:
    found = ask("quality")
    # q1 finds a (grade 2) and b (1) first: perfect. q2 finds d last, of 4. q3 has no relevant text, q4 no judgement.
    per_query = found["per_query"]
    assert per_query["query"].tolist() == [0, 1]
    assert per_query["first"].tolist() == [1, 4]
    assert per_query["judged"].tolist() == [2 / 4, 2 / 4]
    assert per_query["AP"].tolist() == [1, 0.25]
    assert list(per_query) == ["query", "first", "judged", *figures.names()]
    table = found["figures"].set_index("name")
    assert list(table.index) == list(figures.names())
    assert table.loc["P@1", "mean"] == 0.5
    assert table.loc["R@3", "mean"] == 0.5
    assert table.loc["RR@5", "mean"] == pytest.approx((1 + 1 / 4) / 2)
    assert table.loc["nDCG@10", "mean"] == pytest.approx((1 + 1 / np.log2(5)) / 2)
    assert found["ndcg10_judged"] == pytest.approx((1 + 1 / np.log2(3)) / 2), "judged are a, then d"
    assert (found["n"], found["judged10"], found["copied"]) == (2, 0.5, 0)
    assert (
        found["note"] == "Queries left out of every mean: judged without a text of grade 1 or more: 1; not judged: 1."
    )
    assert ((table["low"] <= table["mean"]) & (table["mean"] <= table["high"])).all()


def test_curves_by_hand(ask: Ask) -> None:
    found = ask("quality")
    curve, pr = found["curve"], found["pr"]
    assert curve["k"].tolist() == list(range(1, 101))
    # q1 has half of its two at k = 1 and both at 2; q2 its one at 4.
    assert curve["recall"].tolist()[:5] == [0.25, 0.5, 0.5, 1, 1]
    assert curve["precision"].tolist()[:4] == pytest.approx([0.5, 0.5, 1 / 3, (2 / 4 + 1 / 4) / 2])
    assert ((curve["recall_low"] <= curve["recall"]) & (curve["recall"] <= curve["recall_high"])).all()
    assert pr["precision"].tolist() == [(1 + 1 / 4) / 2] * 11


def test_whether_a_query_has_an_answer(ask: Ask) -> None:
    # Best cosines: q1 5 degrees, q2 10, and q3, without an answer, 20.
    assert ask("quality")["answerable"] == {"auc": 1.0, "n": 1}
    without = _set(grades=[own for own in GRADES if own[0] != "q3"])
    assert ask("quality", corpus=without)["answerable"] == {"auc": None, "n": 0}


def test_one_query_has_no_interval(ask: Ask) -> None:
    found = ask("quality", corpus=_set(grades=[("q1", "b", 1)]))
    assert found["n"] == 1
    assert found["figures"][["low", "high"]].isna().all(axis=None)
    assert found["curve"][["recall_low", "precision_high"]].isna().all(axis=None)
    assert found["figures"]["mean"].notna().all()


def test_a_copy_of_a_judged_text_shares_its_grade_or_does_not(ask: Ask) -> None:
    corpus = _set(["alpha one", "beta two", "gamma three", "delta four", "alpha one"], [("q1", "e", 1)])
    assert ask("quality", corpus=corpus)["copied"] == 1
    assert ask("quality", corpus=corpus)["per_query"]["first"].tolist() == [1]
    assert "Copies of judged texts that share their grade: 1." in ask("quality", corpus=corpus)["note"]
    alone = ask("quality", corpus=corpus, copies=False)
    assert (alone["copied"], alone["per_query"]["first"].tolist()) == (0, [2])


def test_a_higher_grade_to_be_relevant(ask: Ask) -> None:
    found = ask("quality", rel=2)
    assert found["per_query"]["query"].tolist() == [0]
    assert found["answerable"]["n"] == 2


def test_kinds_of_queries(ask: Ask) -> None:
    assert len(ask("quality")["kinds"]) == 0
    plain = _set()
    kinds = ("long", "short", "no answer", "short")
    queries = tuple(Query(query.id, query.text, kind) for query, kind in zip(plain.queries, kinds, strict=True))
    found = ask("quality", corpus=Corpus("set", plain.texts, None, plain.ids, None, queries, plain.judgements))["kinds"]
    assert found["kind"].tolist() == ["long", "short"]
    assert found["n"].tolist() == [1, 1]
    assert found["mean"].tolist() == pytest.approx([1, 1 / np.log2(5)])
    assert found["low"].isna().all()


def test_the_seed_moves_intervals_only(ask: Ask) -> None:
    rng = np.random.default_rng(0)
    texts = tuple(f"w{place} w{rng.integers(40)} w{rng.integers(40)}" for place in range(40))
    queries = tuple(Query(f"q{place}", f"w{place}") for place in range(40))
    judgements = tuple(Judgement(f"q{place}", str(place + 1), 1) for place in range(40))
    corpus = Corpus("words", texts, queries=queries, judgements=judgements)
    one, two = (ask("quality", "bm25", corpus, seed=seed)["figures"] for seed in (0, 1))
    pd.testing.assert_series_equal(one["mean"], two["mean"])
    assert (one["low"] != two["low"]).any()


def test_every_candidate_word_is_scored(ask: Ask) -> None:
    for candidate in ("bm25", "one+bm25"):
        found = ask("quality", candidate)
        assert found["n"] == 2
        assert found["figures"]["mean"].between(0, 1).all()


def test_what_is_missing_is_said_with_what_to_do(ask: Ask) -> None:
    plain = Corpus("plain", tuple(TEXTS))
    for name in ("ranking", "quality"):
        with pytest.raises(VecassayError, match=r"plain has no queries: .* Load a folder or zip in BEIR layout"):
            ask(name, "bm25", corpus=plain)
    with pytest.raises(
        VecassayError, match=r"None of the 4 queries of set has a text of grade 1 .*: no text is judged"
    ):
        ask("quality", corpus=_set(grades=[]))
    with pytest.raises(VecassayError, match=r"grade 3 or more: the highest grade is 2"):
        ask("quality", rel=3)
    with pytest.raises(VecassayError, match=r"Expected a candidate such as"):
        ask("ranking", "Not one")


def test_a_model_that_is_not_named_is_refused(ask: Ask) -> None:
    study = pipeline.study(_set(), [])
    with pytest.raises(VecassayError, match="Expected the digest of one, which one uses"):
        pipeline.answer("ranking", study, candidate="one", rerankers={}, depth=10)


def test_what_fits_a_model_are_the_texts_not_the_queries(home: Path) -> None:
    corpus = _set(["alpha one beta", "beta two gamma", "gamma three delta", "delta four alpha"])
    found = pipeline.answer("ranking", pipeline.study(corpus, ["lsa"]), candidate="lsa", rerankers={}, depth=4)
    # "nowhere else" and "never judged" have no word of the texts.
    assert (found["rows"][2:] == -1).all()
    assert "found nothing: 2 of 4" in found["note"]
    assert (found["rows"][:2] >= 0).all()
