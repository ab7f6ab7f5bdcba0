"""Hosted models in the dialog that adds one: whose, at which address, is a key there, and one call to test it."""

import secrets
from dataclasses import replace
from urllib.parse import urlsplit

import streamlit as st

from core import catalog, jobs, pipeline, providers
from core.errors import VecassayError
from core.providers import access
from core.session import agreeing, folders
from core.session.words import plain
from core.settings import settings
from core.types import Answer, ModelSpec, Question, Role

PATIENCE = 30.0
TEST = "_test_call"
ENDPOINTS = "openai"
"""The provider whose protocol endpoints speak: the only one for which an address is asked."""


def typed(kind: str) -> ModelSpec | None:
    """The fields for a hosted model, and what is known about it before it is added; the model once "Add" is pressed."""
    missing = providers.unavailable(providers.REGISTRY[kind])
    if missing:
        st.warning(plain(f"This needs a library that is not installed here. Install it with: {missing}"))
    spec = _described(kind, *_named(kind))
    checked = None
    try:
        checked = _checked(spec) if spec.name else None
    except VecassayError as error:
        st.error(plain(str(error)), icon=":material/error:")
    if checked is not None:
        _card(checked)
    ready = checked is not None and not missing
    with st.container(horizontal=True):
        add = st.button("Add", type="primary", key="model_add", disabled=not ready)
        test = st.button("Test with one call", key="hosted_test", disabled=not ready, help="Sends one short sentence.")
    if checked is not None:
        _tested(checked, test)
    return checked if add else None


def _named(kind: str) -> tuple[str, str]:
    """Name and address as they are typed."""
    left, right = st.columns(2)
    name = left.text_input("Model name", key=f"hosted_name-{kind}", placeholder="as the vendor spells it")
    url: str | None = ""
    if kind == ENDPOINTS:
        url = right.text_input(
            "Address",
            key="hosted_url",
            placeholder="empty: the vendor's own",
            help="Of an endpoint that speaks the same protocol, such as http://localhost:11434/v1 for Ollama. Never "
            "write a key into it.",
        )
    return (name or "").strip(), (url or "").strip()


def _described(kind: str, name: str, url: str) -> ModelSpec:
    """The other fields, filled in from the catalogue's entry of the same name where there is one."""
    entries = [spec for spec in catalog.models().values() if spec.name == name]
    known = next((spec for spec in entries if spec.provider == kind), entries[0] if entries else None)
    own, slot = known is not None and known.provider == kind and not url, f"{kind}-{name}-{url}"
    label = st.text_input("Name to show", key="model_label", placeholder="the model's name", max_chars=40)
    left, middle, right = st.columns(3)
    with left:
        query = _role(kind, Role.QUERY, known, f"hosted_query-{slot}")
    with middle:
        document = _role(kind, Role.DOCUMENT, known, f"hosted_document-{slot}")
    dimension = right.number_input(
        "Dimensions to ask for",
        2,
        None,
        known.dimension if known and own else None,
        key=f"hosted_dimension-{slot}",
        help="Empty: as many as the model gives. Only for models that can be asked for fewer.",
    )
    spec = ModelSpec(
        key="",
        label=(label or "").strip(),
        provider=kind,
        name=name,
        query_prompt=query,
        document_prompt=document,
        dimension=int(dimension) if dimension else None,
        url=url,
    )
    return replace(spec, card=known.card, max_tokens=known.max_tokens) if known and own else spec


def _role(kind: str, role: Role, known: ModelSpec | None, slot: str) -> str:
    """How the model is told a text's role: a prompt before it, or one of the vendor's words where it has some."""
    provider, label = providers.REGISTRY[kind], "Queries" if role is Role.QUERY else "Texts"
    words: tuple[str, ...] = getattr(provider, "roles", ())
    prompt = known.prompt(role) if known else ""
    if not words:
        about = "What its makers want before every text of this role; see the model's card."
        return st.text_input(f"Put before {label.lower()}", prompt, key=slot, help=about) or ""
    options = list(words) if getattr(provider, "role_needed", False) else ["", *words]
    usual = next((word for word in words if role.value in word.lower()), options[0])
    chosen = prompt if prompt in options and known and known.provider == kind else usual
    about = "The vendor's own words for what a text is; the same for both makes them alike."
    return str(
        st.selectbox(
            f"{label} are sent as",
            options,
            index=options.index(chosen),
            format_func=lambda word: word or "(nothing)",
            key=slot,
            help=about,
        )
    )


def _checked(spec: ModelSpec) -> ModelSpec:
    """The model with its address as it is kept and a name to show; raises VecassayError where it may not be added."""
    if spec.url:
        spec = replace(spec, url=_allowed(access.check_url(spec.url)))
    spec = replace(spec, label=spec.label or _label(spec))
    access.allowed(spec)
    providers.REGISTRY[spec.provider].space(spec)  # a role word that the vendor does not know is refused
    return spec


def _label(spec: ModelSpec) -> str:
    """The model's name and whose it is; of servers on this machine the port, for long names fill legends."""
    parts = urlsplit(spec.url)
    where = f":{parts.port}" if parts.port and providers.loopback(spec.url) else parts.netloc
    return spec.name.rstrip("/").split("/")[-1] + (f" at {where}" if where else "")


def _allowed(url: str) -> str:
    """The address, if visitors may name it: any while only this machine can visit, else the operator's."""
    listed = [access.check_url(each) for each in settings().endpoints]
    if url not in listed and not folders.only_here():
        raise VecassayError(
            f"The address {url} may not be asked from here. "
            + (f"Allowed: {', '.join(listed)}. " if listed else "This server asks no endpoints for visitors. ")
            + "Ask the operator to add it to VECASSAY_ENDPOINTS."
        )
    return url


def _card(spec: ModelSpec) -> None:
    """What is known before it is added."""
    price, leaves = catalog.price(spec), providers.leaves(spec)
    width = spec.dimension or spec.card.dimension or (price.dimensions if price else None)
    facts = [f"{width:,} dimensions" if width else "dimensions: one call tells"]
    if price:
        facts.append(f"{price.per_million_tokens:g} {price.currency} a million tokens on {price.date}")
    elif leaves:
        facts.append("price unknown")
    prompts = [f"{what} “{said}”" for what, said in (("queries", spec.query_prompt), ("texts", spec.document_prompt))]
    told = [prompt for prompt in prompts if not prompt.endswith("“”")]
    facts.append(f"prompts: {', '.join(told)}" if told else "queries and texts are sent as they are")
    where = "asks before it sends anything" if leaves else "on this machine"
    with st.container(border=True, key="hosted_card"):
        st.markdown(f"**{plain(spec.label)}** :gray[{plain(f'to {agreeing.goes_to(spec)}, {where}')}]")
        st.write(plain("; ".join(facts) + "."))
        if price:
            st.caption(plain(price.note))
        st.caption(plain(agreeing.key_words(spec)))


def _tested(spec: ModelSpec, pressed: bool) -> None:
    """What one call said, made by the worker when the button was pressed for this very model."""
    kept: Question | None = st.session_state.get(TEST)
    if pressed:
        kept = st.session_state[TEST] = Question("one_call", {"spec": spec.to_json(), "run": secrets.token_hex(8)})
        jobs.jobs().submit(kept)
    if kept is None or kept.arguments["spec"] != spec.to_json():
        return
    with st.spinner("Asking …"):
        jobs.jobs().wait([kept.key], PATIENCE)
    found, status = pipeline.store().answers.get(kept.key), jobs.jobs().status(kept.key)
    if found is not None:
        st.success(plain(_said(found)), icon=":material/check:")
    elif status is not None and status.state in ("failed", "cancelled"):
        st.error(plain(status.message), icon=":material/error:")
    else:
        st.info("No answer yet; the worker goes on trying.", icon=":material/hourglass_empty:")
        st.button("Look again", key="hosted_look")


def _said(found: Answer) -> str:
    length = float(found["length"])
    unit = "length 1" if abs(length - 1) < 1e-3 else f"length {length:.3g} (not 1; pages compare by cosine)"
    return (
        f"It answers: {found['dimension']:,} dimensions, {unit}, {found['milliseconds']:,.0f} ms, which includes the "
        f"network."
    )
