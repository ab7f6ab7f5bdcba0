"""Texts, queries and judgements taken apart, put together, and written for other tools."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from core.corpora.cleaning import shorten
from core.errors import VecassayError
from core.retrieval.judged import text_ids
from core.types import Corpus, Judgement, Query

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same texts give the same bytes, whenever they are written


def bare(corpus: Corpus) -> Corpus:
    """The texts alone, without queries and judgements: what every test set on these texts has in common."""
    return replace(corpus, queries=(), judgements=())


def with_judgements(corpus: Corpus, queries: Iterable[Query], judgements: Iterable[Judgement]) -> Corpus:
    """The texts with these queries and judgements in place of their own.

    Of two queries with one id, or two judgements of one query and text, the later stands, in the earlier's place. A
    text is named by its own id, or by its row number from 1 where texts have none (`core.retrieval.judged.text_ids`).
    """
    asked = {query.id: query for query in queries}
    judged = {(judgement.query_id, judgement.text_id): judgement for judgement in judgements}
    return replace(corpus, queries=tuple(asked.values()), judgements=tuple(judged.values()))


def to_beir(corpus: Corpus) -> bytes:
    """A ZIP in BEIR layout: corpus.jsonl, and where there are some queries.jsonl (with kind) and qrels/test.tsv.

    Unpacked, `read_folder` reads the same texts, titles, labels, queries and judgements; texts without ids get their
    row numbers as ids. Raises VecassayError for ids that a table cannot hold.
    """
    ids = text_ids(corpus)
    texts = [_text(corpus, row, text_id) for row, text_id in enumerate(ids)]
    files = {"corpus.jsonl": _json_lines(texts)}
    if corpus.queries:
        files["queries.jsonl"] = _json_lines(map(_query, corpus.queries))
    if corpus.judgements:
        rows = [_fields(judgement, re.compile(r"[\t\r\n]"), "a tab or a line end") for judgement in corpus.judgements]
        header = ("query-id", "corpus-id", "score")
        files["qrels/test.tsv"] = _lines("\t".join(row) for row in (header, *rows))
    held = BytesIO()
    with ZipFile(held, "w", ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(ZipInfo(name, _LONG_AGO), data, ZIP_DEFLATED)
    return held.getvalue()


def to_qrels(corpus: Corpus) -> bytes:
    """The judgements as trec_eval reads them: query, 0, text, grade, separated by spaces.

    Raises VecassayError for ids with a space in them, which this format cannot hold.
    """
    rows = (_fields(judgement, re.compile(r"\s"), "a space") for judgement in corpus.judgements)
    return _lines(f"{query} 0 {text} {grade}" for query, text, grade in rows)


def apart(title: str, text: str) -> tuple[str, str]:
    """The title and what stands behind it and a space; a text that does not begin so is left whole, untitled."""
    rest = text.removeprefix(title)
    if not title or not text.startswith(title):
        return "", text
    if not rest:
        return title, ""
    # A title may have ended in a line end, which the text kept and the title lost.
    space = re.match(r"\s*? ", rest)
    return (title + space.group()[:-1], rest[space.end() :]) if space else ("", text)


def _text(corpus: Corpus, row: int, text_id: str) -> Mapping[str, str]:
    title, body = apart(corpus.titles[row] if corpus.titles else "", corpus.texts[row])
    facts = {"_id": text_id, **({"title": title} if corpus.titles else {}), "text": body}
    return {**facts, "label": corpus.labels[row]} if corpus.labels else facts


def _query(query: Query) -> Mapping[str, str]:
    return {"_id": query.id, "text": query.text, **({"kind": query.kind} if query.kind else {})}


def _fields(judgement: Judgement, forbidden: re.Pattern[str], what: str) -> tuple[str, str, str]:
    for found in (judgement.query_id, judgement.text_id):
        if forbidden.search(found) or not found:
            raise VecassayError(
                f"The id {shorten(found)!r} {f'holds {what}' if found else 'is empty'}, which this file cannot hold. "
                f"Give the queries and texts ids without it, or save the other format."
            )
    return judgement.query_id, judgement.text_id, str(judgement.grade)


def _json_lines(objects: Iterable[Mapping[str, str]]) -> bytes:
    return _lines(json.dumps(found, ensure_ascii=False) for found in objects)


def _lines(found: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in found).encode("utf-8", "replace")
