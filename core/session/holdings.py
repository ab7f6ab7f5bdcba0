"""The texts a visitor holds, on the Library page: open, share, rename and delete them."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import pipeline
from core.digest import digest
from core.session import choice, identity
from core.session.words import count, plain, size
from core.store.corpora import Holding


def corpus_shelf() -> None:
    """Own texts and those others share; open, share, delete."""
    held = pipeline.store().corpora.listed(identity.owner())
    if not held:
        st.info(
            "No texts of your own yet. Add some with the button in the sidebar; they stay here under their "
            "fingerprint, through refresh and restart.",
            icon=":material/note_add:",
        )
    for holding in held:
        with st.container(border=True, key=f"corpus-{holding.fingerprint}"):
            words, *buttons = st.columns([5, 1.2, 1.6, 1.5, 1.4], vertical_alignment="center")
            words.markdown(
                f"**{plain(holding.name)}**{'' if holding.own else ' · shared by someone else'}  \n"
                f":gray[{count(holding.n_texts, 'text')} · {size(holding.bytes)} · {holding.fingerprint[:12]}…]"
            )
            if buttons[0].button("Open", key=f"open-{holding.fingerprint}"):
                choice.choose(corpus=holding.fingerprint)
                st.switch_page("pages/overview.py")
            if holding.own:
                _share(buttons[1], holding)
                # With the name in the key the popover closes once it is another.
                with buttons[2].popover("Rename", key=f"rename-{digest([holding.fingerprint, holding.name])}"):
                    _rename(holding)
                with buttons[3].popover("Delete", key=f"delete-{holding.fingerprint}"):
                    _delete(holding)


def _share(place: DeltaGenerator, holding: Holding) -> None:
    key = f"share-{holding.fingerprint}"
    st.session_state[key] = holding.shared  # it may have been changed in another window
    place.toggle(
        "Shared",
        key=key,
        help="Listed for everyone on this server.",
        on_change=lambda: pipeline.store().corpora.share(
            holding.fingerprint, identity.owner(), bool(st.session_state[key])
        ),
    )


def _rename(holding: Holding) -> None:
    name = st.text_input("Name", holding.name, key=f"name-{digest([holding.fingerprint, holding.name])}", max_chars=80)
    if st.button("Rename it", key=f"renamed-{holding.fingerprint}", type="primary"):
        if name and name.strip():
            pipeline.store().corpora.rename(holding.fingerprint, identity.owner(), name.strip())
            choice.corpus.clear()
            st.rerun()
        st.error("Expected a name of at least one letter.", icon=":material/error:")


def _delete(holding: Holding) -> None:
    st.write(
        "Delete these texts from your list? Links to them stop working once nobody holds them. Their vectors stay in "
        "the cache."
    )
    if st.button("Delete them", key=f"gone-{holding.fingerprint}", type="primary"):
        pipeline.store().corpora.remove(holding.fingerprint, identity.owner())
        choice.corpus.clear()
        if choice.current().corpus == holding.fingerprint:
            choice.reset_corpus()
        st.rerun()
