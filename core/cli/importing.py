"""`python -m core import`: vectors that were computed elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from core import importing, pipeline
from core.cli.arguments import APP, Column, CorpusName, Reader, Sample, Seed
from core.corpora import Limits
from core.importing.table import Table


@APP.command("import")
def bring(
    corpus: CorpusName,
    vectors: Annotated[
        Path,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Vectors of the texts: .npy with a row per text in their order, or .parquet with a column of vectors, "
            "and one called id or text to tell whose they are.",
        ),
    ],
    name: Annotated[str, typer.Option(help="The model they are of, as it is to be shown.")],
    queries: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Vectors of the test set's queries, likewise.")
    ] = None,
    text: Column = None,
    sample: Sample = None,
    seed: Seed = 0,
    *,
    check: Annotated[bool, typer.Option("--check", help="Only say what was understood; keep nothing.")] = False,
) -> None:
    """Bring vectors that were computed elsewhere, as a model to compare like any other.

    They are matched by id, by text, or by order; nothing is kept unless every text has one finite vector.
    """
    texts = Reader(text, None, sample, seed, ids=True).read(corpus)
    brought = importing.check(texts, _table(vectors), None if queries is None else _table(queries))
    for sentence in brought.sentences():
        typer.echo(sentence)
    if check:
        return
    spec = importing.keep(pipeline.store(), brought, name, "command line")
    typer.echo(f"Kept as {spec.key}: use it as --models minilm,{spec.key}")


def _table(path: Path) -> Table:
    Limits.from_settings().check_bytes(path.name, path.stat().st_size)
    return importing.read(path.name, path.read_bytes())
