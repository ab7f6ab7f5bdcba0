"""The Similarity page: what it says, shows and keeps in the address, for any number of models, labels or none."""

import re
from collections.abc import Iterator, Sequence

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import corpora, pipeline
from core.settings import settings
from core.types import Corpus, ModelSpec, Question
from core.work import Work
from tests.pages.test_pages import HOSTILE, ROOT, words

asked: list[str] = []


def _here(waiting: Sequence[Question]) -> bool:
    """Answer in this process: how the page does with a worker is what `test_pages` looks at."""
    for question in waiting:
        asked.append(question.name)
        pipeline.keep(Work(pipeline.store(), pipeline.respond), question)
    return True


@pytest.fixture(scope="module", autouse=True)
def _one_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One store for all tests here, so that each answer is computed once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VECASSAY_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setattr("core.session.panel.work", _here)
        for cached in (settings, pipeline._opened):
            cached.cache_clear()
        st.cache_resource.clear()
        yield
        pipeline.store().close()
    for cached in (settings, pipeline._opened):
        cached.cache_clear()
    st.cache_resource.clear()


def _models(many: int) -> str:
    """Keys of so many models that need no files: the same one at several sizes."""
    for size in range(1, many):
        spec = ModelSpec(f"lsa{size}", f"LSA of {2 * size}", "lsa", "tfidf-svd", dimension=2 * size)
        pipeline.store().models.add(spec, "")
    return ",".join(["lsa", *(f"lsa{size}" for size in range(1, many))][:many])


def _open(corpus: str, many: int, **query: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in {"corpus": corpus, "models": _models(many), **query}.items():
        at.query_params[name] = value
    at.run()
    at.switch_page("pages/similarity.py").run()
    assert not at.exception, at.exception
    assert not at.error, [error.value for error in at.error]
    return at


def _add(*texts: str, labels: tuple[str, ...] | None = None) -> str:
    return pipeline.store().corpora.add(Corpus("mine", texts, labels=labels), {}, kind="upload", owner="me")


ANIMALS = (
    "a cat on the mat",
    "the cat on a mat",
    "a dog in the park",
    "the dog in a park",
    "stock prices fell",
)
LABELS = ("cat", "cat", "dog", "dog", "money")


def _headline(at: AppTest) -> str:
    return next(element.value for element in at.markdown if element.value.startswith("#### "))


def _tables(at: AppTest) -> list[list[str]]:
    return [list(table.value.columns) for table in at.dataframe]


@pytest.mark.parametrize("many", [1, 2, 3, 5])
def test_with_labels_the_headline_is_how_well_labels_are_told_apart(many: int) -> None:
    at = _open("sentences", many)
    assert "AUC" in _headline(at)
    assert "labels" in _headline(at) or many == 1
    assert ("Difference of" in [box.label for box in at.selectbox]) == (many > 2)
    opened, thresholds = at.dataframe[-2].value, at.dataframe[-1].value
    assert len(opened) == len(thresholds) == many
    assert list(thresholds.columns[:4]) == ["model", "AUC", "precision", "recall"]
    lists = [group for group in at.button_group if group.label == "Pairs"]
    assert len(lists) == (many > 1)


@pytest.mark.parametrize("many", [1, 2])
def test_without_labels_the_headline_is_where_the_closest_pairs_begin(many: int) -> None:
    at = _open(_add(*ANIMALS), many)
    assert "AUC" not in words(at)
    assert "label" not in [group.label.lower() for group in at.button_group]
    assert "of all pairs" in words(at)
    assert list(at.dataframe[-1].value.columns) == ["model", "share of pairs", "closest 1% from"]


def test_two_models_are_shown_by_rank_and_one_by_its_own_score() -> None:
    at = _open("sentences", 2)
    assert at.session_state["scale"] == "rank"
    assert "not on one scale" in words(at)
    at = _open("sentences", 1)
    assert at.session_state["scale"] == "raw"
    assert "Shown is the cosine" in words(at)
    at = _open("sentences", 2, scale="raw")
    assert "holds the difference of their scales too" in words(at)


def test_a_link_shows_what_it_says() -> None:
    at = _open(
        "sentences", 3, scale="raw", order="cluster", score="dot", limit="100", seed="3", first="4", second="9",
        list="closest", two="LSA of 2 − LSA of 4",
    )  # fmt: skip
    said = words(at)
    assert "Random sample of 100 of 300 texts, seed 3" in said.replace("\\", "")
    assert "dot product" in said
    assert "ordered by clustering under LSA" in said
    assert "Row 4 " in said.replace("\\", "")
    assert "Row 9 " in said.replace("\\", "")
    texts = pipeline.find(pipeline.store(), "sentences").texts
    assert [element.value for element in at.text] == [texts[3], texts[8]]
    assert "Closest under" in [box.label for box in at.selectbox]


def test_a_link_with_nonsense_falls_back() -> None:
    at = _open(
        "sentences", 2, scale="x", order="y", score="z", limit="7", around="0", first="999", threshold="9", two="q"
    )
    assert "All 300 texts" in words(at)
    assert at.slider(key="threshold").value == 0.7


def test_texts_like_one_are_that_text_and_its_nearest() -> None:
    at = _open("sentences", 2, around="5", limit="100")
    assert "Text 5 and the 99 of 300 texts nearest to it under LSA" in words(at).replace("\\", "")


def test_the_order_by_label_is_offered_only_where_there_are_labels() -> None:
    at = _open(_add(*ANIMALS), 2, order="label")
    order = next(group for group in at.button_group if group.label == "Order")
    assert [option.content for option in order.proto.options] == ["given", "cluster"]
    at = _open(_add(*ANIMALS, labels=LABELS), 2)
    assert "ordered by label" in words(at)


def test_a_moved_threshold_changes_precision_recall_and_the_sentence() -> None:
    at = _open("sentences", 2, threshold="0.3")
    assert at.slider(key="threshold").value == 0.3
    assert "at **0\\.3**" in words(at) or "at **0.3**" in words(at)
    low = at.dataframe[-1].value
    at.slider(key="threshold").set_value(0.8).run()
    high = at.dataframe[-1].value
    assert (high["recall"] <= low["recall"]).all()
    assert (high["recall"] < low["recall"]).any()
    assert list(high["AUC"]) == list(low["AUC"])
    assert list(high["at threshold"]) == list(low["at threshold"])


def test_a_row_of_a_list_opens_the_pair_and_stays_open() -> None:
    at = _open("sentences", 2)
    listed = at.dataframe[0].value
    assert "difference" in listed.columns
    at.session_state["pairs-moved"] = {"selection": {"rows": [3], "columns": [], "cells": []}}
    at.run()
    first, second = (int(row) - 1 for row in listed["rows"].iloc[3].split(" · "))
    texts = pipeline.find(pipeline.store(), "sentences").texts
    assert [element.value for element in at.text] == [texts[first], texts[second]]
    assert (at.session_state["first"], at.session_state["second"]) == (first + 1, second + 1)


def test_the_list_of_closest_pairs_counts_exact_duplicates() -> None:
    at = _open(_add(*ANIMALS, ANIMALS[0], ANIMALS[0]), 1)
    assert "2 texts repeat an earlier one exactly" in words(at)
    rows = {frozenset(map(int, pair.split(" · "))) for pair in at.dataframe[0].value["rows"]}
    assert not rows & {frozenset(pair) for pair in ((1, 6), (1, 7), (6, 7))}
    assert "No text repeats" in words(_open(_add(*ANIMALS), 1))


def test_surprising_pairs_name_the_model_that_finds_them_near() -> None:
    at = _open("sentences", 2, list="surprising")
    table = at.dataframe[0].value
    assert set(table["near for"]) <= {"LSA", "LSA of 2"}
    near = table[table["near for"] == "LSA"]
    assert len(near)
    assert (near["LSA"] < near["LSA of 2"]).all()


@pytest.mark.parametrize("texts", [("alone",), ("the same", "the same"), ("one", "two"), ("", " ", "\x00")])
def test_very_few_texts_duplicates_and_texts_without_words(texts: tuple[str, ...]) -> None:
    fingerprint = _add(*texts)
    at = _open(fingerprint, 2)
    if len(texts) == 1:
        assert "Two texts are enough" in words(at)


@pytest.mark.parametrize("labels", [("same",) * 5, ("1", "2", "3", "4", "5")])
def test_labels_that_say_nothing_about_closeness(labels: tuple[str, ...]) -> None:
    at = _open(_add(*ANIMALS, labels=labels), 2)
    assert "AUC" not in _headline(at)
    assert "of all pairs" in words(at)


def test_hostile_texts_and_labels_stay_texts() -> None:
    texts = tuple(corpora.clean(text) for text in HOSTILE)
    at = _open(_add(*texts, labels=texts), 2)
    for element in at.markdown:
        assert not re.search(r"(?<!\\)<script|(?<!\\)!\[x|(?<!\\)\[click", element.value), element.value
    assert at.text[0].value in texts


def test_the_same_page_again_computes_nothing() -> None:
    _open("sentences", 3)
    before = len(asked)
    _open("sentences", 3)
    assert len(asked) == before
