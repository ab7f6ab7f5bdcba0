"""A clock that only moves when a model works, models whose cost is known, and a whole run made of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np

from core.latency import QUICK, Candidate, Meters, Plan, draw, figures, measure, outlook
from core.latency.texts import OWN
from core.types import Floats, Progress, Role
from core.work import quiet

TEXTS = tuple(f"text number {i} " + "word " * (i % 9) for i in range(40))


@dataclass(eq=False)
class Clock:
    """Nanoseconds that pass when told to."""

    now: int = 0
    lock: Any = field(default_factory=Lock)

    def __call__(self) -> int:
        return self.now

    def pass_by(self, nanoseconds: int) -> None:
        with self.lock:
            self.now += nanoseconds


@dataclass(eq=False)
class Fake:
    """Costs so many nanoseconds a call and so many more a text; loading costs, too. Counts what it is asked."""

    clock: Clock
    call: int
    text: int
    load_cost: int = 5_000_000
    loads: int = 0
    calls: int = 0
    texts: int = 0
    nbytes: int = 1_000_000

    def load(self) -> "Fake":
        self.loads += 1
        self.clock.pass_by(self.load_cost)
        return self

    def encode(self, texts: Sequence[str], *, role: Role, progress: Progress | None = None) -> Floats:
        assert role is Role.DOCUMENT
        with self.clock.lock:
            self.calls, self.texts = self.calls + 1, self.texts + len(texts)
        self.clock.pass_by(self.call + self.text * len(texts))
        return np.zeros((len(texts), 8), np.float32)


def candidate(key: str, fake: Fake, texts: tuple[str, ...]) -> Candidate:
    return Candidate(key, key.title(), fake.load, np.array([len(text.split()) for text in texts]))


def run(
    costs: dict[str, tuple[int, int]],
    *,
    reference: str | None = None,
    plan: Plan = QUICK,
    texts: tuple[str, ...] = TEXTS,
    progress: Progress = quiet,
    kind: type[Fake] = Fake,
) -> tuple[dict[str, Any], dict[str, Fake]]:
    """A run as the question keeps it, of models that cost (nanoseconds a call, nanoseconds a text)."""
    clock, pool = Clock(), draw(texts, 0)
    fakes = {key: kind(clock, *cost) for key, cost in costs.items()}
    made = [candidate(key, fake, pool.texts) for key, fake in fakes.items()]
    meters = Meters(clock, lambda: 100_000_000)
    measured = measure(made, reference, pool, made[0].counts, plan, progress, meters)
    facts: dict[str, Any] = {
        "run": "r",
        "date": "2026-01-02T03:04:05+00:00",
        "seconds": 7.0,
        "corpus": {"name": "Forty", "texts": len(texts), "different": pool.different, "pool": len(pool.texts)},
        "setting": plan.key,
        "seed": 0,
        "reference": reference,
        "alone": True,
        "models": [{"key": key, "label": key.title(), "counts": "tokens"} for key in costs],
        "lengths_by": made[0].label,
        "lengths_in": "tokens",
        "notes": measured.notes,
        "machine": {
            "processor": "Abacus 1", "cores": 2, "memory": 8e9, "system": "Linux", "python": "3", "device": "CPU",
            "torch_threads": 1, "variables": {}, "libraries": {"numpy": "2"},
        },
        "load": {"start": 0.1, "end": 0.2, "others_before": 0.0, "others_during": 0.01, "others_after": 0.0},
    }  # fmt: skip
    found = figures(measured.tables, dict.fromkeys(costs, "tokens"), reference, "tokens")
    own = outlook(measured.tables["lengths"], OWN)
    return {"facts": facts, "figures": found, "outlook": own, **measured.tables}, fakes


SUMMARY = {"labels": ["A"], "setting": "quick", "machine": "Abacus 1, 2 cores, CPU"}
