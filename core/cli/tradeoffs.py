"""`python -m core tradeoffs`: how small the vectors can get, and what that keeps."""

from typing import Annotated, Any

import pandas as pd
import typer

from core import pipeline
from core.cli.arguments import (
    APP,
    DEFAULTS,
    Column,
    CorpusName,
    Ending,
    Label,
    Models,
    Out,
    Qrels,
    Queries,
    Reader,
    Sample,
    Seed,
    bar,
    check,
    load,
    write,
)
from core.cli.candidates import Copies, Rel
from core.compression import words
from core.compression.keeping import MEASURES
from core.types import Answer, Study
from core.work import Work

SHOWN = ["bytes_per_vector", "mean", "low", "high", "difference", "difference_low", "difference_high", "verdict"]


@APP.command()
def tradeoffs(  # noqa: PLR0913  (options of a command line)
    corpus: CorpusName,
    models: Models = DEFAULTS,
    out: Out = None,
    text: Column = None,
    label: Label = None,
    sample: Sample = None,
    seed: Seed = 0,
    *,
    queries: Queries = None,
    qrels: Qrels = None,
    measure: Annotated[
        str, typer.Option(help=f"What must be kept: {', '.join(MEASURES)}. The first that these texts allow.")
    ] = "",
    within: Annotated[float, typer.Option(min=0.001, max=0.5, help="The share of the best that may be lost.")] = 0.01,
    rel: Rel = 1,
    copies: Copies = True,
    every: Annotated[bool, typer.Option("--every", help="Print every form, not only those on the fronts.")] = False,
) -> None:
    """How small the vectors can get: every size and precision of each model, and the smallest that is good enough."""
    check(out, (Ending.JSON, Ending.CSV, Ending.PARQUET))
    study = load(corpus, models, Reader(text, label, sample, seed, queries, qrels))
    measure = measure or ("nDCG@10" if study.corpus.queries and study.corpus.judgements else "recall")
    scored = {"rel": rel, "copies": copies, "seed": seed}
    for model in study.models:
        _ask(study.only(model.spec.key), "tradeoffs", f"Trying smaller vectors: {model.label}", **scored)
    found = _ask(study, "frontier", "Comparing them", measure=measure, within=within, **scored)
    answer = _answer(study, found, {"measure": measure, "within": within, **scored})
    if out is None:
        _print(study, answer, every)
    else:
        write(out, answer, "forms")


def _answer(study: Study, found: Answer, asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "corpus": study.corpus.fingerprint,
        "texts": len(study.corpus),
        "n": found["n"],
        **asked,
        "models": {model.spec.key: model.space.digest for model in study.models},
        "choices": found["choices"],
        "forms": found["table"],
    }


def _ask(study: Study, name: str, doing: str, **arguments: Any) -> Answer:
    with bar(doing, "") as progress:
        work = Work(pipeline.store(), pipeline.respond, progress)
        return pipeline.respond(work, pipeline.ask(name, study, **arguments))


def _print(study: Study, answer: dict[str, Any], every: bool) -> None:
    labels = {model.spec.key: model.label for model in study.models}
    for choice in answer["choices"].to_dict("records"):
        decided, said, more = words.answer(answer["forms"], choice, answer["measure"], answer["within"], labels)
        typer.echo(f"{'Decided' if decided else 'Not decided'}: {said} {more}".rstrip())
    table: pd.DataFrame = answer["forms"]
    shown = table if every else table[table["own_front"] | (table["form"] == "")]
    shown = shown.sort_values(["model", "bytes_per_vector", "mean"])
    typer.echo("\n" + shown[["candidate", *SHOWN]].round(4).to_string(index=False))
    typer.echo(
        f"\n{MEASURES[answer['measure']].label}; n = {answer['n']:,}, {answer['texts']:,} texts; 95 % intervals; "
        f"paired differences to the best float32; may lose {100 * answer['within']:g} %; seed {answer['seed']}"
    )
