"""How long stored vectors take to read, against numpy.load of the same array: python -m benchmarks.store

Both sides alternate in one run, warm, and only their ratio travels between machines.
"""

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from core.digest import digest_bytes
from core.store import open_store

N, D, BLOCK, ROUNDS = 100_000, 384, 1_000, 7


def main() -> None:
    with TemporaryDirectory() as folder:
        vectors = np.random.default_rng(0).standard_normal((N, D)).astype(np.float32)
        digests = [digest_bytes([f"text {i}"]) for i in range(N)]
        store = open_store(f"sqlite:///{folder}/store.sqlite", 10**10)
        for start in range(0, N, BLOCK):
            store.vectors.write("shelf", digests[start : start + BLOCK], vectors[start : start + BLOCK])
        file = Path(folder) / "vectors.npy"
        np.save(file, vectors)
        ours, theirs = [], []
        for _ in range(ROUNDS):
            began = perf_counter()
            found = store.vectors.read("shelf", digests)
            ours.append(perf_counter() - began)
            began = perf_counter()
            loaded = np.load(file)
            theirs.append(perf_counter() - began)
        assert found.vectors is not None
        assert np.array_equal(found.vectors, loaded)
        print(
            f"{N:,} x {D} float32, {ROUNDS} rounds, medians: "
            f"store {median(ours):.3f} s, numpy.load {median(theirs):.3f} s"
        )
        ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
        print(f"ratio {median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})")


if __name__ == "__main__":
    main()
