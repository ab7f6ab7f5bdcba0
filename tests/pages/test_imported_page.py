"""Vectors computed elsewhere beside a model that embeds: what is typed is answered by that one, and it is said why."""

import io

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import importing, pipeline
from core.corpora import Limits
from core.types import Corpus, Judgement, Query
from tests.pages.test_pages import open_page, settle
from tests.pages.test_pages import words as escaped

TEXTS = tuple(f"text number {n} about {'cats' if n % 2 else 'ships'}" for n in range(12))
QUERIES = (Query("q1", "cats number one"), Query("q2", "ships number two"))
JUDGED = (Judgement("q1", "2", 1), Judgement("q2", "1", 1))
SILENT = "Elsewhere has only the vectors it came with, and none of what is asked here: left out."


def words(at: AppTest) -> str:
    return escaped(at).replace("\\", "")


@pytest.fixture
def chosen(app: None, asked_here: list[str]) -> dict[str, str]:
    """Twelve texts with two queries, LSA, and vectors of the texts alone that were brought."""
    corpus = Corpus("Few texts", TEXTS, queries=QUERIES, judgements=JUDGED)
    buffer = io.BytesIO()
    np.save(buffer, np.random.default_rng(0).normal(size=(len(TEXTS), 4)).astype(np.float32))
    found = importing.check(corpus, importing.read("v.npy", buffer.getvalue(), Limits(1_000_000, 1_000, 1_000)))
    kept = pipeline.store()
    brought = importing.keep(kept, found, "Elsewhere", owner="")
    return {"corpus": kept.corpora.add(corpus, {}, kind="typed", owner=None), "models": f"lsa,{brought.key}"}


def test_a_typed_sentence_is_answered_by_the_others(chosen: dict[str, str]) -> None:
    at = open_page("overview", **chosen)
    assert SILENT not in words(at)
    at.text_input(key="try_it").set_value("number 3 about cats").run()
    settle(at)
    assert not at.exception
    assert not at.error, [error.value for error in at.error]
    assert SILENT in words(at)
    assert "text number 3 about cats" in words(at)


@pytest.mark.parametrize("page", ["compare", "retrieval", "decision"])
def test_pages_that_ask_something_leave_it_out(chosen: dict[str, str], page: str) -> None:
    at = open_page(page, **chosen)
    assert not at.exception, at.exception
    assert not at.error, [error.value for error in at.error]
    assert SILENT in words(at)
    assert at.get("plotly_chart") or page == "decision"


def test_new_texts_are_placed_on_the_maps_of_the_others(chosen: dict[str, str]) -> None:
    at = open_page("clusters", **chosen, method="pca")
    at.text_area(key="place_texts").set_value("a new text about cats").run()
    settle(at)
    assert not at.error, [error.value for error in at.error]
    assert SILENT in words(at)
    assert "LSA · nearest text" in at.dataframe[0].value


def test_a_text_it_came_with_is_answered_by_it_too(chosen: dict[str, str]) -> None:
    at = open_page("compare", **chosen)
    at.text_area(key="typed_sentences").set_value("\n".join(TEXTS[:3])).run()
    settle(at)
    assert not at.error, [error.value for error in at.error]
    assert SILENT not in words(at)
    assert "Elsewhere · cosine" in at.dataframe[0].value


def test_a_typed_query_is_judged_on_what_the_others_find(chosen: dict[str, str]) -> None:
    at = open_page("retrieval", **chosen, view="Test set")
    at.text_input(key="new_query_text").set_value("ships").run()
    next(button for button in at.button if button.label == "Judge it").click().run()
    settle(at)
    assert not at.error, [error.value for error in at.error]
    assert SILENT in words(at)
