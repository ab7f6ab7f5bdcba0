"""Which files of a repository hold the texts, the queries and the judgements, by its card or by their names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from core.corpora.cleaning import shorten
from core.errors import VecassayError

_KINDS = {".parquet": "parquet", ".jsonl": "json", ".json": "json", ".csv": "csv", ".tsv": "csv"}
_CORPUS, _QUERIES, _QRELS, _DEFAULT = "corpus", "queries", "qrels", "default"
_ROLES = (_CORPUS, _QUERIES, _QRELS)
Splits = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Part:
    """The files of one table, and the split they are."""

    split: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """Where texts, queries and judgements are; what to say about it."""

    corpus: Part
    queries: Part | None
    qrels: Part | None
    notes: tuple[str, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """All that is there."""
        return tuple(part for part in (self.corpus, self.queries, self.qrels) if part is not None)


def kind(path: str) -> str:
    """The reader for a file by its ending; "" for what is no table."""
    return _KINDS.get(PurePosixPath(path).suffix.lower(), "")


def find(name: str, card: Mapping[str, Any], paths: Iterable[str], subset: str, split: str) -> Layout:
    """The tables of one data set; raises VecassayError, saying what is there, when it is of another layout."""
    paths = sorted(path for path in paths if kind(path))
    configs = _configs(card, paths) or _by_name(paths)
    roles = _roles(name, configs, subset)
    if _CORPUS not in roles:
        scripted = " Data sets that are made by a script of their own are not run." if not configs else ""
        raise VecassayError(
            f"{name} is no retrieval data set in mteb's layout: expected the configurations corpus, queries and "
            f"default (or qrels); got {_some(configs)}.{scripted}"
        )
    notes = []
    qrels = _chosen(name, roles[_QRELS], split or "test", wanted=split) if _QRELS in roles else None
    if qrels is None:
        notes.append("There are no judgements in this data set.")
    elif len(roles[_QRELS]) > 1:
        notes.append(f"Other splits: {_some(found for found in roles[_QRELS] if found != qrels.split)}.")
    queries = _chosen(name, roles[_QUERIES], split or "test") if _QUERIES in roles else None
    if queries is None:
        notes.append("There are no queries in this data set.")
    return Layout(_chosen(name, roles[_CORPUS], split or "test"), queries, qrels, tuple(notes))


def _roles(name: str, configs: Mapping[str, Splits], subset: str) -> dict[str, Splits]:
    """Tables by what they hold: configurations corpus, queries, qrels (or default), each alone or beside a subset."""
    found: dict[str, dict[str, Splits]] = {}
    for config, splits in configs.items():
        role = next((role for role in _ROLES if role in config.replace("_", "-").split("-")), None)
        if role is not None and splits:
            rest = "-".join(word for word in config.replace("_", "-").split("-") if word != role)
            found.setdefault(rest, {})[role] = splits
    for rest, roles in found.items():
        plain = configs.get(rest) or ({} if rest else configs.get(_DEFAULT, {}))
        if plain:
            roles.setdefault(_QRELS, plain)
    whole = {rest: roles for rest, roles in found.items() if _CORPUS in roles}
    if subset and subset not in whole:
        raise VecassayError(f"{name} has no data set {shorten(subset)!r} in it; those it has: {_some(whole)}.")
    if not subset and "" not in whole and len(whole) > 1:
        raise VecassayError(
            f"{name} holds several data sets: {_some(whole)}. Name one of them, such as {name}:{next(iter(whole))}."
        )
    return dict(whole.get(subset) or (next(iter(whole.values())) if whole else {}))


def _chosen(name: str, splits: Splits, preferred: str, *, wanted: str = "") -> Part:
    """The files of the preferred split, else of the first; `wanted` must be there."""
    if wanted and wanted not in splits:
        raise VecassayError(f"{name} has no judgements in a split {shorten(wanted)!r}; those it has: {_some(splits)}.")
    split = preferred if preferred in splits else next(iter(splits))
    kinds = {kind(path) for path in splits[split]}
    if len(kinds) > 1:
        raise VecassayError(f"{name} mixes kinds of files in one table ({_some(splits[split])}), which is not read.")
    return Part(split, splits[split])


def _configs(card: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Splits]:
    """Configurations the card names, with the files of each split; whatever else a card says is passed over."""
    given = card.get("configs")
    found: dict[str, Splits] = {}
    for config in given if isinstance(given, list) else ():
        if isinstance(config, dict) and isinstance(config.get("config_name"), str):
            below = str(config.get("data_dir") or "").strip("/")
            files = config.get("data_files") or (f"{below}/**" if below else None)
            splits = {split: _matching(patterns, below, paths) for split, patterns in _patterns(files)}
            found[config["config_name"]] = {split: there for split, there in splits.items() if there}
    return found


def _patterns(files: Any) -> list[tuple[str, Any]]:
    """Split and pattern(s), of the ways a card may write them."""
    if isinstance(files, dict):
        return [(str(split), patterns) for split, patterns in files.items()]
    rows = files if isinstance(files, list) else [files]
    if rows and all(isinstance(row, dict) for row in rows):
        return [(str(row.get("split", "train")), row.get("path")) for row in rows]
    return [("train", files)]


def _matching(patterns: Any, below: str, paths: Iterable[str]) -> tuple[str, ...]:
    asked = [
        pattern for pattern in (patterns if isinstance(patterns, list) else [patterns]) if isinstance(pattern, str)
    ]
    whole = [
        pattern.removeprefix("./") if not below or pattern.startswith(below) else f"{below}/{pattern}"
        for pattern in asked
    ]
    return tuple(path for path in paths if any(fnmatchcase(path, pattern) for pattern in whole))


def _by_name(paths: Iterable[str]) -> dict[str, Splits]:
    """Without a card: corpus*, queries* and qrels/SPLIT*, as folders or files."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for path in paths:
        words = PurePosixPath(path).parts
        role = next((role for role in _ROLES for word in words if word.lower().startswith(role)), None)
        if role is not None:
            split = PurePosixPath(path).stem.split("-")[0] if role == _QRELS and len(words) > 1 else role
            splits = found.setdefault(role, {})
            splits[split] = (*splits.get(split, ()), path)
    return dict(found)


def _some(names: Iterable[str]) -> str:
    """Names for a message: the first few."""
    listed = [shorten(name) for name in names]
    return ", ".join(listed[:8]) + (f" and {len(listed) - 8} more" if len(listed) > 8 else "") or "none"
