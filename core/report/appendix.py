"""The back of a printed record: texts, models, settings, machine, every figure, and how to check it all again."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.report import words
from core.report.parts import Section, Table, labels
from core.report.record import Record, Used

SHORT = 12
RUN = {"date": "times measured", "seconds": "seconds it took", "run": "kept as run", "notes": "notes on times"}
WHEN = {"before": "before", "during": "meanwhile", "after": "after"}
SIZES = ("memory", "bytes")
SPOKEN = {"rel": "relevant from grade", "copies": "copies share a judgement", "seed": "seed", "margin": "margin"}


def appendix(record: Record) -> Iterator[Section]:
    """Sections for whoever wants to check."""
    yield _data(record)
    yield _models(record)
    yield _settings(record)
    yield _machine(record)
    yield _every(record)
    yield _again(record)


def _data(record: Record) -> Section:
    data = record.data
    rows = (
        ("texts", f"{data.texts.n:,}", data.texts.digest),
        ("queries", f"{data.queries.n:,}", data.queries.digest),
        ("judgements", f"{data.judged:,}", data.judgements.digest),
    )
    lines = (
        f"“{data.name}”, fingerprint {data.fingerprint}. Of {words.count(data.queries.n, 'query', 'queries')}, "
        f"{data.evaluated:,} have a relevant text and count; {data.unanswerable:,} were judged and have none, "
        f"{data.unjudged:,} were not judged. {words.count(data.copied, 'judgement')} came through copies of a text.",
        "The texts and queries themselves are not in this record, only their digests.",
    )
    return Section("data", "Data", lines=lines, table=Table(("what", "count", "digest"), rows, left=(0, 2)))


def _models(record: Record) -> Section:
    rows = tuple(_model(used) for used in (*record.models, *record.rerankers))
    columns = (
        "model",
        "files",
        "revision or weights",
        "prompts (query | text)",
        "max tokens",
        "dim.",
        "licence",
        "space",
    )
    note = (
        "Of a model in a folder the folder's name is given, not where it lies: its weights' digest tells which it is."
    )
    return Section(
        "models", "Models", lines=(note,) if rows else (), table=Table(columns, rows, left=(0, 1, 2, 3, 6, 7))
    )


def _model(used: Used) -> tuple[str, ...]:
    spec, space, card = used.spec, used.space, used.spec.get("card")
    prompts = [f"“{spec.get(name)}”" if spec.get(name) else words.NONE for name in ("query_prompt", "document_prompt")]
    licence = card.get("licence") if isinstance(card, dict) else None
    revision = words.plain(spec.get("revision") or space.get("weights") or ("made here" if space.get("made") else None))
    limit = used.cut.get("limit") or spec.get("max_tokens")
    return (
        used.label,
        words.plain(spec.get("name")),
        revision if len(revision) <= SHORT else f"{revision[:SHORT]}…",
        words.NONE if prompts == [words.NONE] * 2 else " | ".join(prompts),
        words.plain(limit),
        words.plain(used.dimension),
        words.plain(licence),
        used.digest[:SHORT],
    )


def _settings(record: Record) -> Section:
    plan = [(text, words.plain(record.plan.get(key))) for key, text in SPOKEN.items()]
    rows = (("measure", words.plain(record.plan.get("measure"))), *plan, *_flat(record.settings))
    return Section("settings", "Settings", table=Table(("setting", "value"), tuple(rows), left=(0, 1)))


def _machine(record: Record) -> Section:
    run = {spoken: record.run.get(name) for name, spoken in RUN.items() if record.run.get(name)}
    run |= {RUN["date"]: words.when(str(record.run["date"]))} if record.run.get("date") else {}
    rows = [*_flat(record.machine), *_flat(run)]
    load = record.run.get("load")
    if isinstance(load, dict):
        told = [f"{words.amount(load.get(f'others_{when}'))} {spoken}" for when, spoken in WHEN.items()]
        rows.append(("cores that other programs kept busy", ", ".join(told)))
    versions = ", ".join(f"{name} {version}" for name, version in sorted(record.versions.items()))
    rows.append(("versions", versions or words.UNKNOWN))
    return Section("machine", "Machine and versions", table=Table(("what", "value"), tuple(rows), left=(0, 1)))


def _flat(facts: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    """One row a fact; of a table in a table one row each."""
    rows: list[tuple[str, str]] = []
    for name, value in facts.items():
        spoken = f"{above}{name}".replace("_", " ")
        if value in ({}, [], None):
            continue
        if isinstance(value, dict) and not above:
            rows += _flat(value, f"{spoken}: ")
        else:
            rows.append((spoken, words.size(value) if name in SIZES else words.plain(value)))
    return rows


def _every(record: Record) -> Section:
    names = labels(record)
    known = {(each.candidate, each.name): each for each in record.figures}
    measures = tuple(dict.fromkeys(each.name for each in record.figures))
    rows = [
        (
            name,
            *(
                words.interval(known[key, name].mean, known[key, name].low, known[key, name].high)
                if (key, name) in known
                else words.NONE
                for key in names
            ),
        )
        for name in measures
    ]
    return Section(
        "every", "Every figure, with its 95 % interval", table=Table(("measure", *names.values()), tuple(rows))
    )


def _again(record: Record) -> Section:
    rows = record.evidence.get("rows")
    count = len(rows) if isinstance(rows, list) else 0
    lines = (
        "Check this record with its JSON file: python -m core verify record.json. It reads the texts, queries and "
        "judgements again, looks whether models, revisions and prompts are the same, "
        f"embeds {words.count(count, 'text')} afresh and compares the vectors with those kept in the record, computes "
        "every figure again and decides again. Latency is not measured again unless a new run is named (--run).",
    )
    return Section("again", "How to check this again", lines=lines)
