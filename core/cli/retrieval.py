"""`python -m core retrieval`: how well models and BM25 answer the queries of a test set, and which is better."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import typer

from core import deciding, pipeline, stats
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
from core.cli.candidates import Besides, Copies, Margin, Measure, Rel, Rerankers
from core.cli.candidates import words as weighed
from core.retrieval import candidates as words_of
from core.retrieval import figures
from core.retrieval.settings import DEPTH, settings
from core.types import Answer, Study
from core.work import Work

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
    candidates: Besides = "bm25",
    reranker: Rerankers = "",
    measure: Measure = figures.MAIN,
    rel: Rel = 1,
    copies: Copies = True,
    margin: Margin = 0.01,
) -> None:
    """Precision, recall, nDCG and more at several cuts with 95 % intervals, and a verdict for every two candidates."""
    check(out, (Ending.JSON, Ending.CSV, Ending.PARQUET))
    figures.family(measure)
    study = load(corpus, models, Reader(text, None, sample, seed, queries, qrels))
    words, scored = list(weighed(study, candidates, reranker)), {"rel": rel, "copies": copies, "seed": seed}
    found = {word: _quality(study, word, scored) for word in words}
    compared = _ask(study, "comparison", "Comparing candidates", words, candidates=words, measure=measure, **scored)
    answer = _answer(study, found, compared, {"measure": measure, **scored, "margin": margin})
    if out is None:
        _print(answer, found)
    else:
        write(out, answer, "figures")


def _answer(study: Study, found: dict[str, Answer], compared: Answer, scored: dict[str, Any]) -> dict[str, Any]:
    return {
        "corpus": study.corpus.fingerprint,
        "texts": len(study.corpus),
        "queries": len(study.corpus.queries),
        "n": compared["n"],
        **scored,
        "models": {model.spec.key: model.space.digest for model in study.models},
        "settings": {word: settings(words_of.parse(word), DEPTH) for word in found},
        "figures": _first(found, "figures"),
        "kinds": _first(found, "kinds"),
        "pairs": stats.tell(compared["pairs"], scored["margin"]),
        "able": compared["able"],
        "notes": _notes(found),
    }


def _ask(study: Study, name: str, doing: str, words: Sequence[str], **arguments: Any) -> Answer:
    """An answer about candidates with a progress bar."""
    with bar(doing, "") as progress:
        work = Work(pipeline.store(), pipeline.respond, progress)
        return pipeline.respond(work, deciding.ask(name, study, words, **arguments))


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
