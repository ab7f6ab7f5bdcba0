"""What is in a model's folder: which files change its vectors, whether they are safe to open, what they say."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import file_digest
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any

from core.digest import digest
from core.errors import VecassayError
from core.settings import settings

CHANGES_VECTORS = (".safetensors", ".json", ".txt", ".model")
NO_PART = ("data_config.json",)
UNSAFE_WEIGHTS = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".h5", ".msgpack", ".onnx")


@dataclass(frozen=True)
class ModelFolder:
    """A model's files on this machine, in the layout of sentence-transformers, transformers or model2vec."""

    name: str
    path: Path

    def json(self, file: str) -> Any:
        """A JSON file of the folder, or an empty table where there is none; raises VecassayError when it is broken."""
        path = self.path / file
        if not path.is_file():
            return {}
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise VecassayError(f"{path} is not valid JSON ({error}): bring the file of {self.name} again.") from None

    @cached_property
    def modules(self) -> tuple[tuple[str, str], ...]:
        """(class, sub-folder) of each sentence-transformers module in order; empty for a plain transformer."""
        try:
            found = [(str(module["type"]), str(module["path"])) for module in self.json("modules.json")]
            found += [(str(kind), str(path)) for path, kind in self.json("router_config.json").get("types", {}).items()]
        except (AttributeError, KeyError, TypeError):
            raise VecassayError(f"modules.json of {self.name} is not as sentence-transformers writes it.") from None
        if any(".." in PurePosixPath(path).parts or path.startswith("/") for _, path in found):
            raise VecassayError(f"modules.json of {self.name} names a part outside the model's folder: it is refused.")
        return tuple((kind, "" if path == "." else path.removeprefix("./")) for kind, path in found)

    @cached_property
    def folders(self) -> tuple[str, ...]:
        """Sub-folders that belong to the model."""
        return tuple(sorted({path for _, path in self.modules if path}))

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Relative paths, sorted, of all files in the model's folders, whatever they are."""
        here = [file.name for file in self.path.iterdir() if file.is_file()]
        below = [file for folder in self.folders for file in (self.path / folder).rglob("*") if file.is_file()]
        return tuple(sorted({*here, *(file.relative_to(self.path).as_posix() for file in below)}))

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """Relative paths of the files that change vectors."""
        return needed(self.files, self.folders, code=self.own_code)

    @cached_property
    def own_code(self) -> bool:
        """Whether it runs only with Python code that comes with the model."""
        if any(not kind.startswith("sentence_transformers.") for kind, _ in self.modules):
            return True
        config = self.json("config.json")
        return bool(config.get("auto_map")) and not _knows(str(config.get("model_type", "")))

    @cached_property
    def tensors(self) -> dict[str, Any]:
        """Header entry (dtype, shape) of every tensor by name; raises VecassayError when a file is not whole."""
        found = {}
        for file in (file for file in self.needed if file.endswith(".safetensors")):
            found.update(_header(self.path / file))
        return found

    @property
    def weights(self) -> str:
        """Digest over the needed files: relative path and sha256 of each."""
        return digest(part for file in self.needed for part in (file, sha256(self.path / file)))

    @property
    def nbytes(self) -> int:
        """Size on disk of the needed files."""
        return sum((self.path / file).stat().st_size for file in self.needed)

    def check(self) -> None:
        """Raise VecassayError, saying why, unless the model can be opened without running foreign code."""
        check_weights(self.name, self.files, self.folders)
        self.check_code()
        _ = self.tensors

    def check_code(self) -> None:
        """Raise VecassayError when the model brings code that the operator did not allow."""
        if not self.own_code:
            return
        if self.name not in settings().remote_code:
            raise VecassayError(
                f"{self.name} runs only with Python code of its own, which could do anything on this machine. "
                f"If you have read that code and trust it, start with VECASSAY_REMOTE_CODE='[\"{self.name}\"]'."
            )
        elsewhere = {ref.split("--")[0] for ref in _references(self.json("config.json")) if "--" in ref}
        if elsewhere:
            raise VecassayError(
                f"{self.name} takes its Python code from another repository ({', '.join(sorted(elsewhere))}), which "
                f"is not fetched. Copy those .py files into a folder with the model and take the repository's name "
                f"out of auto_map in its config.json."
            )


def needed(paths: Iterable[str], folders: Sequence[str], *, code: bool = False) -> tuple[str, ...]:
    """Of relative paths, sorted, those that change vectors; `code` adds the model's own Python files."""
    endings = (*CHANGES_VECTORS, ".py") if code else CHANGES_VECTORS
    return tuple(
        sorted(p for p in _belonging(paths, folders) if p.endswith(endings) and p.rpartition("/")[2] not in NO_PART)
    )


def _belonging(paths: Iterable[str], folders: Sequence[str]) -> list[str]:
    """Paths at the root or in the model's own sub-folders: exports to onnx, openvino ... are not part of it."""
    return [path for path in paths if "/" not in path or any(path.startswith(f"{folder}/") for folder in folders)]


def check_weights(name: str, paths: Iterable[str], folders: Sequence[str]) -> None:
    """Raise VecassayError unless each part that has weights has them as safetensors."""
    weights: dict[str, list[str]] = {}
    for path in _belonging(paths, folders):
        if path.endswith((*UNSAFE_WEIGHTS, ".safetensors")):
            weights.setdefault(path.rpartition("/")[0], []).append(path)
    for files in weights.values():
        if not any(file.endswith(".safetensors") for file in files):
            raise VecassayError(
                f"{name} is refused: expected weights as .safetensors, found only {', '.join(sorted(files)[:3])}. "
                f"Only safetensors are opened here, because a pickled file can run any code on this machine. Choose a "
                f"model that has safetensors, or convert it where you trust it: load it with sentence-transformers "
                f"and save it again with save_pretrained, then name that folder."
            )
    if not weights:
        raise VecassayError(
            f"{name} has no weights: expected a model.safetensors beside its configuration. Name the folder that "
            f"holds modules.json or config.json, or the id of an embedding model on the hub."
        )


def _references(config: dict[str, Any]) -> list[str]:
    """Every "module.Class" of an auto_map, whose values are strings or lists of them."""
    values = dict(config.get("auto_map") or {}).values()
    return [str(ref) for value in values for ref in (value if isinstance(value, list) else [value]) if ref]


def _knows(model_type: str) -> bool:
    """Whether the installed transformers has this architecture itself; looks, but imports nothing of it."""
    found = find_spec("transformers")
    folders = (found.submodule_search_locations or []) if found else []
    name = model_type.replace("-", "_")
    return name.isidentifier() and any((Path(folder) / "models" / name).is_dir() for folder in folders)


def _header(path: Path) -> dict[str, Any]:
    """The first bytes of a safetensors file: eight for the length of a JSON table of its tensors."""
    size = path.stat().st_size
    try:
        with path.open("rb") as opened:
            length = int.from_bytes(opened.read(8), "little")
            table: dict[str, Any] = json.loads(opened.read(min(length, size)))
        table.pop("__metadata__", None)
        whole = size == 8 + length + max((entry["data_offsets"][1] for entry in table.values()), default=0)
    except (AttributeError, KeyError, TypeError, ValueError):
        whole = False
    if not whole:
        raise VecassayError(f"{path} could not be read: it is not a whole safetensors file. Bring it here again.")
    return table


def sha256(path: Path) -> str:
    """sha256 of a file, read once for each change of its size or time of writing."""
    stat = path.stat()
    return _sha256(path.resolve(), stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4096)
def _sha256(path: Path, _mtime_ns: int, _size: int) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
