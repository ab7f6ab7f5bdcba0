"""Per-query scores as retrieval gives them: many zeros and ones, few values between, candidates that go together."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
_FINE = 200_000


@dataclass(frozen=True)
class Scores:
    """nDCG-like values: a share of zeros, a share of ones, between them a beta law in steps of 0.05."""

    zeros: float
    ones: float
    a: float
    b: float

    def quantiles(self, u: Doubles) -> Doubles:
        """Values from uniform numbers, the larger the better."""
        rng = np.random.default_rng(0)
        between = np.clip(np.round(np.sort(rng.beta(self.a, self.b, _FINE)) * 20) / 20, 0.05, 0.95)
        inner = np.clip((u - self.zeros) / (1 - self.zeros - self.ones), 0, 1 - 1e-9)
        values = between[(inner * _FINE).astype(np.int64)]
        return np.where(u < self.zeros, 0.0, np.where(u >= 1 - self.ones, 1.0, values))


HARD = Scores(0.25, 0.05, 1.3, 1.6)  # mean 0.36, as MiniLM on cranfield
MIDDLE = Scores(0.12, 0.30, 2.0, 1.0)  # mean 0.68
GOOD = Scores(0.02, 0.35, 3.0, 1.3)  # mean 0.79, as MiniLM on medline
EASY = Scores(0.03, 0.86, 2.0, 1.0)  # mean 0.93, as MiniLM on xquad-en


def candidates(
    rng: np.random.Generator, law: Scores, shape: tuple[int, int], shifts: tuple[float, ...], together: float
) -> Doubles:
    """Values `(queries, runs, candidates)`: a query is as hard for all, to the degree `together` (a correlation).

    `shifts` move a candidate's normal scores up: 0 is none.
    """
    from scipy.special import ndtr

    hardness = rng.normal(size=(*shape, 1)) * together**0.5
    own = rng.normal(size=(*shape, len(shifts))) * (1 - together) ** 0.5
    return law.quantiles(ndtr(hardness + own + np.array(shifts)))


def truth(law: Scores, shift: float, together: float) -> tuple[float, float]:
    """Mean difference that a shift makes, and the differences' standard deviation, of 2 million queries."""
    drawn = candidates(np.random.default_rng(99), law, (1_000_000, 1), (shift, 0.0), together)
    differences = drawn[:, 0, 0] - drawn[:, 0, 1]
    return float(differences.mean()), float(differences.std())
