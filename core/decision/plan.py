"""What a decision is asked to weigh: candidates, measure, margin, limits and the order of costs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from core.errors import VecassayError

CRITERIA = {
    "speed": "time of a query (p95)",
    "memory": "memory",
    "money": "money per million texts",
    "dimension": "length of the vectors",
}
"""What candidates that are as good can be told apart by; less is better in each."""
SPEED, MEMORY, MONEY, DIMENSION = CRITERIA
TOLERANCE = 0.10
MARGIN = 0.01


@dataclass(frozen=True)
class Limits:
    """What a candidate must keep to; None, empty or False is no limit.

    At most `p95_ms`, `memory_bytes`, `bytes_per_vector` and `money` per million texts, at least `texts_per_s`; one of
    `licences`, reads `language`; with `local`, texts may not leave the machine.
    """

    p95_ms: float | None = None
    texts_per_s: float | None = None
    memory_bytes: float | None = None
    bytes_per_vector: float | None = None
    money: float | None = None
    licences: tuple[str, ...] = ()
    language: str | None = None
    local: bool = False

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Limits":
        """Read what `asdict` and JSON made of limits."""
        return cls(**{**raw, "licences": tuple(raw.get("licences", ()))})


@dataclass(frozen=True)
class Plan:
    """A decision to be taken: everything a person chose, and nothing that was measured.

    `candidates` are words as in core.retrieval.candidates; `measure`, `rel` and `copies` say what quality is; `margin`
    is the difference that does not matter; `order` names the costs that decide between those as good, the first first,
    and `tolerance` how much dearer still counts as the same. `run` is the key of the kept run with the times ("" for
    none). A million texts cost what `money` says for a candidate, else the measured hours times `hour_price`.
    With `despite` it is decided although a check of a model is red.
    Raises VecassayError for costs, a margin or a tolerance that make no sense.
    """

    candidates: tuple[str, ...]
    measure: str = "nDCG@10"
    rel: int = 1
    copies: bool = True
    margin: float = MARGIN
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    order: tuple[str, ...] = tuple(CRITERIA)
    tolerance: float = TOLERANCE
    run: str = ""
    hour_price: float | None = None
    money: Mapping[str, float] = field(default_factory=dict)
    despite: bool = False

    def __post_init__(self) -> None:
        if not self.order or len(set(self.order)) < len(self.order) or not set(self.order) <= set(CRITERIA):
            raise VecassayError(f"Expected an order of {', '.join(CRITERIA)}, each at most once; got {self.order}.")
        if not 0 <= self.margin <= 1:
            raise VecassayError(f"Expected a margin from 0 to 1, as the measures go; got {self.margin}.")
        if not self.tolerance >= 0:
            raise VecassayError(f"Expected a tolerance of 0 or more (0.1 is 10 %); got {self.tolerance}.")

    def to_json(self) -> dict[str, Any]:
        """A plain dictionary, the opposite of `from_json`."""
        limits = {**asdict(self.limits), "licences": list(self.limits.licences)}
        lists = {"candidates": list(self.candidates), "order": list(self.order), "money": dict(self.money)}
        return {**asdict(self), "limits": limits, **lists}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Plan":
        """Read what `to_json` wrote."""
        given = {name: tuple(raw[name]) for name in ("candidates", "order") if name in raw}
        return cls(**{**raw, **given, "limits": Limits.from_json(raw.get("limits", {}))})
