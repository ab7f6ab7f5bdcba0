"""What a decision record keeps of each model, so that it can be told later whether the model is still the same."""

from base64 import b64encode
from dataclasses import asdict

import numpy as np

from core.digest import digest
from core.questions import recipe
from core.types import Answer, Floats, Ints, Role
from core.work import Work

KEPT = 16


@recipe("Keeping evidence")
def evidence(work: Work, *, corpus: str, models: dict[str, str], seed: int) -> Answer:
    """A random sample of texts and their unit vectors under each model, with what makes each model's space.

    `rows` (0 is the first text, ascending; at most 16) and `texts` (their digests) say which; `vectors` by model key
    are base64 of little-endian float16, row by row, `dimensions` their lengths; `spaces` are the facts of each space,
    `cut` what the model's token limit cuts off (limit, over, share of the texts, cut share of the tokens).
    """
    found = work.corpus(corpus)
    rows = sample(len(found), seed)
    texts = [found.texts[row] for row in rows]
    answer: dict[str, dict[str, object]] = {"vectors": {}, "dimensions": {}, "spaces": {}, "cut": {}}
    for model in work.models(corpus, models):
        key = model.spec.key
        unit = work.embed(texts, model, Role.DOCUMENT, fit=found).unit
        short = work.ask("truncation", corpus=corpus, models={key: model.space.digest})
        answer["vectors"][key] = packed(unit)
        answer["dimensions"][key] = int(unit.shape[1])
        answer["spaces"][key] = asdict(model.space)
        answer["cut"][key] = {name: short[name] for name in ("limit", "over", "share", "cut")}
    return {"rows": rows.tolist(), "texts": [digest([text]) for text in texts], **answer}


def sample(n: int, seed: int) -> Ints:
    """Which of n texts are kept: at most 16 rows, drawn at random, ascending."""
    drawn = np.random.default_rng(seed).choice(n, min(n, KEPT), replace=False)
    rows: Ints = np.sort(drawn).astype(np.int64)
    return rows


def packed(unit: Floats) -> str:
    """Vectors `(n, d)` as base64 of little-endian float16."""
    return b64encode(unit.astype("<f2").tobytes()).decode()
