"""Whether a model is the one its name says: dimensions as announced, and the same vectors and files as before."""

import json

from core import catalog, providers
from core.preflight import CHANGED, GREEN, RED, UNKNOWN, YELLOW, Found, Seen, check, light, lowest, no_vectors
from core.types import ModelSpec


@check("dimension", "Dimensions as announced")
def dimension(seen: Seen) -> Found:
    """Numbers in a vector, against what was asked for or what the catalogue says."""
    spec = seen.model.spec
    if seen.held is None or not seen.held.dimension:
        return no_vectors(seen)
    came, expected = seen.held.dimension, announced(spec)
    if expected is None:
        return Found(
            UNKNOWN, f"Vectors have {came:,} dimensions; nobody says how many they should.", float(came), f"{came:,}"
        )
    # A model fitted on few texts has fewer directions than it may have at most.
    if came == expected or (providers.REGISTRY[spec.provider].fitted and came < expected):
        return Found(GREEN, "Vectors have the dimensions that are announced.", float(came), f"{came:,}")
    sentence = (
        f"Vectors have {came:,} dimensions, expected {expected:,}: this is another model or version than its name "
        f"says. Check name, revision and endpoint."
    )
    return Found(RED, sentence, float(came), f"{came:,}, not {expected:,}")


def announced(spec: ModelSpec) -> int | None:
    """Dimensions that were asked for, else those the catalogue, the model's added card or the price list names."""
    known = [each for each in catalog.models().values() if (each.provider, each.name) == (spec.provider, spec.name)]
    price = catalog.price(spec)
    said = [spec.dimension, *(each.dimension or each.card.dimension for each in known)]
    return next((each for each in (*said, price and price.dimensions, spec.card.dimension) if each), None)


@check("changed", "The same model as before")
def changed(seen: Seen) -> Found:
    """Kept vectors against those made now, and other files of this name that were used before."""
    if seen.probes is None:
        return no_vectors(seen)
    made, kept = seen.probes.batch, seen.probes.kept
    found = lowest(kept, seen.probes.alone[0] if made is kept else made)
    if found is None:
        return Found(UNKNOWN, "No text was embedded again.")
    words = f"cosine {found:.5f}"
    if found < CHANGED:
        sentence = (
            "Vectors kept of these texts are not those it gives now: the model changed and its name did not, or it "
            "does not repeat itself. Delete its vectors in the Library and embed again, or pin a version."
        )
        return Found(RED, sentence, found, words)
    before = others(seen)
    if before:
        sentence = (
            f"The store has met {before} other version{'' if before == 1 else 's'} of it under this name. Records and "
            f"answers of before are of another model; name a revision to stay with one."
        )
        return Found(YELLOW, sentence, float(before), f"{before} before")
    return Found(light(found), "It gives the vectors that are kept, and no others of this name are.", found, words)


def others(seen: Seen) -> int:
    """How many other weights of the same library and name the store has met."""
    own = seen.model.space
    met = {_weights(raw, own.provider, own.name) for raw in seen.store.vectors.spaces()}
    return len(met - {None, own.weights})


def _weights(raw: str, provider: str, name: str) -> str | None:
    """The weights a shelf's description names, if it is of this library and name."""
    try:
        space = json.loads(raw)
    except ValueError:
        return None
    mine = isinstance(space, dict) and (space.get("provider"), space.get("name")) == (provider, name)
    return str(space.get("weights", "")) if mine else None
