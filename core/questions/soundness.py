"""Is a model used as it wants to be? Every check of `core.preflight`, on the texts and a few of them embedded anew."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from core import preflight, providers
from core.errors import BadVectors, Cancelled, NotReady, VecassayError
from core.preflight import Probes, Seen
from core.preflight.held import Held
from core.preflight.parity import twin
from core.preflight.repeats import TURNS
from core.questions import recipe
from core.types import Answer, Corpus, Floats, Model, Role
from core.work import Work, resolve

BESIDE, FEW = 32, 4
HOSTED = 2
"""Of a hosted model so few texts are sent again: each three times, and once as a query, eight in all."""


@recipe("Checking how the model is used", version=2, unit="", corpus=Role.DOCUMENT)
def soundness(work: Work, *, corpus: str, models: dict[str, str], seed: int) -> Answer:
    """One model's `checks`, the worst first: key, label, level (red, yellow, unknown, green), figure, words, sentence.

    `failed`: why nothing could be embedded again just then, "" where it could; asked anew, it may be known.
    A few random texts (`seed`) are embedded again, past the store: 48 by a model on this machine, 8 by a hosted one.
    What was there before (other files of this name, requests that were cut) is as it was when this was asked.
    """
    (model,) = work.models(corpus, models)
    texts = work.corpus(corpus)
    cut = work.ask("truncation", corpus=corpus, models=models)
    held, probes, trouble = _made(work, model, texts, seed)
    card = providers.REGISTRY[model.spec.provider].card(model.spec)
    seen = Seen(model, card, texts, work.store, seed, cut, held, probes, trouble)
    found = sorted(preflight.checks(seen), key=lambda check: preflight.LEVELS.index(check.level))
    table = pd.DataFrame([asdict(check) for check in found]).astype({"figure": "float64"})
    return {"checks": table, "n": len(texts), "seed": seed, "failed": trouble if held is not None else ""}


def _made(work: Work, model: Model, texts: Corpus, seed: int) -> tuple[Held | None, Probes | None, str]:
    """Figures of the kept vectors, a few made anew, and why not."""
    try:
        work.fill(list(texts.texts), texts.digests, model, Role.DOCUMENT, fit=texts)
    except BadVectors as error:
        return None, None, str(error)
    held = Held.of(work.store, model, texts)
    try:
        return held, _Probing(work, model, texts).probes(_drawn(texts, seed)), ""
    except Cancelled:
        raise
    except VecassayError as error:
        # Whoever runs it elsewhere may be out of reach, or the money spent: what is kept can be looked at all the same.
        if not providers.REGISTRY[model.spec.provider].remote:
            raise
        return held, None, str(error)


def _drawn(texts: Corpus, seed: int) -> list[str]:
    """At most 32 different texts that say something, drawn at random."""
    different = [text for text in dict.fromkeys(texts.texts) if text.strip()]
    chosen = np.random.default_rng(seed).permutation(len(different))[:BESIDE]
    return [different[row] for row in chosen]


@dataclass(frozen=True, eq=False)
class _Probing:
    """Embeds a few texts in several ways."""

    work: Work
    model: Model
    texts: Corpus

    def probes(self, drawn: list[str]) -> Probes | None:
        """The first texts drawn, among all that were drawn and alone; None where there are no texts."""
        spec, hosted = self.model.spec, providers.REGISTRY[self.model.spec.provider].remote
        few = drawn[: HOSTED if hosted else FEW]
        if not few:
            return None
        kept = self.work.embed(few, self.model, Role.DOCUMENT, fit=self.texts).vectors
        # What a hosted model gave for a text in a request of many is kept; it is not sent again for that.
        batch = kept if hosted else self._anew(drawn, Role.DOCUMENT)[: len(few)]
        self.work.progress(1, TURNS + 3)
        turns = tuple(self._alone(few, Role.DOCUMENT, turn) for turn in range(TURNS))
        roles = spec.query_prompt != spec.document_prompt
        asked = self._alone(few, Role.QUERY, TURNS) if roles else None
        return Probes(kept, turns, batch, len(self.texts) if hosted else len(drawn), asked, self._twin(few))

    def _anew(self, texts: Sequence[str], role: Role) -> Floats:
        return self.work.afresh(list(texts), self.model, role, fit=self.texts)

    def _alone(self, texts: Sequence[str], role: Role, turn: int) -> Floats:
        """Each text by itself."""
        made = np.concatenate([self._anew([text], role) for text in texts])
        self.work.progress(turn + 2, TURNS + 3)
        return made

    def _twin(self, texts: Sequence[str]) -> Floats | None:
        """The same texts by the model of this name that runs here; None where there is none, or it is not ready."""
        known = twin(self.model.spec)
        if known is None or not providers.REGISTRY[known.provider].ready(known):
            return None
        with suppress(NotReady):
            return self.work.afresh(list(texts), resolve(known, self.texts), Role.DOCUMENT, fit=self.texts)
        return None
