"""Voyage, Cohere and Google by their own libraries, against their services on loopback, well- and ill-behaved."""

import json
import logging
import traceback
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from core import providers
from core.errors import BadVectors, VecassayError
from core.providers import access, tries
from core.providers.calls import HostedEncoder, Part
from core.registry import discover
from core.settings import settings
from core.types import ModelSpec, Role
from tests.providers.fake_vendors import PROTOCOLS, Service, expected

pytest.importorskip("voyageai")
pytest.importorskip("cohere")
pytest.importorskip("google.genai")
discover("core.providers")
# Voyage's library leaves it to the garbage collector to close the connections of threads that have ended.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
WORDS = {
    "voyage": ("query", "document"),
    "cohere": ("search_query", "search_document"),
    "google": ("RETRIEVAL_QUERY", "RETRIEVAL_DOCUMENT"),
}
KEYS = {
    "voyage": ("VOYAGE_API_KEY",),
    "cohere": ("CO_API_KEY", "COHERE_API_KEY"),
    "google": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
}
SECRET = "sk-secret-0123456789"
TEXTS = ("a cat", "naïve café", "🙂🙂", "مرحبا", "<script>alert(1)</script>", "x", "line\nbreak", "\ud800 half")
CLEAN = (*TEXTS[:-1], "\ufffd" * 3 + " half")


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """No key but the endpoint's, and the seconds that are waited, without waiting."""
    import tenacity

    for names in KEYS.values():
        for name in names:
            monkeypatch.delenv(name, raising=False)
    noted: list[float] = []
    monkeypatch.setattr(tenacity.nap, "time", SimpleNamespace(sleep=noted.append))
    settings.cache_clear()
    yield noted
    settings.cache_clear()


@pytest.fixture(params=list(PROTOCOLS))
def service(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """One vendor's service; the operator has given its address a key."""
    with Service(PROTOCOLS[request.param]) as running:
        monkeypatch.setenv("VECASSAY_ENDPOINTS", json.dumps({running.url: "SOME_KEY"}))
        monkeypatch.setenv("SOME_KEY", SECRET)
        settings.cache_clear()
        yield running


def _spec(service: Service, **more: object) -> ModelSpec:
    key = service.protocol.key
    query, document = WORDS[key]
    made = ModelSpec("m", "The model", key, "m", query_prompt=query, document_prompt=document, url=service.url)
    return replace(made, **more)


def _load(service: Service, **more: object) -> HostedEncoder:
    loaded = providers.provider(service.protocol.key).load(_spec(service, **more))
    assert isinstance(loaded, HostedEncoder)
    return loaded


def _parts(encoder: HostedEncoder, texts: list[str]) -> list[Part]:
    return list(encoder.stream(texts, role=Role.DOCUMENT))


def test_vectors_come_in_the_order_asked_with_the_word_of_their_role(service: Service) -> None:
    encoder = _load(service)
    for role, word in zip((Role.QUERY, Role.DOCUMENT), WORDS[service.protocol.key], strict=True):
        vectors = encoder.encode(TEXTS, role=role)
        assert vectors.dtype == np.float32
        assert vectors.tolist() == expected(CLEAN, word)
        assert service.asked[-1].role == word
        assert service.asked[-1].texts == CLEAN
    assert encoder.used == 2 * sum(map(len, CLEAN))  # as the service counts
    assert {asked.path for asked in service.asked} == {service.protocol.path}
    assert {asked.key for asked in service.asked} == {SECRET}


def test_blank_texts_are_not_sent_and_no_texts_ask_nothing(service: Service) -> None:
    encoder = _load(service)
    texts = ("", "word", "   ", "\n")
    word = WORDS[service.protocol.key][1]
    assert encoder.encode(texts, role=Role.DOCUMENT).tolist() == expected(texts, word)
    assert [asked.texts for asked in service.asked] == [("word",)]
    assert encoder.encode((), role=Role.DOCUMENT).shape == (0, 4)
    assert len(service.asked) == 1


def test_a_dimension_is_asked_for_and_comes_out(service: Service) -> None:
    vectors = _load(service, dimension=2).encode(TEXTS, role=Role.QUERY)
    assert vectors.tolist() == expected(CLEAN, WORDS[service.protocol.key][0], 2)
    assert [asked.dimension for asked in service.asked] == [2]
    _load(service).encode(["a"], role=Role.QUERY)
    assert service.asked[-1].dimension is None


def test_without_words_none_are_sent_unless_the_vendor_needs_one(service: Service) -> None:
    if service.protocol.key == "cohere":
        with pytest.raises(VecassayError, match=r"one of search_query.*got ''. Nothing was sent"):
            _load(service, query_prompt="", document_prompt="")
        assert not service.asked
        return
    vectors = _load(service, query_prompt="", document_prompt="").encode(["ab"], role=Role.QUERY)
    assert vectors.tolist() == expected(["ab"], "")
    assert service.asked[0].role == ""


def test_a_word_the_vendor_does_not_know_is_refused_before_anything_is_sent(service: Service) -> None:
    for wrong in ("query: ", "Query", "passage"):
        with pytest.raises(VecassayError, match="Expected for each query one of"):
            _load(service, query_prompt=wrong)
        with pytest.raises(VecassayError, match="Expected for each document one of"):
            providers.provider(service.protocol.key).space(_spec(service, document_prompt=wrong))
    assert not service.asked


def test_roles_are_kept_apart_by_their_words(service: Service) -> None:
    provider = providers.provider(service.protocol.key)
    query, document = WORDS[service.protocol.key]
    space = provider.space(_spec(service))
    assert space.shelf(Role.QUERY) != space.shelf(Role.DOCUMENT)
    same = provider.space(_spec(service, query_prompt=document))
    assert same.shelf(Role.QUERY) == same.shelf(Role.DOCUMENT)
    changes = {"query_prompt": document, "document_prompt": query, "dimension": 2, "name": "n", "url": ""}
    for name, value in changes.items():
        assert provider.space(_spec(service, **{name: value})) != space, name
    assert provider.space(_spec(service, label="another", key="k")) == space


def test_too_many_requests_are_tried_again_after_the_wait_asked_for(service: Service, waits: list[float]) -> None:
    service.faults, service.headers = ["429", "429"], {"Retry-After": "7"}
    assert _load(service).encode(["abc"], role=Role.QUERY)[0, 0] == 3
    assert len(service.asked) == 3
    assert waits == [7.0, 7.0]


def test_without_a_wait_asked_for_each_is_longer(service: Service, waits: list[float]) -> None:
    service.faults = ["500", "503", "500", "502"]
    assert _load(service).encode(["abc"], role=Role.QUERY)[0, 0] == 3
    assert len(service.asked) == access.ATTEMPTS == 5
    for wait, least in zip(waits, (1, 2, 4, 8), strict=True):
        assert least <= wait <= least + tries.FIRST_WAIT


def test_a_wait_is_never_endless_and_may_be_a_date() -> None:
    assert tries.asked({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) < 0  # type: ignore[operator]
    assert tries.asked({"retry-after": "Wed, 21 Oct 2099 07:28:00 GMT"}) > 1e6  # type: ignore[operator]
    for wait, waited in ((1e9, tries.LONGEST_WAIT), (-5.0, 0.0), (float("nan"), 0.0)):
        failed = SimpleNamespace(outcome=SimpleNamespace(exception=lambda wait=wait: tries.Failed(429, "", wait)))
        assert tries._wait(failed) == waited  # type: ignore[arg-type]


def test_google_says_the_wait_in_its_answer(waits: list[float]) -> None:
    with Service(PROTOCOLS["google"], faults=["429"]) as service:
        assert _load(service).encode(["abc"], role=Role.QUERY)[0, 0] == 3
    assert waits == [9.0]


@pytest.mark.parametrize(("status", "says"), [("500", "refused the request"), ("429", "too many requests or tokens")])
def test_what_does_not_pass_is_told_after_so_many_tries(service: Service, status: str, says: str) -> None:
    service.always, service.said = status, "the dog ate it"
    with pytest.raises(VecassayError, match=says) as raised:
        _load(service).encode(["abc"], role=Role.QUERY)
    assert len(service.asked) == access.ATTEMPTS
    assert "The model" in str(raised.value)
    assert "is kept" in str(raised.value)
    if (service.protocol.key, status) != ("voyage", "500"):  # its library drops the service's words there
        assert "the dog ate it" in str(raised.value)


@pytest.mark.parametrize("fault", ["drop", "half", "hang"])
def test_a_connection_that_breaks_is_tried_again(
    service: Service, fault: str, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    if fault == "hang":
        monkeypatch.setattr(access, "SECONDS", 0.3)
    service.faults = [fault]
    assert _load(service).encode(["abc"], role=Role.QUERY)[0, 0] == 3
    assert len(service.asked) == 2
    assert len(waits) == 1


def test_nobody_there_is_told_as_no_answer(service: Service) -> None:
    encoder = _load(service)
    service.server.shutdown()
    service.server.server_close()
    with pytest.raises(VecassayError, match=r"gives no answer\. Check the address and the network"):
        encoder.encode(["abc"], role=Role.QUERY)


@pytest.mark.parametrize("fault", ["torn", "prose"])
def test_an_answer_that_is_none_is_told_at_once(service: Service, fault: str) -> None:
    service.always = fault
    with pytest.raises(VecassayError, match="could not be read"):
        _load(service).encode(["abc", "d"], role=Role.QUERY)
    assert len(service.asked) == 1


@pytest.mark.parametrize(("fault", "says"), [("few", "of 2 texts"), ("ragged", "wide for 2 of 2 texts")])
def test_another_number_of_vectors_is_refused(service: Service, fault: str, says: str) -> None:
    service.always = fault
    with pytest.raises(VecassayError, match=says):
        _load(service).encode(["abc", "d"], role=Role.QUERY)


def test_another_dimension_is_refused(service: Service) -> None:
    service.always = "narrow"
    with pytest.raises(BadVectors, match="answered with 2 dimensions, expected 3"):
        _load(service, dimension=3).encode(["abc"], role=Role.QUERY)


def test_what_is_answered_before_a_fault_is_given_out(service: Service) -> None:
    encoder, found = _load(service), []
    encoder.limits = replace(encoder.limits, texts=1, at_once=1)
    service.faults = ["", "", "404"]
    with pytest.raises(VecassayError, match="knows no model 'm'"):
        for part in encoder.stream(["a", "b", "c", "d"], role=Role.QUERY):
            found.append(part.rows)
    assert found == [(0,), (1,)]
    assert len(service.asked) == 3


@pytest.mark.parametrize("status", ["401", "403"])
def test_a_key_that_is_refused_is_told_once_without_the_key(service: Service, status: str) -> None:
    service.always, service.said = status, f"Key {SECRET} was revoked."
    with pytest.raises(VecassayError, match="refuses the key") as raised:
        _load(service).encode(["abc"], role=Role.QUERY)
    assert len(service.asked) == 1
    assert SECRET not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("status", ["400", "500"])
def test_no_error_holds_the_key(service: Service, status: str) -> None:
    service.always, service.said = status, f"Cannot use {SECRET} now."
    with pytest.raises(VecassayError) as raised:
        _load(service).encode(["abc"], role=Role.QUERY)
    assert SECRET not in "".join(traceback.format_exception(raised.value))


def test_the_key_is_never_logged(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    service.faults = ["", "500", "", "401"]
    encoder = _load(service)
    encoder.encode(["abc"], role=Role.QUERY)
    encoder.encode(["abc"], role=Role.QUERY)
    with pytest.raises(VecassayError, match="refuses the key"):
        encoder.encode(["abc"], role=Role.QUERY)
    assert SECRET not in caplog.text


def test_a_key_that_is_not_valid_is_told_as_one_whatever_the_number() -> None:
    for vendor, status, said in (("google", "400", "API key not valid."), ("cohere", "498", "invalid token")):
        with Service(PROTOCOLS[vendor], always=status, said=said) as service:
            with pytest.raises(VecassayError, match="refuses the key"):
                _load(service).encode(["abc"], role=Role.QUERY)
            assert len(service.asked) == 1


def test_a_vendors_own_key_is_not_sent_to_another_address(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS[service.protocol.key]:
        monkeypatch.setenv(name, "the vendor's own")
    _load(service).encode(["abc"], role=Role.QUERY)
    monkeypatch.delenv("VECASSAY_ENDPOINTS")
    settings.cache_clear()
    _load(service).encode(["abc"], role=Role.QUERY)
    assert [asked.key for asked in service.asked] == [SECRET, "none"]


@pytest.mark.parametrize("vendor", list(KEYS))
def test_a_vendor_without_a_key_names_the_variable(vendor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = providers.provider(vendor)
    spec = ModelSpec("m", "The model", vendor, "m", query_prompt=WORDS[vendor][0], document_prompt=WORDS[vendor][1])
    assert provider.remote
    assert providers.leaves(spec)
    with pytest.raises(VecassayError, match=f"environment variable {KEYS[vendor][0]}"):
        provider.load(spec)
    monkeypatch.setenv(KEYS[vendor][-1], SECRET)
    provider.load(spec)  # asks nobody yet
    monkeypatch.setenv("VECASSAY_HOSTED", "false")
    settings.cache_clear()
    with pytest.raises(VecassayError, match="forbids"):
        provider.load(spec)


def test_a_library_that_is_not_here_is_named(monkeypatch: pytest.MonkeyPatch, service: Service) -> None:
    monkeypatch.setattr("core.providers.missing", lambda names: names)
    with pytest.raises(VecassayError, match=r"pip install (voyageai|cohere|google-genai)"):
        _load(service)


def test_requests_hold_no_more_texts_than_the_vendor_takes(service: Service) -> None:
    provider, encoder = providers.provider(service.protocol.key), _load(service)
    most = {"voyage": 1000, "cohere": 96, "google": 100}[provider.key]
    assert encoder.limits.texts == most
    texts = [f"{number:05d}" for number in range(2 * most + 1)]
    vectors = encoder.encode(texts, role=Role.DOCUMENT)
    assert sorted(len(asked.texts) for asked in service.asked) == [1, most, most]
    assert sorted(text for asked in service.asked for text in asked.texts) == texts
    assert vectors.shape == (len(texts), 4)


def test_requests_hold_no_more_tokens_than_the_vendor_takes(service: Service) -> None:
    encoder = _load(service)
    size = encoder.limits.tokens  # in tokens, four characters each: half of what a request takes and a little more
    texts = ["y" * (2 * size + 4)] * 3 + ["z"]
    service.longest = 10_000_000
    encoder.encode(texts, role=Role.DOCUMENT)
    assert sorted(len(asked.texts) for asked in service.asked) == [1, 1, 2]


def test_only_so_many_requests_are_under_way_at_once(service: Service) -> None:
    encoder = _load(service)
    most = encoder.limits.at_once
    encoder.limits = replace(encoder.limits, texts=1)
    service.together = most
    encoder.encode([f"text {number}" for number in range(3 * most)], role=Role.DOCUMENT)
    assert len(service.asked) == 3 * most
    assert service.most == most > 1


def test_a_request_with_too_much_goes_in_halves(service: Service) -> None:
    service.request_holds = 10
    texts = ["aaaa", "bbbb", "cccc", "dd", "e"]
    encoder = _load(service)
    vectors = encoder.encode(texts, role=Role.DOCUMENT)
    assert vectors.tolist() == expected(texts, WORDS[service.protocol.key][1])
    assert all(part.cut == 0 for part in _parts(encoder, texts))


def test_texts_that_are_too_long_are_cut_and_counted_where_the_vendor_can_tell(service: Service) -> None:
    service.longest = 8
    texts = ["short", "a much longer text", "tiny", "another that is too long"]
    encoder = _load(service)
    vectors = encoder.encode(texts, role=Role.DOCUMENT)
    assert vectors[:, 0].tolist() == [5, 8, 4, 8]
    cut = sum(part.cut for part in _parts(encoder, texts))
    assert cut == (2 if service.protocol.key == "voyage" else 0)


def test_an_open_model_of_voyage_is_not_run_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object, **__: object) -> None:
        raise AssertionError("run here")

    monkeypatch.setattr("voyageai.client.embed_local", run)
    with Service(PROTOCOLS["voyage"]) as service:
        _load(service, name="voyage-4-nano").encode(["abc"], role=Role.QUERY)
        assert service.asked[0].model == "voyage-4-nano"
