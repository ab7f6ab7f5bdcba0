"""Whether what runs a model gives the model's vectors: an engine against PyTorch, an endpoint against this machine."""

from dataclasses import replace

from core import catalog, providers
from core.preflight import GREEN, RED, SAME, UNKNOWN, YELLOW, Found, Seen, check, lowest
from core.types import ModelSpec

OTHER = 0.99
"""Under this cosine an endpoint runs another model; between, the same one in fewer bits."""


@check("parity", "What runs the model")
def parity(seen: Seen) -> Found:
    """The verdict on the engine that runs it; of an endpoint the lowest cosine to the catalogue's model of its name."""
    spec = seen.model.spec
    if providers.REGISTRY[spec.provider].remote:
        return _endpoint(seen)
    told = providers.backend(spec)
    if not told:
        return Found(GREEN, "There is one way to run it here.", None, "one way")
    return Found(GREEN, f"{told}.", None, told.split(":")[0])


def _endpoint(seen: Seen) -> Found:
    spec, probes = seen.model.spec, seen.probes
    known = twin(spec)
    if known is None:
        return Found(UNKNOWN, "It is hosted, and no model of this name is known here to compare it with.")
    found = None if probes is None or probes.twin is None else lowest(probes.kept, probes.twin)
    if found is None or probes is None or probes.twin is None:
        return Found(UNKNOWN, f"{known.label} has this name, too, but is not ready here: bring it here to compare.")
    words = f"cosine {found:.5f}"
    if probes.kept.shape != probes.twin.shape:
        words = f"{probes.kept.shape[1]:,} dimensions, not {probes.twin.shape[1]:,}"
    level = GREEN if found >= SAME else YELLOW if found >= OTHER else RED
    how = f"Lowest cosine to {known.label} on this machine, {len(probes.kept)} random texts (seed {seen.seed})"
    todo = {
        GREEN: "it runs the same model.",
        YELLOW: "it runs the model in fewer bits, or cuts texts elsewhere; compare it as a model of its own.",
        RED: "what answers there is not the model of this name as it runs here. Check its version and pooling.",
    }[level]
    return Found(level, f"{how}: {todo}", found, words)


def twin(spec: ModelSpec) -> ModelSpec | None:
    """The catalogue's model of an endpoint's name, to be run here with the same prompts; None without one."""
    if not spec.url:
        return None
    for known in catalog.models().values():
        if _bare(known.name) == _bare(spec.name) and not providers.REGISTRY[known.provider].remote:
            return replace(
                known,
                query_prompt=spec.query_prompt,
                document_prompt=spec.document_prompt,
                dimension=spec.dimension,
            )
    return None


def _bare(name: str) -> str:
    """A model's name without who published it: servers often leave that out."""
    return name.rsplit("/", 1)[-1].removeprefix("bundled:").casefold()
