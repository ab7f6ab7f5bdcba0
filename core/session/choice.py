"""What is compared: the texts and models chosen in the sidebar, kept in the URL so that a link shows the same."""

from dataclasses import dataclass

import streamlit as st

from core import catalog, corpora, pipeline, providers, work
from core.digest import digest_bytes
from core.session import identity
from core.types import Corpus, ModelSpec, Study

MOST_MODELS = 8


@dataclass(frozen=True)
class Choice:
    """A corpus (sample key or fingerprint) and model keys, in the order they were chosen."""

    corpus: str
    models: tuple[str, ...]


def current() -> Choice:
    """From the URL, else from this session, else the first sample with the default models."""
    kept: Choice = st.session_state.get("_choice", Choice(next(iter(corpora.SAMPLES)), catalog.DEFAULT_MODELS))
    corpus = st.query_params.get("corpus", kept.corpus)
    models = st.query_params.get("models")
    return Choice(
        corpus, kept.models if models is None else tuple(dict.fromkeys(key for key in models.split(",") if key))
    )


def choose(corpus: str | None = None, models: tuple[str, ...] | None = None) -> None:
    """Change what is compared, here and in the URL."""
    now = current()
    choice = Choice(corpus or now.corpus, now.models if models is None else models)
    st.session_state["_choice"] = choice
    st.query_params["corpus"] = choice.corpus
    st.query_params["models"] = ",".join(choice.models)


def reset_corpus() -> None:
    """Go back to the first sample."""
    choose(corpus=next(iter(corpora.SAMPLES)))


@st.cache_resource(max_entries=8, show_spinner=False)
def corpus(key: str) -> Corpus:
    """The texts with this sample key or fingerprint, read once for all visitors."""
    return pipeline.find(pipeline.store(), key)


@st.cache_resource(max_entries=8, show_spinner=False)
def digests(fingerprint: str) -> list[bytes]:
    """The digest of each text of a corpus, in order."""
    return [digest_bytes([text]) for text in corpus(fingerprint).texts]


def corpus_names() -> dict[str, str]:
    """Every corpus this visitor may pick: samples, own ones, those others share; by sample key or fingerprint."""
    names = {key: sample.label for key, sample in corpora.SAMPLES.items()}
    for held in pipeline.store().corpora.listed(identity.owner()):
        names[held.fingerprint] = held.name if held.own else f"{held.name} (shared)"
    return names


def model_specs() -> dict[str, ModelSpec]:
    """Every model this visitor may pick: the catalogue's and the added ones."""
    added = {spec.key: spec for spec in pipeline.store().models.listed(identity.owner())}
    return {**catalog.models(), **added}


def ready(spec: ModelSpec) -> bool:
    """Whether the model can run without downloading or making anything."""
    provider = providers.REGISTRY[spec.provider]
    return providers.unavailable(provider) is None and provider.ready(spec)


def pick_corpus(names: dict[str, str], chosen: Corpus, key: str) -> None:
    """The sidebar's list of texts."""
    options = names if key in names else {**names, key: f"{chosen.name} (by link)"}
    st.session_state["_pick_corpus"] = key
    st.selectbox(
        "Texts",
        list(options),
        format_func=lambda option: options.get(option, option),
        key="_pick_corpus",
        on_change=lambda: choose(corpus=st.session_state["_pick_corpus"]),
        help="Samples, your own texts and texts others share. Add your own with the button below.",
    )


def pick_models(specs: dict[str, ModelSpec], chosen: tuple[str, ...]) -> None:
    """The sidebar's list of models."""
    st.session_state["_pick_models"] = [key for key in chosen if key in specs]
    st.multiselect(
        "Models",
        list(specs),
        format_func=lambda key: specs[key].label + ("" if ready(specs[key]) else " ⭳") if key in specs else key,
        key="_pick_models",
        max_selections=MOST_MODELS,
        on_change=lambda: choose(models=tuple(st.session_state["_pick_models"])),
        placeholder="Choose models to compare",
        help="One to eight models. ⭳ marks those whose files must be downloaded or made first.",
    )


def study() -> Study:
    """What is chosen, as far as it is ready; nothing is downloaded, made or shown for it."""
    chosen = current()
    texts, specs = corpus(chosen.corpus), model_specs()
    runnable = [specs[key] for key in chosen.models if key in specs and ready(specs[key])]
    return Study(texts, tuple(work.resolve(spec, texts) for spec in runnable))
