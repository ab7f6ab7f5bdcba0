"""How models stand on this machine: their files are looked at again after some seconds, not at everybody's click."""

from collections.abc import Sequence

import streamlit as st
from cachetools import TTLCache

from core import deciding, providers
from core import work as engine
from core.decision import Facts, Plan
from core.session.memory import Memory
from core.types import Corpus, Model, ModelCard, ModelSpec, Study

SECONDS = 5.0
MOST = 512


@st.cache_resource(show_spinner=False)
def _seen() -> Memory:
    """What was seen within the last seconds; "no" and errors are not, because work follows them."""
    return Memory(TTLCache(MOST, ttl=SECONDS))


def ready(spec: ModelSpec) -> bool:
    """Whether the model can run without downloading or making anything."""
    provider = providers.REGISTRY[spec.provider]
    there = _seen().once(("libraries", spec.provider), lambda: providers.unavailable(provider) is None)
    return there and _seen().once(("ready", spec), lambda: provider.ready(spec))


def resolve(spec: ModelSpec, corpus: Corpus) -> Model:
    """The model with its space; raises NotReady while its files are not on this machine."""
    return _seen().once(("model", spec, corpus.fingerprint), lambda: engine.resolve(spec, corpus))


def backend(spec: ModelSpec) -> str:
    """What runs the model and why, in words; empty where there is no choice."""
    return _seen().once(("backend", spec), lambda: providers.backend(spec))


def card(spec: ModelSpec) -> ModelCard:
    """What is known about a model, its own files' word first."""
    return _seen().once(("card", spec), lambda: providers.REGISTRY[spec.provider].card(spec))


def facts(study: Study, words: Sequence[str]) -> list[Facts]:
    """What is known about each candidate before anything is timed."""
    specs = (model.spec for model in study.models)
    return _seen().once(("facts", *specs, *words), lambda: deciding.known(study, Plan(tuple(words)), None))
