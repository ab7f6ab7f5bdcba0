"""What models and data sets share of the Hugging Face hub: asking within a deadline, and failures as sentences."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from core.errors import VecassayError
from core.settings import settings


def address() -> str:
    """The hub that is asked, without what a mirror's address may hold of a password."""
    from huggingface_hub import constants

    at = urlsplit(constants.ENDPOINT)
    return f"{at.scheme}://{at.hostname}{f':{at.port}' if at.port else ''}{at.path}"


def listing(ask: Callable[..., Any], name: str, revision: str | None) -> tuple[str | None, dict[str, int]]:
    """The commit a revision stands for now, and the size of each file; `ask` is `model_info` or `dataset_info`."""
    wait = settings().hub_timeout
    # Looking up a host name that nobody answers for can hang long past the timeout of the connection.
    with_deadline = ThreadPoolExecutor(1)
    try:
        asked = with_deadline.submit(ask, name, revision=revision, files_metadata=True, timeout=wait)
        info = asked.result(timeout=2 * wait)
    finally:
        with_deadline.shutdown(wait=False)
    return info.sha, {file.rfilename: file.size or 0 for file in info.siblings or ()}


@contextmanager
def explained(sentences: Mapping[str, str], **facts: object) -> Iterator[None]:
    """Turn what the hub's library raises into a sentence; its own texts are left out, they may hold addresses.

    `sentences` say, with `{hub}`, `{status}`, `{fault}` and the `facts` filled in: "revision" (no such), "closed"
    (terms to accept), "401", "404", "refused" (any other status), "offline" (asking is forbidden), "unreachable", and
    "torn" (a download that broke off).
    """
    import httpx2
    from huggingface_hub import errors

    lost = (errors.LocalEntryNotFoundError, errors.FileMetadataError, errors.XetDownloadError)
    try:
        yield
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        said = sentences[_refusal(error)].format(hub=address(), status=status, **facts)
        raise VecassayError(said) from None
    except (*lost, httpx2.HTTPError, ConnectionError, TimeoutError) as error:
        kind = "offline" if isinstance(error, errors.OfflineModeIsEnabled) else "unreachable"
        raise VecassayError(sentences[kind].format(hub=address(), fault=type(error).__name__, **facts)) from None
    except OSError as error:
        fault = f"{type(error).__name__}: {error.strerror or 'short read'}"
        raise VecassayError(sentences["torn"].format(hub=address(), fault=fault, **facts)) from None


def _refusal(error: Any) -> str:
    """Which sentence tells why the hub answered, but not with the files."""
    from huggingface_hub.errors import GatedRepoError, RevisionNotFoundError

    status = error.response.status_code
    if isinstance(error, RevisionNotFoundError):
        return "revision"
    if isinstance(error, GatedRepoError) or status == 403:
        return "closed"
    return str(status) if status in (401, 404) else "refused"
