"""What is known about one candidate besides how good it is."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

ANY_LANGUAGE = ("any", "multilingual")
JOINED = " + "
"""Between the licences of parts that work together."""


@dataclass(frozen=True)
class Facts:
    """One candidate's costs and terms; None or empty is unknown.

    `p95_ms` of a query from end to end, `texts_per_s` when texts are made ready, `memory_bytes` that serving takes,
    `bytes_per_vector` and `dimension` (0 where there are no vectors), `money` per million texts; `licence` (of all
    parts, with " + " between), `languages` ("any" and "multilingual" stand for every one), `remote`: texts leave the
    machine.
    """

    candidate: str
    label: str
    p95_ms: float | None = None
    texts_per_s: float | None = None
    memory_bytes: float | None = None
    bytes_per_vector: float | None = None
    dimension: int | None = None
    money: float | None = None
    licence: str = ""
    languages: tuple[str, ...] = ()
    remote: bool = False

    def cost(self, criterion: str) -> float | None:
        """What the candidate costs by one of the criteria; less is better, None is unknown."""
        costs = {
            "speed": self.p95_ms,
            "memory": self.memory_bytes,
            "money": self.money,
            "dimension": self.dimension,
        }
        return costs[criterion]

    def to_json(self) -> dict[str, Any]:
        """A plain dictionary, the opposite of `from_json`."""
        return {**asdict(self), "languages": list(self.languages)}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Facts":
        """Read what `to_json` wrote."""
        return cls(**{**raw, "languages": tuple(raw.get("languages", ()))})
