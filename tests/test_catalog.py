"""Every entry of the catalogue can be used, and says where it comes from and on what terms."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from core import catalog
from core.catalog import Price
from core.providers import REGISTRY, leaves
from core.providers.hosted import Hosted
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
    provider = REGISTRY[spec.provider]
    words = provider.roles if isinstance(provider, Hosted) else ()
    for prompt in (spec.query_prompt, spec.document_prompt):
        # Qwen's own prompt ends without a space.
        assert prompt == "" or prompt in words or prompt.endswith((": ", "\nQuery:"))
        assert not words or prompt in words
    assert ModelSpec.from_json(spec.to_json()) == spec


def test_keys_labels_and_names_are_used_once() -> None:
    for field in ("key", "label", "name"):
        values = [raw[field] for raw in RAW]
        assert len(values) == len(set(values)) == len(catalog.models())


def test_the_default_models_are_three_of_three_kinds() -> None:
    assert catalog.DEFAULT_MODELS == ("minilm", "static", "lsa")
    assert len({catalog.model(key).provider for key in catalog.DEFAULT_MODELS}) == 3


def test_hosted_models_come_last_and_are_never_chosen_by_default() -> None:
    specs = list(catalog.models().values())
    hosted = [isinstance(REGISTRY[spec.provider], Hosted) for spec in specs]
    assert hosted == sorted(hosted)
    assert {spec.provider for spec, far in zip(specs, hosted, strict=True) if far} == {
        "openai",
        "voyage",
        "cohere",
        "google",
    }
    assert not any(leaves(catalog.model(key)) for key in catalog.DEFAULT_MODELS)


def test_hosted_models_leave_this_machine_unless_their_address_is_its_own() -> None:
    for spec in catalog.models().values():
        if isinstance(REGISTRY[spec.provider], Hosted):
            assert leaves(spec) == (not spec.url)
            assert REGISTRY[spec.provider].space(spec).name == spec.name
            assert REGISTRY[spec.provider].ready(spec)


def test_what_a_hosted_model_charges_is_of_the_dimension_the_catalogue_says() -> None:
    priced = {spec.name: price for spec in catalog.models().values() if (price := catalog.price(spec))}
    for spec in catalog.models().values():
        if spec.name in priced:
            assert priced[spec.name].dimensions == spec.card.dimension
    assert {price.name for price in catalog.prices()} == set(priced)  # no price of a model that nobody can choose


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
