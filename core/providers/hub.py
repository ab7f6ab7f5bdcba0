"""The model hub: download what a model needs and nothing else, and say in a sentence why when it cannot be had."""

from contextlib import AbstractContextManager
from pathlib import Path
from threading import Lock
from typing import Any

from core.errors import VecassayError
from core.hub import explained, listing
from core.providers.files import ModelFolder, check_weights, needed
from core.providers.sources import DESCRIBE
from core.settings import settings
from core.types import Progress


def fetch(name: str, revision: str | None = None, progress: Progress | None = None) -> None:
    """Download a repository's needed files into the hub's cache, telling progress in bytes.

    A broken connection is taken up where it broke; a cancelled download keeps the files that are complete. Raises
    VecassayError saying what to do when the hub cannot be reached, the repository cannot be had, or its files are
    refused; weights of a refused one are not downloaded.
    """
    from huggingface_hub import HfApi, hf_hub_download, snapshot_download

    wait = settings().hub_timeout
    with _explained(name, revision):
        commit, sizes = listing(HfApi().model_info, name, revision)
        describing = [
            hf_hub_download(name, file, revision=commit, etag_timeout=wait) for file in DESCRIBE if file in sizes
        ]
    if not describing:
        raise VecassayError(f"{name} has neither modules.json nor config.json: it is no embedding model.")
    folder = ModelFolder(name, Path(describing[0]).parent)
    check_weights(name, sizes, folder.folders)
    folder.check_code()
    files = needed(sizes, folder.folders, code=folder.own_code)
    total = sum(sizes[file] for file in files)
    with _explained(name, revision):
        snapshot_download(
            name, revision=revision, allow_patterns=list(files), etag_timeout=wait, tqdm_class=_bar(progress, total)
        )
    if progress is not None:
        progress(total, total)  # files that were here already are counted by nobody


def _explained(name: str, revision: str | None) -> AbstractContextManager[None]:
    cache = _cache()
    return explained(SENTENCES, name=name, revision=repr(revision), cache=cache, above=cache.parent)


_BY_HAND = (
    "Without a network, bring the files: copy the folder of {name} here and give its path as the model's name, or "
    "download it on another machine and copy that machine's HF_HOME to {above}."
)
SENTENCES = {
    "revision": "{name} has no revision {revision} on the hub. Name a branch, a tag or a commit of it, or none.",
    "closed": "{name} is closed to you: the hub answers 403. Accept its terms on {hub}/{name} with your account, then "
    "start with that account's HF_TOKEN.",
    "401": "{name} cannot be had: the hub answers 401, which means no such model, a private one, or a token that is "
    "not valid. Check the spelling; for a private model start with HF_TOKEN.",
    "404": "There is no model {name} on {hub}. Check the spelling, the owner's name before the / included.",
    "refused": "The model hub {hub} answers with an error ({status}) for {name}. Try again later. " + _BY_HAND,
    "offline": "{name} is not on this machine, and HF_HUB_OFFLINE forbids to ask the hub for it. " + _BY_HAND,
    "unreachable": "The model hub {hub} cannot be reached from this machine ({fault}), so {name} cannot be downloaded. "
    "Check the network, a proxy (HTTPS_PROXY) or a mirror (HF_ENDPOINT). " + _BY_HAND,
    "torn": "{name} could not be downloaded completely ({fault}). Look at the free space and the rights of {cache}, "
    "then try again: files that are complete are not fetched again.",
}


def _cache() -> Path:
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def _bar(progress: Progress | None, total: int) -> type[Any]:
    """A class the hub's library takes for a progress bar: draws nothing, tells progress in bytes."""
    from tqdm.auto import tqdm

    base: Any = tqdm
    lock = Lock()
    bars: list[Any] = []

    class Bar(base):  # type: ignore[misc]
        def __init__(self, *args: Any, **given: Any) -> None:
            super().__init__(*args, **{**given, "disable": True})
            if given.get("unit") == "B":
                bars.append(self)

        def update(self, n: float | None = 1) -> None:
            with lock:
                self.n += n or 0
                if progress is not None and self in bars:
                    progress(min(total, int(max(bar.n for bar in bars))), total)

    return Bar
