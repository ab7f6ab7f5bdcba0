"""`python -m core decide`: which candidate to take, why, and when that would change. Exit codes are fit for CI."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from core import deciding, pipeline
from core.cli.arguments import (
    APP,
    DEFAULTS,
    Column,
    CorpusName,
    Models,
    Qrels,
    Queries,
    Reader,
    Sample,
    Seed,
    bar,
    load,
)
from core.cli.candidates import Besides, Copies, Margin, Measure, Rel, Rerankers
from core.cli.candidates import words as weighed
from core.deciding import Settled
from core.decision import CRITERIA, NUMERIC, Limits, Plan
from core.decision.plan import TOLERANCE
from core.decision.verdict import BLOCKED, DECIDED, LIMITS, UNDECIDED
from core.errors import VecassayError
from core.recording import Written, compose
from core.report.html import to_html
from core.report.markdown import to_markdown
from core.report.record import to_json
from core.retrieval import figures
from core.types import Answer, Study
from core.work import Work

OWNER = "command line"
ORDER = ",".join(CRITERIA)
CODES = {DECIDED: 0, UNDECIDED: 3, LIMITS: 4, BLOCKED: 5}
WRITERS = {".json": to_json, ".html": to_html, ".md": to_markdown}


Record = Annotated[Path | None, typer.Option(help="Where the record goes: .json, .html or .md.")]
P95 = Annotated[float | None, typer.Option(min=0, help="p95 of a query in ms, at most.")]
Rate = Annotated[float | None, typer.Option(min=0, help="Texts made searchable a second, at least.")]
Memory = Annotated[float | None, typer.Option(min=0, help="Memory in MB, at most.")]
Bytes = Annotated[float | None, typer.Option(min=0, help="Bytes of a vector, at most.")]
Money = Annotated[float | None, typer.Option(min=0, help="Money per million texts, at most.")]
Licence = Annotated[list[str] | None, typer.Option(help="A licence you may use; once for each.")]
Language = Annotated[str | None, typer.Option(help="A language every part must read: en, de.")]
Local = Annotated[bool, typer.Option("--local-only", help="Texts may not leave this machine.")]
Order = Annotated[str, typer.Option(help="Costs that count among those as good, the first first.")]
Tolerance = Annotated[float, typer.Option(min=0, help="Costs this share apart count as the same: 0.1 is 10 %.")]
Hour = Annotated[float | None, typer.Option(min=0, help="Price of a machine hour.")]
Price = Annotated[list[str] | None, typer.Option(help="CANDIDATE=MONEY per million texts; once for each.")]
Run = Annotated[str, typer.Option(help="Key of a kept run with times, or “last”; left out: measured now.")]
Despite = Annotated[bool, typer.Option("--all-the-same", help="Decide although a check of a model is red.")]
Title = Annotated[str, typer.Option(help="Title of the record.")]
Asked = Annotated[str, typer.Option("--question", help="The question that is decided, for the record.")]


@APP.command()
def decide(  # noqa: PLR0913  (options of a command line)
    corpus: CorpusName,
    models: Models = DEFAULTS,
    out: Record = None,
    text: Column = None,
    sample: Sample = None,
    seed: Seed = 0,
    *,
    queries: Queries = None,
    qrels: Qrels = None,
    candidates: Besides = "bm25",
    reranker: Rerankers = "",
    measure: Measure = figures.MAIN,
    rel: Rel = 1,
    copies: Copies = True,
    margin: Margin = 0.01,
    max_p95: P95 = None,
    min_texts_per_s: Rate = None,
    max_memory: Memory = None,
    max_bytes_per_vector: Bytes = None,
    max_money: Money = None,
    licence: Licence = None,
    language: Language = None,
    local_only: Local = False,
    order: Order = ORDER,
    tolerance: Tolerance = TOLERANCE,
    hour_price: Hour = None,
    price: Price = None,
    run: Run = "",
    all_the_same: Despite = False,
    title: Title = "",
    question: Asked = "",
) -> None:
    """Which candidate, why, until when. Exit code 0: decided, 3: not, 4: none within the limits, 5: a check is red."""
    written, scored = Written(title=title, question=question), (_checked(measure, out), rel, copies, margin, seed)
    numbers = (max_p95, min_texts_per_s, _bytes(max_memory), max_bytes_per_vector, max_money)
    study = load(corpus, models, Reader(text, None, sample, seed, queries, qrels))
    words, limits = weighed(study, candidates, reranker), Limits(*numbers, tuple(licence or ()), language, local_only)
    plan = Plan(words, *scored, limits, _order(order), tolerance, _run(study, run), hour_price, _prices(price, words))
    raise typer.Exit(_decide(study, replace(plan, despite=all_the_same), out, written))


def _decide(study: Study, plan: Plan, out: Path | None, written: Written) -> int:
    """Measure, settle, write and say it; returns the exit code."""
    answers, timed = _answers(study, plan), _timed(study, plan)
    settled = deciding.settle(study, plan, answers, timed)
    _say(settled)  # first: what was measured is not lost with a file that cannot be written
    if out is not None:
        _write(out, WRITERS[out.suffix](compose(study, plan, answers, timed, settled, written)))
        typer.echo(f"Written: {out}", err=True)
    return CODES[settled.decision.status]


def _write(out: Path, record: bytes) -> None:
    try:
        out.write_bytes(record)
    except OSError as error:
        raise VecassayError(
            f"The record could not be written to {out}: {error.strerror}. Name another place with --out; with "
            f"--run last nothing is timed again."
        ) from error


def _order(order: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in order.split(",") if name.strip())


def _bytes(megabytes: float | None) -> float | None:
    return None if megabytes is None else megabytes * NUMERIC["memory_bytes"].scale


def _checked(measure: str, out: Path | None) -> str:
    """The measure; refuses one there is not, and a file we could not write (exit code 2), before any work is done."""
    figures.family(measure)
    if out is not None and out.suffix not in WRITERS:
        raise typer.BadParameter(f"expected a file ending in {', '.join(WRITERS)}; got {out.name}", param_hint="--out")
    if out is not None and not out.parent.is_dir():
        raise typer.BadParameter(f"the folder {out.parent} does not exist", param_hint="--out")
    return measure


def _prices(given: Sequence[str] | None, words: Sequence[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for each in given or ():
        word, _, money = each.rpartition("=")
        try:
            found[word] = float(money)
        except ValueError:
            raise VecassayError(f"Expected CANDIDATE=MONEY after --price, such as minilm=1.5; got {each}.") from None
        if word not in words:
            raise VecassayError(f"--price names {word!r}, which is none of {', '.join(words)}.")
    return found


def _run(study: Study, key: str) -> str:
    """The kept run that is asked for, or the key of one to be measured; raises VecassayError when it is not there."""
    listed = pipeline.store().timings.list(study.corpus.fingerprint)
    kept = [each for each in listed if each.summary.get("kind") == "answering"]
    known = [each.key for each in kept]
    if not key:
        return secrets.token_hex(8)
    if key == "last" and known:
        return known[0]
    if key not in known:
        told = f"Known: {', '.join(known)}." if known else "There is none yet: leave --run out to measure now."
        raise VecassayError(f"No run {key!r} with times of answers is kept on these texts. {told}")
    return key


def _answers(study: Study, plan: Plan) -> dict[str, Answer]:
    found = {}
    for name, question in deciding.questions(study, plan).items():
        with bar(f"Measuring: {name}", "") as progress:
            found[name] = pipeline.respond(Work(pipeline.store(), pipeline.respond, progress), question)
    return found


def _timed(study: Study, plan: Plan) -> Answer:
    """The run of the plan: read, or measured now under its key."""
    with bar("Timing answers", "") as progress:
        work = Work(pipeline.store(), pipeline.respond, progress)
        return pipeline.respond(work, deciding.timing(study, plan, plan.run, OWNER))


def _say(settled: Settled) -> None:
    decision = settled.decision
    labels = {fact.candidate: fact.label for fact in settled.facts}
    parts: list[tuple[str, Sequence[str]]] = [
        ("Why", decision.why),
        ("Struck out", [f"{labels[key]}: {' '.join(why)}" for key, why in decision.struck.items()]),
        ("What would decide it", decision.would_decide),
        ("When the answer would change", list(settled.flips["sentence"])),
    ]
    typer.echo(decision.answer)
    for head, lines in parts:
        if lines:
            typer.echo(f"\n{head}")
            for line in lines:
                typer.echo(f"- {line}")
