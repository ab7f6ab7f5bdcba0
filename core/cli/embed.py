"""`python -m core embed`: vectors for texts."""

import pandas as pd
import typer

from core import pipeline, providers
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
from core.cli.sending import Leave, Most, Send
from core.types import Role
from core.work import Work


@APP.command()
def embed(  # noqa: PLR0913, PLR0917  (each is an option)
    corpus: CorpusName,
    models: Models = DEFAULTS,
    out: Out = None,
    text: Column = None,
    label: Label = None,
    sample: Sample = None,
    seed: Seed = 0,
    send: Send = False,
    most: Most = None,
) -> None:
    """Embed texts with each model, keep the vectors, and say how many were new.

    Texts go to a hosted model only after a yes, or with --send.
    With --out FILE.parquet the vectors are written too: one row per text and model.
    """
    check(out, (Ending.PARQUET, Ending.JSON, Ending.CSV))
    leave = Leave(send, most)
    study = load(corpus, models, Reader(text, label, sample, seed))
    frames, rows = [], []
    for model in study.models:
        shelf = model.space.shelf(Role.DOCUMENT)
        before = pipeline.store().vectors.encoded(shelf)
        with leave.to(model, study.corpus), bar(f"Embedding: {model.label}") as progress:
            work = Work(pipeline.store(), pipeline.respond, progress)
            embedded = work.embed(study.corpus.texts, model, Role.DOCUMENT, fit=study.corpus)
        new = pipeline.store().vectors.encoded(shelf) - before
        n, d = embedded.vectors.shape
        typer.echo(f"{model.label}: {new:,} of {n:,} embedded, {n - new:,} from the cache or repeated; {d} dimensions")
        run_by = providers.backend(model.spec)
        if run_by:
            typer.echo(f"  by {run_by}")
        rows.append(
            {"model": model.spec.key, "texts": n, "embedded": new, "dimensions": d, "space": model.space.digest}
        )
        vectors = {"vector": list(embedded.vectors)}
        frames.append(pd.DataFrame({"model": model.spec.key, "row": range(n), "text": study.corpus.texts, **vectors}))
    if out is not None:
        tables = pd.concat(frames, ignore_index=True) if out.suffix == Ending.PARQUET else pd.DataFrame(rows)
        write(out, {"embed": tables}, "embed")
