"""The test set on the Retrieval page: what it is, three ways to get one, judging, and a store that refuses."""

import pytest
from streamlit.testing.v1 import AppTest

from core import jobs, pipeline
from core.session.grading import mark
from core.store import StoreError
from core.store.judging import Judging
from core.types import Corpus, Judgement, Query
from tests.pages.test_pages import open_page, settle, words

TEXTS = ("Water boils in the kettle.", "My parcel is late.", "The parcel has arrived.", "The band plays.")
IDS = ("t1", "t2", "t3", "t4")
QUERIES = (Query("q1", "late parcel", "post"), Query("q2", "kettle"), Query("q3", "kettle"), Query("q4", "My parcel"))
JUDGED = (Judgement("q1", "t2", 3), Judgement("q1", "t3", 1), Judgement("q2", "t1", 2))


@pytest.fixture
def app(app: None, asked_here: list[str]) -> None:
    """Answers are given in this process."""


def _open(queries: tuple[Query, ...] = QUERIES, judged: tuple[Judgement, ...] = JUDGED, **address: str) -> AppTest:
    corpus = Corpus("post", TEXTS, ids=IDS, queries=queries, judgements=judged)
    kept = pipeline.store().corpora.add(corpus, {}, kind="upload", owner="somebody")
    at = _done(open_page("retrieval", corpus=kept, models="lsa", view="Test set", **address))
    assert not at.exception, at.exception
    return at


def _done(at: AppTest) -> AppTest:
    """Run until no answer asks for another one."""
    settle(at)
    while jobs.jobs().active():
        settle(at)
    return at


def _told(at: AppTest) -> str:
    return words(at).replace("\\", "")


def _press(at: AppTest, key: str) -> AppTest:
    return _done(at.button(key=key).click().run())


def test_what_it_is_and_what_is_odd_with_what_to_do(app: None) -> None:
    at = _open(judge="asked-000000000000")  # a query of other texts
    told = _told(at)
    assert "4 queries: 2 with a known answer, 2 not judged; 3 judgements;" in told
    assert "Only 2 queries with a known answer: too few to rank candidates." in told
    assert "1 query with the same text as an earlier one" in told
    at.session_state["in_question"] = True
    _done(at.run())
    tables = [frame.value for frame in at.dataframe]
    (queries,) = [table for table in tables if "grade 3" in table]
    assert list(queries["query"]) == [query.text for query in QUERIES]
    assert list(queries["relevant"]) == [2, 1, 0, 0]
    assert any("asked twice" in set(table.get("what", [])) for table in tables)
    assert at.selectbox(key="_judge").value is None
    assert not at.error


def test_no_queries_three_ways_and_a_typed_query_that_is_deleted(app: None) -> None:
    at = _open((), ())
    assert "come without queries" in _told(at)
    assert "load_queries" in {button.key for button in at.button}
    at.text_input(key="new_query_text").set_value("where is the band?")
    submit = next(button for button in at.button if button.label == "Judge it")
    _done(submit.click().run())
    key = mark("where is the band?")
    assert key in at.query_params["judge"]
    at = _press(at, "no_answer")
    assert "4 new judgements" in _told(at)
    at = _press(at, f"withdrawn-{key}")
    assert "judge" not in at.query_params
    assert "new judgement" not in _told(at)
    assert not at.selectbox(key="_judge").options
    _press(at, "open_helpdesk")
    assert "helpdesk" in at.query_params["corpus"]


def test_given_grades_changed_and_taken_back_and_on_to_the_next(app: None, monkeypatch: pytest.MonkeyPatch) -> None:
    at = _open(judge=mark("late parcel"))
    assert "2 of 4** judged" in _told(at)
    controls = {control.key: control.value for control in at.get("button_group")}
    grades = [controls[f"grade-{mark('late parcel')}-{mark(text)}"] for text in TEXTS]
    assert grades == [None, 3, 1, None]
    at.button(key="no_answer").click().run()
    assert "4 of 4** judged" in _told(at)
    assert "given: 3, changed by you" in _told(at)
    assert "2 new judgements and 2 changed ones" in _told(at)
    _press(at, f"withdrawn-{mark('late parcel')}")
    assert "2 of 4** judged" in _told(at)
    assert "in no figure yet" not in _told(at)

    # On to the next that nobody judged, past “kettle”, which has a judgement; behind the last one, to none.
    assert "My parcel" in at.button(key="next_query").label
    _press(at, "next_query")
    assert mark("My parcel") in at.query_params["judge"]
    assert "Every other query has judgements." in _told(at)

    def full(*_: object) -> None:
        raise StoreError("The disk is full. Make room.")

    monkeypatch.setattr(Judging, "ask", full)
    at.button(key="no_answer").click().run()
    assert not at.exception
    assert "The disk is full" in _told(at)
    assert "0 of 4** judged" in _told(at)
