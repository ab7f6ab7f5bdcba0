"""What moving to another model changes, over small corpora whose models are made of words."""

from dataclasses import replace

import numpy as np
import pytest

from core import catalog, pipeline
from core.errors import VecassayError
from core.questions.migration import _numbered, _shared
from core.types import Answer, Corpus, Study
from tests.decisions import corpus

HOW = {"rel": 1, "copies": True, "seed": 0}
MODELS = [
    replace(catalog.model("lsa"), key=key, label=f"{key} LSA", dimension=dimension)
    for key, dimension in (("wide", 32), ("small", 8))
]


def two(texts: Corpus) -> Study:
    """LSA in 32 and in 8 dimensions."""
    for spec in MODELS:
        pipeline.store().models.add(spec, "test")
    return pipeline.study(texts, [spec.key for spec in MODELS])


def many(n: int = 200, judged: int = 40) -> Corpus:
    """Texts enough to fit a map on."""
    made = corpus(judged)
    rng = np.random.default_rng(3)
    more = (" ".join(rng.choice([f"w{i}" for i in range(300)], 12, replace=False)) for _ in range(n))
    return replace(made, texts=(*made.texts, *more))


def asked(study: Study, a: str = "small", b: str = "wide", **how: int | bool) -> Answer:
    return pipeline.answer("migration", study, a=a, b=b, **{**HOW, **how})


def ways(found: Answer, way: str, measure: str) -> float:
    return float(found["ways"].set_index("way").loc[way, measure])


def test_each_model_has_the_quality_that_retrieval_gives_it(home: object) -> None:
    study = two(many())
    found = asked(study)
    for way, key in (("a", "small"), ("b", "wide")):
        quality = pipeline.answer("quality", study.only(key), candidate=key, rerankers={}, **HOW)
        figures = quality["figures"].set_index("name").loc["nDCG@10"]
        assert [ways(found, way, f"nDCG@10{end}") for end in ("", "_low", "_high")] == pytest.approx(
            figures[["mean", "low", "high"]].tolist()
        )
        assert found["per_query"][f"ndcg10_{way}"].to_numpy() == pytest.approx(
            quality["per_query"]["nDCG@10"].to_numpy()
        )


def test_what_changes_is_what_is_not_in_both_first_tens(home: object) -> None:
    study = two(many())
    found = asked(study)
    tens = [
        pipeline.answer("ranking", study.only(key), candidate=key, rerankers={}, depth=10)["rows"]
        for key in ("small", "wide")
    ]
    expected = [1 - len(set(a) & set(b) - {-1}) / 10 for a, b in zip(*tens, strict=True)]
    assert found["per_query"]["changed"].tolist() == pytest.approx(expected)
    assert 0 < found["changed"][0] < 1
    assert found["changed"][1] <= found["changed"][0] <= found["changed"][2]
    assert found["changed"][0] == pytest.approx(1 - ways(found, "a", "recall"))
    assert ways(found, "b", "recall") == 1


def test_who_wins_and_loses_is_counted_query_by_query(home: object) -> None:
    found = asked(two(many()))
    pair = found["pairs"].query("a == 'b' and b == 'a'").iloc[0]
    difference = found["per_query"]["difference"]
    assert pair["win"] == (difference > 0).sum()
    assert pair["loss"] == (difference < 0).sum()
    assert pair["difference"] == pytest.approx(difference.mean())
    assert (found["n"], found["judged"], found["asked"]) == (40, 40, "queries")
    assert len(found["pairs"]) == 6


def test_the_other_way_round_the_differences_turn(home: object) -> None:
    study = two(many())
    there, back = asked(study), asked(study, "wide", "small")
    np.testing.assert_allclose(there["per_query"]["difference"], -back["per_query"]["difference"])
    np.testing.assert_allclose(there["per_query"]["changed"], back["per_query"]["changed"])
    assert there["dimensions"] == back["dimensions"][::-1]


def test_from_a_space_into_its_own_first_dimensions_a_map_finds_most(home: object) -> None:
    # LSA's first 8 dimensions are a linear map of all of them, but for the lengths.
    found = asked(two(many()), "wide", "small")
    for way in ("orthogonal", "ridge"):
        assert ways(found, way, "recall") > 0.6 > ways(found, "a", "recall") + 0.2
        assert ways(found, way, "cosine") > 0.85
    assert found["fitted"] >= 150
    assert found["folds"] == len(found["alphas"]) == 5
    assert found["learnt_here"] == [True, True]


def test_without_queries_texts_are_asked_and_no_map_learns_from_them(home: object) -> None:
    found = asked(two(Corpus("texts", many().texts)))
    assert (found["asked"], found["n"], found["judged"]) == ("texts", 52, 0)
    assert found["per_query"]["difference"].isna().all()
    assert found["ways"]["nDCG@10"].isna().all()
    assert found["ways"]["recall"].notna().all()
    assert not len(found["pairs"])
    # 260 texts, of which 52 are asked: a map of a fold learns from four fifths of the 208 others, more or less.
    assert 150 <= found["fitted"] <= 175


def test_few_texts_have_no_maps_and_it_is_said(home: object) -> None:
    found = asked(two(Corpus("few", corpus().texts[:40])))
    assert found["ways"]["way"].tolist() == ["a", "b"]
    assert "50 different texts" in found["unmapped"]
    assert (found["n"], found["folds"]) == (40, 0)
    assert 0 < found["changed"][0] <= 1


@pytest.mark.parametrize(("texts", "b"), [(("one",), "small"), (("one two", "two three"), "wide")])
def test_one_text_or_one_model_is_refused(home: object, texts: tuple[str, ...], b: str) -> None:
    with pytest.raises(VecassayError, match="two different models"):
        asked(two(Corpus("c", texts)), "wide", b)


def test_another_seed_is_another_answer_and_the_same_seed_the_same(home: object) -> None:
    study = two(many())
    other = asked(study, seed=1)
    assert other["ways"]["recall"].tolist() != asked(study)["ways"]["recall"].tolist()
    assert other["per_query"]["changed"].tolist() == asked(study)["per_query"]["changed"].tolist()


def test_the_same_words_have_one_number_and_what_is_nowhere_is_shared_by_none() -> None:
    texts, queries = _numbered(replace(corpus(2), texts=("x", "y", "x")))
    assert texts[0] == texts[2] != texts[1]
    assert not set(queries) & set(texts)
    assert _shared(np.array([[3, -1, -1]]), np.array([[-1, 3, 4]])).tolist() == [1]


def test_texts_that_are_also_queries_are_not_learnt_from(home: object) -> None:
    made = corpus(20)
    repeated = tuple(replace(query, text=made.texts[place]) for place, query in enumerate(made.queries))
    found = asked(two(replace(made, queries=repeated)))
    assert found["unmapped"]  # 60 texts, of which 20 are asked
    assert "40 texts" in found["unmapped"]
