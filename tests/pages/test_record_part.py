"""The part of the Decision page that writes the record: fields, files made on click, a preview apart from the page."""

import base64
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.report.record import from_json
from core.session import record as part
from tests import decided


def _script() -> None:
    """A page with nothing but the record of a small decision."""
    from core.session import record
    from tests import decided

    record.record_download(*decided.taken())


@pytest.fixture
def page(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    asked = decided.study(decided.folder(tmp_path / "words"))
    taken = decided.decide_on(asked)
    monkeypatch.setattr(decided, "taken", lambda: taken, raising=False)
    return AppTest.from_function(_script)


def test_nothing_is_written_until_it_is_asked_for(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part, "compose", lambda *_: pytest.fail("wrote a record nobody asked for"))
    page.run()
    assert not page.exception
    assert [button.label for button in page.get("download_button")] == ["HTML", "Markdown", "JSON"]


def test_what_a_person_wrote_is_in_the_page_which_stands_apart(page: AppTest) -> None:
    page.run()
    page.text_input(key="record_title").set_value("<b>Title</b>")
    page.text_input(key="record_signed").set_value("Ada, Grace")
    page.text_area(key="record_untested").set_value("French\n\n German ")
    page.toggle(key="record_shown").set_value(True)
    page.run()
    assert not page.exception
    (frame,) = page.get("iframe")
    source = frame.proto.src
    assert source.startswith("data:text/html")
    html = base64.b64decode(source.partition("base64,")[2]).decode()
    assert "&lt;b&gt;Title&lt;/b&gt;" in html
    assert "<b>" not in html
    for said in ("<p>Ada</p>", "<p>Grace</p>", "<li>French</li>", "<li>German</li>"):
        assert said in html


def test_json_is_what_verify_reads(home: Path, tmp_path: Path) -> None:
    record = decided.record(decided.study(decided.folder(tmp_path / "words")))
    assert from_json(part.FILES["json"][1](record)) == record


def test_files_are_named_after_the_title() -> None:
    from core.recording import Written

    assert part._name(Written("Search: Größe / 2")) == "decision-search-gr-e-2"
    assert part._name(Written("  ")) == "decision-record"
