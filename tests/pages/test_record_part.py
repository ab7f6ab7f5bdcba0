"""The part of the Decision page that writes the record: fields, files made on click, a preview apart from the page."""

import base64
from pathlib import Path
from typing import Any

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


def test_a_file_is_made_with_what_is_typed_at_the_click(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A click makes the file by what the run before left behind, while the run with the new title has just begun."""
    files: dict[str, Any] = {}
    names: set[str] = set()

    def button(label: str, data: Any, *, file_name: str, **_more: object) -> bool:
        files.setdefault(label, data)
        names.add(file_name)
        return False

    monkeypatch.setattr(part.st, "download_button", button)
    monkeypatch.setattr(part, "MOMENT", 0)
    page.run()
    assert from_json(files["JSON"]()).title == ""
    page.text_input(key="record_title").set_value("Search: Größe / 2")
    page.text_input(key="record_signed").set_value("Ada, Grace")
    page.run()
    assert not page.exception
    record = from_json(files["JSON"]())
    assert record.title == "Search: Größe / 2"
    assert record.signed == ("Ada", "Grace")
    # The name of a file is fixed when the button is drawn: it cannot hold the title.
    assert names == {"decision-forty.html", "decision-forty.md", "decision-forty.json"}


def test_what_is_typed_while_a_file_is_made_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = {"title": "Sear"}

    def made() -> str:
        before = typed["title"]
        typed["title"] = "Search"
        return before

    monkeypatch.setattr(part, "MOMENT", 0)
    assert part._file(str.encode, made, typed) == b"Search"
