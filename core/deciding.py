"""From measured answers to a decision: which questions it asks, and how their answers become facts.

The Decision page, `python -m core decide` and `verify` all go this way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import pandas as pd

from core import decision, pipeline, preflight, providers, rerankers
from core.decision import Alarm, Decision, Facts, Plan
from core.decision.facts import JOINED
from core.decision.verdict import BLOCKED
from core.retrieval import candidates
from core.retrieval.candidates import Candidate
from core.retrieval.forms import BITS
from core.types import Answer, ModelCard, ModelSpec, Question, Study
from core.work import find_spec

BM25 = ModelCard(licence="MIT", languages=("any",), dimension=0)
"""bm25s and the way words are cut here: any language, no vectors."""
SOUND = "soundness:"
TEXTS, HOUR = 1_000_000, 3_600
MEASURED = ("p95_ms", "texts_per_s", "memory_bytes", "bytes_per_vector", "dimension")


@dataclass(frozen=True, eq=False)
class Settled:
    """What is known about each candidate, what was decided on it, and where that would change."""

    facts: tuple[Facts, ...]
    decision: Decision
    flips: pd.DataFrame


def digests(words: Sequence[str]) -> dict[str, str]:
    """The identity of each reranker that takes part, by key; raises NotReady while its files are not here."""
    kept = pipeline.store()
    return {key: rerankers.identity(find_spec(kept, key)) for key in candidates.rerankers(words)}


def ask(name: str, study: Study, words: Sequence[str], **arguments: Any) -> Question:
    """A question about candidates, with exactly the models and rerankers that take part in them."""
    own = study.only(*candidates.models(words))
    return pipeline.ask(name, own, rerankers=digests(words), **arguments)


def compared(study: Study, plan: Plan) -> dict[str, Question]:
    """What each candidate is worth, "quality:" and its word, and as the last "comparison", which stands on these."""
    scored = {"rel": plan.rel, "copies": plan.copies, "seed": plan.seed}
    words = plan.candidates
    found = {f"quality:{word}": ask("quality", study, [word], candidate=word, **scored) for word in words}
    asked = ask("comparison", study, words, candidates=list(words), measure=plan.measure, **scored)
    return {**found, "comparison": asked}


def questions(study: Study, plan: Plan) -> dict[str, Question]:
    """What a decision asks: what `compared` does, "preflight", "evidence", and "soundness:" with each model's key.

    Nothing in `plan` but candidates, measure, rel, copies and seed changes them: limits, margin and prices never do.
    """
    own = study.only(*candidates.models(plan.candidates))
    return {
        "preflight": pipeline.ask("preflight", study.only(), rel=plan.rel, copies=plan.copies),
        "evidence": pipeline.ask("evidence", own, seed=plan.seed),
        **{f"{SOUND}{key}": soundness(study, key) for key in candidates.models(plan.candidates)},
        **compared(study, plan),
    }


def soundness(study: Study, key: str) -> Question:
    """The question how soundly one of the models is used."""
    return pipeline.ask("soundness", study.only(key), seed=preflight.SEED)


def alarms(study: Study, answers: Mapping[str, Answer]) -> tuple[Alarm, ...]:
    """Every red check of the models that were asked about, in the study's order."""
    known = [(model, answers.get(f"{SOUND}{model.spec.key}")) for model in study.models]
    return tuple(
        Alarm(model.label, str(row.label), str(row.sentence))
        for model, answer in known
        if answer is not None
        for row in answer["checks"].itertuples(index=False)
        if row.level == preflight.RED
    )


def timing(study: Study, plan: Plan, run: str, owner: str) -> Question:
    """The question that times the plan's candidates, kept under the key `run`.

    Of those brought as finished vectors nothing can be timed: they are left out, and stay "not measured". Raises
    VecassayError when there are no others.
    """
    brought = [model.spec for model in study.models if providers.brought(model.spec)]
    keys = {spec.key for spec in brought}
    words = [word for word in plan.candidates if not keys & set(candidates.models([word]))]
    if not words:
        providers.check_timed(brought[0])
    return ask("answering", study, words, candidates=list(words), run=run, owner=owner, seed=plan.seed)


def settle(study: Study, plan: Plan, answers: Mapping[str, Answer], run: Answer | None) -> Settled:
    """The decision from the answers to `questions` and a run of "answering", or None where nothing was timed.

    Light: nothing is computed but the verdict. What the run timed with other model files counts as not measured.
    """
    facts, compared = known(study, plan, run, answers), answers["comparison"]
    given = (facts, compared["means"], compared["pairs"], compared["able"], plan)
    found = decision.blocked(decision.decide(*given), alarms(study, answers), despite=plan.despite)
    flips = decision.flips(*given)  # no limit or margin turns an answer that is blocked
    return Settled(tuple(facts), found, flips.iloc[:0] if found.status == BLOCKED else flips)


def known(study: Study, plan: Plan, run: Answer | None, answers: Mapping[str, Answer] | None = None) -> list[Facts]:
    """What is known about each candidate of the plan: from the run, from the model's card, from the plan's prices.

    With the answers to `questions`, how long vectors really are: of an endpoint no card says it.
    """
    names, came = labels(study, plan.candidates), _dimensions(answers or {})
    return [_facts(study, plan, candidates.parse(word), names[word], run, came) for word in plan.candidates]


def _dimensions(answers: Mapping[str, Answer]) -> dict[str, int]:
    """Numbers in a vector of each model that was checked and gave some, by its key."""
    checks = {name.removeprefix(SOUND): answer["checks"] for name, answer in answers.items() if name.startswith(SOUND)}
    found = {key: table.loc[table["key"] == "dimension", "figure"].dropna() for key, table in checks.items()}
    return {key: int(figures.iloc[0]) for key, figures in found.items() if len(figures)}


def labels(study: Study, words: Sequence[str]) -> dict[str, str]:
    """What people read for each candidate; two of one name get their word behind it."""
    kept = pipeline.store()
    named = {model.spec.key: model.label for model in study.models}
    named |= {key: find_spec(kept, key).label for key in candidates.rerankers(words)}
    return candidates.labels(words, named)


def measured(study: Study, word: str, run: Answer | None) -> Mapping[str, Any]:
    """What the run says about a candidate; nothing when it was not timed, or with other files than those of today."""
    if run is None:
        return {}
    rows = run["candidates"]
    own = rows[rows["candidate"] == word]
    today = {model.spec.key: model.space.digest for model in study.only(*candidates.models([word])).models}
    same = all(run["facts"]["models"].get(key) == digest for key, digest in today.items())
    same &= all(run["facts"]["rerankers"].get(key) == digest for key, digest in digests([word]).items())
    return dict(own.iloc[0]) if len(own) and same else {}


def _facts(
    study: Study, plan: Plan, candidate: Candidate, label: str, run: Answer | None, came: Mapping[str, int]
) -> Facts:
    parts, timed = _parts(study, candidate), measured(study, candidate.key, run)
    figures: dict[str, Any] = {name: _number(timed.get(name)) for name in MEASURED}
    if not timed:
        said = next((card.dimension for _, card in parts if card.dimension is not None), None)
        figures |= _size(candidate, came.get(candidate.model, said))
    return Facts(
        candidate.key,
        label,
        **{**figures, "dimension": None if figures["dimension"] is None else int(figures["dimension"])},
        money=_money(plan, candidate.key, figures["texts_per_s"]),
        licence=_licence([card for _, card in parts]),
        languages=_languages([_read(spec, card) for spec, card in parts]),
        remote=any(_leaves(spec) for spec, _ in parts),
    )


def _size(candidate: Candidate, dimension: int | None) -> dict[str, Any]:
    """Dimension and bytes of a vector as far as they follow from its form; the links of an index are measured."""
    form = candidate.form
    size = form.dimension or dimension
    bytes_of = None if size is None or form.index else size * BITS[form.precision] / 8
    return {"dimension": size, "bytes_per_vector": bytes_of}


def _number(value: Any) -> float | None:
    return None if value is None or isnan(value) else float(value)


def _money(plan: Plan, word: str, texts_per_s: float | None) -> float | None:
    """The named price of a million texts, else the hours they take at the price of an hour."""
    if word in plan.money:
        return plan.money[word]
    if plan.hour_price is None or not texts_per_s:
        return None
    return TEXTS / texts_per_s / HOUR * plan.hour_price


def _parts(study: Study, candidate: Candidate) -> list[tuple[ModelSpec | None, ModelCard]]:
    """Everything that works together in a candidate, the one that makes the vectors first; None is BM25."""
    parts: list[tuple[ModelSpec | None, ModelCard]] = []
    if candidate.embeds:
        spec = study.only(candidate.model).models[0].spec
        parts.append((spec, providers.REGISTRY[spec.provider].card(spec)))
    if candidate.lexical:
        parts.append((None, BM25))
    if candidate.reranker:
        spec = find_spec(pipeline.store(), candidate.reranker)
        parts.append((spec, rerankers.REGISTRY[spec.provider].card(spec)))
    return parts


def _leaves(spec: ModelSpec | None) -> bool:
    return spec is not None and spec.provider in providers.REGISTRY and providers.leaves(spec)


def _read(spec: ModelSpec | None, card: ModelCard) -> tuple[str, ...]:
    """Languages of a part; a model fitted on the texts themselves reads what they are written in."""
    fitted = spec is not None and spec.provider in providers.REGISTRY and providers.REGISTRY[spec.provider].fitted
    return card.languages or (("any",) if fitted else ())


def _licence(cards: Sequence[ModelCard]) -> str:
    """All licences, each once; unknown when one of them is."""
    names = [card.licence for card in cards]
    return JOINED.join(dict.fromkeys(names)) if all(names) else ""


def _languages(parts: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Languages that all parts read; unknown when they are for one of them."""
    if not all(parts):
        return ()
    bound = [part for part in parts if not set(part) & {"any", "multilingual"}]
    if not bound:
        return ("multilingual",) if any("multilingual" in part for part in parts) else ("any",)
    common = [name for name in bound[0] if all(name in part for part in bound)]
    return tuple(common) or ("none",)
