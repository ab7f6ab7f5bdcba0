"""`python -m core latency`: how fast models are on this machine."""

import secrets
from typing import Annotated

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
from core.latency import FULL, QUICK, words
from core.types import Answer

OWNER = "command line"
REFERENCE = "static"


@APP.command()
def latency(
    corpus: CorpusName,
    models: Models = DEFAULTS,
    out: Out = None,
    text: Column = None,
    sample: Sample = None,
    seed: Seed = 0,
    quick: Annotated[bool, typer.Option("--quick", help=QUICK.help)] = False,
    reference: Annotated[str, typer.Option(help="The model that others are told in multiples of.")] = REFERENCE,
) -> None:
    """How fast models are here: load, single calls, throughput by batch, length and callers. The run is kept."""
    check(out, (Ending.JSON, Ending.CSV, Ending.PARQUET))
    study = load(corpus, models, Reader(text, None, sample, seed))
    setting = QUICK if quick else FULL
    with bar("Measuring speed", unit=" steps") as progress:
        run = pipeline.answer(
            "latency",
            study,
            progress=progress,
            run=secrets.token_hex(8),
            owner=OWNER,
            setting=setting.key,
            reference=reference,
            seed=seed,
        )
    if out is not None:
        write(out, dict(run), "figures")
        return
    typer.echo(_table(run).to_string(index=False))
    typer.echo("")
    for line in words.whole(run["figures"], run["facts"]):
        typer.echo(line)


def _table(run: Answer) -> pd.DataFrame:
    """Every figure, one a row, with models by name."""
    labels = {model["key"]: model["label"] for model in run["facts"]["models"]}
    table: pd.DataFrame = run["figures"].assign(model=run["figures"]["model"].map(labels))
    for column in ("value", "low", "high"):
        table[column] = [words.number(value) for value in table[column]]
    return table
