"""One side of the comparison of first vectors, with nothing imported that its side does not need.

python -m benchmarks.first ours|theirs FOLDER prints the time of day when the first vector is there.
"""

import sys
from time import time

TEXT = "the first text"


def ours() -> None:
    """What a worker imports; then the encoder that the models' home has ready."""
    from core import catalog, pipeline, worker  # noqa: F401
    from core.providers import provider
    from core.types import Role

    encoder = provider("sentence_transformers").load(catalog.model("minilm"))
    assert len(encoder.encode([TEXT], role=Role.DOCUMENT)) == 1


def theirs(folder: str) -> None:
    """As its own documentation does it."""
    from sentence_transformers import SentenceTransformer

    assert len(SentenceTransformer(folder, device="cpu").encode([TEXT])) == 1


if __name__ == "__main__":
    ours() if sys.argv[1] == "ours" else theirs(sys.argv[2])
    print(time())
