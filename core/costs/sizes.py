"""How many bytes the vectors of so many texts take, and what memory holds them."""

from dataclasses import dataclass
from math import ceil, log2

from core.costs.checks import amount

STANDARD = {"10k": 10_000, "1M": 1_000_000, "100M": 100_000_000, "1B": 1_000_000_000}
"""Numbers of texts that are always shown."""
FILLED = 0.75
"""The part of a machine's memory that vectors may fill: the rest is for the system, the program and the queries."""
GIB = 2**30


@dataclass(frozen=True)
class Size:
    """What one configuration keeps: bytes for every vector, and bytes that do not grow, such as a codebook.

    Raises VecassayError for negative numbers.
    """

    bytes_per_vector: float
    fixed_bytes: float = 0.0

    def __post_init__(self) -> None:
        amount("bytes per vector", self.bytes_per_vector)
        amount("fixed bytes", self.fixed_bytes)

    def stored_bytes(self, texts: float) -> float:
        """Bytes of so many texts as stored, which is also what they take in memory; raises VecassayError below 0."""
        return amount("texts", texts) * self.bytes_per_vector + self.fixed_bytes

    def memory_gib(self, texts: float) -> int:
        """Memory of the smallest machine (1, 2, 4, 8 ... GiB) of which so many texts' vectors fill 3/4 at most."""
        needed = self.stored_bytes(texts) / FILLED / GIB
        return 2 ** max(0, ceil(log2(needed))) if needed > 0 else 1
