"""How much of the texts a model never reads."""

import numpy as np

from core import providers
from core.preflight import GREEN, RED, UNKNOWN, YELLOW, Found, Seen, check
from core.providers.calls import estimated
from core.report.words import count
from core.types import Role

HALF = 0.5
"""From this share of all tokens on, figures say more about the limit than about the model."""


@check("truncation", "Texts that are cut")
def truncation(seen: Seen) -> Found:
    """Share of texts over the model's limit, and of tokens beyond it; of hosted models estimated, and as told."""
    if providers.REGISTRY[seen.model.spec.provider].remote:
        return _hosted(seen)
    cut = seen.cut
    if cut["limit"] is None:
        return Found(GREEN, "The model has no limit on the length of a text.", 0.0, "no limit")
    return _told(int(cut["limit"]), float(cut["share"]), float(cut["cut"]), int(cut["over"]))


def _hosted(seen: Seen) -> Found:
    spent = seen.store.spending.spent(seen.model.space.digest, seen.corpus.texts_digest)
    if spent.cut:
        share = spent.cut / max(1, spent.n)
        return Found(
            YELLOW,
            f"{count(spent.cut, 'text')} of {spent.n:,} sent were refused as too long and cut until they were taken. "
            f"Split long texts, or take a model that reads more.",
            share,
            f"{share:.1%} of texts cut",
        )
    limit = seen.model.spec.max_tokens or seen.card.max_tokens
    if limit is None:
        return Found(UNKNOWN, "Nothing is known of this model's limit; no text was refused as too long.")
    prompt = seen.model.spec.prompt(Role.DOCUMENT)
    counts = np.array([estimated(prompt + text) for text in seen.corpus.texts] or [0])
    beyond = np.maximum(counts - limit, 0)
    lost, over = float(beyond.sum() / max(1, counts.sum())), int((beyond > 0).sum())
    return _told(limit, over / len(counts), lost, over, "about, at four characters a token: ")


def _told(limit: int, share: float, lost: float, over: int, how: str = "") -> Found:
    if not over:
        return Found(GREEN, f"{how}all texts are within {limit:,} tokens.".capitalize(), 0.0, "all texts fit")
    level = RED if lost >= HALF else YELLOW
    sentence = (
        f"{how}{count(over, 'text')} ({share:.1%}) have more than {limit:,} tokens; {lost:.1%} of all tokens are never "
        f"read. Split long texts, raise the limit where the model has a higher one, or take a model that reads more."
    )
    return Found(level, sentence[0].upper() + sentence[1:], share, f"{share:.1%} of texts, {lost:.1%} of tokens")
