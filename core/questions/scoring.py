"""What the similarity questions stand on: vectors for a score, the texts that are shown, pairs drawn at random."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core import linalg
from core.errors import VecassayError
from core.types import Floats, Ints
from core.work import View, Work

MOST_SHOWN = 2_000
EXACT_TEXTS = 5_000
"""Up to so many texts a question about all pairs looks at all of them: 12.5 million."""


@dataclass(frozen=True, eq=False)
class Shown:
    """The rows of a corpus that are looked at `(m,)`, ascending; whether they are a random sample; how to say so."""

    rows: Ints
    sampled: bool
    note: str


def choose(name: str, value: str, known: tuple[str, ...]) -> None:
    """Refuse a choice that is not one of the known ones."""
    if value not in known:
        raise VecassayError(f"Expected {name} to be one of {', '.join(known)}; got {value!r}.")


def vectors(view: View, score: str) -> Floats:
    """What a score is computed from, `(n, d)`: rows of length 1 for the cosine, else vectors as the model gave them.

    Raises VecassayError for an unknown score, and for a corpus of a single text, which has no pairs.
    """
    choose("the score", score, linalg.SCORES)
    found = view.unit if score == "cosine" else view.embeddings.vectors
    if len(found) < 2:
        raise VecassayError(f"Expected at least 2 texts to compare; this corpus has {len(found)}. Add more texts.")
    return found


def shown(work: Work, view: View, score: str, limit: int, seed: int, around: int) -> Shown:
    """Which rows a picture of at most `limit` texts shows.

    All of them if there is room; else a random sample, or with `around` >= 0 that row and the rows nearest to it.
    """
    n = len(work.corpus(view.corpus))
    if not 2 <= limit <= MOST_SHOWN:
        raise VecassayError(f"Expected to show 2 to {MOST_SHOWN:,} texts; got {limit:,}.")
    if not -1 <= around < n:
        raise VecassayError(f"There is no text {around + 1:,}: this corpus has {n:,} texts. Choose another one.")
    if n <= limit:
        return Shown(np.arange(n), False, "")
    if around < 0:
        rows = np.sort(np.random.default_rng(seed).choice(n, limit, replace=False))
        return Shown(rows, True, f"random sample of {limit:,} of {n:,} texts, seed {seed}")
    values = likeness(vectors(view, score), around, score)
    values[around] = np.inf
    rows = np.sort(linalg.top_k(values[None], limit)[0][0])
    return Shown(rows, False, f"text {around + 1:,} and the {limit - 1:,} of {n:,} texts nearest to it")


def likeness(texts: Floats, row: int, score: str) -> Floats:
    """How alike one row is to every row, `(n,)`."""
    parts = [linalg.scores(texts[row : row + 1], texts[part], score)[0] for part in linalg.blocks(*texts.shape)]
    return np.concatenate(parts)


def text_codes(texts: Iterable[str]) -> Ints:
    """A number for each text, `(n,)`; equal texts have equal numbers, counted in order of appearance."""
    # Not numpy's unique: it takes a text and the same text with a NUL behind it for one.
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(text, len(seen)) for text in texts], np.int64)


def every_pair(work: Work, texts: Floats, score: str) -> Iterator[tuple[int, int, Floats]]:
    """`linalg.triangle`, with progress in pairs."""
    total, done = len(texts) * (len(texts) - 1) // 2, 0
    for top, left, block in linalg.triangle(texts, score):
        yield top, left, block
        done += block.size if left > top else len(block) * (len(block) - 1) // 2
        work.progress(done, total)


def of_pairs(work: Work, texts: Floats, a: Ints, b: Ints, score: str) -> Floats:
    """Scores of given pairs of rows, `(p,)`, with progress in pairs."""
    found = np.empty(len(a), np.float32)
    # An eighth of a block: both sides are gathered, and may be widened.
    for part in linalg.blocks(len(a), 8 * texts.shape[1]):
        found[part] = linalg.paired(texts[a[part]], texts[b[part]], score)
        work.progress(part.stop, len(a))
    return found


def draw(n: int, size: int, seed: int) -> tuple[Ints, Ints]:
    """Pairs of two different rows out of n, each as likely as any other, with replacement."""
    rng = np.random.default_rng(seed)
    a, b = rng.integers(n, size=size), rng.integers(n - 1, size=size)
    return a, b + (b >= a)


def draw_by_label(codes: npt.NDArray[np.intp], same: bool, size: int, seed: int) -> tuple[Ints, Ints]:
    """Pairs of two different rows with the `same` label, or with two, each as likely as any other, with replacement."""
    rng = np.random.default_rng([seed, int(same)])
    order, counts = np.argsort(codes, kind="stable"), np.bincount(codes)
    starts, sizes = (np.cumsum(counts) - counts)[codes], counts[codes]
    partners = sizes - 1 if same else len(codes) - sizes
    a = rng.choice(len(codes), size, p=partners / partners.sum())
    step = rng.integers(partners[a])
    # Rows of one label stand side by side in `order`: a partner is a step inside that stretch, or around it.
    if same:
        own = np.argsort(order)[a] - starts[a]
        place = starts[a] + step + (step >= own)
    else:
        place = step + np.where(step >= starts[a], sizes[a], 0)
    return a, order[place]
