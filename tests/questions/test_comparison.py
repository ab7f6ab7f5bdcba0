"""Which candidate is better, on points on a circle; the figures themselves are tested under tests/stats."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core import pipeline, questions, stats
from core.errors import VecassayError
from core.retrieval import candidates as words
from core.types import Answer, Corpus, Judgement, Query
from tests.questions.told import circle, told

Ask = Callable[..., Answer]
COUNT = 24


def _set(judged: int = COUNT - 2, grade: int = 1) -> Corpus:
    """Text i is right for query i; the last but one is judged without a right text, the last is not judged."""
    texts = tuple(f"word{i} text" for i in range(COUNT))
    queries = tuple(Query(f"q{i}", f"word{i} query") for i in range(COUNT))
    right = [Judgement(f"q{i}", str(i + 1), grade) for i in range(judged)]
    return Corpus("set", texts, queries=queries, judgements=(*right, Judgement(f"q{COUNT - 2}", "1", 0)))


@pytest.fixture
def ask(home: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """`good` finds every text, `same` too, `off` is wrong in every second query, `bad` nearly always."""
    degrees = np.arange(COUNT) * 360 / COUNT
    step = 360 / COUNT
    off = degrees + np.where(np.arange(COUNT) % 2, 0.8 * step, 0)
    turned = {"good": degrees + 1, "same": degrees + 1, "off": off, "bad": degrees + 150}
    written = _set()
    texts = [*written.texts, *(query.text for query in written.queries)]
    told(monkeypatch)(
        texts=texts, **{name: np.concatenate([circle(*degrees), circle(*own)]) for name, own in turned.items()}
    )

    def answer(names: list[str], corpus: Corpus | None = None, **given: object) -> Answer:
        study = pipeline.study(corpus or _set(), words.models(names))
        settings = {"rerankers": {}, "measure": "nDCG@10", "rel": 1, "copies": True, "seed": 0, **given}
        return pipeline.answer("comparison", study, candidates=names, **settings)

    return answer


def test_the_better_comes_first_and_pairs_are_its_difference_to_the_others(ask: Ask) -> None:
    found = ask(["bad", "off", "good", "bm25"])
    quality = _quality("good")
    assert found["means"]["candidate"].tolist() == ["good", "bm25", "off", "bad"]
    row = quality["figures"].set_index("name").loc["nDCG@10"]
    assert found["means"].iloc[0, 1:].tolist() == row[["mean", "low", "high"]].tolist()
    # Half of the 22 queries of `off` find their text second: 1 / log2(3).
    pairs = found["pairs"].set_index(["a", "b"])
    pair = pairs.loc["good", "off"]
    assert pair["difference"] == pytest.approx(0.5 * (1 - 1 / np.log2(3)))
    assert pair[["win", "tie", "loss", "n"]].tolist() == [11, 11, 0, 22]
    assert pair["p"] == 2 / 2**11
    assert len(pairs) == 6
    assert (pairs["difference"] >= 0).all()
    assert found["n"] == 22
    assert "judged without a text of grade 1 or more: 1; not judged: 1" in found["note"]


def _quality(candidate: str) -> Answer:
    study = pipeline.study(_set(), words.models([candidate]))
    return pipeline.answer("quality", study, candidate=candidate, rerankers={}, rel=1, copies=True, seed=0)


def test_a_pair_is_the_same_whoever_else_is_asked_about(ask: Ask) -> None:
    alone = ask(["good", "off"])["pairs"].iloc[0]
    for names in (["good", "off", "bad", "bm25"], ["bad", "off", "good"]):
        joined = ask(names)["pairs"].set_index(["a", "b"]).loc["good", "off"]
        assert joined["p"] == alone["p"]
        for name in ("difference", "low", "high", "sd"):
            assert joined[name] == pytest.approx(alone[name], abs=1e-12)


def test_candidates_that_find_the_same_are_practically_equal(ask: Ask) -> None:
    found = ask(["good", "same", "bad"])
    told_ = stats.tell(found["pairs"], margin=0.01)
    assert told_.set_index(["a", "b"])["verdict"].to_dict() == {
        ("good", "same"): "equal", ("good", "bad"): "a", ("same", "bad"): "a",
    }  # fmt: skip
    assert stats.tie_group(found["means"], told_) == ["good", "same"]


def test_is_it_able_to_tell(ask: Ask) -> None:
    found = ask(["good", "off", "bm25"])["able"]
    assert (found["n"], found["informative"], found["refuse"]) == (22, 11, False)
    assert found["solved_by_all"] == found["solved_by_none"] + 0.5 == 0.5
    assert found["gap_bm25"] == 0
    easy = ask(["good", "bm25"])["able"]
    assert easy["refuse"]
    assert [reason.split(" ")[0] for reason in easy["reasons"]] == ["The", "Every"]
    few = ask(["good", "bad"], _set(judged=12))["able"]
    assert few["reasons"] == ["Only 12 queries have a relevant text; a ranking of candidates needs at least 20."]
    # At k = 10 one right text makes a precision of 0.1 at best: that is solved, and recall at 1 is plain.
    assert ask(["good", "same"], measure="P@10")["able"]["solved_by_all"] == 1
    assert ask(["good", "off"], measure="R@1")["able"]["solved_by_all"] == 0.5


def test_what_to_judge_next_is_disputed_and_unjudged(ask: Ask) -> None:
    found = ask(["good", "off", "bad"])["propose"]
    assert len(found) == 20
    assert COUNT - 2 not in found["query"].tolist(), "it was judged, and has no right text"
    assert (np.diff(found["telling"]) <= 0).all()
    rows = {name: _ranked(name) for name in ("good", "off", "bad")}
    # Nobody judged the last query, and `bad` finds other texts than the rest.
    for query, spread, telling in found.itertuples(index=False):
        judged = {COUNT - 1: [], COUNT - 2: [0]}.get(query, [query])
        disputed = stats.disputed([own[query] for own in rows.values()], frozenset(judged))
        assert np.isnan(spread) == (query == COUNT - 1)
        assert telling == pytest.approx(disputed * (1 if np.isnan(spread) else spread))
        assert telling > 0.2
    assert ask(["good", "same"])["propose"]["telling"].tolist() == [0.0] * 20


def _ranked(candidate: str) -> list[list[int]]:
    study = pipeline.study(_set(), [candidate])
    found = pipeline.answer("ranking", study, candidate=candidate, rerankers={}, depth=1000)
    return [row[:10] for row in found["rows"].tolist()]


def test_one_candidate_or_the_same_twice_has_no_pairs(ask: Ask) -> None:
    for names in (["off"], ["off", "off"]):
        found = ask(names)
        assert (len(found["means"]), len(found["pairs"]), found["able"]["refuse"]) == (1, 0, False)
        assert stats.tie_group(found["means"], stats.tell(found["pairs"], 0.01)) == ["off"]
    assert len(ask(["bm25"])["means"]) == 1


def test_grades_that_count_are_an_argument(ask: Ask) -> None:
    assert ask(["good", "off"], _set(grade=2), rel=2)["n"] == 22
    with pytest.raises(VecassayError, match="grade 3 or more"):
        ask(["good", "off"], _set(grade=2), rel=3)


def test_bad_questions_are_told(ask: Ask) -> None:
    with pytest.raises(VecassayError, match="measure such as"):
        ask(["good"], measure="nDCG@7")
    with pytest.raises(VecassayError, match="at least one candidate"):
        ask([])
    with pytest.raises(VecassayError, match="no queries"):
        ask(["good"], Corpus("bare", ("word0 text", "word1 text")))


def test_the_answer_is_found_again_and_its_tables_have_plain_columns(ask: Ask) -> None:
    found = ask(["good", "off", "bm25"])
    again = ask(["good", "off", "bm25"])
    for name in ("means", "pairs", "propose"):
        assert found[name].equals(again[name].astype(found[name].dtypes))
        assert not found[name].select_dtypes(object).columns.size
    assert again["able"] == found["able"]
    assert questions.REGISTRY["comparison"].takes >= {"measure", "rel", "copies", "seed", "candidates", "rerankers"}
