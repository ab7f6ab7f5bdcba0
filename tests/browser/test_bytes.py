"""What changes only a part of a page sends only that part again."""

from playwright.sync_api import Page, WebSocket

from tests.browser.conftest import Server, no_error, settled


def test_a_change_of_the_view_sends_its_own_part_alone(server: Server, page: Page) -> None:
    received: list[int] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: received.append(len(frame)))

    def sent() -> tuple[int, int]:
        settled(page)
        page.wait_for_timeout(500)
        found = len(received), sum(received)
        received.clear()
        return found

    page.on("websocket", listen)
    page.goto(f"{server.url}/?corpus=sentences&models=lsa")
    page.get_by_text("Show the texts").wait_for()
    settled(page)
    received.clear()
    page.reload()
    page.get_by_text("Show the texts").wait_for()
    whole = sent()
    page.get_by_text("Show the texts").click()
    page.get_by_test_id("stDataFrame").wait_for()
    frames, _ = sent()
    assert frames < whole[0] / 3, (frames, whole)
    page.get_by_text("Show the texts").click()
    page.get_by_test_id("stDataFrame").wait_for(state="detached")
    frames, size = sent()
    assert size < whole[1] / 4, (size, whole)

    page.get_by_role("link", name="Compare").click()
    page.get_by_text("One text's neighbours").wait_for()
    settled(page)
    received.clear()
    page.reload()
    page.get_by_text("One text's neighbours").wait_for()
    whole = sent()
    page.get_by_role("radio", name="percentile").click()
    page.wait_for_function("() => location.search.includes('shown=percentile')")
    frames, size = sent()
    assert frames < whole[0] / 3, (frames, whole)
    assert size < whole[1] / 2, (size, whole)
    no_error(page)
