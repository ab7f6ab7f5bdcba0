"""What changes only a part of a page sends only that part again: counted in messages and bytes, never in seconds."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, WebSocket, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.conftest import SECONDS, Server, no_error, settled

pytestmark = pytest.mark.browser

STUDY = "corpus=sentences&models=lsa"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests here; the model they look at fits in a moment."""
    running = Server(tmp_path_factory.mktemp("bytes"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def sent(page: Page) -> Iterator[Callable[[], list[bytes]]]:
    """The messages that came since the last call, once nothing runs any more."""
    received: list[bytes] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: received.append(frame if isinstance(frame, bytes) else frame.encode()))

    def since() -> list[bytes]:
        settled(page)
        page.wait_for_timeout(500)
        found = received.copy()
        received.clear()
        return found

    page.on("websocket", listen)
    yield since
    page.remove_listener("websocket", listen)


def size(messages: list[bytes]) -> int:
    return sum(map(len, messages))


def of_maps(messages: list[bytes]) -> list[bytes]:
    """The messages with a part of the maps, not those that say it is as before."""
    found = ((message, ForwardMsg.FromString(message)) for message in messages)
    return [
        message
        for message, told in found
        if told.delta.new_element.bidi_component.component_name.startswith("vecassay_maps")
    ]


def loaded(page: Page, sent: Callable[[], list[bytes]], address: str, text: str) -> list[bytes]:
    """All that one load of a page sends when its answers are there."""
    for _ in range(2):
        sent()
        page.goto(address)
        expect(page.get_by_text(text).first).to_be_visible(timeout=SECONDS * 1000)
        whole = sent()
    return whole


def test_a_table_that_is_asked_for_sends_its_own_part_alone(
    server: Server, page: Page, sent: Callable[[], list[bytes]]
) -> None:
    whole = loaded(page, sent, f"{server.url}/?{STUDY}", "Show the texts")
    tables = page.get_by_test_id("stDataFrame")
    expect(tables).to_have_count(0)  # that of the checks comes when its fold is opened
    page.get_by_text("Show the texts").click()
    expect(tables).to_have_count(1)
    came = sent()
    assert len(came) < len(whole) / 3, (len(came), len(whole))
    page.get_by_text("Show the texts").click()
    expect(tables).to_have_count(0)
    came = sent()
    assert size(came) < size(whole) / 4, (size(came), size(whole))
    no_error(page)


def test_another_measure_of_the_same_figure_sends_that_figure(
    server: Server, page: Page, sent: Callable[[], list[bytes]]
) -> None:
    whole = loaded(page, sent, f"{server.url}/compare?{STUDY}", "One text's neighbours")
    page.get_by_role("radio", name="percentile").click()
    page.wait_for_function("() => location.search.includes('shown=percentile')")
    came = sent()
    kinds = [ForwardMsg.FromString(message).delta.new_element.WhichOneof("type") for message in came]
    assert kinds.count("plotly_chart") == 1, kinds
    assert len(came) < len(whole) / 3, (len(came), len(whole))
    assert size(came) < size(whole) * 0.7, (size(came), size(whole))
    no_error(page)


def test_another_look_of_a_map_sends_neither_points_nor_texts(
    server: Server, page: Page, sent: Callable[[], list[bytes]]
) -> None:
    whole = of_maps(loaded(page, sent, f"{server.url}/clusters?{STUDY}", "continuity"))
    maps = page.locator(".maps").first
    look = maps.get_attribute("data-content")

    def changed() -> list[bytes]:
        nonlocal look
        expect(maps).not_to_have_attribute("data-content", look or "")
        came = of_maps(sent())
        look = maps.get_attribute("data-content")
        return came

    page.get_by_text("Fade what the map gets wrong").click()
    came = [changed()]
    page.get_by_role("textbox", name="Light up texts with").fill("rain")
    page.get_by_role("textbox", name="Light up texts with").press("Enter")
    came.append(changed())
    page.get_by_role("combobox", name="Colour by").click()
    page.get_by_role("option", name="length").click()
    came.append(changed())
    assert all(0 < size(look) < size(whole) / 10 for look in came), ([*map(size, came)], size(whole))
    page.get_by_role("radio", name="PCA").click()
    assert size(changed()) > size(whole) / 2  # other places, so that what is looked for above is seen here at all
    no_error(page)
