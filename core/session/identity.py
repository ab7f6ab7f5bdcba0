"""Who is asking: the person logged in, else this browser by its cookie."""

import re
import secrets

import streamlit as st

from core.components import browser
from core.digest import digest


def owner() -> str:
    """A name under which this visitor's texts and models are listed; never shown to anybody."""
    known: str | None = st.session_state.get("_owner")
    return _named() if known is None else known


def _named() -> str:
    if st.user.get("is_logged_in"):
        return digest(["person", str(st.user.get("sub") or st.user.get("email"))])
    return digest(["browser", _cookie() or _new()])


def remember() -> None:
    """Give a browser that has no name yet one to keep; once per run of a page."""
    st.session_state["_owner"] = _named()  # asked for again and again: each time Streamlit looks for its secrets
    if not st.user.get("is_logged_in") and _cookie() is None:
        browser.remember(_new())


def _cookie() -> str | None:
    cookie = str(st.context.cookies.get(browser.COOKIE, ""))
    return cookie if re.fullmatch(r"[0-9a-f]{32}", cookie) else None


def _new() -> str:
    return str(st.session_state.setdefault("_browser", secrets.token_hex(16)))
