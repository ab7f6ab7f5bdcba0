"""All checks of a record, one after another."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from core import pipeline
from core.decision import Facts
from core.report.record import Record
from core.types import Corpus, Progress, Study
from core.verification import times, verdict
from core.verification.figures import Again, elsewhere, figures
from core.verification.findings import CANNOT, CHANGED, Finding
from core.verification.models import models
from core.verification.testset import missing, testset
from core.verification.vectors import vectors
from core.work import quiet


def verify(
    record: Record,
    corpus: Corpus | None,
    *,
    instead: Mapping[str, str] | None = None,
    run: str = "",
    progress: Progress = quiet,
) -> list[Finding]:
    """Repeat what can be repeated, and say of each part of the record whether it holds, with what changed.

    `corpus` are the texts with queries and judgements; None takes them from the store, by the record's fingerprint.
    `instead` names models by key as PROVIDER:NAME where they lie elsewhere now. Times are not measured again; `run` is
    the key of another kept run to take them from. Raises VecassayError when the record itself is damaged.
    """
    asked, known = verdict.plan(record), verdict.facts(record)
    corpus = corpus or pipeline.store().corpora.get(record.data.fingerprint)
    if corpus is None:
        return [*missing(record.data), verdict.open_(["the texts are not here"])]
    pipeline.store().corpora.add(corpus, {}, kind="typed", owner=None)
    here = models(record, corpus, instead or {})
    study = Study(corpus, tuple(here.models.values()))
    facts, timed = times.facts(record, study, asked, known, run)
    compared = list(vectors(record, corpus, here))
    drifted = any(finding.status == CHANGED for finding in compared)
    again = _repeated(record, Again(study, asked, here, progress=progress), facts, drifted=drifted)
    return [*testset(record.data, corpus), *here.findings, *compared, *again[:-1], timed, again[-1]]


def _repeated(record: Record, again: Again, facts: list[Facts], *, drifted: bool) -> list[Finding]:
    """Figures and, last, the decision; where vectors drifted all are made anew, in a store that is thrown away."""
    if not drifted:
        return _counted(record, again, facts)
    with TemporaryDirectory() as folder:
        within = elsewhere(Path(folder), again.study, again.here)
        try:
            return _counted(record, replace(again, within=within), facts)
        finally:
            within.close()


def _counted(record: Record, again: Again, facts: list[Facts]) -> list[Finding]:
    counted = list(figures(record, again))
    lacking = [finding.part for finding in counted if finding.status == CANNOT]
    last = verdict.open_(lacking) if lacking else verdict.verdict(record, again.plan, facts, again.comparison())
    return [*counted, last]
