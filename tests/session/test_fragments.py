"""What is inside a fragment is dropped with it, before the browser sees it without what it follows."""

from types import SimpleNamespace

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.fragment import MemoryFragmentStorage

from core.session.fragments import keep_together

SENT_IN_ORDER = [("", [0, 0]), ("outer", [0, 1, 0]), ("inner", [0, 1, 1, 0]), ("deep", [0, 1, 1, 1]), ("other", [0, 2])]


@pytest.fixture
def session() -> SimpleNamespace:
    storage, queue = MemoryFragmentStorage(), ForwardMsgQueue()
    for name, parent in (("outer", None), ("inner", "outer"), ("deep", "inner"), ("other", None)):
        storage.register(name, lambda: None, parent_fragment_id=parent)
    for fragment, path in SENT_IN_ORDER:
        message = ForwardMsg()
        message.metadata.delta_path.extend(path)
        message.delta.fragment_id = fragment
        message.delta.new_element.markdown.body = fragment
        queue.enqueue(message)
    return SimpleNamespace(_fragment_storage=storage, _browser_queue=queue)


def unsent(session: SimpleNamespace) -> list[str]:
    return [message.delta.fragment_id for message in session._browser_queue.flush()]


@pytest.fixture(autouse=True)
def mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AppSession, "_clear_queue", AppSession._clear_queue)  # put back after the test
    keep_together()
    keep_together()


def test_a_fragment_that_starts_again_takes_along_what_is_inside_it(session: SimpleNamespace) -> None:
    AppSession._clear_queue(session, ["outer"])  # type: ignore[arg-type]
    assert unsent(session) == ["", "other"]


def test_what_is_around_it_stays(session: SimpleNamespace) -> None:
    AppSession._clear_queue(session, ["inner"])  # type: ignore[arg-type]
    assert unsent(session) == ["", "outer", "other"]


def test_what_is_gone_since_it_started_is_dropped(session: SimpleNamespace) -> None:
    session._fragment_storage.clear(frozenset({"outer", "other"}))
    AppSession._clear_queue(session, ["outer"])  # type: ignore[arg-type]
    assert unsent(session) == ["", "other"]


def test_a_whole_page_that_starts_again_drops_all(session: SimpleNamespace) -> None:
    AppSession._clear_queue(session)  # type: ignore[arg-type]
    assert unsent(session) == []


def test_parents_in_a_circle_end(session: SimpleNamespace) -> None:
    session._fragment_storage._parent_by_id.update(inner="deep")
    AppSession._clear_queue(session, ["other"])  # type: ignore[arg-type]
    assert "outer" in unsent(session)
