"""Cut-offs of candidates on a circle, read off by hand; the arithmetic is tested under tests/stats."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core import pipeline
from core.errors import VecassayError
from core.retrieval import candidates as words
from core.types import Answer, Corpus, Judgement, Query
from tests.questions.told import circle, told

Ask = Callable[..., Answer]
TEXTS = {"alpha": 0, "beta": 60, "gamma": 180}
# Cosines: query one .985 alpha, .643 beta; query two .940 beta, .766 alpha; query three has no right text.
QUERIES = {"one": 10, "two": 40, "three": 150, "four": 60}
GRADES = (("q1", "1", 2), ("q1", "2", 0), ("q2", "2", 1), ("q3", "3", 0))


def _set(grades: tuple[tuple[str, str, int], ...] = GRADES) -> Corpus:
    queries = tuple(Query(f"q{place}", text) for place, text in enumerate(QUERIES, start=1))
    return Corpus("set", tuple(TEXTS), queries=queries, judgements=tuple(Judgement(*own) for own in grades))


@pytest.fixture
def ask(home: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    vectors = circle(*TEXTS.values(), *QUERIES.values())
    # `narrow` sees the same through a cone: its cosines are (1 + cosine) / 2.
    narrow = np.column_stack([vectors, np.ones(len(vectors))])
    told(monkeypatch)(texts=[*TEXTS, *QUERIES], wide=vectors, narrow=narrow)

    def answer(*names: str, corpus: Corpus | None = None, **given: object) -> Answer:
        study = pipeline.study(corpus or _set(), words.models(names))
        settings = {"rerankers": {}, "precision": 0.9, "rel": 1, "copies": True, "seed": 0, **given}
        return pipeline.answer("cutoffs", study, candidates=list(names), **settings)

    return answer


def _cos(degrees: float) -> float:
    return float(np.cos(np.radians(degrees)))


def test_the_cut_off_that_keeps_a_precision(ask: Ask) -> None:
    found = ask("wide", precision=0.6)
    (row,) = found["cutoffs"].to_dict("records")
    # Judged: 10 degrees right, 20 right, 30 wrong (the query without a right text), 50 wrong.
    assert row["cutoff"] == pytest.approx(_cos(20), abs=1e-6)
    assert (row["precision"], row["recall"], row["kept"], row["reached"]) == (1, 1, pytest.approx(2 / 3), True)
    assert (row["unjudged"], row["floor"]) == (0, 1)
    assert row["precision_low"] == pytest.approx(0.025**0.5)
    assert (found["n"], found["assumed"], found["left_out"], found["note"]) == (3, False, [], "")
    assert ask("wide", rel=2)["cutoffs"]["cutoff"][0] == pytest.approx(_cos(10), abs=1e-6)


def test_a_histogram_and_a_curve_for_each(ask: Ask) -> None:
    found = ask("wide", "narrow")
    counts = found["histogram"].groupby("candidate", sort=False)[["relevant", "irrelevant", "unjudged"]].sum()
    assert counts.index.tolist() == ["wide", "narrow"]
    assert counts.to_numpy().tolist() == [[2, 2, 5]] * 2
    curve = found["curve"]
    assert (curve.groupby("candidate").size() == 401).all()
    # The same number of results a query is the same angle: a cosine c of one is (1 + c) / 2 of the other.
    wide, narrow = (curve[curve["candidate"] == name] for name in ("wide", "narrow"))
    at = np.searchsorted(narrow["per_query"], 5 / 3), np.searchsorted(wide["per_query"], 5 / 3)
    assert narrow["cutoff"].iloc[at[0]] == pytest.approx((1 + wide["cutoff"].iloc[at[1]]) / 2, abs=0.005)


def test_scores_that_mean_something_else_in_each_query_are_left_out_and_said(ask: Ask) -> None:
    found = ask("bm25", "wide", "wide+bm25")
    assert found["left_out"] == ["bm25", "wide+bm25"]
    assert "Left out: bm25, wide+bm25" in found["note"]
    assert found["cutoffs"]["candidate"].tolist() == ["wide"]
    nothing = ask("bm25")
    assert (len(nothing["cutoffs"]), len(nothing["curve"]), len(nothing["histogram"])) == (0, 0, 0)
    for name in ("cutoffs", "curve", "histogram"):
        assert list(nothing[name]) == list(found[name])


def test_without_any_wrong_result_the_unjudged_count_and_it_is_said(ask: Ask) -> None:
    found = ask("wide", corpus=_set((("q1", "1", 2), ("q2", "2", 1))), precision=0.6)
    assert found["assumed"]
    assert "No result is judged irrelevant" in found["note"]
    (row,) = found["cutoffs"].to_dict("records")
    assert (row["precision"], row["floor"], row["recall"]) == (1, 1, 1)
    curve = found["curve"]
    assert curve["precision"].iloc[-1] == curve["floor"].iloc[-1] == pytest.approx(2 / 6)


def test_a_precision_that_nothing_reaches(ask: Ask) -> None:
    found = ask("wide", corpus=_set((("q1", "3", 1), ("q1", "1", 0), ("q2", "1", 0), ("q2", "2", 0))))
    (row,) = found["cutoffs"].to_dict("records")
    assert row["reached"] is False
    assert np.isnan(row["cutoff"])


def test_bad_questions_are_told(ask: Ask) -> None:
    for wrong in (0, -0.1, 1.1):
        with pytest.raises(VecassayError, match="precision above 0"):
            ask("wide", precision=wrong)
    with pytest.raises(VecassayError, match="grade 3"):
        ask("wide", rel=3)


def test_answers_are_kept_with_plain_columns(ask: Ask) -> None:
    found, again = ask("wide", "narrow"), ask("wide", "narrow")
    for name in ("histogram", "cutoffs", "curve"):
        assert not found[name].select_dtypes(object).columns.size
        assert found[name].equals(again[name].astype(found[name].dtypes))
