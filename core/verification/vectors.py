"""Do the models still give the vectors that the record kept? They are asked afresh, past the store."""

from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Iterator
from typing import Any

import numpy as np

from core import providers
from core.digest import digest
from core.errors import VecassayError
from core.linalg import sameness
from core.report.record import Record, Used
from core.sending import check_free
from core.types import Corpus, Embeddings, Floats, Model, Role
from core.verification.findings import CANNOT, CHANGED, HOLDS, Finding
from core.verification.models import Found

SAME = 1e-3
"""How far a cosine may be below 1: float16 in the record and another machine's rounding stay well below it."""


def vectors(record: Record, corpus: Corpus, here: Found) -> Iterator[Finding]:
    """A finding for each model that is here: the lowest cosine between a vector of the record and the same text's."""
    wanted = record.evidence.get("texts")
    names = [name if isinstance(name, str) else "" for name in wanted] if isinstance(wanted, list) else []
    place = {name: row for row, name in enumerate(names)}
    texts = {place[name]: text for text in dict.fromkeys(corpus.texts) if (name := digest([text])) in place}
    for used in record.models:
        model, part = here.models.get(used.key), f"vectors of {used.label}"
        if model is None:
            yield Finding(part, CANNOT, f"{used.label} is not here, so no vector could be made again.")
        elif used.key in here.refitted:
            yield Finding(part, CANNOT, f"{used.label} is fitted on the texts, and these are others now.")
        elif not texts:
            yield Finding(part, CANNOT, "None of the texts whose vectors the record kept is among these texts.")
        else:
            yield _compared(part, record, used, model, corpus, texts)


def _compared(part: str, record: Record, used: Used, model: Model, corpus: Corpus, texts: dict[int, str]) -> Finding:
    rows = sorted(texts)
    try:
        then = _kept(record.evidence, used.key)[rows]
        now = _fresh(model, corpus, [texts[row] for row in rows])
    except (VecassayError, IndexError) as error:
        return Finding(part, CANNOT, f"Vectors of {used.label} could not be compared: {error}")
    if then.shape != now.shape:
        said = f"{used.label} gives {now.shape[1]:,} dimensions; the record has {then.shape[1]:,}."
        return Finding(part, CHANGED, said, {"dimensions": [then.shape[1], now.shape[1]]})
    lowest = float(sameness(then, now).min())
    details = {"lowest_cosine": lowest, "drift": 1 - lowest, "texts": len(rows), "allowed": SAME}
    drift = f"lowest cosine {lowest:.6f} over {len(rows)} texts embedded afresh"
    if 1 - lowest <= SAME:
        return Finding(part, HOLDS, f"{used.label} gives the same vectors: {drift}.", details)
    said = f"Vectors of {used.label} drifted by {1 - lowest:.2g}: {drift}, and at least {1 - SAME:g} is the same."
    return Finding(part, CHANGED, said, details)


def _kept(evidence: Any, key: str) -> Floats:
    """The record's vectors of one model as float32 `(t, d)`; raises VecassayError when they are damaged."""
    try:
        raw = b64decode(evidence["vectors"][key], validate=True)
        kept = np.frombuffer(raw, "<f2").reshape(len(evidence["texts"]), int(evidence["dimensions"][key]))
    except (KeyError, TypeError, ValueError, BadBase64) as error:
        raise VecassayError(f"the record's vectors are damaged ({error}).") from error
    if not np.isfinite(kept).all():
        raise VecassayError("the record's vectors are damaged (they hold NaN or infinity).")
    vectors: Floats = kept.astype(np.float32)
    return vectors


def _fresh(model: Model, corpus: Corpus, texts: list[str]) -> Floats:
    check_free(model, "verifying its vectors")
    provider = providers.REGISTRY[model.spec.provider]
    if not provider.ready(model.spec):
        provider.prepare(model.spec)  # made on this machine: what has to be fetched has no space before it is here
    encoder = provider.load(model.spec, corpus)
    encoded = np.ascontiguousarray(encoder.encode(texts, role=Role.DOCUMENT), np.float32)
    return Embeddings(model.space, Role.DOCUMENT, encoded).unit
