"""The question, asked about models with a fault each, and about the sample's usual models."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import pipeline
from core.preflight import GREEN, LEVELS, RED, YELLOW, held
from core.questions import soundness as asking
from core.types import Corpus, Floats, Role
from tests.preflight.hand import TEXTS, Fault, Hand, registered, spec, study, turned

PROMPTS = {"query_prompt": "Q: ", "document_prompt": "D: "}


@pytest.fixture
def hand(home: Path, monkeypatch: pytest.MonkeyPatch) -> Hand:
    return registered(monkeypatch, Hand())


def ask(texts: Sequence[str] = TEXTS, **more: object) -> pd.DataFrame:
    return pipeline.answer("soundness", study(texts, **more), seed=0)["checks"].set_index("key")


def drifting(angle: float) -> Fault:
    return lambda rows, texts, role, asked: turned(rows, angle * asked)


def crowded(angle: float) -> Fault:
    return lambda rows, texts, role, asked: turned(rows, angle * (len(texts) > 1))


def broken(rows: Floats, texts: Sequence[str], role: Role, asked: int) -> Floats:
    return np.full_like(rows, np.nan)


def broken_alone(rows: Floats, texts: Sequence[str], role: Role, asked: int) -> Floats:
    return rows if len(texts) > 1 else np.full_like(rows, np.nan)


def test_a_sound_model_has_nothing_red_or_yellow(hand: Hand) -> None:
    found = ask(**PROMPTS)
    assert set(found["level"]) <= {GREEN, "unknown"}
    assert found.loc["role", "figure"] == 0.0
    assert list(found["level"]) == sorted(found["level"], key=LEVELS.index)


@pytest.mark.parametrize(("angle", "level"), [(0.004, YELLOW), (0.05, RED)])
def test_a_model_that_drifts(hand: Hand, angle: float, level: str) -> None:
    hand.fault = drifting(angle)
    found = ask()
    assert found.loc["drift", "level"] == level
    assert found.loc["drift", "figure"] == pytest.approx(np.cos(8 * angle), abs=1e-5)  # two turns of four texts later


@pytest.mark.parametrize(("angle", "level"), [(0.03, YELLOW), (0.1, RED)])
def test_a_model_that_minds_the_batch(hand: Hand, angle: float, level: str) -> None:
    hand.fault = crowded(angle)
    found = ask()
    assert found.loc["batch", "level"] == level
    assert found.loc["batch", "figure"] == pytest.approx(np.cos(angle), abs=1e-5)
    assert found.loc["drift", "level"] == GREEN
    assert found.loc["changed", "level"] == GREEN


def test_a_model_that_gives_no_numbers(hand: Hand) -> None:
    hand.fault = broken
    found = ask()
    assert found.loc["finite", "level"] == RED
    assert "NaN" in found.loc["finite", "sentence"]
    assert set(found.loc[["drift", "batch", "unit", "zeros"], "level"]) == {"unknown"}


def test_a_model_that_gives_no_numbers_for_a_text_alone(hand: Hand) -> None:
    hand.fault = broken_alone
    found = ask()
    assert (found.loc["finite", "level"], found.loc["finite", "figure"]) == (RED, 12)


def test_a_model_that_ignores_roles(hand: Hand) -> None:
    hand.mute = True
    assert ask(**PROMPTS).loc["role", "level"] == RED


def test_a_model_that_changes_after_its_vectors_were_kept(hand: Hand) -> None:
    pipeline.answer("profile", study())
    hand.fault = lambda rows, texts, role, asked: turned(rows, 0.5)
    found = ask()
    assert found.loc["changed", "level"] == RED
    assert found.loc["changed", "figure"] == pytest.approx(np.cos(0.5), abs=1e-5)
    assert (found.loc["drift", "level"], found.loc["batch", "level"]) == (GREEN, GREEN)


def test_a_warm_answer_encodes_nothing_and_a_cold_one_little(hand: Hand) -> None:
    pipeline.answer("profile", study(**PROMPTS))
    texts: list[str] = []
    hand.fault = lambda rows, given, role, asked: (texts.extend(given), rows)[1]
    ask(**PROMPTS)
    assert len(texts) == 32 + 3 * 4 + 4
    texts.clear()
    ask(**PROMPTS)
    assert not texts


@pytest.mark.parametrize("texts", [("only one text is here",), ("the same text", "the same text", " "), (" ",), ()])
def test_few_texts_are_no_trouble(hand: Hand, texts: tuple[str, ...]) -> None:
    assert RED not in set(ask(texts)["level"])


def test_kept_vectors_are_read_in_pieces_and_counted_once(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = study((*TEXTS, *TEXTS[:5], "  "))
    pipeline.answer("profile", asked)
    read: list[int] = []
    store = pipeline.store()
    original = type(store.vectors).read

    def counted(self: object, shelf: str, digests: Sequence[bytes]) -> object:
        read.append(len(digests))
        return original(self, shelf, digests)  # type: ignore[arg-type]

    monkeypatch.setattr(held, "PIECE", 10)
    monkeypatch.setattr(type(store.vectors), "read", counted)
    found = held.Held.of(store, asked.models[0], asked.corpus)
    assert (found.texts, found.shared, found.zeros) == (len(TEXTS), 0, 0)
    assert read == [10, 10, 10, 6]


def test_the_seed_says_which_texts_are_embedded_again() -> None:
    corpus = Corpus("many", tuple(f"text {n}" for n in range(100)))
    assert asking._drawn(corpus, 0) == asking._drawn(corpus, 0)
    assert asking._drawn(corpus, 0) != asking._drawn(corpus, 1)
    assert len(set(asking._drawn(corpus, 0))) == 32


@pytest.mark.parametrize("key", ["minilm", "static", "lsa"])
def test_the_sample_s_models_have_nothing_red(home_with_vectors: Path, key: str) -> None:
    found = pipeline.answer("soundness", pipeline.study("sentences", [key]), seed=0)["checks"]
    assert set(found["level"]) <= {GREEN, YELLOW, "unknown"}, found[found["level"] == RED]
    assert len(found) == 15
    by_key = found.set_index("key")
    # Three dimensions of MiniLM-L6 are zero in everything it gives, by PyTorch as by OpenVINO.
    assert by_key.loc["constant", "figure_words"] == {"minilm": "3 of 384"}.get(key, "0 of 256")
    assert by_key.loc["language", "level"] == GREEN


def test_its_spec_is_the_one_that_is_kept(hand: Hand) -> None:
    assert study().models[0].spec == spec()
