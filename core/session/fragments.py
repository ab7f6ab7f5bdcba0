"""A part that runs alone takes the parts inside it along, in what the browser has not been sent yet.

Streamlit 1.67 drops a fragment's unsent elements when it starts again, but keeps those of the fragments inside it.
These then arrive before the elements they follow, and the browser, which cannot place them ("Bad delta path index"),
shows a white page: a click on "Measure now" while a busy server still drew the Decision page was enough.
"""

from collections.abc import Callable, Iterator
from typing import Any

from streamlit.runtime.app_session import AppSession


def keep_together() -> None:
    """Let every session of this server drop what is inside a fragment with it."""
    clear: Callable[..., None] = AppSession._clear_queue
    if not getattr(clear, "whole", False):
        AppSession._clear_queue = _whole(clear)  # type: ignore[method-assign]


def _whole(clear: Callable[..., None]) -> Callable[..., None]:
    def clear_queue(session: Any, fragment_ids_this_run: list[str] | None = None) -> None:
        ids = fragment_ids_this_run
        clear(session, ids and [*ids, *_inside(session, set(ids))])

    clear_queue.whole = True  # type: ignore[attr-defined]
    return clear_queue


def _inside(session: Any, ids: set[str]) -> Iterator[str]:
    """Fragments with unsent elements that are inside one of these, or are gone since it started."""
    storage = session._fragment_storage
    unsent = {message.delta.fragment_id for message in session._browser_queue._queue if message.HasField("delta")}
    for fragment in unsent - ids - {""}:
        chain = (fragment, *storage._iter_ancestor_ids(fragment))
        if any(each in ids or not storage.contains(each) for each in chain):
            yield fragment
