"""`python -m core preflight`: is each model used as it wants to be? A traffic light per check, before any score."""

from typing import Any

import pandas as pd
import typer

from core import pipeline
from core.cli.arguments import (
    APP,
    DEFAULTS,
    Column,
    CorpusName,
    Ending,
    Models,
    Out,
    Reader,
    Sample,
    Seed,
    bar,
    check,
    load,
    write,
)
from core.cli.sending import Leave, Most, Send
from core.preflight import GREEN, RED, UNKNOWN, YELLOW
from core.types import Study

MARKS = {RED: "RED    ", YELLOW: "yellow ", UNKNOWN: "?      ", GREEN: "green  "}
CODE = 3


@APP.command()
def preflight(
    corpus: CorpusName,
    models: Models = DEFAULTS,
    out: Out = None,
    text: Column = None,
    sample: Sample = None,
    seed: Seed = 0,
    send: Send = False,
    most: Most = None,
) -> None:
    """Check how each model is used, before any score. Exit code 3: something is red.

    Texts go to a hosted model only after a yes, or with --send: all of them once, and up to eight again.
    """
    check(out, (Ending.JSON, Ending.CSV, Ending.PARQUET))
    leave = Leave(send, most)
    study = load(corpus, models, Reader(text, None, sample, seed))
    found = _found(study, seed, leave)
    for _, rows in found.groupby("model_key", sort=False):
        typer.echo(f"{rows['model'].iloc[0]!s}: {len(rows)} checks")
        for row in rows.itertuples():
            figure = f" ({row.figure_words!s})" if row.figure_words else ""
            typer.echo(f"  {MARKS[str(row.level)]} {row.label}{figure}. {row.sentence}")
    if out is not None:
        answer: dict[str, Any] = {"texts": len(study.corpus), "seed": seed, "checks": found}
        write(out, answer, "checks")
    raise typer.Exit(CODE if (found["level"] == RED).any() else 0)


def _found(study: Study, seed: int, leave: Leave) -> pd.DataFrame:
    """Every model's checks, one a row; a model that could not be asked the last time is asked again."""
    tables, answers = [], pipeline.store().answers
    for model in study.models:
        own = study.only(model.spec.key)
        question = pipeline.ask("soundness", own, seed=seed)
        kept = answers.get(question.key)
        if kept is not None and kept["failed"]:
            answers.remove(question.key)
        with leave.to(model, study.corpus), bar(f"Checking {model.label}", "") as progress:
            answer = pipeline.answer("soundness", own, progress=progress, seed=seed)
        tables.append(answer["checks"].assign(model=model.label, model_key=model.spec.key))
    together: pd.DataFrame = pd.concat(tables, ignore_index=True)
    return together
