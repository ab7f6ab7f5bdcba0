"""The decision record: what was decided, on which texts, with which models, and what would change it; as JSON.

A record holds no text, no query and no path: texts and queries are in it as digests, a model's folder as its name.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import field
from math import isfinite
from typing import Annotated, Any, NoReturn

import numpy as np
from pydantic import BeforeValidator, ConfigDict, Field, JsonValue, StringConstraints, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from core.errors import VecassayError
from core.report.privacy import clean

FORMAT = "vecassay-record"
SCHEMA = 1
MOST_BYTES = 64 * 1024**2
MOST_DIGITS = 30
EACH_UP_TO = 20_000
BLOCK = 1_000
DIGITS = 8


_SURROGATES = re.compile("[\ud800-\udfff]")  # half characters, which no file in UTF-8 can hold


def _plain(value: Any) -> Any:
    """Any tree of facts as JSON has it: tuples are lists, NaN and infinity are None, NumPy's numbers Python's."""
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, str):
        return _SURROGATES.sub("\ufffd", value)
    return None if isinstance(value, float) and not isfinite(value) else value


_CLOSED = ConfigDict(allow_inf_nan=False, extra="ignore")
Line = Annotated[str, BeforeValidator(_plain), StringConstraints(max_length=20_000)]
Digests = Annotated[str, Field(pattern=rf"^([0-9a-f]{{{DIGITS}}})*$")]
Count = Annotated[int, Field(ge=0)]
Facts = Annotated[Mapping[str, JsonValue], BeforeValidator(_plain)]


@dataclass(frozen=True, config=_CLOSED)
class Listed:
    """Digests of many things in order, `DIGITS` hexadecimal digits each: one per `block` of them.

    `ids` names them where there is one digest for each; None when they are known by their place, from 1.
    """

    n: Count
    digest: Line
    block: Annotated[int, Field(ge=1)]
    each: Digests
    ids: tuple[Line, ...] | None = None

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests apart."""
        return tuple(self.each[start : start + DIGITS] for start in range(0, len(self.each), DIGITS))


@dataclass(frozen=True, config=_CLOSED)
class Data:
    """What was searched: texts, queries and judgements by their digests, and how many of each counted."""

    name: Line
    fingerprint: Line
    texts: Listed
    queries: Listed
    judgements: Listed
    judged: Count
    evaluated: Count
    unanswerable: Count
    unjudged: Count
    copied: Count


@dataclass(frozen=True, config=_CLOSED)
class Way:
    """One candidate: its word, what people read, and the models and rerankers it is made of."""

    key: Line
    label: Line
    models: tuple[Line, ...] = ()
    rerankers: tuple[Line, ...] = ()


@dataclass(frozen=True, config=_CLOSED)
class Used:
    """A model or reranker: how it was asked for, everything that makes its space, and the digest of that."""

    key: Line
    label: Line
    spec: Facts
    space: Facts
    digest: Line
    dimension: Count | None = None
    cut: Facts = field(default_factory=dict)


@dataclass(frozen=True, config=_CLOSED)
class Measured:
    """A mean over queries with its 95 % interval; None where it is undefined."""

    candidate: Line
    name: Line
    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, config=_CLOSED)
class Pair:
    """Two candidates compared query by query; `difference` is a - b, `more` how many queries would settle it."""

    a: Line
    b: Line
    difference: float | None
    low: float | None
    high: float | None
    p_holm: float | None
    verdict: Line
    win: Count
    tie: Count
    loss: Count
    more: float | None = None


@dataclass(frozen=True, config=_CLOSED)
class Flip:
    """A limit or setting at which another answer would come out."""

    what: Line
    at: float | None
    before: Line
    after: Line
    sentence: Line


@dataclass(frozen=True, config=_CLOSED)
class Ruling:
    """The decision: "decided", "undecided" or "limits", in a sentence, the one chosen (or leaned to), and why."""

    status: Line
    answer: Line
    chosen: Line
    best: Line
    tie_group: tuple[Line, ...]
    struck: Mapping[str, tuple[Line, ...]]
    why: tuple[Line, ...]
    would_decide: tuple[Line, ...]


@dataclass(frozen=True, config=_CLOSED)
class Record:
    """Everything a decision stood on. `plan` and `facts` are as taken; `run` is the latency run."""

    title: Line
    question: Line
    made: Line
    signed: tuple[Line, ...]
    ruling: Ruling
    data: Data
    candidates: tuple[Way, ...]
    models: tuple[Used, ...]
    rerankers: tuple[Used, ...]
    plan: Facts
    facts: tuple[Facts, ...]
    figures: tuple[Measured, ...]
    pairs: tuple[Pair, ...]
    flips: tuple[Flip, ...]
    able: Facts
    settings: Facts
    run: Facts
    machine: Facts
    versions: Mapping[str, Line]
    untested: tuple[Line, ...]
    evidence: Facts
    preflight: tuple[Facts, ...] = ()
    schema: int = SCHEMA
    format: str = FORMAT


_READER = TypeAdapter(Record)


def cleaned(record: Record) -> Record:
    """The record as it may leave the machine: without passwords and home folders, NaN as None."""
    return _READER.validate_python(clean(_plain(_READER.dump_python(record))))


def to_json(record: Record) -> bytes:
    """The cleaned record as JSON, sorted: the same bytes for the same record."""
    tree = clean(_plain(_READER.dump_python(record)))
    text = json.dumps(tree, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def from_json(data: bytes) -> Record:
    """Read what `to_json` wrote; raises VecassayError for anything else. Fields that are not known are passed over."""
    if len(data) > MOST_BYTES:
        raise VecassayError(f"Expected a record of at most {MOST_BYTES:,} bytes; this file has {len(data):,}.")
    raw = _tree(data)
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise VecassayError(
            'This file is no decision record: expected JSON with "format": "vecassay-record". Choose the .json file '
            "that was downloaded from the Decision page, not the Markdown or HTML one."
        )
    schema = raw.get("schema")
    if isinstance(schema, int) and schema > SCHEMA:
        raise VecassayError(
            f"This record was written by a newer Vecassay: its layout is number {schema}, and this one reads up to "
            f"{SCHEMA}. Update Vecassay to verify it."
        )
    try:
        return _READER.validate_python({**raw, "schema": SCHEMA})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise VecassayError(
            f"This record is damaged at {place}: {first['msg']}, and {error.error_count() - 1} more. Take it from "
            f"where it was first saved."
        ) from error


def _tree(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_refuse, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        reason = re.sub(r"\s+", " ", str(error))[:200]
        raise VecassayError(f"This record cannot be read: expected JSON in UTF-8; {reason}.") from error


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a whole number of {len(digits):,} digits")
    return int(digits)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")
