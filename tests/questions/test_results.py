"""What candidates find for one query, side by side."""

from pathlib import Path

import numpy as np
import pytest

from core import pipeline
from core.errors import VecassayError
from core.types import Answer, Corpus, Judgement, Query, Study
from tests.questions.told import circle, told

TEXTS = ("alpha one", "beta two", "gamma three", "alpha one", "delta four")
QUERIES = (Query("q1", "near alpha"), Query("q2", "nothing like it"))
JUDGEMENTS = (Judgement("q1", "a", 2), Judgement("q1", "c", 1), Judgement("q1", "b", 0))


@pytest.fixture
def study(home: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    asked = [query.text for query in QUERIES]
    told(monkeypatch)(texts=[*TEXTS, *asked], one=circle(0, 30, 90, 0, 180, 20, 200), two=circle(0, 1, 2, 0, 3, 3, 0))
    return pipeline.study(Corpus("set", TEXTS, None, tuple("abcde"), None, QUERIES, JUDGEMENTS), ["one", "two"])


def _results(study: Study, candidates: list[str], **given: object) -> Answer:
    named = {"rerankers": {}, "query": 0, "k": 3, "rel": 1, "copies": True, **given}
    return pipeline.answer("results", study, candidates=candidates, **named)


def test_first_results_with_grades_and_copies(study: Study) -> None:
    table = _results(study, ["one", "bm25"])["results"]
    # From 20 degrees: b (30), then a and its copy (0). BM25 finds the two texts with "alpha".
    assert table["candidate"].tolist() == ["one"] * 3 + ["bm25"] * 2
    assert table["rank"].tolist() == [1, 2, 3, 1, 2]
    assert table["row"].tolist() == [1, 0, 3, 0, 3]
    assert table["grade"].tolist() == [0, 2, 2, 2, 2]
    assert table["copy"].tolist() == [False, False, True, False, True]
    np.testing.assert_allclose(table["score"][:3], np.cos(np.radians([10, 20, 20])), atol=1e-6)


def test_a_copy_that_shares_no_grade_is_unjudged(study: Study) -> None:
    found = _results(study, ["one"], copies=False)
    assert found["results"]["grade"].tolist()[:2] == [0, 2]
    assert np.isnan(found["results"]["grade"].iloc[2])
    assert not found["results"]["copy"].any()
    assert found["relevant"]["row"].tolist() == [0, 2]


def test_where_each_candidate_has_the_relevant_texts(study: Study) -> None:
    table = _results(study, ["one", "two", "bm25"], k=1)["relevant"]
    assert list(table) == ["row", "grade", "rank:one", "rank:two", "rank:bm25"]
    assert table["row"].tolist() == [0, 3, 2], "highest grade first, then by row"
    assert table["grade"].tolist() == [2, 2, 1]
    assert table["rank:one"].tolist() == [2, 3, 4]
    assert table["rank:two"].tolist() == [4, 5, 2]  # query at 3 degrees: e, c, b, a, d
    assert table["rank:bm25"].tolist() == [1, 2, 0]
    assert _results(study, ["one"], rel=2)["relevant"]["row"].tolist() == [0, 3]


def test_nothing_found_and_nothing_judged(study: Study) -> None:
    found = _results(study, ["bm25"], query=1)
    assert len(found["results"]) == 0
    assert found["results"].dtypes.astype(str).tolist() == ["str", "int64", "int64", "float64", "float64", "bool"]
    assert found["relevant"].to_dict("list") == {"row": [], "grade": [], "rank:bm25": []}
    assert len(_results(study, ["one", "bm25"], query=1, k=10)["results"]) == 5


def test_what_is_not_there_is_refused(study: Study) -> None:
    with pytest.raises(VecassayError, match="Expected a query from 0 to 1; got 2"):
        _results(study, ["one"], query=2)
    with pytest.raises(VecassayError, match="Expected at least one candidate"):
        _results(study, [])
    with pytest.raises(VecassayError, match="plain has no queries"):
        pipeline.answer(
            "results", pipeline.study(Corpus("plain", TEXTS), ["one"]),
            candidates=["one"], rerankers={}, query=0, k=1, rel=1, copies=True,
        )  # fmt: skip
