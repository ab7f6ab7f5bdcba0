"""The models known by name, and what hosted ones charge; the facts stand in catalog.toml beside this file."""

import re
import tomllib
from dataclasses import dataclass, replace
from functools import lru_cache
from json import dumps
from pathlib import Path
from typing import Any

from core.digest import digest
from core.registry import Registry
from core.types import ModelSpec


@dataclass(frozen=True)
class Price:
    """What a hosted model charges for a million input tokens, and since when that is known.

    `date` (ISO) is the latest day on which the figure is known to have stood; `source` the vendor's page, where
    today's price stands; `dimensions` of a vector unless fewer are asked for; `note` says what is not confirmed.
    """

    name: str
    vendor: str
    per_million_tokens: float
    currency: str
    date: str
    source: str
    dimensions: int
    note: str = ""


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=2)
def _registry(kind: str = "model") -> Registry[ModelSpec]:
    known: Registry[ModelSpec] = Registry(kind)
    for raw in _table()[kind]:
        known.add(raw["key"], ModelSpec.from_json(raw))
    return known


def models() -> dict[str, ModelSpec]:
    """Every model of the catalogue by key, in the catalogue's order."""
    return dict(_registry())


def model(key: str) -> ModelSpec:
    """The model with this key; raises `UnknownName`, with the nearest key, if there is none."""
    return _registry()[key]


def rerankers() -> dict[str, ModelSpec]:
    """Every reranker of the catalogue by key; their keys are no model's."""
    return dict(_registry("reranker"))


def prices() -> tuple[Price, ...]:
    """The prices of hosted models, in the catalogue's order; for comparison, none of them runs here."""
    return tuple(Price(**raw) for raw in _table()["price"])


def price(spec: ModelSpec) -> Price | None:
    """What a hosted model charges, as the catalogue has it; None for endpoints, and where it is not known."""
    return next((each for each in prices() if each.name == spec.name and not spec.url), None)


def slug(label: str) -> str:
    """A label as a key: small letters, digits and dashes.

    >>> slug("BGE-small (v1.5)")
    'bge-small-v1-5'
    """
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-") or "model"


def keyed(spec: ModelSpec) -> ModelSpec:
    """The spec under a key of its own: its label, and a digest of everything that makes it another model."""
    facts = {**spec.to_json(), "key": "", "label": "", "card": {}}
    if not spec.url:  # as before there were endpoints: a model's key stays what it was
        del facts["url"]
    return replace(spec, key=f"{slug(spec.label)}-{digest([dumps(facts, sort_keys=True)])[:6]}")


DEFAULT_MODELS: tuple[str, ...] = tuple(_table()["default"])
"""Three different models that run without a network: transformer, static, lexical."""
