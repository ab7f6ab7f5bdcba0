"""Times cannot be repeated, only measured anew: those of the record are taken, or those of a run that is named."""

from core import deciding, pipeline
from core.decision import Facts, Plan
from core.errors import VecassayError
from core.report import words
from core.report.record import Record
from core.retrieval import candidates
from core.types import Study
from core.verification.findings import CANNOT, HOLDS, Finding

PART = "times"


def facts(record: Record, study: Study, asked: Plan, known: list[Facts], run: str) -> tuple[list[Facts], Finding]:
    """The facts to decide by, and what is to be said about them; raises VecassayError for a run that is not kept."""
    if run:
        return _anew(study, asked, known, run)
    if not record.run:
        return known, Finding(PART, HOLDS, "No times were measured for this record, and none are needed.")
    when = str(record.run.get("date", "")) or "an unknown day"
    return known, Finding(
        PART,
        CANNOT,
        f"Times are not measured again: the decision is repeated with those of the record ({words.when(when)}). "
        f"Measure anew on the Decision page or with python -m core decide, then name that run with --run.",
    )


def _anew(study: Study, asked: Plan, known: list[Facts], run: str) -> tuple[list[Facts], Finding]:
    found = pipeline.store().timings.get(run)
    if found is None or "candidates" not in found:
        raise VecassayError(
            f"There is no latency run of a decision with the key {run!r} in this store. The Decision page and "
            f"python -m core decide keep one whenever times are measured, and tell its key."
        )
    if len(candidates.models(asked.candidates)) > len(study.models):
        return known, Finding(PART, CANNOT, f"The run {run} cannot be used, because models are missing here.")
    now = deciding.known(study, asked, found)
    told = [
        f"{new.label} {words.amount(new.p95_ms, ' ms')}, was {words.amount(old.p95_ms, ' ms')}"
        for new, old in zip(now, known, strict=False)
    ]
    said = f"The decision is repeated with the times of run {run}. p95 of a query: {'; '.join(told)}."
    return now, Finding(PART, HOLDS, said, {"facts": [each.to_json() for each in now]})
