"""The model hub: download what a model needs and nothing else, and say in a sentence why when it cannot be had."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from core.errors import VecassayError
from core.providers.files import ModelFolder, check_weights, needed
from core.providers.sources import DESCRIBE
from core.settings import settings
from core.types import Progress


def fetch(name: str, revision: str | None = None, progress: Progress | None = None) -> None:
    """Download a repository's needed files into the hub's cache, telling progress in bytes.

    An interrupted download goes on where it stopped. Raises VecassayError saying what to do when the hub cannot be
    reached, the repository cannot be had, or its files are refused; weights of a refused one are not downloaded.
    """
    from huggingface_hub import hf_hub_download, snapshot_download

    wait = settings().hub_timeout
    with _explained(name, revision):
        commit, sizes = _listing(name, revision, wait)
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


def _listing(name: str, revision: str | None, wait: float) -> tuple[str | None, dict[str, int]]:
    """The commit a revision stands for now, and the size of each file in it."""
    from huggingface_hub import HfApi

    # Looking up a host name that nobody answers for can hang long past the timeout of the connection.
    with_deadline = ThreadPoolExecutor(1)
    try:
        asked = with_deadline.submit(HfApi().model_info, name, revision=revision, files_metadata=True, timeout=wait)
        info = asked.result(timeout=2 * wait)
    finally:
        with_deadline.shutdown(wait=False)
    return info.sha, {file.rfilename: file.size or 0 for file in info.siblings or ()}


@contextmanager
def _explained(name: str, revision: str | None) -> Iterator[None]:
    """Turn what the hub's library raises into a sentence; its own texts are left out, they may hold addresses."""
    import httpx2
    from huggingface_hub import errors

    lost = (errors.LocalEntryNotFoundError, errors.FileMetadataError, errors.XetDownloadError)
    try:
        yield
    except errors.HfHubHTTPError as error:
        raise VecassayError(_refusal(error, name, revision)) from None
    except (*lost, httpx2.HTTPError, ConnectionError, TimeoutError) as error:
        raise VecassayError(_unreachable(error, name)) from None
    except OSError as error:
        raise VecassayError(
            f"{name} could not be downloaded completely ({type(error).__name__}: {error.strerror or 'short read'}). "
            f"Look at the free space and the rights of {_cache()}, then try again: it goes on where it stopped."
        ) from None


def _refusal(error: Any, name: str, revision: str | None) -> str:
    """The hub answered, but not with the files."""
    from huggingface_hub.errors import GatedRepoError, RevisionNotFoundError

    status = error.response.status_code
    if isinstance(error, RevisionNotFoundError):
        return f"{name} has no revision {revision!r} on the hub. Name a branch, a tag or a commit of it, or none."
    if isinstance(error, GatedRepoError) or status == 403:
        return (
            f"{name} is closed to you: the hub answers 403. Accept its terms on {_hub()}/{name} with your account, "
            f"then start with that account's HF_TOKEN."
        )
    if status == 401:
        return (
            f"{name} cannot be had: the hub answers 401, which means no such model, a private one, or a token that is "
            f"not valid. Check the spelling; for a private model start with HF_TOKEN."
        )
    if status == 404:
        return f"There is no model {name} on {_hub()}. Check the spelling, the owner's name before the / included."
    return f"The model hub {_hub()} answers with an error ({status}) for {name}. Try again later. {_by_hand(name)}"


def _unreachable(error: Exception, name: str) -> str:
    from huggingface_hub.errors import OfflineModeIsEnabled

    if isinstance(error, OfflineModeIsEnabled):
        return f"{name} is not on this machine, and HF_HUB_OFFLINE forbids to ask the hub for it. {_by_hand(name)}"
    return (
        f"The model hub {_hub()} cannot be reached from this machine ({type(error).__name__}), so {name} cannot be "
        f"downloaded. Check the network, a proxy (HTTPS_PROXY) or a mirror (HF_ENDPOINT). {_by_hand(name)}"
    )


def _by_hand(name: str) -> str:
    return (
        f"Without a network, bring the files: copy the folder of {name} here and give its path as the model's name, "
        f"or download it on another machine and copy that machine's HF_HOME to {_cache().parent}."
    )


def _hub() -> str:
    from huggingface_hub import constants

    address = urlsplit(constants.ENDPOINT)
    return f"{address.scheme}://{address.hostname}{f':{address.port}' if address.port else ''}{address.path}"


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
