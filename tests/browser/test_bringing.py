"""Test sets in and out by the dialogs: a ZIP, a table of queries, queries and judgements apart, the hub."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from core import corpora
from core.types import Corpus, Judgement, Query
from tests.browser.conftest import Server, no_error, paste, query, settled
from tests.corpora.test_hub import repository
from tests.providers.loopback import Hub

pytestmark = pytest.mark.browser

PAIRS = b"""query,relevant,grade,kind
What is red?,1,3,colour
What is red?,2,1,colour
"<b>bold</b> *who*?",,,
Which one is green?,green pear,2,
"""
LIST = "?corpus={}&models=lsa&view=" + quote("Test set")


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with Hub() as served:
        served.repositories["someone/tales"] = repository()
        yield served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, hub: Hub) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("home"), {"HF_ENDPOINT": hub.url, "HF_HUB_OFFLINE": "0"})
    running.start()
    yield running
    running.stop()


def put(chooser: Locator, name: str, data: bytes) -> None:
    chooser.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": data})


def saved(page: Page, button: str, folder: Path) -> bytes:
    with page.expect_download() as waited:
        page.get_by_role("button", name=button).click()
    path = folder / waited.value.suggested_filename
    waited.value.save_as(path)
    return path.read_bytes()


def test_queries_make_a_test_set_of_the_chosen_texts_and_can_be_taken_away(
    server: Server, page: Page, tmp_path: Path
) -> None:
    page.goto(f"{server.url}/?models=lsa")
    settled(page)
    texts = paste(page, "red apple\ngreen pear\nblue plum", "Fruit")
    page.goto(f"{server.url}/retrieval{LIST.format(texts)}")
    page.get_by_role("button", name="Load queries").click()
    dialog = page.get_by_role("dialog")
    put(dialog.locator("input[type=file]").first, "pairs.csv", PAIRS.replace(b",2,", b",1.5,"))
    expect(dialog.get_by_test_id("stAlertContentError")).to_contain_text("pairs.csv, line 5: expected a whole number")
    put(dialog.locator("input[type=file]").first, "pairs.csv", PAIRS)
    expect(dialog.get_by_text("3 queries: 2 with a relevant text, 1 without an answer; 3 judgements.")).to_be_visible()
    dialog.get_by_role("button", name="Use 3 queries and 4 judgements").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("combobox", name="Texts")).to_have_value("Fruit · test set")
    assert query(page, "corpus") != texts
    assert saved(page, "Judgements for TREC", tmp_path) == b"q1 0 1 3\nq1 0 2 1\nq2 0 1 0\nq3 0 2 2\n"
    again = corpora.read_zip("x.zip", saved(page, "Test set as ZIP", tmp_path)).corpus
    assert again.queries[1] == Query("q2", "<b>bold</b> *who*?", "no answer")

    page.get_by_role("button", name="Load queries").click()
    dialog.get_by_role("tab", name="Queries and qrels").click()
    queries, qrels = dialog.locator("input[type=file]").nth(1), dialog.locator("input[type=file]").nth(2)
    put(qrels, "x.qrels", b"q1 0 3 1\nq1 3 1\n")
    expect(dialog.get_by_test_id("stAlertContentError")).to_contain_text("x.qrels, line 2: expected 4 columns")
    put(queries, "queries.jsonl", b'{"_id": "a", "text": "red ?"}\n')
    put(qrels, "x.qrels", b"a 0 1 2\n")
    dialog.get_by_role("button", name="Use 1 query and 1 judgement").click()
    expect(page.get_by_role("combobox", name="Texts")).to_have_value("Fruit · test set (2)")
    for _ in range(60):  # until the page below has caught up, its button still saves what was chosen before
        qrels_saved = saved(page, "Judgements for TREC", tmp_path)
        if qrels_saved.startswith(b"a"):
            break
        page.wait_for_timeout(500)
    assert qrels_saved == b"a 0 1 2\n"
    no_error(page)


def test_a_zip_and_a_data_set_of_the_hub_are_texts_with_queries(server: Server, page: Page, hub: Hub) -> None:
    fruit = Corpus(
        "x", ("red apple", "green pear"), queries=(Query("q", "red ?"),), judgements=(Judgement("q", "1", 1),)
    )
    page.goto(f"{server.url}/?models=lsa")
    settled(page)
    page.get_by_role("button", name="Add texts").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("tab", name="File").click()
    put(dialog.locator("input[type=file]").first, "fruit.zip", b"PK no zip")
    expect(dialog.get_by_test_id("stAlertContentError")).to_contain_text("is a damaged ZIP")
    put(dialog.locator("input[type=file]").first, "fruit.zip", corpora.to_beir(fruit))
    expect(dialog.get_by_text("1 query; 1 judgement from qrels/test.tsv.")).to_be_visible()
    dialog.get_by_role("button", name="Use 2 texts").click()
    expect(page.get_by_role("combobox", name="Texts")).to_have_value("fruit")
    settled(page)

    page.get_by_role("button", name="Add texts").click()
    dialog.get_by_role("tab", name="Hub").click()
    name = dialog.get_by_role("textbox", name="Data set on the hub")
    name.fill("../etc")
    dialog.get_by_role("button", name="Bring it").click()
    expect(dialog.get_by_test_id("stAlertContentError")).to_contain_text("such as mteb/scifact")
    name.fill("someone/nothing")
    dialog.get_by_role("button", name="Bring it").click()
    expect(page.get_by_text(re.compile("There is no data set someone/nothing"))).to_be_visible()
    page.get_by_role("button", name="Hide").click()
    expect(page.get_by_text("There is no data set")).to_have_count(0)

    page.get_by_role("button", name="Add texts").click()
    dialog.get_by_role("tab", name="Hub").click()
    name.fill("someone/tales")
    dialog.get_by_role("button", name="Bring it").click()
    expect(page.get_by_role("combobox", name="Texts")).to_have_value("tales")
    settled(page)
    expect(page.get_by_role("button", name="Hide")).to_have_count(0)
    assert not hub.fetched(".py")
    no_error(page)
