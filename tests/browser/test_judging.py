"""A test set made in the page: type queries, judge blind, come back, use it, take it away."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core import pipeline
from core.session.grading import mark
from core.types import Corpus, ModelSpec
from tests.browser.conftest import Server, no_error, query, settled

pytestmark = pytest.mark.browser
TEXTS = (
    "The kettle is boiling over.",
    "Water is boiling in the kettle.",
    "My parcel never arrived.",
    "<b>The parcel</b> has not **arrived**.",
    "He plays the bass in a band.",
    "The band plays without a bass.",
    "The kettle is boiling over.",
)
KETTLE, PARCEL = "Why is my kettle <i>boiling</i>?", "parcel arrived"


@pytest.fixture
def server(home: Path) -> Iterator[Server]:
    """A server on an empty home: the models here need no files."""
    running = Server(home)
    running.start()
    yield running
    running.stop()


def _ask(page: Page, text: str, kind: str = "") -> None:
    page.get_by_label("New query", exact=True).fill(text)
    # Typed key by key: what is typed is no grade of the query that is open.
    page.get_by_label("Kind", exact=True).press_sequentially(kind)
    page.get_by_role("button", name="Judge it").click()
    expect(page.locator(".st-key-judged_query").get_by_test_id("stText")).to_have_text(text)
    expect(_texts(page).first).to_be_visible(timeout=120_000)
    settled(page)


def _texts(page: Page) -> Locator:
    """The boxes of the texts to grade, in the order they are shown."""
    return page.locator(".st-key-pool").get_by_role("radiogroup")


def _shown(page: Page) -> list[str]:
    """The texts to grade; the first without a grade stands above them once more."""
    settled(page)
    expect(_texts(page)).to_have_count(len(set(TEXTS)))
    found = page.locator(".st-key-pool").get_by_test_id("stText").all_inner_texts()
    return found[-_texts(page).count() :]


def _grade(page: Page, grades: dict[str, int]) -> None:
    for done, (text, grade) in enumerate(grades.items(), start=1):
        group = _texts(page).nth(_shown(page).index(text))
        group.get_by_role("radio", name=str(grade), exact=True).click()
        expect(page.get_by_text(re.compile(rf"^{done} of \d+ judged$"))).to_be_visible()


def _chosen(page: Page) -> dict[str, str]:
    """The grade that is pressed for each text."""
    shown, groups = _shown(page), _texts(page)
    pressed = [groups.nth(i).locator('[aria-checked="true"]').all_inner_texts() for i in range(groups.count())]
    return {text: found[0] for text, found in zip(shown, pressed, strict=True) if found}


def test_type_judge_come_back_use_and_export(server: Server, page: Page) -> None:
    kept = pipeline.store()
    kept.models.add(ModelSpec("twin", "Twin of LSA", "lsa", "tfidf-svd", dimension=2), "")
    bare = Corpus("Seven texts", TEXTS)
    corpus = kept.corpora.add(bare, {}, kind="upload", owner="me")
    page.goto(f"{server.url}/retrieval?corpus={corpus}&models=lsa,twin")
    expect(page.get_by_text("come without queries")).to_be_visible(timeout=120_000)
    settled(page)

    # Two queries, each judged blind: markup is shown as it was written, and no model is named.
    _ask(page, KETTLE, "question")
    pool = page.locator(".st-key-pool")
    assert set(_shown(page)) == set(TEXTS)
    expect(pool.get_by_text("in the texts 2 times")).to_have_count(1)
    for name in ("LSA", "Twin", "BM25", "lsa", "twin", "bm25"):
        assert name not in pool.inner_html()
    first_order = _shown(page)
    _grade(page, {TEXTS[0]: 3, TEXTS[1]: 2, TEXTS[4]: 0})
    page.locator("h1").click()
    page.keyboard.press("1")  # the first text without a grade
    expect(page.get_by_text("4 of 6 judged")).to_be_visible()
    settled(page)
    kettle = _chosen(page)
    assert {text: kettle[text] for text in (TEXTS[0], TEXTS[1], TEXTS[4])} == {
        TEXTS[0]: "3",
        TEXTS[1]: "2",
        TEXTS[4]: "0",
    }
    assert sorted(kettle.values()) == ["0", "1", "2", "3"]
    _ask(page, PARCEL, "no 3")
    assert _shown(page) != first_order, "each query has an order of its own"
    page.get_by_role("button", name="No answer here").click()
    expect(page.get_by_text("6 of 6 judged")).to_be_visible()

    # Whoever comes back finds every grade; a query typed again is the one that is there.
    page.reload()
    expect(page.get_by_text("6 of 6 judged")).to_be_visible(timeout=60_000)
    assert set(_chosen(page).values()) == {"0"}
    _ask(page, f"  {KETTLE} ")
    assert _shown(page) == first_order
    assert _chosen(page) == kettle
    no_error(page)

    # Used, they are a test set of one's own, and what is saved is what was clicked.
    expect(page.get_by_text("12 new judgements of yours are in no figure yet.")).to_be_visible()
    page.get_by_role("button", name="Use these judgements").click()
    expect(page.get_by_text(re.compile("^2 queries: 1 with a known answer, 1 judged to have none"))).to_be_visible()
    settled(page)
    no_error(page)
    assert query(page, "corpus") not in ("", corpus)
    expect(page.get_by_role("button", name="Use these judgements")).to_have_count(0)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Judgements for TREC").click()
    lines = {tuple(line.split()) for line in Path(saved.value.path()).read_text().splitlines()}
    rows = {text: [str(row) for row, other in enumerate(TEXTS, 1) if other == text] for text in TEXTS}
    clicked = {mark(KETTLE): kettle, mark(PARCEL): dict.fromkeys(TEXTS, "0")}
    assert lines == {
        (key, "0", row, grade)
        for key, grades in clicked.items()
        for text, grade in grades.items()
        for row in rows[text]
    }
