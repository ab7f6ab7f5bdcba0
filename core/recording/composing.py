"""From what was measured and decided to a record: everything that somebody needs to judge it, or to check it again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pandas as pd

from core import pipeline, rerankers
from core.deciding import SOUND, Settled
from core.decision import Decision, Facts, Plan
from core.latency import machine
from core.recording import untested
from core.report import listing
from core.report.privacy import folder_name
from core.report.record import Data, Flip, Measured, Pair, Record, Ruling, Used, Way, cleaned
from core.retrieval import bm25, candidates, fusion
from core.retrieval.judged import Judged
from core.retrieval.settings import held
from core.stats.resampling import DRAWS
from core.types import Answer, Corpus, Study
from core.work import find_spec

LIBRARIES = (
    "vecassay", "numpy", "scipy", "scikit-learn", "ir-measures", "bm25s", "torch", "sentence-transformers",
    "transformers", "tokenizers", "model2vec",
)  # fmt: skip
VERSION = "0.1.0"
HERE = ("machine", "models", "rerankers", "corpus", "settings")
"""Facts of a latency run that stand elsewhere in a record."""


@dataclass(frozen=True)
class Written:
    """What a person adds to a record: title, question, who signs, what they did not test."""

    title: str = ""
    question: str = ""
    signed: tuple[str, ...] = ()
    untested: tuple[str, ...] = ()


def compose(
    study: Study, plan: Plan, answers: Mapping[str, Answer], run: Answer | None, settled: Settled, written: Written
) -> Record:
    """The record of a decision, without paths and passwords.

    `answers` are those to `deciding.questions`, `run` the answer of "answering" that times came from, or None.
    """
    corpus, kept = study.corpus, answers["evidence"]
    timed: Mapping[str, Any] = {} if run is None else run["facts"]
    where = timed.get("machine") or machine.facts()
    quality = {word: answers[f"quality:{word}"] for word in plan.candidates}
    parsed = [candidates.parse(word) for word in plan.candidates]
    record = Record(
        title=written.title.strip(),
        question=written.question.strip(),
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        signed=tuple(name.strip() for name in written.signed if name.strip()),
        ruling=_ruling(settled.decision),
        data=_data(corpus, Judged.of(corpus, plan.copies), plan.rel),
        candidates=tuple(_way(fact) for fact in settled.facts),
        models=tuple(_used(study, key, kept) for key in candidates.models(plan.candidates)),
        rerankers=tuple(_reranker(key) for key in candidates.rerankers(plan.candidates)),
        plan=plan.to_json(),
        facts=tuple(fact.to_json() for fact in settled.facts),
        figures=tuple(_measured(word, row) for word, found in quality.items() for row in _rows(found["figures"])),
        pairs=tuple(_pair(row) for row in _rows(settled.decision.told)),
        flips=tuple(_flip(row) for row in _rows(settled.flips)),
        able=dict(answers["comparison"]["able"]),
        settings=_settings(parsed),
        run={name: value for name, value in timed.items() if name not in HERE},
        machine={name: value for name, value in where.items() if name != "libraries"},
        versions={**versions(), **where.get("libraries", {})},
        untested=(*untested.sentences(study, plan, quality, kept, timed), *written.untested),
        evidence={name: kept[name] for name in ("rows", "texts", "vectors", "dimensions")},
        preflight=tuple(_lights(study, answers)),
    )
    return cleaned(record)


def versions() -> dict[str, str]:
    """Vecassay and the libraries that figures depend on, as installed here."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return {"vecassay": VERSION, **found}


def public(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of a model or its space as others may see them: a folder by its name, not by where it lies."""
    return {**spec, "name": folder_name(str(spec.get("name", "")))}


def _ruling(decision: Decision) -> Ruling:
    return Ruling(
        status=decision.status,
        answer=decision.answer,
        chosen=decision.chosen,
        best=decision.best,
        tie_group=tuple(decision.tie_group),
        struck={key: tuple(reasons) for key, reasons in decision.struck.items()},
        why=tuple(decision.why),
        would_decide=tuple(decision.would_decide),
    )


def _data(corpus: Corpus, judged: Judged, rel: int) -> Data:
    return Data(
        name=corpus.name,
        fingerprint=corpus.fingerprint,
        texts=listing.texts(corpus),
        queries=listing.queries(corpus),
        judgements=listing.judgements(corpus),
        judged=len(corpus.judgements),
        evaluated=len(judged.evaluated(rel)),
        unanswerable=len(judged.unanswerable(rel)),
        unjudged=len(judged.unjudged),
        copied=judged.copied,
    )


def _used(study: Study, key: str, kept: Answer) -> Used:
    (model,) = study.only(key).models
    spec, space = public(model.spec.to_json()), public(asdict(model.space))
    return Used(key, model.label, spec, space, model.space.digest, kept["dimensions"][key], kept["cut"][key])


def _reranker(key: str) -> Used:
    spec = find_spec(pipeline.store(), key)
    return Used(key, spec.label, public(spec.to_json()), {}, rerankers.identity(spec))


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows with plain numbers, None where a number is NaN."""
    plain = table.astype(object).where(table.notna(), None)
    return [{str(name): _number(cell) for name, cell in row.items()} for row in plain.to_dict("records")]


def _number(cell: Any) -> Any:
    return cell.item() if hasattr(cell, "item") else cell


def _way(fact: Facts) -> Way:
    word = [fact.candidate]
    return Way(fact.candidate, fact.label, candidates.models(word), candidates.rerankers(word))


def _measured(word: str, row: Mapping[str, Any]) -> Measured:
    return Measured(word, row["name"], row["mean"], row["low"], row["high"])


def _flip(row: Mapping[str, Any]) -> Flip:
    return Flip(row["what"], row["at"], row["before"], row["after"], row["sentence"])


def _pair(row: Mapping[str, Any]) -> Pair:
    given: dict[str, Any] = {name: row.get(name) for name in Pair.__dataclass_fields__}
    return Pair(**given)


def _lights(study: Study, answers: Mapping[str, Answer]) -> Iterator[dict[str, Any]]:
    """Every check of every model that was asked about."""
    for model in study.models:
        answer = answers.get(f"{SOUND}{model.spec.key}")
        for row in _rows(answer["checks"]) if answer is not None else ():
            yield {"model": model.label, **row}


def _settings(words: Sequence[candidates.Candidate]) -> dict[str, Any]:
    """What was the same for all: draws, and the numbers of BM25, fusion and reranking where one takes part."""
    exact = not any(word.form.index for word in words)
    found: dict[str, Any] = {"bootstrap draws": DRAWS, "search": "exact" if exact else "exact but for those named"}
    found |= {f"vectors of {word.model}{word.held}": held(word.form) for word in words if word.held}
    if any(word.lexical for word in words):
        found["bm25"] = dict(bm25.SETTINGS)
    if any(word.fused for word in words):
        found["reciprocal rank fusion"] = {"k": fusion.K}
    if any(word.reranker for word in words):
        found["reranked"] = {"first results": fusion.RERANKED}
    return found
