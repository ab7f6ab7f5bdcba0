"""JSON Lines: one JSON object per line."""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any

from core.corpora.cleaning import shorten, written
from core.corpora.decoding import decode, lines
from core.corpora.formats import REGISTRY, Rows, Table, offer
from core.errors import VecassayError

_LOOKED_AT = 1_000
_NESTED: dict[type, str] = {list: "a list", dict: "an object"}


@REGISTRY.register(".ndjson")
@REGISTRY.register(".jsonl")
def read_jsonl(name: str, data: bytes) -> Table:
    """Columns are the keys of the first 1,000 objects, in the order they appear, but for those that hold lists."""
    text, encoding = decode(name, data)
    why: dict[str, str] = {}
    for number, found in islice(_objects(name, text), _LOOKED_AT):
        for key, value in found.items():
            why[key] = why.get(key) or (
                f"line {number:,} holds {_NESTED[type(value)]}" if type(value) in _NESTED else ""
            )
    keys, columns, unreadable = offer(name, why)
    return Table(name, columns, partial(_rows, name, text, keys), encoding=encoding, unreadable=unreadable)


def _objects(name: str, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each line's number and object; blank lines are none."""
    for number, line in enumerate(lines(text), start=1):
        if line.strip():
            yield number, _object(f"{name}, line {number:,}", line)


def _object(where: str, line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error).split(": line 1")[0]
        raise VecassayError(f"{where} is not JSON ({reason}). Expected one JSON object per line.") from None
    if not isinstance(found, dict):
        raise VecassayError(f'{where} is JSON but no object. Expected a line like {{"text": "..."}}.')
    return found


def _rows(name: str, text: str, keys: Sequence[str], columns: Sequence[int]) -> Rows:
    wanted = [keys[column] for column in columns]
    for number, found in _objects(name, text):
        yield number, tuple(_string(name, number, key, found[key]) if key in found else None for key in wanted)


def _string(name: str, number: int, key: str, value: object) -> str:
    if type(value) in _NESTED:
        got = _NESTED[type(value)]
        raise VecassayError(
            f"{name}, line {number:,}: expected text in {shorten(key)!r}, got {got}. Choose another column."
        )
    return written(value)
