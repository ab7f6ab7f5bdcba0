"""Run by tests as a process of its own: `python -m tests.store.writer URL SHELF FIRST CHUNKS` writes chunks of texts.

Each chunk is 100 texts of 64 dimensions; its number is printed once it is kept.
"""

import sys

from core.store import open_store
from core.types import Question
from tests.store.samples import digests, vectors

CHUNK, D = 100, 64


def main(url: str, shelf: str, first: str, chunks: str) -> None:
    store = open_store(url, 1024**3)
    for chunk in range(int(first), int(first) + int(chunks)):
        rows = range(chunk * CHUNK, (chunk + 1) * CHUNK)
        with store.pinned([shelf]):
            store.vectors.write(shelf, digests(*rows), vectors(*rows, d=D))
            store.vectors.count(shelf, encoded=CHUNK)
            store.answers.put(Question("chunk", {"shelf": shelf, "chunk": chunk}), {"chunk": chunk}, 0.0)
        print(chunk, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
