"""Rows of vectors on their way out of an encoder: encoded slice by slice, cut to a dimension."""

from collections.abc import Callable, Sequence

import numpy as np

from core.types import Floats, Progress


def in_slices(
    texts: Sequence[str], encode: Callable[[list[str]], Floats], *, dimension: int, step: int, progress: Progress | None
) -> Floats:
    """Encode the longest texts first, `step` at a time, telling progress in between: `(n, dimension)` as asked."""
    clean = [readable(text) for text in texts]
    vectors = np.empty((len(clean), dimension), np.float32)
    # Texts of like length share a slice, so that little is padded; the longest first, so that memory runs out early.
    order = sorted(range(len(clean)), key=lambda i: -len(clean[i]))
    for start in range(0, len(order), step):
        rows = order[start : start + step]
        vectors[rows] = encode([clean[i] for i in rows])
        if progress is not None:
            progress(min(start + step, len(order)), len(order))
    return vectors


def readable(text: str) -> str:
    """The text as tokenizers accept it: half a surrogate pair, no character, becomes the replacement character."""
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def shorten(vectors: Floats, dimension: int | None) -> Floats:
    """The first `dimension` numbers of each row, brought back to length 1; zero rows stay zero. None: all."""
    if dimension is None or dimension == vectors.shape[1]:
        return vectors
    head = np.ascontiguousarray(vectors[:, :dimension])
    lengths = np.linalg.norm(head, axis=1, keepdims=True)
    short: Floats = np.divide(head, lengths, out=np.zeros_like(head), where=lengths > 0)
    return short
