"""Every entry of the catalogue can be used, and says where it comes from and on what terms."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from core import catalog
from core.catalog import Price
from core.providers import REGISTRY
from core.registry import UnknownName, discover
from core.types import ModelSpec

discover("core.providers")
RAW = tomllib.loads((Path(catalog.__file__).parent / "catalog.toml").read_text())["model"]


@pytest.mark.parametrize("spec", catalog.models().values(), ids=catalog.models())
def test_an_entry_is_complete(spec: ModelSpec) -> None:
    assert spec.provider in REGISTRY
    assert spec.label
    assert spec.key == catalog.slug(spec.key)
    assert spec.card.licence
    assert spec.card.source.startswith("https://")
    assert spec.card.note.endswith(".")
    assert spec.card.dimension
    assert spec.card.dimension > 0
    assert all(0 < size <= spec.card.dimension for size in spec.card.matryoshka)
    assert list(spec.card.matryoshka) == sorted(spec.card.matryoshka, reverse=True)
    for prompt in (spec.query_prompt, spec.document_prompt):
        assert prompt == "" or prompt.endswith(": ")
    assert ModelSpec.from_json(spec.to_json()) == spec


def test_keys_labels_and_names_are_used_once() -> None:
    for field in ("key", "label", "name"):
        values = [raw[field] for raw in RAW]
        assert len(values) == len(set(values)) == len(catalog.models())


def test_the_default_models_are_three_of_three_kinds() -> None:
    assert catalog.DEFAULT_MODELS == ("minilm", "static", "lsa")
    assert len({catalog.model(key).provider for key in catalog.DEFAULT_MODELS}) == 3


def test_a_typing_error_is_answered_with_the_nearest_key() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'minilm'"):
        catalog.model("minilmm")


def test_what_is_here_agrees_with_the_catalogue(home_with_static: Path) -> None:
    for key in ("minilm", "static"):
        spec = catalog.model(key)
        found = REGISTRY[spec.provider].card(spec)
        for fact in ("dimension", "parameters", "max_tokens"):
            assert getattr(found, fact) == getattr(spec.card, fact), (key, fact)


def test_slugs_by_eye() -> None:
    assert catalog.slug("BGE-small (v1.5)") == "bge-small-v1-5"
    assert catalog.slug("模型") == "model"


@pytest.mark.parametrize("price", catalog.prices(), ids=[price.name for price in catalog.prices()])
def test_a_price_is_dated_positive_and_says_where_it_is_from(price: Price) -> None:
    assert price.date == date.fromisoformat(price.date).isoformat()
    assert price.source.startswith("https://")
    assert price.per_million_tokens > 0
    assert price.currency == "USD"
    assert price.dimensions > 0
    assert price.vendor
    assert price.note.endswith(".")


def test_a_hosted_model_has_one_price() -> None:
    names = [price.name for price in catalog.prices()]
    assert len(names) == len(set(names)) >= 8
