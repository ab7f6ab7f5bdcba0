"""`python -m core project`: maps of the texts, and how far they can be trusted."""

from typing import Annotated, Any

import pandas as pd
import typer

from core import pipeline, projections
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
from core.errors import VecassayError
from core.types import Study

METHODS = ", ".join(projections.REGISTRY)


@APP.command()
def project(  # noqa: PLR0913  (each is an option of its own)
    corpus: CorpusName,
    *,
    models: Models = DEFAULTS,
    out: Out = None,
    text: Column = None,
    label: Label = None,
    sample: Sample = None,
    seed: Seed = 0,
    method: Annotated[str, typer.Option(help=f"How to draw: {METHODS}.")] = "umap",
    dims: Annotated[int, typer.Option(min=2, max=3, help="Dimensions of the map.")] = 2,
    setting: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE, such as perplexity=30 or n_neighbors=15; may be repeated.")
    ] = None,
    k: Annotated[int, typer.Option(min=1, help="Neighbours per text that trust is measured on.")] = 10,
    trust: Annotated[bool, typer.Option(help="Measure trustworthiness and continuity too.")] = True,
) -> None:
    """A map of the texts for each model: coordinates per text, and whether the map can be trusted."""
    check(out, (Ending.JSON, Ending.CSV, Ending.PARQUET))
    given = _given(method, setting or [])
    study = load(corpus, models, Reader(text, label, sample, seed))
    settings = projections.settle(method, given, len(study.corpus))
    drawn = {"method": method, "dims": dims, "seed": seed, "settings": settings}
    points, figures = [], []
    for model in study.models:
        table, figure = _map(study.only(model.spec.key), drawn, k if trust else 0)
        points.append(table)
        figures.append(figure)
    facts = {"corpus": study.corpus.fingerprint, "texts": len(study.corpus), **drawn}
    answer = {**facts, "figures": pd.DataFrame(figures), "map": pd.concat(points, ignore_index=True)}
    typer.echo(pd.DataFrame(figures).round(3).to_string(index=False), err=out is not None)
    shown = "".join(f", {name} {value:g}" for name, value in settings.items())
    typer.echo(
        f"\n{method}, {dims} dimensions, n = {len(study.corpus):,} texts, seed {seed}{shown}", err=out is not None
    )
    if out is not None:
        write(out, answer, "map")


def _given(method: str, pairs: list[str]) -> dict[str, float]:
    """Settings as typed; raises VecassayError for what the method does not have, or what is no number."""
    given = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        try:
            given[name.strip()] = float(value)
        except ValueError:
            raise VecassayError(f"Expected --setting NAME=NUMBER, such as perplexity=30; got {pair!r}.") from None
    projections.settle(method, given, 2)
    return given


def _map(study: Study, drawn: dict[str, Any], k: int) -> tuple[pd.DataFrame, dict[str, Any]]:
    """One model's coordinates, a row for each text, and its figures."""
    (model,) = study.models
    with bar(f"Drawing: {model.label}") as progress:
        found = pipeline.answer("projection", study, progress=progress, **drawn)
    axes = dict(zip("xyz", found["xy"].T, strict=False))
    labels = {} if study.corpus.labels is None else {"label": study.corpus.labels}
    rows = {"model": model.spec.key, "row": range(len(study.corpus)), "text": study.corpus.texts}
    table = pd.DataFrame({**rows, **labels, **axes})
    figure: dict[str, Any] = {"model": model.spec.key}
    notes = [found["note"]]
    if found["explained"] is not None:
        figure["explained"] = sum(found["explained"])
    if k:
        trusted = pipeline.answer("trust", study, k=k, **drawn)
        table["trustworthiness"], table["continuity"] = trusted["per_trust"], trusted["per_continuity"]
        figure |= {name: trusted[name] for name in ("trustworthiness", "continuity", "n", "k")}
        notes.append(trusted["note"])
    return table, {**figure, "note": " ".join(note for note in notes if note)}
