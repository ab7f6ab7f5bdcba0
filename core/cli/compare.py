"""`python -m core compare`: where models agree."""

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
    Label,
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


@APP.command()
def compare(
    corpus: CorpusName,
    models: Models = DEFAULTS,
    out: Out = None,
    text: Column = None,
    label: Label = None,
    sample: Sample = None,
    seed: Seed = 0,
    k: Annotated[int, typer.Option(min=1, help="Neighbours per text.")] = 10,
) -> None:
    """How far models agree: neighbour overlap, linear CKA and RSA for every two, and first figures of each."""
    check(out, (Ending.JSON, Ending.CSV, Ending.PARQUET))
    study = load(corpus, models, Reader(text, label, sample, seed))
    profiles = []
    for model in study.models:
        with bar(f"Embedding: {model.label}") as progress:
            found = pipeline.answer("profile", study.only(model.spec.key), progress=progress)
        profiles.append({"model": model.spec.key, **found})
    agreement = pd.DataFrame(columns=["measure", "a", "b", "value", "n", "note"])
    if len(study.models) > 1:
        agreement = pipeline.answer("agreement", study, k=k, seed=seed)["agreement"]
    answer = {
        "corpus": study.corpus.fingerprint,
        "texts": len(study.corpus),
        "k": k,
        "seed": seed,
        "models": pd.DataFrame(profiles),
        "agreement": agreement,
    }
    if out is None:
        typer.echo(pd.DataFrame(profiles).round(3).to_string(index=False))
        typer.echo(f"\nn = {len(study.corpus):,} texts, k = {k}, seed {seed}")
        typer.echo(agreement.round(3).to_string(index=False) if len(agreement) else "One model: nothing to agree with.")
    else:
        write(out, answer, "agreement" if len(study.models) > 1 else "models")
