"""The models this process keeps loaded: least recently used leave when memory is over budget."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, RLock

from core import providers
from core.errors import VecassayError
from core.settings import settings
from core.types import Corpus, Model

_loaded: "OrderedDict[str, providers.Encoder]" = OrderedDict()
_locks: dict[str, RLock] = {}
_guard = Lock()


@contextmanager
def lease(model: Model, corpus: Corpus | None = None) -> Iterator[providers.Encoder]:
    """The loaded encoder, for one caller at a time: two jobs never encode the same missing text twice.

    Raises VecassayError when the files changed since the model's space was looked up.
    """
    with _guard:
        lock = _locks.setdefault(model.space.digest, RLock())
    with lock:
        yield _load(model, corpus)


def _load(model: Model, corpus: Corpus | None) -> providers.Encoder:
    key = model.space.digest
    with _guard:
        if key in _loaded:
            _loaded.move_to_end(key)
            return _loaded[key]
    provider = providers.REGISTRY[model.spec.provider]
    if not provider.ready(model.spec):
        provider.prepare(model.spec, texts=corpus.texts if corpus else ())
    if provider.space(model.spec, corpus).digest != key:
        raise VecassayError(
            f"The files of {model.label} are not the ones this question was asked about: they changed on disk, or "
            f"this worker has other files. Reload the page; on a cluster, give all workers the same model files, "
            f"processors alike, or one VECASSAY_BACKEND (torch runs alike everywhere)."
        )
    encoder = provider.load(model.spec, corpus)
    with _guard:
        _loaded[key] = encoder
        while len(_loaded) > 1 and sum(held.nbytes for held in _loaded.values()) > settings().model_memory:
            _loaded.popitem(last=False)
    return encoder


def loaded() -> list[str]:
    """Digests of the spaces whose models are in memory, least recently used first."""
    with _guard:
        return list(_loaded)


def unload() -> None:
    """Forget every loaded model."""
    with _guard:
        _loaded.clear()
