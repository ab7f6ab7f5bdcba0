"""Is a model used as it wants to be, before any score? One check, or one tight family of checks, per file.

A file here with a function registered by `check` is all it takes to add one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from core.linalg import sameness
from core.preflight.held import Held
from core.registry import Registry, discover
from core.store import Store
from core.types import Answer, Corpus, Floats, Model, ModelCard

GREEN, YELLOW, RED, UNKNOWN = "green", "yellow", "red", "unknown"
SEED = 0
"""Which texts pages embed again: one for all, so that all share one answer."""
LEVELS = (RED, YELLOW, UNKNOWN, GREEN)
"""The worst first. Red: figures of this model would mislead. Yellow: look at it. Unknown: it could not be told."""
SAME, CHANGED = 0.9999, 0.999
"""Lowest cosine of vectors that should be one: rounding stays above the first; under the second `verify`, too, calls
a model changed."""


@dataclass(frozen=True)
class Check:
    """What one check found: its light, a figure (None: there is none) as people read it, and what to do about it."""

    key: str
    label: str
    level: str
    figure: float | None
    figure_words: str
    sentence: str


@dataclass(frozen=True)
class Found:
    """What a check says of a model; its key and label come from where it is registered."""

    level: str
    sentence: str
    figure: float | None = None
    words: str = ""


@dataclass(frozen=True, eq=False)
class Probes:
    """A few texts made anew, past the store, each `(k, d)`; `kept` are the vectors the store has of the same texts.

    `alone`: each text by itself, three times. `batch`: the texts among `beside` texts. `asked`: as queries, None where
    the model has no words for roles. `twin`: by the catalogue's model of this name on this machine, None without one.
    """

    kept: Floats
    alone: tuple[Floats, ...]
    batch: Floats
    beside: int
    asked: Floats | None = None
    twin: Floats | None = None


@dataclass(frozen=True, eq=False)
class Seen:
    """What checks look at: a model on a corpus, what its token limit cuts (`truncation`), vectors kept and made anew.

    `held` is None where the model gives no vectors that could be kept, `probes` where none could be made anew;
    `trouble` says why.
    """

    model: Model
    card: ModelCard
    corpus: Corpus
    store: Store
    seed: int
    cut: Answer
    held: Held | None
    probes: Probes | None
    trouble: str = ""


Look: TypeAlias = Callable[[Seen], Found]


@dataclass(frozen=True)
class Registered:
    """A check as it is registered."""

    key: str
    label: str
    look: Look


CHECKS: Registry[Registered] = Registry("check")


def check(key: str, label: str) -> Callable[[Look], Look]:
    """Register a check."""

    def register(look: Look) -> Look:
        CHECKS.add(key, Registered(key, label, look))
        return look

    return register


def checks(seen: Seen) -> Iterator[Check]:
    """Every registered check of a model."""
    discover(__name__)
    for each in CHECKS:
        found = CHECKS[each].look(seen)
        yield Check(each, CHECKS[each].label, found.level, found.figure, found.words, found.sentence)


def no_vectors(seen: Seen) -> Found:
    """What a check of vectors says where there are none."""
    return Found(UNKNOWN, f"There are no vectors to look at. {seen.trouble}".strip())


def lowest(a: Floats, b: Floats) -> float | None:
    """The lowest cosine between row i of `a` and row i of `b`, both `(k, d)`.

    Two zero rows are the same; a row with a number that is none, or of another length, is like nothing. None: no rows.
    """
    if not len(a) or not len(b):
        return None
    if a.shape != b.shape or not (np.isfinite(a).all() and np.isfinite(b).all()):
        return 0.0
    return float(sameness(a, b).min())


def light(cosine: float) -> str:
    """The light of a lowest cosine between vectors that should be one."""
    return GREEN if cosine >= SAME else YELLOW if cosine >= CHANGED else RED
