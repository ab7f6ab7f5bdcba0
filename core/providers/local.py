"""A model's files on this machine, whoever opens them: whether they are here, what they say, and how they get here."""

from core.errors import NotReady
from core.providers import facts, hub
from core.providers.sources import is_hub_id, locate
from core.types import ModelCard, ModelSpec, Progress


def here(spec: ModelSpec) -> bool:
    """Whether the files are on this machine."""
    try:
        locate(spec.name, spec.revision)
    except NotReady:
        return False
    return True


def card(spec: ModelSpec) -> ModelCard:
    """The catalogue's card, completed from the model's own files where they are here."""
    try:
        return facts.complete(spec.card, locate(spec.name, spec.revision), spec)
    except NotReady:
        return spec.card


def bring(spec: ModelSpec, progress: Progress | None = None) -> None:
    """Download the needed files of a hub model, progress in bytes; a folder or a package must be here already."""
    if is_hub_id(spec.name) and not here(spec):
        hub.fetch(spec.name, spec.revision, progress)
    locate(spec.name, spec.revision)
