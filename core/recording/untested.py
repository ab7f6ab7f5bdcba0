"""What a decision did not look at, as far as that can be told from what was asked and measured."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.decision import Plan
from core.latency import machine
from core.retrieval import candidates
from core.retrieval.judged import Judged
from core.types import Answer, Study

FEW = 100


def sentences(
    study: Study, plan: Plan, quality: Mapping[str, Answer], kept: Answer, run: Mapping[str, Any]
) -> Iterator[str]:
    """A sentence for each thing nobody looked at; `kept` answers "evidence", `run` are a latency run's facts."""
    yield "Other texts, other queries and other languages than those of this test set."
    yield from _queries(study, plan)
    yield from _unjudged(study, quality)
    yield from _cut(study, kept)
    yield from _ways(plan)
    yield from _times(run)
    yield from _forms(plan)


def _queries(study: Study, plan: Plan) -> Iterator[str]:
    judged = Judged.of(study.corpus, plan.copies)
    n, without, unjudged = len(judged.evaluated(plan.rel)), len(judged.unanswerable(plan.rel)), len(judged.unjudged)
    if n < FEW:
        yield f"More than {n:,} queries: figures of so few move with each of them, as their intervals show."
    if without:
        yield f"What candidates give to queries without an answer ({without:,}): these are out of every mean."
    if unjudged:
        yield f"Queries that nobody judged ({unjudged:,}): these are out of every mean."


def _unjudged(study: Study, quality: Mapping[str, Answer]) -> Iterator[str]:
    """Results that nobody judged count as not relevant, which can wrong a candidate that finds other texts."""
    names = {model.spec.key: model.label for model in study.models}
    shares = {word: found.get("judged10") for word, found in quality.items()}
    some = {word: share for word, share in shares.items() if share is not None and share < 0.995}
    if some:
        said = [f"{candidates.parse(word).label(names)} {100 * (1 - share):.0f} %" for word, share in some.items()]
        yield f"Results that nobody judged; they count as not relevant. Their share of the first 10: {', '.join(said)}."


def _cut(study: Study, kept: Answer) -> Iterator[str]:
    for model in study.models:
        cut = kept["cut"].get(model.spec.key) or {}
        if cut.get("over"):
            yield (
                f"The ends of long texts under {model.label}: it reads {cut['limit']:,} tokens, and "
                f"{100 * cut['share']:.1f} % of the texts are longer."
            )


def _ways(plan: Plan) -> Iterator[str]:
    words = [candidates.parse(word) for word in plan.candidates]
    if candidates.BM25 not in plan.candidates:
        yield "BM25, the usual baseline."
    if not any(word.fused for word in words):
        yield "Fusing a model's results with BM25's."
    if not any(word.reranker for word in words):
        yield "A reranker behind any candidate."


def _forms(plan: Plan) -> Iterator[str]:
    forms = [candidates.parse(word).form for word in plan.candidates]
    if all(form.plain for form in forms):
        yield "Vectors in fewer bits or dimensions, and approximate search: vectors were float32 and search was exact."
    elif not any(form.index for form in forms):
        yield "Approximate search: every text was looked at."


def _times(run: Mapping[str, Any]) -> Iterator[str]:
    if not run:
        yield "Latency, throughput and memory: nothing was measured on any machine."
        return
    where = run.get("machine") or {}
    if where.get("device", "CPU") == "CPU":
        yield "A graphics processor: times are those of a CPU."
    yield "Other machines than the one named here, and many callers at once: queries were timed one at a time."
    beside = max((value for value in _beside(run)), default=0.0)
    if machine.busy(beside):
        yield f"A quiet machine: while times were measured, other programs kept about {beside:.1f} cores busy."


def _beside(run: Mapping[str, Any]) -> Iterator[float]:
    load = run.get("load") or {}
    for name in ("others_before", "others_during", "others_after"):
        if isinstance(load.get(name), int | float):
            yield float(load[name])
