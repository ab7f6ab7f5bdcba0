"""A converted transformer, run by OpenVINO on the processor: several batches at a time, one core for each."""

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from core.errors import VecassayError
from core.providers import rows
from core.providers.backends import Facts, library
from core.providers.batching import Tokens, batches, portions
from core.settings import cores
from core.types import Floats, Ints, ModelSpec, Progress, Role

BLOCK = 8192
AHEAD = 2
"""Batches that wait for each core, so that it never does."""


class Damaged(VecassayError):
    """A converted model that cannot be opened any more."""


@lru_cache(maxsize=1)
def _engine() -> Any:
    return library().Core()


def load(folder: Path, facts: Facts, precision: str, spec: ModelSpec) -> "Encoder":
    """The converted model in a folder, ready to run; raises Damaged when its files cannot be read."""
    from tokenizers import Tokenizer

    options = {
        "INFERENCE_PRECISION_HINT": precision,
        "PERFORMANCE_HINT": "THROUGHPUT",
        "NUM_STREAMS": cores(),
        "INFERENCE_NUM_THREADS": cores(),
        # Other models, and other programs, run beside it: their threads and these must be free to move.
        "ENABLE_CPU_PINNING": False,
        # Fused attention costs short texts more than it saves them.
        "SNIPPETS_MODE": "DISABLE",
    }
    try:
        compiled = _engine().compile_model(str(folder / "model.xml"), "CPU", options)
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # tokenizers raises no narrower one
        raise Damaged(f"The converted model in {folder} could not be opened: {error}") from error
    tokenizer.no_padding()
    limit = spec.max_tokens or facts.max_tokens
    if limit is not None:
        direction = (tokenizer.truncation or {}).get("direction", "right")
        tokenizer.enable_truncation(limit, direction=direction)
    else:
        tokenizer.no_truncation()
    requests = deque(compiled.create_infer_request() for _ in range(AHEAD * cores()))
    nbytes = (folder / "model.bin").stat().st_size
    return Encoder(tokenizer, requests, facts, spec, nbytes)


@dataclass(eq=False)
class Encoder:
    """Runs a converted model; a caller at a time."""

    tokenizer: Any
    requests: deque[Any]
    facts: Facts
    spec: ModelSpec
    nbytes: int
    lock: Lock = field(default_factory=Lock)

    def encode(self, texts: Sequence[str], *, role: Role, progress: Progress | None = None) -> Floats:
        """Texts in, float32 `(n, d)` out, one finite row per text in the order asked; `(0, d)` for none."""
        vectors = np.empty((len(texts), self.facts.width), np.float32)
        with self.lock, closing(self._run(texts, self.spec.prompt(role), vectors)) as finished:
            for done in finished:
                if progress is not None:
                    progress(done, len(texts))
        if self.facts.normalised:
            # Half the digits leave lengths off by a thousandth.
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return rows.shorten(vectors, self.spec.dimension)

    def _run(self, texts: Sequence[str], prompt: str, vectors: Floats) -> Generator[int]:
        """Fill `vectors`, telling after each batch how many texts are done."""
        free, running, done = deque(self.requests), deque[_Running](), 0
        try:
            for at, inputs in self._inputs(texts, prompt):
                if not free:
                    done += running[0].finish(vectors)
                    free.append(running.popleft().request)
                    yield done
                request = free.popleft()
                request.start_async(inputs, share_inputs=True)
                running.append(_Running(request, at, inputs))
            while running:
                done += running[0].finish(vectors)
                running.popleft()
                yield done
        finally:
            # Whatever stopped it, no request may still run when the next caller comes.
            for each in running:
                with suppress(RuntimeError):
                    each.request.wait()

    def _inputs(self, texts: Sequence[str], prompt: str) -> Iterator[tuple[Ints, dict[int, Ints]]]:
        """Batches: rows in the order asked, and what goes in. A block is cut into tokens while the last one runs."""
        for start in range(0, len(texts), BLOCK):
            tokens = self._tokens([prompt + rows.readable(text) for text in texts[start : start + BLOCK]])
            for chosen in batches(tokens.lengths, shares=AHEAD * cores()):
                ids, mask = tokens.padded(chosen, self.facts.pad, left=self.facts.left)
                yield chosen + start, {0: ids, 1: mask}

    def _tokens(self, texts: list[str]) -> Tokens:
        found = [
            np.array(encoding.ids, np.int32)
            for part in portions(texts)
            for encoding in self.tokenizer.encode_batch_fast(texts[part])
        ]
        starts = np.zeros(len(found) + 1, np.int64)
        np.cumsum([len(ids) for ids in found], out=starts[1:])
        return Tokens(np.concatenate(found), starts)


@dataclass(frozen=True, eq=False)
class _Running:
    """A request under way, the rows it is for, and its inputs, which must live as long."""

    request: Any
    rows: Ints
    inputs: dict[int, Ints]

    def finish(self, vectors: Floats) -> int:
        """Wait for it and put its vectors where they belong; how many they are."""
        self.request.wait()
        vectors[self.rows] = self.request.get_output_tensor(0).data
        return len(self.rows)
