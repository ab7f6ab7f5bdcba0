"""`python -m core export`: a corpus with its vectors for a vector database."""

from pathlib import Path
from typing import Annotated

import typer

from core import pipeline, vectordb
from core.cli.arguments import APP, Column, CorpusName, Label, Reader, Sample, Seed, bar, load
from core.errors import VecassayError
from core.types import Role
from core.work import Work


@APP.command()
def export(
    corpus: CorpusName,
    model: Annotated[str, typer.Option(help="Key of a model, or PROVIDER:NAME with a hub id or folder.")] = "minilm",
    to: Annotated[Path, typer.Option(help="Folder to write into; made if it is not there.")] = Path(),
    formats: Annotated[
        str, typer.Option("--format", help=f"Out of {', '.join(vectordb.FORMATS)}; commas between.")
    ] = ",".join(vectordb.FORMATS),
    text: Column = None,
    label: Label = None,
    sample: Sample = None,
    seed: Seed = 0,
) -> None:
    """Write texts and vectors as Parquet and as a table of LanceDB, which say what model they are of.

    A table of another model in the same place is not overwritten.
    """
    study = load(corpus, model, Reader(text, label, sample, seed))
    if len(study.models) != 1:
        raise VecassayError(f"Expected one model after --model, since a table holds one space; got {model}.")
    (only,) = study.models
    with bar(f"Embedding: {only.label}") as progress:
        work = Work(pipeline.store(), pipeline.respond, progress)
        embedded = work.embed(study.corpus.texts, only, Role.DOCUMENT, fit=study.corpus)
    wanted = [each.strip() for each in formats.split(",") if each.strip()]
    for written in vectordb.write(study.corpus, embedded, only.label, to, key=only.spec.key, formats=wanted):
        typer.echo(f"{written.path}: {written.nbytes:,} bytes")
    n, d = embedded.vectors.shape
    typer.echo(f"{n:,} texts, {d} dimensions, {only.label}, space {only.space.digest}")
