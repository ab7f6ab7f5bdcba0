"""The hub's data sets over the network: what is there, its files, and in a sentence why they cannot be had."""

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import Any

from core import hub
from core.corpora.cleaning import shorten
from core.errors import VecassayError
from core.settings import MIB, settings
from core.types import Progress

NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
SUBSET = re.compile(r"[\w.-]{0,60}", re.ASCII)
DAY = 24 * 3600
_CARD, _LARGEST_CARD = "README.md", 4 * MIB


def listing(name: str, revision: str | None) -> tuple[str, dict[str, int]]:
    """The commit a revision stands for now, and the size of each file in it."""
    from huggingface_hub import HfApi

    with _explained(name, revision):
        commit, sizes = hub.listing(HfApi().dataset_info, name, revision)
    return commit or "main", sizes


def card(name: str, commit: str, sizes: Mapping[str, int], folder: Path) -> dict[str, Any]:
    """What the card's head says; nothing when there is none, or none that can be read."""
    from huggingface_hub import DatasetCard
    from yaml import YAMLError

    if not 0 < sizes.get(_CARD, 0) <= _LARGEST_CARD:
        return {}
    text = fetch(name, commit, {_CARD: sizes[_CARD]}, folder)[_CARD].read_text("utf-8", "replace")
    try:
        head: Any = DatasetCard(text, ignore_metadata_errors=True).data
        found: dict[str, Any] = head.to_dict()
    except (YAMLError, ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return {}  # files can be told by their names, too
    return found


def fetch(
    name: str, commit: str, wanted: Mapping[str, int], folder: Path, progress: Progress | None = None
) -> dict[str, Path]:
    """Download files into a folder, telling progress in bytes; where each one is."""
    from huggingface_hub import hf_hub_download

    wait, total, done, local = settings().hub_timeout, sum(wanted.values()), 0, {}
    for path, size in wanted.items():
        if progress is not None:
            progress(done, max(1, total))
        with _explained(name, commit):
            found = hf_hub_download(
                name, path, repo_type="dataset", revision=commit, cache_dir=folder, etag_timeout=wait
            )
        local[path], done = Path(found), done + size
    if progress is not None:
        progress(max(1, done), max(1, total))
    return local


@contextmanager
def workspace() -> Iterator[Path]:
    """A folder for one download, deleted behind it; what a crash left there leaves after a day."""
    above = settings().home / "datasets"
    above.mkdir(parents=True, exist_ok=True)
    for old in above.iterdir():
        with suppress(OSError):  # somebody else just deleted it
            if old.stat().st_mtime < time() - DAY:
                shutil.rmtree(old)
    with TemporaryDirectory(dir=above, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def damage_named(name: str) -> Iterator[None]:
    """Turns what reading a downloaded table raises into a sentence."""
    from datasets.exceptions import DatasetsError
    from pyarrow import ArrowException

    try:
        yield
    except VecassayError:
        raise
    except (DatasetsError, ArrowException, OSError, ValueError, TypeError, LookupError, RuntimeError) as error:
        reason = shorten((str(error).splitlines() or [""])[0], 120)
        raise VecassayError(
            f"The table {name} of the data set cannot be read ({type(error).__name__}: {reason}). Name "
            f"another revision."
        ) from None


def _explained(name: str, revision: str | None) -> AbstractContextManager[None]:
    return hub.explained(SENTENCES, name=name, revision=repr(revision), folder=settings().home / "datasets")


_BY_HAND = "Without a network, bring it as a folder or ZIP: corpus.jsonl, queries.jsonl and qrels/test.tsv."
_NOT_THERE = (
    "There is no data set {name} on {hub}, or it is private. Check the spelling, the owner's name before the / "
    "included."
)
SENTENCES = {
    "revision": "The data set {name} has no revision {revision} on the hub. Name a branch, a tag or a commit, or none.",
    "closed": "The data set {name} is closed to you: the hub answers {status}. Accept its terms on the hub with your "
    "account, then start with that account's HF_TOKEN.",
    "401": _NOT_THERE,
    "404": _NOT_THERE,
    "refused": "The hub {hub} answers with an error ({status}) for {name}. Try again later. " + _BY_HAND,
    "offline": "HF_HUB_OFFLINE forbids to ask the hub for {name}. " + _BY_HAND,
    "unreachable": "The hub {hub} cannot be reached from this machine ({fault}), so {name} cannot be brought. Check "
    "the network, a proxy (HTTPS_PROXY) or a mirror (HF_ENDPOINT). " + _BY_HAND,
    "torn": "{name} could not be downloaded completely ({fault}). Look at the free space and the rights of {folder}, "
    "then try again.",
}
