"""Whose vector is whose: by id, by text, or by order where a file says neither."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.corpora.cleaning import shorten
from core.errors import VecassayError
from core.importing.table import Table
from core.types import Ints


@dataclass(frozen=True)
class Wanted:
    """What needs vectors: "texts" or "queries", their words, and their ids; `own` is false for mere row numbers."""

    what: str
    texts: tuple[str, ...]
    ids: tuple[str, ...]
    own: bool


@dataclass(frozen=True, eq=False)
class Match:
    """The row of the file that belongs to each of the wanted, `(n,)`, and in words how that was told."""

    rows: Ints
    how: str


def match(table: Table, wanted: Wanted) -> Match:
    """By ids where both have them, else by texts, else in order; raises VecassayError unless each has one vector.

    Texts that occur more than once may be brought once, or as often as they occur: the first row counts.
    """
    if table.ids is not None and (wanted.own or table.texts is None):
        return Match(_found(table.name, table.ids, wanted.ids, f"ids of the {wanted.what}"), "matched by id")
    if table.texts is not None:
        return Match(_found(table.name, table.texts, wanted.texts, f"{wanted.what}"), "matched by text")
    if len(table.vectors) != len(wanted.texts):
        raise VecassayError(
            f"{table.name} has {len(table.vectors):,} vectors for {len(wanted.texts):,} {wanted.what}: expected one "
            f"for each, in their order. Or bring Parquet with a column of ids or texts, and the order does not matter."
        )
    return Match(np.arange(len(wanted.texts)), "in the order of the file")


def _found(name: str, brought: Sequence[str], wanted: Sequence[str], what: str) -> Ints:
    here, need = Counter(brought), Counter(wanted)
    missing = [key for key in need if key not in here]
    unknown = [key for key in here if key not in need]
    twice = [key for key, often in here.items() if key in need and often > need[key]]
    if missing or unknown or twice:
        kinds = {"missing": missing, "unknown": unknown, "more than once": twice}
        said = "; ".join(f"{len(keys):,} {kind} ({_such(keys)})" for kind, keys in kinds.items() if keys)
        raise VecassayError(
            f"{name} does not match the {what}: {said}. Expected the vector of each, once, and no others; of a file "
            f"with several models, bring the rows of one."
        )
    rows: dict[str, int] = {}
    for row, key in enumerate(brought):
        rows.setdefault(key, row)
    return np.array([rows[key] for key in wanted], np.int64)


def _such(keys: Sequence[str]) -> str:
    return "such as " + ", ".join(repr(shorten(key, 40)) for key in keys[:2])
