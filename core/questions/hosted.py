"""Whether a hosted model answers: one call with a short text of our own, before anybody's texts go there."""

from time import perf_counter
from typing import Any

import numpy as np

from core import catalog, providers
from core.questions import recipe
from core.sending import money
from core.store import Spent
from core.types import Answer, ModelSpec, Role
from core.work import Work

TEXT = "How do I reset my device?"


@recipe("Testing with one call", unit="")
def one_call(work: Work, *, spec: dict[str, Any], run: str) -> Answer:  # noqa: ARG001 - tells one test from the next
    """Embed `TEXT` as a document: `dimension` and `length` of its vector, `milliseconds` with the network.

    `spec` is a model's, which need not be in any list; a `run` of its own makes each test a new question.
    """
    model = ModelSpec.from_json(spec)
    provider = providers.provider(model.provider)
    encoder = provider.load(model)
    started = perf_counter()
    vector = encoder.encode([TEXT], role=Role.DOCUMENT)[0]
    milliseconds = 1000 * (perf_counter() - started)
    tokens = int(getattr(encoder, "used", 0))
    if tokens and providers.leaves(model):
        price = catalog.price(model)
        cost = money(tokens, price.per_million_tokens if price else 0.0)
        work.store.spending.add(provider.space(model).digest, "", model.label, Spent(1, tokens, 0, cost))
    length = float(np.linalg.norm(vector.astype(np.float64)))
    return {"dimension": len(vector), "length": length, "milliseconds": milliseconds, "tokens": tokens}
