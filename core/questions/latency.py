"""How fast models are on the machine that answers: each run is measured anew, and kept for good."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core import providers
from core.errors import VecassayError
from core.latency import PLANS, Candidate, Measured, draw, figures, measure, outlook
from core.latency.texts import OWN, Pool
from core.latency.watch import Watch
from core.providers import Encoder
from core.questions import recipe
from core.sending import check_free
from core.types import Answer, Corpus, Ints, Model, ModelSpec
from core.work import Work, resolve

WORD = re.compile(r"(?u)\b\w+\b")


@recipe("Measuring speed", kept=False, unit="", alone=True)
def latency(
    work: Work, *, corpus: str, models: dict[str, str], run: str, owner: str, setting: str, reference: str, seed: int
) -> Answer:
    """Time every model, and the reference beside each, on the corpus' own texts; the run is kept under the key `run`.

    `setting` names a plan ("quick", "full"). Tables `calls`, `loads`, `batches`, `lengths`, `callers`, `waits` and
    `memory` hold what was measured, `figures` and `outlook` what follows from it, `facts` where and how. Models are
    loaded for this alone and called directly: nothing comes from the store or from models that are loaded already.
    """
    kept = work.store.timings.get(run)
    if kept is not None:  # asked twice, or by a worker that took over: a run is measured once
        return kept
    work.progress(0, 1)
    texts, notes = work.corpus(corpus), list[str]()
    if setting not in PLANS:
        raise VecassayError(f"Expected one of the settings {', '.join(PLANS)}; got {setting!r}.")
    pool = draw(texts.texts, seed)
    found = _running(work.models(corpus, models), notes)
    with work.timing(texts, found) as load:
        found += _reference(work, texts, reference, found, notes)
        beside = reference if any(model.spec.key == reference for model in found) else None
        timed = [_Timed.of(model, pool, load) for model in found]
        lengths = next((each for each in timed if each.unit == "tokens"), timed[0])
        with Watch() as watch:
            measured = measure(
                [each.candidate for each in timed], beside, pool, lengths.lengths, PLANS[setting], work.progress
            )
    facts = {
        **{"run": run, "setting": setting, "seed": seed, "reference": beside, "alone": work.alone},
        "corpus": {"name": texts.name, "texts": len(texts), "different": pool.different, "pool": len(pool.texts)},
        "models": [each.facts() for each in timed],
        "lengths_by": lengths.candidate.label,
        "lengths_in": lengths.unit,
        "notes": notes + measured.notes,
        **watch.facts,
    }
    answer = _answer(facts, measured, timed)
    work.store.timings.put(run, corpus, owner, _summary(facts), answer)
    return answer


def _answer(facts: dict[str, Any], measured: Measured, timed: "Sequence[_Timed]") -> Answer:
    counted = {each.candidate.key: each.unit for each in timed}
    return {
        "facts": facts,
        "figures": figures(measured.tables, counted, facts["reference"], facts["lengths_in"]),
        "outlook": outlook(measured.tables["lengths"], OWN),
        **measured.tables,
    }


def _summary(facts: dict[str, Any]) -> dict[str, Any]:
    where = facts["machine"]
    return {
        "labels": [model["label"] for model in facts["models"]],
        "setting": facts["setting"],
        "machine": f"{where['processor']}, {where['cores']} cores, {where['device']}",
    }


def _running(models: list[Model], notes: list[str]) -> list[Model]:
    """Those that run here; a note on each that was brought as finished vectors. Raises VecassayError when all were."""
    found = [model for model in models if not providers.brought(model.spec)]
    notes += [
        f"{model.label} was brought as finished vectors: nothing to time." for model in models if model not in found
    ]
    if not found:
        providers.check_timed(models[0].spec)
    return found


def _reference(work: Work, texts: Corpus, key: str, found: list[Model], notes: list[str]) -> list[Model]:
    """The reference model, made ready if need be; none when it is among the others already or cannot be had."""
    if any(model.spec.key == key for model in found):
        return []
    try:
        spec = work.spec(key)
        provider = providers.REGISTRY[spec.provider]
        if not provider.ready(spec):
            provider.prepare(spec, work.progress, texts.texts)
        model = resolve(spec, texts)
        check_free(model, "timing")
        return [model]
    except VecassayError as error:
        notes.append(f"The reference model is missing, so nothing is told in multiples of it: {error}")
        return []


@dataclass(frozen=True, eq=False)
class _Timed:
    """A model to time, and how it counts."""

    model: Model
    candidate: Candidate
    unit: str
    lengths: Ints
    """Tokens (or words) of each text of the pool, `(n,)`, before anything is cut off."""

    @classmethod
    def of(cls, model: Model, pool: Pool, load: Callable[[Model], Encoder]) -> "_Timed":
        spec, provider = model.spec, providers.REGISTRY[model.spec.provider]
        unit, lengths = _lengths(spec, pool.texts)
        limit = spec.max_tokens or provider.card(spec).max_tokens
        read = lengths if limit is None or unit == "words" else np.minimum(lengths, limit)
        return cls(model, Candidate(spec.key, spec.label, lambda: load(model), read), unit, lengths)

    def facts(self) -> dict[str, Any]:
        """What a reader of the run must know about the model."""
        provider = providers.REGISTRY[self.model.spec.provider]
        return {
            "key": self.model.spec.key,
            "label": self.model.label,
            "space": self.model.space.digest,
            "library": provider.label,
            "backend": providers.backend(self.model.spec),
            "fitted": provider.fitted,
            "hosted": provider.remote,
            "counts": self.unit,
        }


def _lengths(spec: ModelSpec, texts: Sequence[str]) -> tuple[str, Ints]:
    """Tokens by the model's own tokenizer; words where it has none."""
    counts = providers.tokens(spec, texts)
    if counts is not None:
        return "tokens", counts
    return "words", np.array([len(WORD.findall(text)) for text in texts], np.int64)
