import numpy as np
import pandas as pd
import pytest

from core.store import Store, tables
from core.types import Question
from tests.store.conftest import Opener
from tests.store.samples import flip

QUESTION = Question("agreement", {"corpus": "f", "k": 10, "text": "\0 ä"})
ANSWER = {"table": pd.DataFrame({"a": ["x", "y"]}), "ids": np.arange(4), "mean": 0.5}


def test_an_answer_is_there_for_everybody_afterwards(store: Store, opened: Opener) -> None:
    assert store.answers.get(QUESTION.key) is None
    store.answers.put(QUESTION, ANSWER, 1.25)
    found = opened().answers.get(QUESTION.key)
    assert found is not None
    pd.testing.assert_frame_equal(found["table"], ANSWER["table"])
    assert found["ids"].tolist() == [0, 1, 2, 3]
    assert found["mean"] == 0.5


@pytest.mark.parametrize(
    "other",
    [
        Question("agreement", {"corpus": "f", "k": 11, "text": "\0 ä"}),
        Question("overlap", QUESTION.arguments),
        Question("agreement", QUESTION.arguments, version=2),
        Question("agreement", {**QUESTION.arguments, "seed": 0}),
    ],
    ids=["argument", "name", "version", "one more"],
)
def test_another_question_has_another_answer(store: Store, other: Question) -> None:
    store.answers.put(QUESTION, ANSWER, 1.0)
    assert store.answers.get(other.key) is None


def test_a_second_answer_replaces_the_first(store: Store) -> None:
    store.answers.put(QUESTION, {"x": 1}, 1.0)
    store.answers.put(QUESTION, {"x": 2}, 2.0)
    assert store.answers.get(QUESTION.key) == {"x": 2}
    (entry,) = store.answers.list()
    assert (entry.key, entry.name, entry.seconds) == (QUESTION.key, "agreement", 2.0)
    assert '"k": 10' in entry.arguments
    assert entry.bytes > 0


def test_an_answer_that_cannot_be_packed_is_not_kept(store: Store) -> None:
    with pytest.raises(TypeError):
        store.answers.put(QUESTION, {"x": {1, 2}}, 1.0)
    assert store.answers.list() == []


@pytest.mark.parametrize("byte", [0, 50, -1])
def test_a_damaged_answer_is_dropped_and_reported(store: Store, byte: int) -> None:
    other = Question("other", {})
    store.answers.put(QUESTION, ANSWER, 1.0)
    flip(store, tables.answer_data.c.body, byte)
    store.answers.put(other, {"x": 1}, 1.0)
    assert store.answers.get(QUESTION.key) is None
    assert [(fault.kind, fault.key) for fault in store.faults()] == [("answer", QUESTION.key)]
    assert store.answers.get(other.key) == {"x": 1}
    store.answers.put(QUESTION, {"x": 3}, 1.0)
    assert store.answers.get(QUESTION.key) == {"x": 3}


def test_an_answer_without_its_bytes_is_dropped(store: Store) -> None:
    store.answers.put(QUESTION, ANSWER, 1.0)
    with store.database.engine.begin() as connection:
        connection.execute(tables.answer_data.delete())
    assert store.answers.get(QUESTION.key) is None
    assert store.answers.list() == []
    assert len(store.faults()) == 1


def test_answers_are_deleted_by_name_or_all(store: Store) -> None:
    others = [Question("overlap", {"k": k}) for k in (1, 2)]
    for question in (QUESTION, *others):
        store.answers.put(question, {"x": 1}, 1.0)
    store.answers.clear("agreement")
    assert {entry.key for entry in store.answers.list()} == {question.key for question in others}
    store.answers.clear()
    assert store.answers.list() == []
    with store.database.reading("counting") as connection:
        assert connection.execute(tables.answer_data.select()).all() == []
