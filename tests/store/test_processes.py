"""The store under several processes, and under one that is killed at any moment."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from core.store import Store, tables
from core.types import Question
from tests.store.conftest import Opener
from tests.store.samples import digests, vectors
from tests.store.writer import CHUNK, D

ROOT = Path(__file__).parents[2]


def _start(url: str, shelf: str, first: int, chunks: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.store.writer", url, shelf, str(first), str(chunks)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _check_whole_chunks(store: Store, shelf: str, rows: range) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """All rows of a chunk are there and right, or none is; which chunks are."""
    found = store.vectors.read(shelf, digests(*rows))
    assert found.vectors is not None
    np.testing.assert_array_equal(found.vectors[found.present], vectors(*rows, d=D)[found.present])
    by_chunk = found.present.reshape(-1, CHUNK)
    whole: np.ndarray[tuple[int], np.dtype[np.bool_]] = by_chunk.all(axis=1)
    assert (whole == by_chunk.any(axis=1)).all()
    return whole


@pytest.mark.parametrize("after", [1, 7, 20])
def test_a_writer_killed_at_any_moment_leaves_whole_chunks(url: str, opened: Opener, after: int) -> None:
    with _start(url, "shelf", 0, 100_000) as writer:
        assert writer.stdout is not None
        kept = [int(writer.stdout.readline()) for _ in range(after)]
        writer.send_signal(signal.SIGKILL)
        kept += [int(line) for line in writer.stdout]
    store = opened()
    whole = _check_whole_chunks(store, "shelf", range(CHUNK * (len(kept) + 3)))
    assert whole[: len(kept)].all()
    assert store.faults() == []
    for chunk in kept:
        assert store.answers.get(Question("chunk", {"shelf": "shelf", "chunk": chunk}).key) == {"chunk": chunk}
    with store.database.reading("counting") as connection:
        blocks, data = (
            connection.scalar(select(func.count()).select_from(table)) for table in (tables.blocks, tables.block_data)
        )
    assert blocks == data == whole.sum()
    next_chunk = len(kept) + 10
    store.vectors.write("shelf", digests(next_chunk), vectors(next_chunk, d=D))  # nobody's lock is left


def test_processes_write_at_once(url: str, opened: Opener) -> None:
    writers = [_start(url, shelf, first, 30) for shelf, first in (("a", 0), ("a", 30), ("b", 0))]
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    store = opened()
    assert _check_whole_chunks(store, "a", range(60 * CHUNK)).all()
    assert _check_whole_chunks(store, "b", range(30 * CHUNK)).all()
    assert (store.vectors.encoded("a"), store.vectors.encoded("b")) == (6000, 3000)
    assert len(store.answers.list()) == 90
    assert store.faults() == []
