"""Are the figures those of the record? Computed again from the texts on, without any answer that was kept."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core import pipeline, rerankers
from core.decision import Plan
from core.errors import VecassayError
from core.report.record import Record, Way
from core.retrieval import candidates
from core.store import Store, open_store
from core.types import Answer, Progress, Study
from core.verification.findings import CANNOT, CHANGED, HOLDS, Finding
from core.verification.models import Found
from core.work import quiet

NO_LIMIT = 2**50
SAME = 5e-4
"""How far a mean may be off: what three digits show. Another processor's rounding swaps neighbours in a ranking."""


@dataclass(frozen=True, eq=False)
class Again:
    """A decision's questions, asked once more: `known` fills with what was found on the way."""

    study: Study
    plan: Plan
    here: Found
    within: Store | None = None
    progress: Progress = quiet
    known: dict[str, Answer] = field(default_factory=dict)

    def able(self, word: str) -> bool:
        """Whether everything the candidate is made of is here."""
        return set(candidates.models([word])) <= set(self.here.models) and set(candidates.rerankers([word])) <= set(
            self.here.rerankers
        )

    def quality(self, word: str) -> Answer:
        """What one candidate is worth."""
        return self._ask("quality", (word,), candidate=word)

    def comparison(self) -> Answer:
        """What all of them are worth against each other."""
        words = self.plan.candidates
        return self._ask("comparison", words, candidates=list(words), measure=self.plan.measure)

    def _ask(self, name: str, words: tuple[str, ...], **arguments: Any) -> Answer:
        named = {key: rerankers.identity(self.here.rerankers[key]) for key in candidates.rerankers(words)}
        settings = {"rel": self.plan.rel, "copies": self.plan.copies, "seed": self.plan.seed}
        study = self.study.only(*candidates.models(words))
        return pipeline.repeat(
            name,
            study,
            known=self.known,
            within=self.within,
            progress=self.progress,
            rerankers=named,
            **settings,
            **arguments,
        )


def figures(record: Record, again: Again) -> Iterator[Finding]:
    """A finding for each candidate."""
    for way in record.candidates:
        part = f"figures of {way.label}"
        if not again.able(way.key):
            yield Finding(part, CANNOT, f"What {way.label} is made of is not all here, so it could not search again.")
            continue
        try:
            answer = again.quality(way.key)
        except VecassayError as error:  # such as texts that came without their queries
            yield Finding(part, CANNOT, f"{way.label} could not search again: {error}")
        else:
            yield _compared(part, record, way, answer, again.plan.measure)


def _compared(part: str, record: Record, way: Way, answer: Answer, measure: str) -> Finding:
    now = {str(row.name): float(row.mean) for row in answer["figures"].itertuples(index=False)}
    then = {each.name: each.mean for each in record.figures if each.candidate == way.key and each.mean is not None}
    off = {name: [mean, now.get(name)] for name, mean in then.items() if not _same(mean, now.get(name))}
    if not then:
        return Finding(part, CANNOT, f"The record has no figures of {way.label}.")
    if not off:
        said = (
            f"{measure} of {way.label} is {_told(now.get(measure))} as it was; {len(then)} figures are within {SAME:g}."
        )
        return Finding(part, HOLDS, said, {"now": {measure: now.get(measure)}})
    first = measure if measure in off else next(iter(off))
    was, is_now = off[first]
    more = f" (and {len(off) - 1} more figures)" if len(off) > 1 else ""
    said = f"{first} of {way.label} was {_told(was, 4)} and is {_told(is_now, 4)}{more}."
    return Finding(part, CHANGED, said, {"changed": off})


def _same(then: float, now: float | None) -> bool:
    return now is not None and abs(then - now) <= SAME


def _told(value: float | None, digits: int = 3) -> str:
    return "unknown" if value is None else f"{value:.{digits}f}"


def elsewhere(folder: Path, study: Study, here: Found) -> Store:
    """An empty store in a folder, with these texts and models: whatever is asked there is made anew."""
    store = open_store(f"sqlite:///{folder / 'fresh.sqlite'}", NO_LIMIT)
    store.corpora.add(study.corpus, {}, kind="typed", owner=None)
    for spec in (*(model.spec for model in here.models.values()), *here.rerankers.values()):
        store.models.add(spec, "verify")
    return store
