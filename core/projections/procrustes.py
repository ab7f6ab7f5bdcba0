"""Turn one map onto another, so that a text is looked for in the same place on both."""

import numpy as np

from core.types import Floats


def align(of: Floats, to: Floats) -> tuple[Floats, float]:
    """`of` turned and, if need be, mirrored onto `to`, both `(n, dims)` of the same texts and centred; and the misfit.

    Orthogonal Procrustes (Schoenemann 1966). The size of the result is that of `to`: the least-squares size would
    shrink a map the less it fits, which on a screen looks like a finding. The misfit ("disparity", 0 = the same
    shape, 1 = nothing in common) is that of `scipy.spatial.procrustes`, sizes matched.
    """
    from scipy.linalg import orthogonal_procrustes

    source, target = of.astype(np.float64), to.astype(np.float64)
    lengths = np.linalg.norm(source), np.linalg.norm(target)
    if not all(lengths):
        return of, 0.0 if lengths[0] == lengths[1] else 1.0
    turn, fit = orthogonal_procrustes(source / lengths[0], target / lengths[1])
    turned = (source / lengths[0]) @ turn * lengths[1]
    return turned.astype(np.float32), float(np.clip(1 - fit**2, 0.0, 1.0))
