"""What is compared: the texts and models chosen in the sidebar, kept in the URL so that a link shows the same."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import streamlit as st

from core import catalog, corpora, pipeline, providers
from core.errors import VecassayError
from core.session import agreeing, identity, standing
from core.settings import settings
from core.types import Corpus, ModelSpec, Study

MOST_MODELS = 8


@dataclass(frozen=True)
class Choice:
    """A corpus (sample key or fingerprint) and model keys, in the order they were chosen."""

    corpus: str
    models: tuple[str, ...]


def current() -> Choice:
    """From the URL, else from this session, else the first sample with the default models."""
    # `app.py` keeps there what a link says before anything slow is done: who goes on to another page takes it along.
    said = {**st.session_state.get("_chosen", {}), **st.query_params.to_dict()}
    corpus = said.get("corpus", next(iter(corpora.SAMPLES)))
    keys = said["models"].split(",") if "models" in said else catalog.DEFAULT_MODELS
    return Choice(corpus, tuple(dict.fromkeys(filter(None, keys)))[:MOST_MODELS])


def choose(corpus: str | None = None, models: tuple[str, ...] | None = None) -> None:
    """Change what is compared, here and in the URL."""
    now = current()
    choice = Choice(corpus or now.corpus, now.models if models is None else models)
    said = st.session_state["_chosen"] = {"corpus": choice.corpus, "models": ",".join(choice.models)}
    st.query_params.update(said)


def reset_corpus() -> None:
    """Go back to the first sample."""
    choose(corpus=next(iter(corpora.SAMPLES)))


@st.cache_resource(max_entries=8, show_spinner=False)
def corpus(key: str) -> Corpus:
    """The texts with this sample key or fingerprint, read once for all visitors."""
    return pipeline.find(pipeline.store(), key)


def corpus_names() -> dict[str, str]:
    """Every corpus this visitor may pick: samples, own ones, those others share; by sample key or fingerprint."""
    names = {key: sample.label for key, sample in corpora.SAMPLES.items()}
    for held in pipeline.store().corpora.listed(identity.owner()):
        names[held.fingerprint] = held.name if held.own else f"{held.name} (shared)"
    return told_apart(names, 6)


def model_specs() -> dict[str, ModelSpec]:
    """Every model this visitor may pick: the catalogue's, the added ones, and those a link brought."""
    kept = pipeline.store().models
    known = {**catalog.models(), **{spec.key: spec for spec in kept.listed(identity.owner())}}
    linked = {key: kept.get(key) for key in current().models if key not in known}
    found = {**known, **{key: spec for key, spec in linked.items() if spec is not None}}
    return {key: spec for key, spec in found.items() if spec.provider in providers.REGISTRY}


def seen_specs() -> dict[str, ModelSpec]:
    """As `model_specs`, as the page's sidebar saw them in this run."""
    seen: dict[str, ModelSpec] | None = st.session_state.get("_specs")
    return model_specs() if seen is None else seen


def told_apart(names: Mapping[str, str], digits: int) -> dict[str, str]:
    """Names by key, each one once: the browser sends back what it shows. Two of a name get digits of their key."""
    often = Counter(names.values())
    return {key: name if often[name] == 1 else f"{name} ({key[-digits:]})" for key, name in names.items()}


def pick_corpus(names: Mapping[str, str], chosen: Corpus | None, key: str) -> None:
    """The sidebar's list of texts; `chosen` is None when there are no texts with this key (any more)."""
    linked = {key: f"{chosen.name} (by link)"} if chosen is not None and key not in names else {}
    options = told_apart({**names, **linked}, 6)
    st.session_state["_pick_corpus"] = key if key in options else None
    st.selectbox(
        "Texts",
        list(options),
        index=0 if key in options else None,
        format_func=lambda option: options.get(option, option),
        key="_pick_corpus",
        on_change=lambda: choose(corpus=st.session_state["_pick_corpus"]),
        placeholder="Choose texts",
        help="Samples, your own texts and texts others share. Add your own with the button below.",
    )


def pick_models(specs: Mapping[str, ModelSpec], chosen: tuple[str, ...]) -> None:
    """The sidebar's list of models."""
    options = told_apart({key: _marked(spec) for key, spec in specs.items()}, 6)
    st.session_state["_pick_models"] = [key for key in chosen if key in options]
    st.multiselect(
        "Models",
        list(options),
        format_func=lambda key: options.get(key, key),
        key="_pick_models",
        max_selections=MOST_MODELS,
        on_change=lambda: choose(models=tuple(st.session_state["_pick_models"])),
        placeholder="Choose models to compare",
        help="One to eight models. ↓ marks those whose files must be downloaded or made first, ↗ hosted ones: texts "
        "leave this machine to be embedded, once you agree to it.",
    )


def _marked(spec: ModelSpec) -> str:
    """Its label, and what to know before it is chosen; ↗ in front, where a long name does not hide it."""
    if providers.leaves(spec):
        return f"↗ {spec.label}" + ("" if settings().hosted else " (hosted: not allowed here)")
    try:
        return spec.label + ("" if standing.ready(spec) else " ↓")
    except VecassayError:  # its files are refused: the page says why once it is chosen
        return spec.label


def study() -> Study:
    """What is chosen, as far as it is ready; nothing is downloaded, made or shown for it."""
    chosen = current()
    texts, specs = corpus(chosen.corpus), model_specs()
    models = []
    for spec in (specs[key] for key in chosen.models if key in specs):
        with suppress(VecassayError):  # not here, refused, or not agreed to
            model = standing.resolve(spec, texts)
            if agreeing.may_run(model, texts):
                models.append(model)
    return Study(texts, tuple(models))
