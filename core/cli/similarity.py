"""`python -m core similarity`: which texts a model thinks are alike, and where two models part."""

from collections.abc import Callable
from enum import StrEnum
from itertools import combinations
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
    Reader,
    Sample,
    Seed,
    bar,
    check,
    load,
    write,
)
from core.types import Answer, Study

SHOWN = 2_000
WIDTH = 60


class Score(StrEnum):
    """What similarity is measured with."""

    COSINE = "cosine"
    DOT = "dot"
    EUCLIDEAN = "euclidean"


class Scale(StrEnum):
    """How the values of two models are compared."""

    RAW = "raw"
    RANK = "rank"


class Table(StrEnum):
    """The tables of the answer."""

    SEPARATION = "separation"
    CLOSEST = "closest"
    MOVED = "moved"
    SURPRISING = "surprising"


@APP.command()
def similarity(  # noqa: PLR0913  (options of a command line)
    corpus: CorpusName,
    models: Models = DEFAULTS,
    out: Out = None,
    text: Column = None,
    label: Label = None,
    sample: Sample = None,
    seed: Seed = 0,
    *,
    score: Annotated[Score, typer.Option(help="Similarity; euclidean is minus the distance.")] = Score.COSINE,
    scale: Annotated[Scale, typer.Option(help="How pairs that moved are compared between models.")] = Scale.RANK,
    threshold: Annotated[float, typer.Option(help="Score from which two texts count as alike.")] = 0.7,
    top: Annotated[int, typer.Option(min=2, help="Pairs per list.")] = 20,
    k: Annotated[int, typer.Option(min=1, help="A surprising pair is among the k nearest of one model.")] = 10,
    table: Annotated[Table, typer.Option(help="Table that goes into a CSV or Parquet file.")] = Table.CLOSEST,
) -> None:
    """Which texts are alike: separation of the labels, the closest pairs, and pairs on which two models part."""
    check(out, (Ending.JSON, Ending.CSV, Ending.PARQUET))
    study = load(corpus, models, Reader(text, label, sample, seed))
    one = {"score": score.value}
    around = {"limit": SHOWN, "seed": seed, "around": -1}
    found = {
        Table.SEPARATION: _each(study, "separation", lambda said: _at(said, threshold), **one, seed=seed),
        Table.CLOSEST: _each(study, "closest", lambda said: said["pairs"], **one, top=top),
        Table.MOVED: _two(study, "moved", **one, **around, scale=scale.value, top=top),
        Table.SURPRISING: _two(study, "surprising", **one, k=k, top=top),
    }
    facts = {"score": score.value, "scale": scale.value, "threshold": threshold, "k": k, "seed": seed}
    texts = {name.value: _with_texts(rows, study.corpus.texts) for name, rows in found.items()}
    if out is None:
        _print(found, study, facts)
    else:
        write(out, {"corpus": study.corpus.fingerprint, "texts": len(study.corpus), **facts, **texts}, table.value)


def _ask(study: Study, name: str, **arguments: Any) -> Answer:
    """An answer with a progress bar; a note goes to standard error."""
    labels = " and ".join(model.label for model in study.models)
    with bar(f"{name.capitalize()}: {labels}") as progress:
        answer = pipeline.answer(name, study, progress=progress, **arguments)
    if answer["note"]:
        typer.echo(f"{name}, {labels}: {answer['note']}.", err=True)
    return answer


def _each(study: Study, name: str, read: Callable[[Answer], pd.DataFrame], **arguments: Any) -> pd.DataFrame:
    parts = []
    for key in (model.spec.key for model in study.models):
        part = read(_ask(study.only(key), name, **arguments))
        parts.append(part.assign(model=pd.Series([key] * len(part), dtype="str")))
    return _first(pd.concat(parts, ignore_index=True), "model")


def _two(study: Study, name: str, **arguments: Any) -> pd.DataFrame:
    parts = []
    for a, b in combinations((model.spec.key for model in study.models), 2):
        own = {"by": a} if name == "moved" else {}
        pairs = _ask(study.only(a, b), name, a=a, b=b, **own, **arguments)["pairs"]
        parts.append(
            pairs.assign(a=pd.Series([a] * len(pairs), dtype="str"), b=pd.Series([b] * len(pairs), dtype="str"))
        )
    return _first(pd.concat(parts, ignore_index=True), "a", "b") if parts else pd.DataFrame()


def _first(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return table[[*columns, *(name for name in table.columns if name not in columns)]]


def _at(found: Answer, threshold: float) -> pd.DataFrame:
    """One row: how well scores at or above the measured threshold that is nearest find pairs of one label."""
    steps = found["thresholds"]
    nearest: pd.DataFrame = steps.iloc[[(steps["threshold"] - threshold).abs().argmin()]].reset_index(drop=True)
    facts = {name: found[name] for name in ("pairs", "total", "positives", "low", "high")}
    auc = float("nan") if found["auc"] is None else found["auc"]
    return nearest.assign(**facts).assign(auc=auc)


def _with_texts(table: pd.DataFrame, texts: tuple[str, ...]) -> pd.DataFrame:
    """With the two texts behind the numbers of their rows."""
    columns = {
        name.replace("row", "text"): pd.Series([texts[row] for row in table[name]], dtype="str")
        for name in ("a_row", "b_row")
        if name in table
    }
    return table.assign(**columns)


def _print(found: dict[Table, pd.DataFrame], study: Study, facts: dict[str, Any]) -> None:
    said = ", ".join(f"{name} {value}" for name, value in facts.items())
    typer.echo(f"n = {len(study.corpus):,} texts, {said}")
    short = tuple(" ".join(text.split())[:WIDTH] for text in study.corpus.texts)
    for name, table in found.items():
        if len(study.models) == 1 and name in (Table.MOVED, Table.SURPRISING):
            continue
        shown = _with_texts(table, short).round(3)
        typer.echo(f"\n{name.value}\n{shown.to_string(index=False) if len(shown) else 'no pairs'}")
