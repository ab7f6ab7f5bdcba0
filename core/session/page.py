"""What every page begins with: the sidebar, and the study to look at."""

from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from core import corpora, pipeline, providers
from core.errors import NotReady, VecassayError
from core.session import agreeing, boot, choice, identity, intake, standing
from core.session.panel import work
from core.session.words import plain
from core.types import Corpus, Model, ModelSpec, Study


def page(*, at_least: int = 1, study: bool = True) -> Study:
    """Show the sidebar below the question that `app.py` wrote; return what is compared.

    Stops the page, saying what to do, when there are fewer than `at_least` models to show; with `study=False` the
    page is shown whatever is chosen, and the study holds what could be resolved.
    """
    boot.ensure_navigation()
    identity.remember()
    try:
        boot.start()
        return _study(at_least, study)
    except VecassayError as error:
        st.error(plain(str(error)), icon=":material/error:")
        if st.button("Open the sample texts"):
            choice.reset_corpus()
            st.rerun()
        st.stop()


def _study(at_least: int, needed: bool) -> Study:
    chosen = choice.current()
    specs = st.session_state["_specs"] = choice.model_specs()
    with st.sidebar:
        corpus, trouble = _corpus(chosen.corpus)
        choice.pick_corpus(choice.corpus_names(), corpus, chosen.corpus)
        intake.add_texts()
        choice.pick_models(specs, chosen.models)
        intake.add_model()
        _link(chosen)
    if corpus is None:
        raise VecassayError(trouble)
    choice.choose(chosen.corpus, chosen.models)
    unknown = [key for key in chosen.models if key not in specs]
    if unknown:
        st.warning(
            plain(f"No model is called {', '.join(unknown)}. It was removed, or the link is from another server."),
            icon=":material/warning:",
        )
    ready = _ready([specs[key] for key in chosen.models if key in specs], corpus)
    models = agreeing.those_that_may(ready, corpus)
    if needed and len(models) < at_least:
        if not chosen.models:
            st.info("Choose a model in the sidebar to begin.", icon=":material/arrow_back:")
        elif at_least > 1 and len(chosen.models) < at_least:
            st.info(f"Choose {at_least} models in the sidebar to compare.", icon=":material/arrow_back:")
        st.stop()
    return Study(corpus, tuple(models))


def _corpus(key: str) -> tuple[Corpus | None, str]:
    """The texts, or None and why they are not there."""
    try:
        return choice.corpus(key), ""
    except VecassayError as error:
        return None, str(error)


def _ready(specs: list[ModelSpec], corpus: Corpus) -> list[Model]:
    """The models that can run now; the others' files are brought here meanwhile, and the page runs again after."""
    models, waiting = [], []
    for spec in specs:
        try:
            missing = providers.unavailable(providers.REGISTRY[spec.provider])
            if missing:
                st.warning(
                    plain(f"{spec.label} needs a library that is not installed here. Install it with: {missing}")
                )
            elif standing.ready(spec):
                models.append(standing.resolve(spec, corpus))
            else:
                waiting.append(spec)
        except NotReady:
            waiting.append(spec)
        except VecassayError as error:
            st.error(plain(f"{spec.label}: {error}"), icon=":material/error:")
    if waiting and work([pipeline.prepare(spec, corpus) for spec in waiting]):
        if not any(standing.ready(spec) for spec in waiting):
            names = ", ".join(spec.label for spec in waiting)
            st.error(
                plain(
                    f"{names}: made ready by a worker, but not on this machine. Give the dashboard and all workers one "
                    f"VECASSAY_HOME, and one VECASSAY_BACKEND (such as torch) if their processors differ."
                ),
                icon=":material/error:",
            )
            return models
        st.rerun()
    return models


def _link(chosen: choice.Choice) -> None:
    # Opening it runs the page: a part that ran alone since may have changed the address.
    with st.popover("Link to this view", icon=":material/link:", width="stretch", key="_link", on_change="rerun"):
        # What the page's own controls keep in the address, and what is chosen.
        facts = {**st.query_params.to_dict(), "corpus": chosen.corpus, "models": ",".join(chosen.models)}
        address = urlsplit(st.context.url or "")._replace(query=urlencode(facts, safe=","))
        st.code(urlunsplit(address._replace(path=address.path or "/")), language=None, wrap_lines=True)
        if chosen.corpus in corpora.SAMPLES:
            st.caption("Whoever opens it on this server sees this page, with these texts and models.")
        else:
            st.caption(
                "Whoever holds this link can open these texts on this server; without it they are listed only for "
                "you, and for others if you share them in the Library."
            )
