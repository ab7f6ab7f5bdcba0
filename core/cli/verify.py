"""`python -m core verify`: does a decision record still hold?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from core.cli.arguments import APP, Ending, Out, Qrels, Queries, Reader, bar, check, write
from core.errors import VecassayError
from core.report.record import Record, from_json
from core.types import Corpus
from core.verification import CHANGED, HOLDS, Finding, exit_code, verify

MARKS = {HOLDS: "holds  ", CHANGED: "CHANGED"}


@APP.command("verify")
def verify_record(
    record: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The record's JSON file, from the Decision page.")
    ],
    corpus: Annotated[
        str | None,
        typer.Option(help="The texts: a sample, file, folder, ZIP or fingerprint; the store's when left out."),
    ] = None,
    queries: Queries = None,
    qrels: Qrels = None,
    model: Annotated[
        list[str] | None,
        typer.Option(help="Where a model lies now, KEY=PROVIDER:NAME with a folder or hub id; once for each."),
    ] = None,
    run: Annotated[
        str, typer.Option(help="Key of another latency run whose times are to be used instead of the record's.")
    ] = "",
    out: Out = None,
) -> None:
    """Repeat a decision and say whether it still holds.

    Exit code 0: it holds; 3: something changed; 1: it could not be repeated.
    """
    check(out, (Ending.JSON, Ending.CSV))
    read = from_json(record.read_bytes())
    texts = _texts(read, corpus, queries, qrels)
    with bar("Repeating", unit=" steps") as progress:
        findings = verify(read, texts, instead=_instead(model or []), run=run, progress=progress)
    code = exit_code(findings)
    if out is not None:
        write(out, _told(read, findings, code), "findings")
    typer.echo(f"{_shown(read.title or 'Decision record')}, made {_shown(read.made)}\n")
    for finding in findings:
        typer.echo(f"{MARKS.get(finding.status, '?      ')}  {_shown(finding.sentence)}")
    typer.echo(f"\n{_summary(findings, code)}")
    raise typer.Exit(code)


def _texts(record: Record, corpus: str | None, queries: Path | None, qrels: Path | None) -> Corpus | None:
    if corpus is None and queries is None and qrels is None:
        return None
    reader = Reader(None, None, None, 0, queries, qrels)
    return reader.read(corpus or (str(queries) if queries else record.data.fingerprint))


def _instead(given: Sequence[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in given]
    if not all(key and name for key, _, name in pairs):
        raise VecassayError(f"Expected KEY=PROVIDER:NAME after --model, such as potion=static:./potion; got {given}.")
    return {key: name for key, _, name in pairs}


def _told(record: Record, findings: Sequence[Finding], code: int) -> dict[str, Any]:
    rows = [(finding.part, finding.status, finding.sentence) for finding in findings]
    return {
        "title": record.title,
        "made": record.made,
        "still_holds": code == 0,
        "findings": pd.DataFrame(rows, columns=["part", "status", "sentence"]),
        "details": {finding.part: dict(finding.details) for finding in findings if finding.details},
    }


def _summary(findings: Sequence[Finding], code: int) -> str:
    if code == 0:
        return "Still holds."
    changed = [finding.part for finding in findings if finding.status == CHANGED]
    if changed:
        return f"Changed: {_shown(', '.join(changed))}."
    return "Could not be repeated: see the lines marked with a question mark."


def _shown(text: str) -> str:
    """A record's words for a terminal: control characters, which could move its cursor, are shown as such."""
    return "".join(each if each.isprintable() else "�" for each in text)
