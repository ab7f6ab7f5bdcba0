"""Rerankers on a page: choose, add, and bring their files."""

from dataclasses import replace

import streamlit as st

from core import catalog, pipeline, rerankers
from core.errors import VecassayError
from core.session import folders, identity
from core.session.panel import work
from core.session.words import plain
from core.types import ModelSpec


def known() -> dict[str, ModelSpec]:
    """Every reranker this visitor may pick: the catalogue's, the added ones, and those a link brought."""
    kept = pipeline.store().models
    linked = ",".join(st.query_params.get_all("rerankers")).split(",")
    added = [*kept.listed(identity.owner()), *(spec for key in linked if (spec := kept.get(key)))]
    return {**catalog.rerankers(), **{spec.key: spec for spec in added if spec.provider in rerankers.REGISTRY}}


def seen() -> dict[str, ModelSpec]:
    """As `known`, as this run of the page listed them when they were picked."""
    listed: dict[str, ModelSpec] | None = st.session_state.get("_rerankers")
    return known() if listed is None else listed


def pick() -> list[str]:
    """The rerankers that were chosen and can run; the others' files are brought here meanwhile."""
    specs = st.session_state["_rerankers"] = known()
    # The browser sends back what it shows, and so does the link: keys, which stay what they are.
    chosen = st.multiselect(
        "Rerankers",
        list(specs),
        key="rerankers",
        bind="query-params",
        placeholder="None",
        width=220,
        help="A cross-encoder reads query and text together and puts the first 50 results into a new order: behind "
        "the hybrids when they are on, else behind each model and BM25. "
        + " ".join(f"**{plain(key)}**: {plain(_told(spec))}" for key, spec in specs.items()),
    )
    with st.popover("Add a reranker", icon=":material/add_circle:"):
        _add()
    return _ready({key: specs[key] for key in chosen if key in specs})


def _told(spec: ModelSpec) -> str:
    card = spec.card
    size = f" {card.parameters / 1e6:,.0f} million parameters." if card.parameters else ""
    return f"{spec.label}.{size} {card.note}"


def _ready(specs: dict[str, ModelSpec]) -> list[str]:
    """Those whose files are here; a page that waits for the others runs again by itself."""
    found: list[str] = []
    waiting: list[str] = []
    for key, spec in specs.items():
        try:
            (found if rerankers.ready(spec) else waiting).append(key)
        except VecassayError as error:
            st.error(plain(f"{spec.label}: {error}"), icon=":material/error:")
    if waiting and work([pipeline.prepare(specs[key]) for key in waiting]):
        st.rerun()
    return found


def _add() -> None:
    name = st.text_input(
        "Hub id or folder",
        key="reranker_name",
        placeholder="cross-encoder/ms-marco-MiniLM-L6-v2 or /models/mine",
        help=rerankers.REGISTRY["cross_encoder"].help,
    )
    if not st.button("Add", type="primary", key="reranker_add", disabled=not (name or "").strip()):
        return
    try:
        _keep((name or "").strip())
    except VecassayError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    st.rerun()


def _keep(name: str) -> None:
    """Check a typed reranker and remember it; one that is known already is not added again."""
    if name.startswith(("/", "~", ".")):
        name = str(folders.allowed(name))
    spec = catalog.keyed(ModelSpec("", name.rstrip("/").split("/")[-1], "cross_encoder", name))
    rerankers.ready(spec)  # refuses a name that can mean nothing, and a folder that is unsafe
    same = [
        old
        for old in known().values()
        if replace(old, key="", label="", card=spec.card) == replace(spec, key="", label="")
    ]
    if same:
        raise VecassayError(f"{name} is in the list already, as {same[0].key}.")
    pipeline.store().models.add(spec, identity.owner())
