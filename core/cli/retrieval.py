"""`python -m core retrieval`: how well models and BM25 answer the queries of a test set, and which is better."""

from collections.abc import Sequence
from typing import Annotated, Any

import pandas as pd
import typer

from core import deciding, pipeline, rerankers, stats
from core.cli.arguments import (
    APP,
    DEFAULTS,
    Column,
    CorpusName,
    Ending,
    Models,
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
from core.errors import VecassayError
from core.retrieval import candidates as words_of
from core.retrieval import figures
from core.retrieval.settings import DEPTH, settings
from core.types import Answer, Study
from core.work import find_spec

BESIDE = ("P@10", "R@100", "RR@10", "AP")


@APP.command()
def retrieval(  # noqa: PLR0913  (options of a command line)
    corpus: CorpusName,
    models: Models = DEFAULTS,
    out: Out = None,
    text: Column = None,
    sample: Sample = None,
    seed: Seed = 0,
    *,
    queries: Queries = None,
    qrels: Qrels = None,
    candidates: Annotated[
        str,
        typer.Option(
            help="What to compare besides each model alone: bm25, KEY+bm25 (fused), KEY>RERANKER, "
            "KEY+bm25>RERANKER; commas between."
        ),
    ] = "bm25",
    measure: Annotated[str, typer.Option(help="Measure of the verdicts, such as nDCG@10, R@100 or AP.")] = figures.MAIN,
    rel: Annotated[int, typer.Option(min=1, help="A text counts as relevant from this grade.")] = 1,
    copies: Annotated[bool, typer.Option(help="Copies of a judged text share its grade.")] = True,
    margin: Annotated[float, typer.Option(min=0, help="Means closer than this are practically equal.")] = 0.01,
) -> None:
    """Precision, recall, nDCG and more at several cuts with 95 % intervals, and a verdict for every two candidates."""
    check(out, (Ending.JSON, Ending.CSV, Ending.PARQUET))
    figures.family(measure)
    study = load(corpus, models, Reader(text, None, sample, seed, queries, qrels))
    words = _words(study, candidates)
    scored = {"rel": rel, "copies": copies, "seed": seed}
    found = {word: _quality(study, word, scored) for word in words}
    compared = _ask(study, "comparison", "Comparing candidates", words, candidates=words, measure=measure, **scored)
    answer = {
        "corpus": study.corpus.fingerprint,
        "texts": len(study.corpus),
        "queries": len(study.corpus.queries),
        "n": compared["n"],
        "measure": measure,
        **scored,
        "margin": margin,
        "models": {model.spec.key: model.space.digest for model in study.models},
        "settings": {word: settings(words_of.parse(word), DEPTH) for word in words},
        "figures": _first(found, "figures"),
        "kinds": _first(found, "kinds"),
        "pairs": stats.tell(compared["pairs"], margin),
        "able": compared["able"],
        "notes": _notes(found),
    }
    if out is None:
        _print(answer, found)
    else:
        write(out, answer, "figures")


def _words(study: Study, besides: str) -> list[str]:
    """The candidates: each model alone, then what else is named; raises VecassayError when one uses another model."""
    keys = [model.spec.key for model in study.models]
    words = list(dict.fromkeys([*keys, *(word.strip() for word in besides.split(",") if word.strip())]))
    unknown = [key for key in words_of.models(words) if key not in keys]
    if unknown:
        raise VecassayError(
            f"--candidates names {', '.join(unknown)}, which is not among the models {', '.join(keys)}. Name it after "
            f"--models too."
        )
    for key in words_of.rerankers(words):
        spec = find_spec(pipeline.store(), key)
        if not rerankers.ready(spec):
            with bar(f"Getting {spec.label} ready", " bytes") as progress:
                rerankers.prepare(spec, progress)
    return words


def _ask(study: Study, name: str, doing: str, words: Sequence[str], **arguments: Any) -> Answer:
    """An answer about candidates with a progress bar."""
    own = study.only(*words_of.models(words))
    with bar(doing, "") as progress:
        return pipeline.answer(name, own, progress=progress, rerankers=deciding.digests(words), **arguments)


def _quality(study: Study, word: str, scored: dict[str, Any]) -> Answer:
    return _ask(study, "quality", f"Scoring {word}", [word], candidate=word, **scored)


def _first(found: dict[str, Answer], table: str) -> pd.DataFrame:
    """One table of all candidates, with the candidate as the first column."""
    parts = [
        part[table].assign(candidate=pd.Series([word] * len(part[table]), dtype="str")) for word, part in found.items()
    ]
    whole: pd.DataFrame = pd.concat(parts, ignore_index=True)
    whole.insert(0, "candidate", whole.pop("candidate"))
    return whole


def _notes(found: dict[str, Answer]) -> list[str]:
    """What was noticed, each sentence once, with whom it is about unless that is everybody."""
    about: dict[str, list[str]] = {}
    for word, part in found.items():
        for sentence in filter(None, part["note"].replace(". ", ".\n").split("\n")):
            about.setdefault(sentence, []).append(word)
    return [said if len(of) == len(found) else f"{', '.join(of)}: {said}" for said, of in about.items()]


def _print(answer: dict[str, Any], found: dict[str, Answer]) -> None:
    shown = list(dict.fromkeys([answer["measure"], *BESIDE]))
    typer.echo(_figures(found, shown).to_string(index=False))
    typer.echo(
        f"\nn = {answer['n']:,} of {answer['queries']:,} queries, {answer['texts']:,} texts; relevant from grade "
        f"{answer['rel']}; means with 95 % intervals (BCa bootstrap over queries), seed {answer['seed']}"
    )
    for line in _said(answer):
        typer.echo(line)
    typer.echo(f"\n{answer['measure']}, margin {answer['margin']:g}, p with Holm's correction")
    table, able = _pairs(answer["pairs"]), answer["able"]
    if able["refuse"]:
        typer.echo("No verdicts: " + " ".join(able["reasons"]))
        table = table.drop(columns="verdict")
    typer.echo(table.to_string(index=False) if len(table) else "One candidate: no pairs.")


def _figures(found: dict[str, Answer], shown: list[str]) -> pd.DataFrame:
    rows = []
    for word, part in found.items():
        table = part["figures"].set_index("name")
        cells = {name: "{mean:.3f} [{low:.3f}, {high:.3f}]".format(**table.loc[name]) for name in shown}
        rows.append({"candidate": word, **cells})
    return pd.DataFrame(rows)


def _said(answer: dict[str, Any]) -> list[str]:
    """Settings that were used and what was noticed, a sentence each."""
    used = [part for own in answer["settings"].values() for part in own.items() if part[1] is not None]
    lines = {name: ", ".join(f"{key} {value}" for key, value in values.items()) for name, values in used}
    return [*(f"{name}: {line}" for name, line in lines.items()), *answer["notes"]]


def _pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """Every two candidates with the verdict in words."""
    table = pairs[["a", "b", "difference", "low", "high", "p_holm"]].round(4)
    table["win/tie/loss"] = [f"{row.win}/{row.tie}/{row.loss}" for row in pairs.itertuples()]
    table["verdict"] = [_verdict(row) for row in pairs.itertuples()]
    return table


def _verdict(row: Any) -> str:
    if row.verdict == "undecided":
        far = row.more >= stats.MOST_QUERIES
        return "not decided" + ("" if far else f" - about {int(row.more):,} more queries would settle it")
    if row.verdict == "equal":
        return "practically equal"
    return f"{row.a if row.verdict == 'a' else row.b} is better"
