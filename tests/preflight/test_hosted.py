"""What a hosted model is sent for the checks: nothing without an agreement, eight texts at most, all of it booked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from core import encoders, pipeline
from core.errors import VecassayError
from core.providers.calls import Answered, HostedEncoder, Limits
from core.sending import NotAgreed
from core.types import Corpus, ModelSpec, Role, Study
from tests.preflight.hand import TEXTS, Hand, registered, study, vectors

PROMPTS = {"query_prompt": "query", "document_prompt": "document"}


@dataclass
class Away(Hand):
    """A model that is hosted elsewhere, so to speak: what it is sent is noted."""

    remote: bool = True
    sent: list[tuple[str, Role]] = field(default_factory=list)
    down: bool = False

    def load(self, spec: ModelSpec, corpus: Corpus | None = None) -> Any:
        def call(texts: list[str], role: Role) -> Answered:
            if self.down:
                raise VecassayError("Nobody answers there.")
            self.sent += [(text, role) for text in texts]
            return Answered(vectors([spec.prompt(role) + text for text in texts]), 10 * len(texts))

        return HostedEncoder(spec, Limits(texts=16, tokens=10_000, at_once=1), call)


@pytest.fixture
def away(home: Path, monkeypatch: pytest.MonkeyPatch) -> Away:
    return registered(monkeypatch, Away())


def agreed(most: float | None = None, **more: object) -> Study:
    asked = study(**more)
    store, (model,) = pipeline.store(), asked.models
    store.spending.agree(model.space.digest, asked.corpus.texts_digest, "me", 1.0, most)
    return asked


def ask(asked: Study) -> pd.DataFrame:
    return pipeline.answer("soundness", asked, seed=0)["checks"].set_index("key")


def sent_again(away: Away) -> Sequence[tuple[str, Role]]:
    return away.sent[len(TEXTS) :]


@pytest.mark.parametrize(("more", "n"), [({}, 6), (PROMPTS, 8)])
def test_few_texts_are_sent_again_and_all_are_booked(away: Away, more: dict[str, str], n: int) -> None:
    asked = agreed(**more)
    found = ask(asked)
    assert "red" not in set(found["level"])
    assert len(sent_again(away)) == n
    assert {text for text, _ in sent_again(away)} <= set(TEXTS)
    spent = pipeline.store().spending.spent(asked.models[0].space.digest, asked.corpus.texts_digest)
    assert (spent.n, spent.tokens) == (len(TEXTS) + n, 10 * (len(TEXTS) + n))
    assert spent.money == pytest.approx(spent.tokens / 1e6)
    before = len(away.sent)
    ask(asked)
    assert len(away.sent) == before


def test_nothing_is_sent_without_an_agreement(away: Away) -> None:
    asked = study()
    with pytest.raises(NotAgreed):
        ask(asked)
    assert not away.sent


def test_where_the_money_is_spent_what_is_kept_is_looked_at(away: Away) -> None:
    asked = study()
    store, (model,) = pipeline.store(), asked.models
    store.spending.agree(model.space.digest, asked.corpus.texts_digest, "me", 1.0, None)
    pipeline.answer("profile", asked)
    store.spending.agree(model.space.digest, asked.corpus.texts_digest, "me", 1e6, 1.0)
    found = ask(asked)
    assert len(away.sent) == len(TEXTS)
    assert found.loc["drift", "level"] == "unknown"
    assert "stopped before more is spent" in found.loc["drift", "sentence"]
    assert found.loc["zeros", "level"] == "green"


def test_where_nobody_answers_what_is_kept_is_looked_at(away: Away) -> None:
    asked = agreed()
    pipeline.answer("profile", asked)
    away.down = True
    encoders.unload()
    found = ask(asked)
    assert "Nobody answers there." in found.loc["drift", "sentence"]
    assert "red" not in set(found["level"])
    assert pipeline.answer("soundness", asked, seed=0)["failed"] == "Nobody answers there."
    away.down = False
    pipeline.store().answers.remove(pipeline.ask("soundness", asked, seed=0).key)
    assert ask(asked).loc["drift", "level"] == "green"


def test_a_hosted_model_that_changed_since(away: Away, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = agreed()
    pipeline.answer("profile", asked)
    others = vectors([text + "!" for text in TEXTS])
    monkeypatch.setattr(f"{__name__}.vectors", lambda texts: others[: len(texts)])
    encoders.unload()
    assert ask(asked).loc["changed", "level"] == "red"
