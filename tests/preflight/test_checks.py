"""Each check by hand, in every light it has."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import catalog, pipeline
from core.preflight import CHECKS, GREEN, RED, UNKNOWN, YELLOW, Found, Probes, Seen, checks, lowest
from core.preflight.held import Held
from core.store import Spent
from core.types import ModelCard, ModelSpec, Role, Space
from tests import decided
from tests.preflight.hand import TEXTS, Hand, registered, seen, spec, turned, vectors

FEW = vectors(TEXTS[:4])
GERMAN = ("Der Hund liegt auf dem Sofa und schläft.", "Wo bekomme ich eine neue Fahrkarte für den Bus?",
          "Wir haben gestern lange über das Wetter gesprochen.")  # fmt: skip
ENGLISH = (
    "This is a long sentence about the weather, which was rather good yesterday, and about what they thought of it.",
    "Where should somebody who would like to travel with the children buy their tickets for the railway?",
)


@pytest.fixture(autouse=True)
def hand(home: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    return registered(monkeypatch, Hand())


def look(key: str, of: Seen) -> Found:
    list(checks(of))  # which finds them all
    return CHECKS[key].look(of)


def held(*rows: list[float]) -> Held:
    found = Held()
    found.add(np.array(rows, np.float32))
    return found


def test_every_check_says_something_of_a_sound_model_and_nothing_is_red_or_yellow() -> None:
    found = {check.key: check for check in checks(seen(spec()))}
    assert len(found) == 15
    assert {key for key, check in found.items() if check.level not in (GREEN, UNKNOWN)} == set()
    assert {key for key, check in found.items() if check.level == UNKNOWN} == {"language", "dimension"}
    assert all(check.label and check.sentence.endswith(".") for check in found.values())


def test_without_vectors_every_check_of_vectors_is_unknown_and_their_lack_red() -> None:
    found = {check.key: check for check in checks(seen(spec(), held=None, probes=None, trouble="NaN for 3 texts."))}
    assert {key for key, check in found.items() if check.level == RED} == {"finite"}
    unknown = {"drift", "batch", "zeros", "constant", "unit", "shared", "dimension", "changed", "language"}
    assert {key for key, check in found.items() if check.level == UNKNOWN} == unknown
    assert found["finite"].sentence.startswith("NaN for 3 texts.")


@pytest.mark.parametrize(("share", "lost", "level"), [(0.0, 0.0, GREEN), (0.2, 0.1, YELLOW), (0.9, 0.5, RED)])
def test_truncation(share: float, lost: float, level: str) -> None:
    cut = {"limit": 256, "over": round(36 * share), "share": share, "cut": lost}
    found = look("truncation", seen(spec(), cut=cut))
    assert (found.level, found.figure) == (level, share)
    assert level == GREEN or f"{lost:.1%} of all tokens are never read" in found.sentence


def test_truncation_of_a_hosted_model_is_estimated_or_as_it_was_told() -> None:
    away = spec(provider="openai")
    assert look("truncation", seen(away)).level == UNKNOWN
    assert look("truncation", seen(replace(away, max_tokens=10))).level == GREEN  # 32 characters are 8 tokens
    long = seen(replace(away, max_tokens=10), texts=(*TEXTS[:3], "x" * 80))
    found = look("truncation", long)
    assert (found.level, found.figure) == (YELLOW, 0.25)
    assert found.sentence.startswith("About")
    assert look("truncation", seen(replace(away, max_tokens=1))).level == RED
    pipeline.store().spending.add(long.model.space.digest, long.corpus.texts_digest, "Mine", Spent(40, 400, 10, 0.1))
    found = look("truncation", seen(away, texts=long.corpus.texts))
    assert (found.level, found.figure) == (YELLOW, 0.25)
    assert "10 texts of 40" in found.sentence


def test_a_prompt_of_the_catalogue_is_missing() -> None:
    known = catalog.model("e5-small")
    assert look("prompt", seen(known)).level == GREEN
    half = look("prompt", seen(replace(known, query_prompt="")))
    assert (half.level, half.figure) == (YELLOW, 1)
    assert "'query: ' before queries" in half.sentence
    none = look("prompt", seen(replace(known, query_prompt="", document_prompt="")))
    assert (none.level, none.figure) == (RED, 2)


@pytest.mark.parametrize(
    ("prompts", "level"),
    [
        ({"query": "", "document": ""}, GREEN),
        ({"classification": "Classify: "}, YELLOW),
        ({"query": "Find: ", "document": ""}, RED),
    ],
)
def test_a_prompt_of_its_own_files_is_missing(prompts: dict[str, str], level: str, tmp_path: Path) -> None:
    folder = decided.folder(tmp_path / "words")
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": prompts}))
    own = ModelSpec("words", "Words", "static", str(folder))
    assert look("prompt", seen(own)).level == level
    assert look("prompt", seen(replace(own, query_prompt="Find: "))).level == GREEN


@pytest.mark.parametrize(("same", "level"), [(0, GREEN), (1, YELLOW), (4, RED)])
def test_roles_are_ignored(same: int, level: str) -> None:
    asked = FEW.copy()
    asked[same:] = turned(FEW[same:], 0.3)
    own = spec(query_prompt="Q: ")
    found = look("role", seen(own, probes=Probes(FEW, (FEW,) * 3, FEW, 32, asked)))
    assert (found.level, found.figure) == (level, same / 4)
    assert look("role", seen(spec())).level == GREEN  # nothing is to be told apart
    assert look("role", seen(own)).level == UNKNOWN


@pytest.mark.parametrize(("angle", "level"), [(0.001, GREEN), (0.03, YELLOW), (0.1, RED)])
def test_one_text_has_one_vector(angle: float, level: str) -> None:
    again = Probes(FEW, (FEW, FEW, turned(FEW, angle)), FEW, 32)
    found = look("drift", seen(spec(), probes=again))
    assert found.level == level
    assert found.figure == pytest.approx(np.cos(angle), abs=1e-6)
    assert "seed 0" in found.sentence
    beside = look("batch", seen(spec(), probes=Probes(FEW, (FEW,) * 3, turned(FEW, angle), 32)))
    assert (beside.level, beside.figure) == (level, pytest.approx(np.cos(angle), abs=1e-6))


def test_one_text_alone_does_not_tell_what_a_batch_does() -> None:
    one = FEW[:1]
    assert look("batch", seen(spec(), probes=Probes(one, (one,) * 3, one, 1))).level == UNKNOWN
    none = FEW[:0]
    assert look("drift", seen(spec(), probes=Probes(none, (none,) * 3, none, 0))).level == UNKNOWN


def test_lowest_by_hand() -> None:
    right, zero = np.array([[1, 0], [1, 0]], np.float32), np.zeros((2, 2), np.float32)
    assert lowest(right, np.array([[2, 0], [1, 1]], np.float32)) == pytest.approx(2**-0.5)
    assert lowest(zero, zero) == 1.0
    assert lowest(right, zero) == 0.0
    assert lowest(right, np.full((2, 2), np.nan, np.float32)) == 0.0
    assert lowest(right, np.ones((2, 3), np.float32)) == 0.0
    assert lowest(right[:0], right[:0]) is None


def test_the_engine_s_verdict_is_told_in_its_words(hand: Hand) -> None:
    assert look("parity", seen(spec())).words == "one way"
    hand.backend = lambda spec: "OpenVINO, float32: lowest cosine to PyTorch 0.99998"  # type: ignore[attr-defined]
    found = look("parity", seen(spec()))
    assert (found.level, found.words) == (GREEN, "OpenVINO, float32")
    assert "0.99998" in found.sentence


@pytest.mark.parametrize(("angle", "level"), [(0.001, GREEN), (0.1, YELLOW), (0.2, RED)])
def test_an_endpoint_is_held_against_the_model_of_its_name(angle: float, level: str) -> None:
    there = ModelSpec("there", "There", "openai", "sentence-transformers/All-MiniLM-L6-v2", url="http://127.0.0.1:1/v1")
    found = look("parity", seen(there, probes=Probes(FEW, (FEW,) * 3, FEW, 32, twin=turned(FEW, angle))))
    assert (found.level, found.figure) == (level, pytest.approx(np.cos(angle), abs=1e-6))
    assert "MiniLM-L6" in found.sentence
    shorter = look("parity", seen(there, probes=Probes(FEW, (FEW,) * 3, FEW, 32, twin=FEW[:, :4])))
    assert (shorter.level, shorter.words) == (RED, "8 dimensions, not 4")
    assert look("parity", seen(there)).level == UNKNOWN
    assert look("parity", seen(replace(there, name="nobody-knows"))).level == UNKNOWN


def test_numbers_that_are_none() -> None:
    bad = FEW.copy()
    bad[1, 2] = np.nan
    found = look("finite", seen(spec(), probes=Probes(FEW, (FEW, bad, bad), FEW, 32)))
    assert (found.level, found.figure) == (RED, 2)


@pytest.mark.parametrize(("n", "level"), [(0, GREEN), (2, YELLOW), (4, RED)])
def test_texts_without_a_vector(n: int, level: str) -> None:
    rows = vectors(TEXTS)
    rows[:n] = 0
    found = look("zeros", seen(spec(), rows=rows))
    assert (found.level, found.figure) == (level, pytest.approx(n / 36))


@pytest.mark.parametrize(("flat", "level"), [(0, GREEN), (1, YELLOW), (4, RED)])
def test_dimensions_that_never_change(flat: int, level: str) -> None:
    rows = vectors(TEXTS)
    rows[:, :flat] = 0.5
    rows[3] = 0  # a text without a vector is no other value
    found = look("constant", seen(spec(), rows=rows))
    assert (found.level, found.words) == (level, f"{flat} of 8")
    assert look("constant", seen(spec(), rows=rows[4:10])).level == UNKNOWN


def test_a_few_idle_dimensions_of_many_are_no_reason_to_look() -> None:
    rows = np.random.default_rng(0).normal(size=(36, 400)).astype(np.float32)
    rows[:, :3] = 0
    assert look("constant", seen(spec(), rows=rows)).level == GREEN


@pytest.mark.parametrize(("length", "level"), [(1.001, GREEN), (0.95, YELLOW), (3.0, RED)])
def test_lengths_where_length_1_is_promised(length: float, level: str, tmp_path: Path) -> None:
    rows = vectors(TEXTS)
    rows[5] *= length
    away = spec(provider="openai")
    assert look("unit", seen(away, rows=rows)).level == level
    assert look("unit", seen(replace(away, url="http://127.0.0.1:1/v1"), rows=rows)).level == GREEN
    folder = decided.folder(tmp_path / "words")
    modules = [{"type": f"sentence_transformers.models.{name}", "path": ""} for name in ("Transformer", "Normalize")]
    own = ModelSpec("words", "Words", "static", str(folder))
    assert look("unit", seen(own, rows=rows)).level == GREEN  # nothing promises it
    (folder / "modules.json").write_text(json.dumps(modules))
    assert look("unit", seen(own, rows=rows)).level == level


def test_texts_twice_and_vectors_shared() -> None:
    assert look("duplicates", seen(spec())).level == GREEN
    found = look("duplicates", seen(spec(), texts=(*TEXTS, *TEXTS[:4])))
    assert (found.level, found.figure) == (YELLOW, 0.1)
    rows = vectors(TEXTS)
    assert look("shared", seen(spec(), rows=rows)).level == GREEN
    rows[1] = 2 * rows[0]  # longer, and the same to a cosine
    found = look("shared", seen(spec(), rows=rows))
    assert (found.level, found.words) == (YELLOW, "2 of 36")
    rows[:20] = rows[0]
    assert look("shared", seen(spec(), rows=rows)).level == RED
    rows = vectors(TEXTS)
    rows[:2] = 0  # two texts without a vector share none
    assert look("shared", seen(spec(), rows=rows)).level == GREEN


@pytest.mark.parametrize(
    ("languages", "texts", "level"),
    [
        (("en",), ENGLISH, GREEN),
        (("en",), GERMAN, YELLOW),
        (("de", "en"), GERMAN, GREEN),
        (("multilingual",), GERMAN, GREEN),
        ((), GERMAN, UNKNOWN),
        (("en",), ("42", "7", "…"), UNKNOWN),
    ],
)
def test_languages_are_a_hint(languages: tuple[str, ...], texts: tuple[str, ...], level: str) -> None:
    found = look("language", seen(spec(card=ModelCard(languages=languages)), texts=texts))
    assert found.level == level
    assert level != YELLOW or ("(de)" in found.sentence and "100%" in found.words)


def test_a_model_fitted_on_the_texts_reads_their_language(hand: Hand) -> None:
    hand.fitted = True
    assert look("language", seen(spec(card=ModelCard(languages=("en",))), texts=GERMAN)).level == GREEN


def test_dimensions_as_announced(hand: Hand) -> None:
    assert look("dimension", seen(spec())).level == UNKNOWN
    assert look("dimension", seen(spec(dimension=8))).level == GREEN
    wrong = look("dimension", seen(replace(catalog.model("minilm"), label="Mine")))
    assert (wrong.level, wrong.words) == (RED, "8, not 384")
    price = catalog.prices()[0]
    assert look("dimension", seen(spec(provider="openai", name=price.name))).level == RED
    hand.fitted = True  # at most so many
    assert look("dimension", seen(spec(dimension=16))).level == GREEN
    assert look("dimension", seen(spec(dimension=4))).level == RED


def test_the_model_changed_although_its_name_did_not() -> None:
    assert look("changed", seen(spec())).level == GREEN
    describe = pipeline.store().vectors.describe
    describe("other", Space("hand", "another name", "2", label="Other"), Role.DOCUMENT)
    describe("same", Space("hand", "mine", "1", "Q: ", label="With a prompt"), Role.DOCUMENT)
    assert look("changed", seen(spec())).level == GREEN
    describe("older", Space("hand", "mine", "0", label="Mine"), Role.DOCUMENT)
    found = look("changed", seen(spec()))
    assert (found.level, found.figure) == (YELLOW, 1)
    drifted = look("changed", seen(spec(), probes=Probes(FEW, (FEW,) * 3, turned(FEW, 0.2), 32)))
    assert drifted.level == RED


def test_what_is_kept_is_counted_alike_in_one_piece_and_in_many() -> None:
    rows = vectors(TEXTS)
    rows[1], rows[20], rows[3] = rows[0], rows[0], 0
    whole, pieces = Held(), Held()
    whole.add(rows)
    for start in range(0, len(rows), 5):
        pieces.add(rows[start : start + 5])
    for found in (whole, pieces):
        assert (found.texts, found.zeros, found.shared, found.dimension) == (36, 1, 3, 8)
    assert whole.lengths == pieces.lengths
