"""What travels between Python and a drawn component: arrays out as bytes, and values back, checked as any input."""

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

# Far beyond any map, and far enough below float64's end that products of two stay finite.
FAR = 1e30


def packed(facts: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> tuple[bytes, str]:
    """Bytes a browser reads without copying, and their digest.

    They are the uint32 length of a JSON header, the header, then the arrays it lists: `header.arrays` gives (offset,
    size) by name; arrays begin at multiples of 4 bytes after the header. Its `content` is the digest of everything.
    """
    places, blocks, offset = {}, [], 0
    for name, array in arrays.items():
        block = array.tobytes()
        places[name] = [offset, array.size]
        blocks += [block, bytes(-len(block) % 4)]
        offset += len(block) + len(blocks[-1])
    described = json.dumps({**facts, "arrays": places})
    state = blake2b(described.encode(), digest_size=16)
    for block in blocks:
        state.update(block)
    content = state.hexdigest()
    # Added as text: the header may hold megabytes of texts, which one pass is enough for.
    header = f'{described[:-1]}, "content": "{content}"}}'.encode()
    header += b" " * (-len(header) % 4)
    return b"".join([len(header).to_bytes(4, "little"), header, *blocks]), content


def arrays_digest(arrays: Iterable[npt.NDArray[Any]]) -> str:
    """The digest of contiguous arrays in order, each preceded by its length."""
    state = blake2b(digest_size=16)
    for array in arrays:
        state.update(len(array).to_bytes(8, "little"))
        state.update(np.ascontiguousarray(array).data)
    return state.hexdigest()


def whole(value: Any, below: int) -> bool:
    """Whether a value from a browser is a whole number from 0 to `below` - 1."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < below


def finite(value: Any) -> bool:
    """Whether a value from a browser is a number that can be computed with."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= FAR  # false for NaN, and exact for whole numbers of any length


def corners(value: Any, most: int) -> tuple[tuple[float, float], ...] | None:
    """A list of 3 to `most` pairs of numbers from a browser, or None when it is anything else."""
    if not isinstance(value, list) or not 3 <= len(value) <= most:
        return None
    if not all(isinstance(pair, list) and len(pair) == 2 and finite(pair[0]) and finite(pair[1]) for pair in value):
        return None
    return tuple((float(x), float(y)) for x, y in value)
