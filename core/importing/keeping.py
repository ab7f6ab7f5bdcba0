"""Brought vectors kept as a model in somebody's list."""

from core import catalog
from core.corpora.cleaning import clean
from core.errors import VecassayError
from core.importing.checking import Brought
from core.providers.imported import Imported
from core.store import Store
from core.types import ModelCard, ModelSpec

LONGEST = 80


def keep(store: Store, brought: Brought, name: str, owner: str, label: str = "") -> ModelSpec:
    """Write the vectors to this machine's disk, then list them as a model; `label` is the name shown, if another.

    Raises VecassayError without a name, or when there is no room; nothing is listed then.
    """
    name = clean(name)[:LONGEST]
    if not name:
        raise VecassayError("Expected the name of the model the vectors are of, such as all-MiniLM-L6-v2; got none.")
    brought.finished.write()
    card = ModelCard(dimension=brought.texts.dimension, note=f"finished vectors of {brought.finished.corpus}")
    spec = catalog.keyed(ModelSpec("", label or name, Imported.key, name, revision=brought.finished.digest, card=card))
    spec = store.models.get(spec.key) or spec
    store.models.add(spec, owner)
    return spec
