"""Whether a text has one vector: asked three times, and alone or beside others."""

from core.preflight import GREEN, UNKNOWN, Found, Seen, check, light, lowest, no_vectors

TURNS = 3


@check("drift", "The same text again")
def drift(seen: Seen) -> Found:
    """The lowest cosine between the vectors of one text, embedded three times."""
    if seen.probes is None:
        return no_vectors(seen)
    first, *others = seen.probes.alone
    found = [cosine for other in others if (cosine := lowest(first, other)) is not None]
    if not found:
        return Found(UNKNOWN, "No text was embedded twice.")
    level, how = light(min(found)), f"{len(first)} random texts (seed {seen.seed}), {TURNS} times each"
    if level == GREEN:
        return Found(level, f"The same text has the same vector: {how}.", min(found), f"cosine {min(found):.5f}")
    sentence = (
        f"The same text has other vectors when it is embedded again: {how}. Its figures cannot be repeated. Ask "
        f"whoever runs it for one fixed version, or leave it out."
    )
    return Found(level, sentence, min(found), f"cosine {min(found):.5f}")


@check("batch", "Alone and beside others")
def batch(seen: Seen) -> Found:
    """The lowest cosine between a text's vector when it is embedded alone and in a batch."""
    if seen.probes is None:
        return no_vectors(seen)
    found, beside = lowest(seen.probes.alone[0], seen.probes.batch), seen.probes.beside
    if found is None or beside < 2:
        return Found(UNKNOWN, "There is one text only, so none was embedded beside others.")
    level, how = light(found), f"{len(seen.probes.batch)} random texts (seed {seen.seed}), alone and among {beside}"
    if level == GREEN:
        return Found(level, f"What a text is embedded with does not change its vector: {how}.", found, _words(found))
    sentence = (
        f"A text's vector depends on what it is embedded with: {how}. Queries come alone, texts in batches, so they do "
        f"not meet as they should. Run the model in float32, or with a batch of one."
    )
    return Found(level, sentence, found, _words(found))


def _words(cosine: float) -> str:
    return f"cosine {cosine:.5f}"
