"""What the Trade-offs page asks of many texts takes a few times their vectors' memory, never texts times texts."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks import large
from core.settings import MIB

ROOT = Path(__file__).parent.parent
N, D = 20_000, 128
VECTORS = 4 * N * D
FIXED, TIMES = 256 * MIB, 12
"""What blocks and texts may take, and how many times the vectors' bytes (10 MB): 100,000 x 768 then stay under 4 GiB.

A number for each two of the texts would take 1.6 GB.
"""
MAKE = """
from benchmarks import steps, vectors

vectors.made = lambda n, seed: [str(row) for row in range(n)]
steps.tell(vectors.kept({n}, {d}))
"""
ASK = """
import faiss, lancedb, pyarrow.parquet, scipy.stats, sklearn.linear_model
from benchmarks import large, steps
from core import pipeline
from core.questions import migration, tradeoffs
from core.retrieval.forms import parse

# Centres of product quantisation and ridge's penalties take seconds, not memory.
words = ("", ":float16", ":int8", ":binary*10", "@pca64:int8")
tradeoffs.grid = lambda *_: tuple(map(parse, words))
migration.FITS = {{"orthogonal": migration.FITS["orthogonal"]}}
study = pipeline.study({corpus!r}, {models!r})
peaks = {{"nothing": steps.peak()}}
for what in ("tradeoffs", "frontier", "migration", "export"):
    large.ASKED[what](study)
    peaks[what] = steps.peak()
steps.tell({{"peaks": peaks}})
"""


def _told(home: Path, code: str) -> dict[str, Any]:
    """What a program of its own prints: memory that other tests took is none of it."""
    env = {**os.environ, "VECASSAY_HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_memory_grows_with_the_vectors_alone(home: Path) -> None:
    made = _told(home, MAKE.format(n=N, d=D))
    peaks = _told(home, ASK.format(corpus=made["judged"], models=made["models"]))["peaks"]
    grown = {what: peak - peaks["nothing"] for what, peak in peaks.items()}
    assert grown["tradeoffs"] > VECTORS, "nothing was measured"
    assert max(grown.values()) < FIXED + TIMES * VECTORS, grown
    assert peaks["nothing"] + FIXED + TIMES * 4 * large.N * large.D < large.LIMIT
