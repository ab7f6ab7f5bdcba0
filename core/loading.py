"""Models loaded afresh, to be timed: what hosted ones send meanwhile is agreed to before, and in the books after."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from core import providers
from core.providers import Encoder
from core.providers.calls import HostedEncoder
from core.sending import Sending
from core.store import Store
from core.types import Corpus, Model


@contextmanager
def timing(store: Store, corpus: Corpus, models: Iterable[Model]) -> Iterator[Callable[[Model], Encoder]]:
    """Gives a function that loads these models to be timed on these texts.

    Raises NotAgreed or SpendingLimit at once: the models before the one that may not be sent to take minutes. What
    was sent is noted at the end, whatever happens, so that no call is slower for it. A limit that is passed
    meanwhile stops the next run.
    """
    loaded: list[tuple[Sending, HostedEncoder]] = []

    def leave(model: Model) -> Sending:
        sending = Sending.of(store, model, corpus)
        sending.afford(0)
        return sending

    def load(model: Model) -> Encoder:
        sending = leave(model)
        encoder = providers.REGISTRY[model.spec.provider].load(model.spec, corpus)
        if isinstance(encoder, HostedEncoder):
            loaded.append((sending, encoder))
        return encoder

    for model in models:
        leave(model)
    try:
        yield load
    finally:
        for sending, encoder in loaded:
            if encoder.used:
                sending.note(0, encoder.used, estimated=0, cut=0)
