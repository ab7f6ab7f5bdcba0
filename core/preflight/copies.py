"""Texts that are there twice, and vectors that several different texts share."""

from core.preflight import GREEN, RED, YELLOW, Found, Seen, check, no_vectors
from core.report.words import count

MOST = 0.5


@check("duplicates", "Texts that are there twice")
def duplicates(seen: Seen) -> Found:
    """Rows whose text stands in an earlier row."""
    n = len(seen.corpus)
    more = n - len(set(seen.corpus.digests.tolist()))
    if not more:
        return Found(GREEN, "All texts are different.", 0.0, "none")
    sentence = (
        f"{count(more, 'text')} of {n:,} repeat another one. They fill up nearest neighbours and results; take them "
        f"out, unless the data is really so."
    )
    return Found(YELLOW, sentence, more / n, f"{more:,} of {n:,}")


@check("shared", "Different texts, one vector")
def shared(seen: Seen) -> Found:
    """Different texts that the model cannot tell apart at all."""
    held = seen.held
    if held is None or not held.texts:
        return no_vectors(seen)
    share, words = held.shared / held.texts, f"{held.shared:,} of {held.texts:,}"
    if not held.shared:
        return Found(GREEN, "Different texts have different vectors.", 0.0, words)
    sentence = (
        f"{count(held.shared, 'text')} have the vector of another text: the model reads no difference between them. "
        f"Look whether they differ only beyond its limit, in case, or in words it does not know."
    )
    return Found(RED if share >= MOST else YELLOW, sentence, share, words)
