"""Leave to send texts to hosted models: asked for before anything leaves, kept, and changed in the sidebar later."""

from collections.abc import Sequence
from math import ceil

import numpy as np
import streamlit as st
from cachetools import TTLCache

from core import catalog, pipeline, providers, sending
from core.errors import VecassayError
from core.providers import access
from core.sending import Planned
from core.session import identity
from core.session.memory import Memory
from core.session.words import count, plain
from core.settings import settings
from core.store import Agreement
from core.types import Corpus, Model, ModelSpec

SECONDS = 60.0
MOST = 64
CENT = 0.01


@st.cache_resource(show_spinner=False)
def _planned() -> Memory:
    """What would be sent, looked up at most once a minute: the store is asked about every text for it."""
    return Memory(TTLCache(MOST, ttl=SECONDS))


def forget() -> None:
    """Look again at what would be sent: vectors were deleted."""
    _planned.clear()


def planned(model: Model, corpus: Corpus) -> Planned:
    """What the model still lacks of the texts and their queries, as it was within the last minute."""
    kept = pipeline.store()
    return _planned().once(
        (kept.id, model.space.digest, corpus.fingerprint), lambda: sending.planned(kept, model, corpus)
    )


def may_run(model: Model, corpus: Corpus) -> bool:
    """Whether a model may be used: it runs here, or was agreed to, or all of its vectors are kept; raises if forbidden.

    VecassayError says that the operator forbids hosted models.
    """
    if not providers.leaves(model.spec):
        return True
    access.allowed(model.spec)
    if pipeline.store().spending.agreed(model.space.digest, corpus.texts_digest):
        return True
    left = planned(model, corpus)
    return not left.texts and not left.queries


def those_that_may(models: Sequence[Model], corpus: Corpus) -> list[Model]:
    """The models to go on with; for the others it is asked here whether their texts may be sent."""
    found = []
    for model in models:
        try:
            if may_run(model, corpus):
                found.append(model)
            else:
                _ask(model, corpus)
        except VecassayError as error:
            st.warning(plain(str(error)), icon=":material/block:")
    hosted = [model for model in found if providers.leaves(model.spec)]
    with st.sidebar:
        for model in hosted:
            _sent(model, corpus)
    return found


def goes_to(spec: ModelSpec) -> str:
    """Who gets the texts: an endpoint's address, else the vendor."""
    known = catalog.price(spec)
    return spec.url or (known.vendor if known else providers.REGISTRY[spec.provider].label.split(",")[0])


def key_words(spec: ModelSpec) -> str:
    """Whether the key that goes along is there, and what it is called; never the key."""
    name, key = _key(spec)
    if key:
        return f"Key: present ({name})."
    if name:
        return f"Key: not set. Set {name} where Vecassay is started, or in .streamlit/secrets.toml, and start again."
    return "Key: none is sent to this address."


def _key(spec: ModelSpec) -> tuple[str, str]:
    return access.secret(spec, getattr(providers.REGISTRY[spec.provider], "keys", ()))


def money(value: float, currency: str) -> str:
    """An amount with two digits that say something.

    >>> money(0.000312, "USD"), money(12.5, "USD"), money(0, "USD")
    ('0.00031 USD', '12.50 USD', '0 USD')
    """
    if value >= 1:
        told = f"{value:,.2f}"
    else:
        told = str(np.format_float_positional(value, precision=2, fractional=False, trim="-"))
    return f"{told} {currency}".strip()


def _ask(model: Model, corpus: Corpus) -> None:
    """The box that says what would go where at what price, and the button that lets it go."""
    spec, left = model.spec, planned(model, corpus)
    with st.container(border=True, key=f"send-{spec.key}"):
        st.markdown(f"**{plain(spec.label)} is hosted: these texts would leave this machine**")
        st.write(
            plain(
                f"To {goes_to(spec)}: {_amount(left.texts, left.queries)} whose vectors are not kept yet, about "
                f"{left.tokens:,} tokens (4 characters each). A few go twice, to see whether it repeats itself; what "
                f"you type later, to search with or to compare, goes there too. Nothing is sent before you agree."
            )
        )
        _terms(model, corpus, "Send them", left)


def _amount(texts: int, queries: int) -> str:
    parts = [count(texts, "text")] if texts or not queries else []
    return " and ".join([*parts, f"{queries:,} {'query' if queries == 1 else 'queries'}"] if queries else parts)


def _terms(model: Model, corpus: Corpus, button: str, left: Planned, agreed: Agreement | None = None) -> None:
    """Price and limit, both to be changed, and the button that keeps the agreement."""
    spec, known, slot = model.spec, catalog.price(model.spec), f"{model.space.digest}-{corpus.texts_digest[:12]}"
    currency = known.currency if known else ""
    narrow = agreed is not None  # the sidebar has no room for columns
    first, second = (st.container(), st.container()) if narrow else st.columns(2)
    price = first.number_input(
        f"Price per million tokens{f' ({currency})' if currency else ''}",
        min_value=0.0,
        value=agreed.per_million if agreed else known.per_million_tokens if known else 0.0,
        format="%.10g",
        key=f"price-{slot}",
        help=f"On {known.date}. {known.note} {known.source}" if known else "The catalogue knows no price for it.",
    )
    cost = left.money(float(price))
    most = second.number_input(
        f"Stop at{f' ({currency})' if currency else ''}",
        min_value=0.0,
        value=agreed.most if agreed else ceil(2 * cost / CENT) * CENT if cost else None,
        format="%.10g",
        key=f"most-{slot}" if agreed else f"most-{slot}-{price}",
        placeholder="no limit",
        help="No request is sent that would cost more than this in all, counted from when you agree. What is embedded "
        "by then is kept.",
    )
    st.caption(
        plain(" ".join(filter(None, (_cost(cost, float(price), currency, known), _limit(currency), key_words(spec)))))
    )
    if st.button(button, key=f"agree-{slot}", type="secondary" if agreed else "primary", disabled=_lacks_key(spec)):
        pipeline.store().spending.agree(
            model.space.digest, corpus.texts_digest, identity.owner(), float(price), None if most is None else most
        )
        st.rerun()


def _cost(cost: float, price: float, currency: str, known: catalog.Price | None) -> str:
    if not price:
        return "Price unknown: nothing can be said about the cost." if known is None else "At no price."
    dated = f", at the price of {known.date}" if known and price == known.per_million_tokens else ""
    return f"About {money(cost, currency)}{dated}." if cost else ""


def _limit(currency: str) -> str:
    most = settings().spend
    return f"All hosted models together stop at {money(most, currency)} in 30 days (VECASSAY_SPEND)." if most else ""


def _lacks_key(spec: ModelSpec) -> bool:
    """Whether it would fail for want of a key; workers of a cluster have an environment of their own."""
    name, key = _key(spec)
    return bool(name) and not key and not settings().scheduler


def _sent(model: Model, corpus: Corpus) -> None:
    """In the sidebar: what these texts came to so far, and the limit, which can be raised."""
    books = pipeline.store().spending
    agreed = books.agreed(model.space.digest, corpus.texts_digest)
    spent, known = books.spent(model.space.digest, corpus.texts_digest), catalog.price(model.spec)
    cost = money(spent.money, known.currency if known else "")
    said = f"{plain(model.label)}: {spent.tokens:,} tokens sent"
    with st.popover(said, icon=":material/call_made:", width="stretch"):
        st.markdown(
            f"**To {plain(goes_to(model.spec))}**  \n{count(spent.n, 'text')}, {spent.tokens:,} tokens of these texts, "
            f"{plain(cost)}."
        )
        if spent.cut:
            st.caption(f"{count(spent.cut, 'text')} cut to what the model reads.")
        if agreed is None:
            st.caption("Their vectors were all kept already. Sentences you type are sent once you agree.")
            _terms(model, corpus, "Allow it", Planned(0, 0, 0))
        else:
            _terms(model, corpus, "Keep this limit", Planned(0, 0, 0), agreed)
