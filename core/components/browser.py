"""A name for this browser, so that everyone sees a list of their own texts without logging in."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

COOKIE = "vecassay_browser"


@lru_cache(maxsize=1)
def _component() -> Callable[..., Any]:
    return st.components.v2.component("vecassay_browser", js=Path(__file__).with_suffix(".js").read_text())


def remember(name: str) -> None:
    """Let the browser keep this name in a cookie."""
    _component()(data={"name": COOKIE, "value": name}, key="vecassay_browser", height=1)
