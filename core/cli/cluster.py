"""`python -m core cluster`: what groups models form."""

from itertools import permutations
from typing import Annotated

import pandas as pd
import typer

from core import clusterings, pipeline
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

SHOWN_SPLITS = 5
SCORES = {"v_measure": "V-measure", "ari": "ARI", "nmi": "NMI"}


@APP.command()
def cluster(  # noqa: PLR0913, PLR0917  (each is an option)
    corpus: CorpusName,
    models: Models = DEFAULTS,
    out: Out = None,
    text: Column = None,
    label: Label = None,
    sample: Sample = None,
    seed: Seed = 0,
    method: Annotated[str, typer.Option(help="kmeans or hdbscan.")] = "kmeans",
    k: Annotated[int, typer.Option(min=0, help="k-means: how many clusters; 0 lets the silhouette suggest it.")] = 0,
    min_size: Annotated[int, typer.Option(min=0, help="HDBSCAN: texts in the smallest cluster; 0 chooses.")] = 0,
) -> None:
    """What groups each model forms: how well they hold together, their words, how far they are the labels.

    For two and more models also which groups of one another takes apart.
    """
    check(out, (Ending.JSON, Ending.CSV, Ending.PARQUET))
    known = {setting.name for setting in clusterings.REGISTRY[method].settings}
    settings = {name: value for name, value in {"k": k, "min_size": min_size}.items() if name in known}
    study = load(corpus, models, Reader(text, label, sample, seed))
    asked = {"method": method, "seed": seed, "settings": clusterings.settle(method, settings, len(study.corpus))}
    found = {}
    for model in study.models:
        with bar(f"Clusters: {model.label}") as progress:
            found[model.spec.key] = pipeline.answer("clusters", study.only(model.spec.key), progress=progress, **asked)
    tables = [answer["table"].assign(model=key) for key, answer in found.items()]
    answer = {
        "corpus": study.corpus.fingerprint,
        "texts": len(study.corpus),
        **asked,
        "models": pd.DataFrame([_summary(key, answer) for key, answer in found.items()]),
        "notes": {key: answer["note"] for key, answer in found.items()},
        "clusters": pd.concat([table[["model", *table.columns.drop("model")]] for table in tables], ignore_index=True),
        "assigned": {key: answer["cluster"] for key, answer in found.items()},
        "splits": _splits(study, asked),
    }
    if out is None:
        _show(answer)
    else:
        write(out, answer, "clusters")


def _summary(model: str, answer: Answer) -> dict[str, object]:
    scores = answer["scores"] or {}
    figures = {"silhouette": answer["mean_silhouette"], **{SCORES[name]: scores.get(name) for name in SCORES}}
    row: dict[str, object] = {"model": model, "k": answer["k"], "in no cluster": answer["noise"]}
    return row | {name: value for name, value in figures.items() if name == "silhouette" or scores}


def _splits(study: Study, asked: Answer) -> pd.DataFrame:
    parts = []
    for a, b in permutations([model.spec.key for model in study.models], 2):
        split = pipeline.answer("splits", study.only(a, b), a=a, b=b, **asked)["splits"]
        split.insert(0, "a", a)
        split.insert(1, "b", b)
        parts.append(split)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["a", "b"])


def _show(answer: Answer) -> None:
    typer.echo(answer["models"].round(3).to_string(index=False))
    typer.echo(f"\nn = {answer['texts']:,} texts, seed {answer['seed']}")
    for model, note in answer["notes"].items():
        typer.echo(f"{model}: {note}")
    for model, table in answer["clusters"].groupby("model", sort=False):
        typer.echo(f"\n{model}\n{table.drop(columns='model').round(3).to_string(index=False)}")
    for (a, b), table in answer["splits"].groupby(["a", "b"], sort=False):
        typer.echo(f"\nClusters of {a} that {b} takes apart most ({min(SHOWN_SPLITS, len(table))} of {len(table)})")
        columns = ["cluster_a", "name_a", "size", "into", "name_b", "largest_share", "apart"]
        typer.echo(table[columns].head(SHOWN_SPLITS).round(3).to_string(index=False))
