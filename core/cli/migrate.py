"""`python -m core migrate`: what moving from one model to another changes, and how far a map gets meanwhile."""

from typing import Annotated

import typer

from core import pipeline, stats
from core.cli.arguments import (
    APP,
    Column,
    CorpusName,
    Ending,
    Label,
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
from core.cli.candidates import Copies, Margin, Rel
from core.migration import words

From = Annotated[str, typer.Option("--from", help="The model whose vectors you have: a key, or PROVIDER:NAME.")]
To = Annotated[str, typer.Option("--to", help="The model you think of moving to: a key, or PROVIDER:NAME.")]


@APP.command()
def migrate(  # noqa: PLR0913  (options of a command line)
    corpus: CorpusName,
    before: From,
    after: To,
    out: Out = None,
    text: Column = None,
    label: Label = None,
    sample: Sample = None,
    seed: Seed = 0,
    *,
    queries: Queries = None,
    qrels: Qrels = None,
    rel: Rel = 1,
    copies: Copies = True,
    margin: Margin = 0.01,
) -> None:
    """What moving to another model changes: first ten results, who wins and loses, and a linear map as a stopgap."""
    check(out, (Ending.JSON, Ending.CSV, Ending.PARQUET))
    study = load(corpus, f"{before},{after}", Reader(text, label, sample, seed, queries, qrels))
    a, b = study.models
    asked = {"a": a.spec.key, "b": b.spec.key, "rel": rel, "copies": copies, "seed": seed}
    with bar(f"Planning: {a.label} to {b.label}", "") as progress:
        found = pipeline.answer("migration", study, progress=progress, **asked)
    pairs = stats.tell(found["pairs"], margin)
    if out is not None:
        facts = {"corpus": study.corpus.fingerprint, "texts": len(study.corpus), "margin": margin, **asked}
        digests = {model.spec.key: model.space.digest for model in study.models}
        write(out, {**facts, "models": digests, **found, "pairs": pairs}, "per_query")
        return
    typer.echo(words.answer(found, pairs, a.label, b.label, margin)[1])
    typer.echo(words.stopgap(found, pairs, a.label, b.label))
    typer.echo("\n" + words.table(found, a.label, b.label).to_string(index=False))
    old, new = (4 * dimension for dimension in found["dimensions"])
    typer.echo(f"\nBytes of a text: {old:,} now, {new:,} after (float32).")
    typer.echo(" ".join(words.caveats(found, a.label, b.label)))
