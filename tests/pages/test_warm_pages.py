"""Pages whose answers are there start no job: not when one comes back to them, not for another visitor."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import jobs, pipeline
from core.session.panel import forget
from core.store.corpora import Corpora
from core.types import ModelSpec
from tests.pages.test_pages import settle

ROOT = Path(__file__).parent.parent.parent
PAGES = ("overview", "compare", "similarity", "clusters", "latency", "retrieval", "decision", "library")


def _visit() -> AppTest:
    """A visitor with queries that were judged and two models that need no files."""
    pipeline.store().models.add(ModelSpec("small", "LSA of 8", "lsa", "tfidf-svd", dimension=8), "")
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    at.query_params.update(corpus="helpdesk", models="lsa,small", map="pca", grouping="kmeans")
    return at.run()


def _walk(at: AppTest) -> dict[str, int]:
    """Every page until nothing is at work and nothing more is asked; how many jobs each started."""
    found = {}
    for page in PAGES:
        before = jobs.jobs().started
        settle(at.switch_page(f"pages/{page}.py").run())
        assert not at.exception, (page, at.exception)
        assert not at.error, (page, [error.value for error in at.error])
        found[page] = jobs.jobs().started - before
    return found


def test_pages_with_warm_answers_start_no_job(app: None) -> None:
    at = _visit()
    cold = _walk(at)
    # The pages that ask, so that nothing below would hold for pages that show nothing.
    assert all(cold[page] for page in ("compare", "similarity", "clusters", "retrieval")), cold
    nothing = dict.fromkeys(PAGES, 0)
    assert _walk(at) == nothing
    assert _walk(_visit()) == nothing
    forget()  # as after a restart: the store has the answers
    assert _walk(_visit()) == nothing


def test_typed_sentences_are_written_to_the_store_once(app: None, monkeypatch: pytest.MonkeyPatch) -> None:
    written, add = [], Corpora.add

    def count(self: Corpora, corpus: object, report: object, kind: str, owner: str | None) -> str:
        written.append(kind)
        return add(self, corpus, report, kind=kind, owner=owner)  # type: ignore[arg-type]

    monkeypatch.setattr(Corpora, "add", count)
    monkeypatch.setattr("core.session.panel.work", lambda waiting: False)  # what is asked is never answered
    at = _visit()
    at.switch_page("pages/compare.py").run()
    assert "typed" in written
    written.clear()
    at.run()
    at.text_area(key="typed_sentences").set_value("one sentence\nand another").run()
    assert written == ["typed"]
