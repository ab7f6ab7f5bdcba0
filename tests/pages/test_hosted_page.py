"""Hosted models on pages: nothing leaves before somebody agrees, and no key is ever shown, kept or logged."""

import json
import logging
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import catalog, pipeline
from core.report.html import to_html
from core.report.markdown import to_markdown
from core.report.record import to_json
from core.sending import NotAgreed, SpendingLimit
from core.session import hosting
from core.settings import settings
from core.types import Corpus, ModelSpec, Question, Role
from core.work import Work, resolve
from tests import decided
from tests.pages.test_pages import ROOT, open_page, settle
from tests.pages.test_pages import words as escaped

KEY = "sk-planted-0123456789abcdef"
TEXTS = tuple(f"text number {n} about {'cats' if n % 2 else 'ships'}" for n in range(12))
WIDTH = 6
CHECKED = 6
"""Texts that a hosted model gets again, for the checks before any score."""


class Endpoint:
    """As much of OpenAI's protocol as the SDK asks for; what was asked is in `asked`, each with its header."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], str]] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.asked.append((asked["input"], self.headers.get("Authorization", "")))
                data = [
                    {"object": "embedding", "index": n, "embedding": _vector(text)}
                    for n, text in enumerate(asked["input"])
                ]
                usage = {"prompt_tokens": 5 * len(data), "total_tokens": 5 * len(data)}
                body = {"object": "list", "model": asked["model"], "data": data, "usage": usage}
                answer = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def texts(self) -> list[str]:
        return [text for texts, _ in self.asked for text in texts]


def _vector(text: str) -> list[float]:
    seed = int.from_bytes(sha256(text.encode()).digest()[:4], "big")
    return [float(value) for value in np.random.default_rng(seed).normal(size=WIDTH)]


@pytest.fixture
def endpoint(app: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """An endpoint that counts as somebody else's machine, with a key the operator gave it."""
    started = Endpoint()
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("VECASSAY_ENDPOINTS", json.dumps({started.url: "OPENAI_API_KEY"}))
    settings.cache_clear()
    monkeypatch.setattr("core.providers.loopback", lambda url: False)
    yield started
    started.close()


@pytest.fixture
def hosted(endpoint: Endpoint) -> ModelSpec:
    spec = catalog.keyed(ModelSpec("", "Faraway", "openai", "faraway-embed", url=endpoint.url))
    pipeline.store().models.add(spec, "")
    return spec


@pytest.fixture
def corpus(endpoint: Endpoint) -> str:
    return pipeline.store().corpora.add(Corpus("Few texts", TEXTS), {}, kind="typed", owner=None)


def agree(at: AppTest) -> AppTest:
    """Press the button of the box."""
    next(button for button in at.button if button.label == "Send them").click()
    return settle(at.run())


def words(at: AppTest) -> str:
    """What is said, without what keeps it from being markup."""
    return escaped(at).replace("\\", "").replace("\u2060", "")


def buttons(at: AppTest) -> list[str]:
    return [button.label for button in at.button]


def everything(at: AppTest) -> str:
    """All that was sent to the browser."""

    def walk(block: Any) -> Iterator[str]:
        yield str(getattr(block, "proto", ""))
        for child in getattr(block, "children", {}).values():
            yield from walk(child)

    return "\n".join(walk(at._tree))


def test_nothing_is_sent_before_somebody_agrees(
    hosted: ModelSpec, corpus: str, endpoint: Endpoint, asked_here: list[str]
) -> None:
    at = open_page("overview", corpus=corpus, models=f"{hosted.key},lsa")
    assert not endpoint.asked
    said = words(at)
    assert "Faraway is hosted: these texts would leave this machine" in said
    assert "12 texts" in said and "Key: present (OPENAI_API_KEY)" in said
    assert any("LSA" in element.value for element in at.markdown), "the page goes on with the other model"
    at = agree(at)
    assert sorted(set(endpoint.texts)) == sorted(TEXTS)
    assert len(endpoint.texts) == len(TEXTS) + CHECKED
    assert {key for _, key in endpoint.asked} == {f"Bearer {KEY}"}
    assert "Send them" not in buttons(at)
    assert any("**Faraway**" in element.value for element in at.main.markdown)
    assert "18 texts, 90 tokens" in words(at)
    sent = len(endpoint.asked)
    settle(open_page("overview", corpus=corpus, models=hosted.key))
    assert len(endpoint.asked) == sent, "what is kept is not sent again"


def test_price_and_limit_are_kept_as_agreed_and_can_be_changed(
    hosted: ModelSpec, corpus: str, endpoint: Endpoint, asked_here: list[str]
) -> None:
    at = open_page("overview", corpus=corpus, models=hosted.key)
    at.number_input(key=_slot(at, "price-")).set_value(2.0).run()
    assert "0.0002 USD" not in words(at)  # 72 tokens or so at 2 a million; the catalogue names no currency
    at.number_input(key=_slot(at, "most-")).set_value(0.5).run()
    agree(at)
    agreed = _agreed(hosted, corpus)
    assert agreed is not None
    assert (agreed.per_million, agreed.most) == (2.0, 0.5)
    assert agreed.owner
    at = settle(open_page("library", corpus=corpus, models=hosted.key))
    assert at.number_input(key=_slot(at, "most-")).value == 0.5
    at.number_input(key=_slot(at, "most-")).set_value(0.75)
    next(button for button in at.button if button.label == "Keep this limit").click().run()
    later = _agreed(hosted, corpus)
    assert later is not None and later.most == 0.75
    (table,) = [frame.value for frame in at.dataframe if "texts sent" in frame.value]
    assert table["texts sent"].tolist() == [12 + CHECKED] and table["tokens"].tolist() == [90]
    assert table["money"].tolist() == pytest.approx([90 * 2 / 1_000_000])


def test_a_limit_that_stops_can_be_raised(
    hosted: ModelSpec, corpus: str, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = resolve(hosted, pipeline.find(pipeline.store(), corpus)).space
    texts = pipeline.find(pipeline.store(), corpus).texts_digest
    pipeline.store().spending.agree(space.digest, texts, "somebody", 1.0, 0.000_001)
    monkeypatch.setattr("core.session.panel.work", lambda waiting: False)
    at = open_page("overview", corpus=corpus, models=hosted.key)
    assert "Keep this limit" in buttons(at)
    at.number_input(key=_slot(at, "most-")).set_value(1.0)
    next(button for button in at.button if button.label == "Keep this limit").click().run()
    agreed = _agreed(hosted, corpus)
    assert agreed is not None and agreed.most == 1.0


def test_when_all_vectors_are_kept_nothing_is_asked(
    hosted: ModelSpec, corpus: str, endpoint: Endpoint, asked_here: list[str]
) -> None:
    agree(open_page("overview", corpus=corpus, models=hosted.key))
    some = pipeline.store().corpora.add(Corpus("Some of them", TEXTS[:5]), {}, kind="typed", owner=None)
    sent = len(endpoint.asked)
    at = open_page("overview", corpus=some, models=hosted.key)
    assert not at.error, [error.value for error in at.error]
    assert "Send them" not in buttons(at)
    assert "Allow it" in buttons(at), "sentences typed later would be sent"
    assert len(endpoint.asked) == sent


def test_a_run_that_is_timed_sends_only_what_was_agreed_to(
    hosted: ModelSpec, corpus: str, endpoint: Endpoint, asked_here: list[str]
) -> None:
    agree(open_page("overview", corpus=corpus, models=hosted.key))
    at = open_page("latency", corpus=corpus, models=hosted.key)
    assert "Faraway is hosted: each run sends texts there anew" in words(at)
    some = pipeline.find(pipeline.store(), corpus)
    few = Corpus("Some of them", some.texts[:5])
    pipeline.store().corpora.add(few, {}, kind="typed", owner=None)
    sent = len(endpoint.asked)
    study = pipeline.study(few, [hosted.key])
    facts = {"run": "a", "owner": "", "setting": "quick", "reference": "", "seed": 0}
    with pytest.raises(NotAgreed):
        pipeline.answer("latency", study, **facts)
    assert len(endpoint.asked) == sent


def test_forbidden_by_the_operator(
    hosted: ModelSpec, corpus: str, endpoint: Endpoint, asked_here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VECASSAY_HOSTED", "false")
    settings.cache_clear()
    at = open_page("overview", corpus=corpus, models=f"{hosted.key},lsa")
    assert any("the operator forbids" in warning.value for warning in at.warning)
    assert "Send them" not in buttons(at)
    assert "↗ Faraway (hosted: not allowed here)" in at.sidebar.multiselect[0].options
    assert any("LSA" in element.value for element in at.markdown)
    monkeypatch.setattr("core.providers.loopback", lambda url: True)
    at = open_page("overview", corpus=corpus, models=hosted.key)
    assert not at.warning and endpoint.asked, "an endpoint on this machine stays allowed, and nobody is asked"
    assert "Faraway" in at.sidebar.multiselect[0].options


def test_without_a_key_nothing_can_be_sent(
    hosted: ModelSpec, corpus: str, endpoint: Endpoint, asked_here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    at = open_page("overview", corpus=corpus, models=hosted.key)
    assert "Key: not set" in words(at)
    assert next(button for button in at.button if button.label == "Send them").disabled


def test_the_key_is_shown_kept_and_logged_nowhere(
    hosted: ModelSpec,
    corpus: str,
    endpoint: Endpoint,
    asked_here: list[str],
    home: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    at = open_page("overview", corpus=corpus, models=hosted.key)
    shown = everything(at)
    at = agree(at)
    shown += everything(at)
    for page in ("compare", "decision", "library", "latency"):
        at = settle(open_page(page, corpus=corpus, models=f"{hosted.key},lsa"))
        shown += everything(at) + str(dict(at.query_params))
    dialog = open_dialog(hosted)
    shown += everything(dialog)
    shown = shown.replace("\\", "")
    assert "Key: present (OPENAI_API_KEY)" in shown, "the elements are really read"
    assert any(KEY in key for _, key in endpoint.asked), "the key was really used"
    assert KEY not in shown
    assert KEY not in caplog.text
    kept = list(home.rglob("store.sqlite*"))
    assert kept and all(KEY.encode() not in file.read_bytes() for file in kept)


def test_the_key_is_in_no_record_of_a_decision(endpoint: Endpoint) -> None:
    spec = ModelSpec("words", "Faraway", "openai", "faraway-embed", url=endpoint.url)
    pipeline.store().models.add(spec, "")
    study = pipeline.study(decided.corpus(), ["words"])
    (model,) = study.models
    pipeline.store().spending.agree(model.space.digest, study.corpus.texts_digest, "somebody", 0.0)
    record = decided.record(study)
    assert any(KEY in key for _, key in endpoint.asked), "the key was really used"
    for write in (to_json, to_markdown, to_html):
        written = write(record).decode()
        assert "faraway-embed" in written.replace("\\", "")
        assert KEY not in written.replace("\\", "")


def test_a_model_is_tested_and_added_in_the_dialog(
    endpoint: Endpoint, corpus: str, asked_here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Question] = []

    def here(_: object, question: Question) -> None:
        asked.append(question)
        pipeline.keep(Work(pipeline.store(), pipeline.respond), question)

    monkeypatch.setattr("core.jobs.Jobs.submit", here)
    at = open_dialog(ModelSpec("", "", "openai", "faraway-embed", url=endpoint.url))
    assert not endpoint.asked
    assert "price unknown" in words(at)
    at.button(key="hosted_test").click().run()
    assert endpoint.texts == ["How do I reset my device?"]
    assert any("6 dimensions" in element.value and "includes the network" in element.value for element in at.success)
    at.button(key="model_add").click().run()
    (added,) = pipeline.store().models.listed(identity_of(at))
    assert (added.name, added.url) == ("faraway-embed", endpoint.url)


def test_prompts_are_filled_in_from_the_catalogue_s_model_of_the_same_name(endpoint: Endpoint) -> None:
    known = next(spec for spec in catalog.models().values() if spec.query_prompt and spec.document_prompt)
    at = open_dialog(ModelSpec("", "", "openai", known.name, url=endpoint.url))
    fields = {str(field.key): field.value for field in at.text_input}
    slot = f"openai-{known.name}-{endpoint.url}"
    assert fields[f"hosted_query-{slot}"] == known.query_prompt
    assert fields[f"hosted_document-{slot}"] == known.document_prompt
    assert f"queries “{known.query_prompt}”" in words(at)


def test_what_is_timed_is_in_the_books_and_stops_at_the_limit(
    hosted: ModelSpec, corpus: str, endpoint: Endpoint
) -> None:
    texts, kept = pipeline.find(pipeline.store(), corpus), pipeline.store()
    model, work = resolve(hosted, texts), Work(kept, pipeline.respond)
    kept.spending.agree(model.space.digest, texts.texts_digest, "somebody", 1.0, 0.000_004)
    with work.timing(texts, [model]) as load:
        load(model).encode(["one", "two"], role=Role.DOCUMENT)
        assert kept.spending.spent(model.space.digest).tokens == 0, "no call is slower for it"
    spent = kept.spending.spent(model.space.digest)
    assert (spent.tokens, spent.money) == (10, pytest.approx(0.000_010))
    with pytest.raises(SpendingLimit), work.timing(texts, []) as load:
        load(model)
    with pytest.raises(SpendingLimit), work.timing(texts, [model]):
        raise AssertionError("begun, and what comes before that model would be timed for nothing")
    assert len(endpoint.asked) == 1


def test_addresses_visitors_may_name(
    endpoint: Endpoint, corpus: str, asked_here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.session.folders.only_here", lambda: False)
    at = open_dialog(ModelSpec("", "", "openai", "faraway-embed", url="http://10.0.0.7/v1"))
    assert any("may not be asked from here" in error.value for error in at.error)
    assert at.button(key="model_add").disabled
    monkeypatch.setattr("core.session.folders.only_here", lambda: True)
    assert hosting._allowed("http://10.0.0.7/v1") == "http://10.0.0.7/v1"


@pytest.mark.parametrize(
    ("kind", "name", "query", "document", "nothing"),
    [
        ("voyage", "voyage-3.5", "query", "document", True),
        ("voyage", "a-later-one", "query", "document", True),
        ("cohere", "embed-v4.0", "search_query", "search_document", False),
        ("google", "gemini-embedding-001", "RETRIEVAL_QUERY", "RETRIEVAL_DOCUMENT", True),
    ],
)
def test_a_vendor_s_words_for_roles_are_offered_and_kept(
    app: None, kind: str, name: str, query: str, document: str, nothing: bool
) -> None:
    at = open_dialog(ModelSpec("", "", kind, name))
    assert not at.exception, at.exception
    assert not at.error, [error.value for error in at.error]
    boxes = {str(box.key).split("-")[0]: box for box in at.selectbox if str(box.key).startswith("hosted_")}
    asked, kept = boxes["hosted_query"], boxes["hosted_document"]
    assert (asked.label, kept.label) == ("Queries are sent as", "Texts are sent as")
    assert (asked.value, kept.value) == (query, document)
    assert ("(nothing)" in asked.options) == ("(nothing)" in kept.options) == nothing
    assert f"queries “{query}”, texts “{document}”" in words(at)
    kept.set_value(query).run()
    assert f"queries “{query}”, texts “{query}”" in words(at)


def test_the_library_says_where_hosted_models_are(app: None) -> None:
    kept = pipeline.store().models
    kept.add(ModelSpec("near", "Near", "openai", "near", url="http://127.0.0.1:9/v1"), "")
    kept.add(ModelSpec("far", "Far", "openai", "far"), "")
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.query_params["models"] = ""
    at.switch_page("pages/library.py").run()
    files = at.dataframe[0].value.set_index("model")["files"]
    assert (files["Near"], files["Far"], files["LSA"]) == ("at an endpoint", "at the vendor", "here")


def open_dialog(spec: ModelSpec) -> AppTest:
    """The dialog that adds a model, with a hosted one typed into it."""
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.query_params["models"] = ""
    at.switch_page("pages/library.py").run()
    at.session_state["_dialog"] = "model"
    at.run()
    at.radio(key="model_kind").set_value(spec.provider).run()
    at.text_input(key=f"hosted_name-{spec.provider}").set_value(spec.name).run()
    if spec.url:
        at.text_input(key="hosted_url").set_value(spec.url).run()
    return at


def identity_of(at: AppTest) -> str:
    return str(at.session_state["_owner"])


def _slot(at: AppTest, prefix: str) -> str:
    return next(str(each.key) for each in at.number_input if str(each.key).startswith(prefix))


def _agreed(spec: ModelSpec, corpus: str) -> Any:
    texts = pipeline.find(pipeline.store(), corpus)
    return pipeline.store().spending.agreed(resolve(spec, texts).space.digest, texts.texts_digest)
