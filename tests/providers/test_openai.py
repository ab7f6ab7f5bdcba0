"""The vendor's own library against a server on loopback that speaks its protocol, and misbehaves."""

import logging
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import numpy as np
import openai
import pytest

from core import providers
from core.errors import BadVectors, VecassayError
from core.providers import access, calls
from core.providers.calls import HostedEncoder, Limits
from core.settings import settings
from core.types import Floats, ModelSpec, Role
from tests.providers import fake_openai as fake
from tests.providers.conftest import spec
from tests.providers.fake_openai import Server, by_eye, changes, is_raw, says

KEY = "sk-0123456789-very-secret"
WORDS = [f"text number {n}" for n in range(100)]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as served:
        yield served


@pytest.fixture(autouse=True)
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds the library would have waited between its attempts; it does not."""
    seconds: list[float] = []
    clock = SimpleNamespace(**{**vars(time), "sleep": seconds.append})
    monkeypatch.setattr("openai._base_client.time", clock)
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_CUSTOM_HEADERS"):
        monkeypatch.delenv(name, raising=False)
    return seconds


@pytest.fixture
def vendor(server: Server, home: Path, monkeypatch: pytest.MonkeyPatch) -> ModelSpec:
    """The vendor's own service, which is the server on loopback; with a key."""
    real = openai.OpenAI
    monkeypatch.setattr(openai, "OpenAI", lambda **given: real(**{**given, "base_url": server.url}))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return spec("openai", "text-embedding-3-small")


def load(asked: ModelSpec, **limits: int) -> HostedEncoder:
    encoder = providers.provider("openai").load(asked)
    assert isinstance(encoder, HostedEncoder)
    if limits:
        encoder.limits = Limits(**{"texts": 32, "tokens": 16_000, "at_once": 2, **limits})
    return encoder


def at(server: Server, **more: Any) -> ModelSpec:
    return spec("openai", "m", url=server.url, **more)


def ask(asked: ModelSpec, said: list[str], role: Role = Role.DOCUMENT, **limits: int) -> Floats:
    return load(asked, **limits).encode(said, role=role)


def refused(asked: ModelSpec, texts: list[str] | None = None) -> str:
    with pytest.raises(VecassayError) as raised:
        ask(asked, texts or ["abc"])
    return str(raised.value)


def eyes(texts: list[str]) -> Floats:
    return np.array([by_eye(text) for text in texts], np.float32)


# What is asked, and what comes


def test_vectors_stand_in_the_order_asked_and_are_float32(home: Path, server: Server) -> None:
    found = ask(at(server), WORDS, texts=7)
    np.testing.assert_array_equal(found, eyes(WORDS))
    assert found.dtype == np.float32
    assert server.counted == dict.fromkeys(WORDS, 1)
    assert {body["model"] for body in server.asked} == {"m"}


def test_an_answer_out_of_order_is_put_into_order(home: Path, server: Server) -> None:
    server.always = changes(lambda data: data[::-1])
    np.testing.assert_array_equal(ask(at(server), ["a", "bbb", "cc"]), eyes(["a", "bbb", "cc"]))


def test_endpoints_are_asked_for_numbers_and_the_vendor_for_base64(server: Server, vendor: ModelSpec) -> None:
    assert (ask(vendor, WORDS[:3]) == ask(at(server), WORDS[:3])).all()
    assert [body["encoding_format"] for body in server.asked] == ["base64", "float"]


def test_base64_that_was_not_asked_for_is_read(home: Path, server: Server) -> None:
    server.always = changes(fake.in_base64)
    np.testing.assert_array_equal(ask(at(server), WORDS[:3]), eyes(WORDS[:3]))


def test_numbers_where_base64_was_asked_for_are_read(server: Server, vendor: ModelSpec) -> None:
    server.always = changes(lambda data: [{**row, "embedding": [1.5, -2.0]} for row in data])
    assert ask(vendor, ["a", "b"]).tolist() == [[1.5, -2.0]] * 2


def test_each_role_has_its_words_before_the_text(home: Path, server: Server) -> None:
    asked = at(server, query_prompt="query: ", document_prompt="passage: ")
    assert ask(asked, ["abc"], Role.QUERY).tolist() == [by_eye("query: abc")]
    assert ask(asked, ["abc"], Role.DOCUMENT)[0, 2] == len("passage")
    assert server.texts == [["query: abc"], ["passage: abc"]]


def test_dimensions_are_asked_for_only_where_some_were_chosen(home: Path, server: Server) -> None:
    assert ask(at(server, dimension=2), ["abc"]).shape == (1, 2)
    assert ask(at(server), ["abc"]).shape == (1, 3)
    assert [body.get("dimensions") for body in server.asked] == [2, None]


def test_no_text_asks_nothing(home: Path, server: Server) -> None:
    assert ask(at(server), []).shape[0] == 0
    assert server.asked == []


def test_blank_texts_are_zero_and_never_sent(home: Path, server: Server) -> None:
    found = ask(at(server), ["", "abc", " \n\t", "de"])
    np.testing.assert_array_equal(found, [[0, 0, 0], by_eye("abc"), [0, 0, 0], by_eye("de")])
    assert server.texts == [["abc", "de"]]


def test_only_blank_texts_have_the_dimension_of_the_model(home: Path, server: Server) -> None:
    assert ask(at(server), ["", "  "]).tolist() == [[0.0] * 3] * 2
    assert ask(at(server, dimension=2), [""]).tolist() == [[0.0] * 2]
    assert server.texts == [["."]]


def test_any_text_arrives_as_it_is(home: Path, server: Server) -> None:
    texts = ["half \ud800 a character", "👩‍🚀 🏳️‍🌈", "שלום \u202e right to left", "a NUL \0 here", "\u200b", '"\\n'] * 2
    ask(at(server), texts)
    assert server.texts == [["half \ufffd\ufffd\ufffd a character", *texts[1:6]] * 2]


def test_a_request_stays_within_the_limits(home: Path, server: Server) -> None:
    ask(at(server), WORDS, texts=30, tokens=50)
    assert max(len(texts) for texts in server.texts) == 50 // calls.estimated(WORDS[0])
    assert sum(len(texts) for texts in server.texts) == 100
    ask(at(server), ["x" * 4_000, "y"], tokens=50)
    assert server.texts[-2:] in ([["x" * 4_000], ["y"]], [["y"], ["x" * 4_000]])


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_requests_than_allowed_are_under_way(home: Path, server: Server, most: int) -> None:
    server.hold = Event()
    encoder = load(at(server), texts=5, at_once=most)
    parts = encoder.stream(WORDS, role=Role.DOCUMENT)
    server.hold.set()
    first = next(parts)
    rest = list(parts)
    assert len(first.rows) == 5
    assert len(rest) == 19
    assert 1 <= server.most_under_way <= most


def test_requests_are_under_way_together(home: Path, server: Server) -> None:
    server.hold = Event()
    trick = server.begin

    def begin(*given: Any) -> Any:
        found = trick(*given)
        if server.under_way == 3:
            server.hold.set()  # type: ignore[union-attr]
        return found

    server.begin = begin  # type: ignore[method-assign]
    ask(at(server), WORDS, texts=5, at_once=3)
    assert server.most_under_way == 3


def test_the_order_of_requests_does_not_matter(home: Path, server: Server) -> None:
    parts = list(load(at(server), texts=9, at_once=4).stream(WORDS, role=Role.QUERY))
    assert sorted(row for part in parts for row in part.rows) == list(range(100))
    for part in parts:
        np.testing.assert_array_equal(part.vectors, eyes([WORDS[row] for row in part.rows]))


# Too long


def test_a_text_that_is_too_long_is_cut_and_the_others_are_not(home: Path, server: Server) -> None:
    server.longest = 50
    long = "abcdefghij" * 10
    parts = list(load(at(server)).stream(["short", long, "also short", "too"], role=Role.DOCUMENT))
    found = np.zeros((4, 3), np.float32)
    for part in parts:
        found[list(part.rows)] = part.vectors
    assert found[[0, 2, 3]].tolist() == eyes(["short", "also short", "too"]).tolist()
    assert found[1].tolist() == by_eye(long[:42])  # 100, 75, 56, 42
    assert sum(part.cut for part in parts) == 1
    assert server.counted == {"short": 1, "also short": 1, "too": 1, long[:42]: 1}


def test_a_text_is_not_cut_to_its_blank_beginning(home: Path, server: Server) -> None:
    server.longest = 50
    assert ask(at(server), [" " * 90 + "abcdefghij" * 10]).tolist() == [by_eye(("abcdefghij" * 10)[:42])]


def test_what_is_refused_however_short_is_said(home: Path, server: Server) -> None:
    server.always = says(400, "maximum context length")
    assert "even the beginning of a text as too long: 'a" in refused(at(server), ["abc" * 50])


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_request_that_is_too_large_goes_in_halves(home: Path, server: Server, status: int) -> None:
    server.tricks.append(says(status, "inputs must have less than 512 tokens"))
    np.testing.assert_array_equal(ask(at(server), WORDS[:8]), eyes(WORDS[:8]))
    assert sorted(map(len, server.texts)) == [4, 4, 8]
    assert server.counted == dict.fromkeys(WORDS[:8], 1)


def test_a_half_that_was_answered_is_given_out_before_the_other_fails(home: Path, server: Server) -> None:
    server.tricks.extend([says(413, "too long"), None, says(401)])
    parts = load(at(server), at_once=1).stream(WORDS[:8], role=Role.DOCUMENT)
    assert len(next(parts).rows) == 4
    with pytest.raises(VecassayError, match="401"):
        next(parts)


# Refused for now


def test_too_many_requests_wait_as_long_as_was_told(home: Path, server: Server, waited: list[float]) -> None:
    server.tricks.extend([says(429, **{"Retry-After": "7"}), says(429, **{"retry-after-ms": "1500"})])
    assert ask(at(server), ["abc"]).shape == (1, 3)
    assert waited == [7.0, 1.5]
    assert server.counted == {"abc": 1}


@pytest.mark.parametrize("trick", [says(500), says(503), fake.drops, fake.halves], ids=lambda t: t.__name__)
def test_what_passes_is_tried_again(home: Path, server: Server, waited: list[float], trick: fake.Trick) -> None:
    server.tricks.extend([trick, trick])
    np.testing.assert_array_equal(ask(at(server), ["abc"]), eyes(["abc"]))
    assert len(waited) == 2
    assert server.counted == {"abc": 1}


@pytest.mark.parametrize(
    ("trick", "said"),
    [
        (says(429, "slow down"), "too many requests or tokens were sent"),
        (says(500, "out of order"), "(500). It said: "),
        (fake.drops, "gives no answer"),
        (fake.halves, "gives no answer"),
    ],
)
def test_what_does_not_pass_is_given_up(
    home: Path, server: Server, waited: list[float], trick: fake.Trick, said: str
) -> None:
    server.always = trick
    message = refused(at(server))
    assert said in message
    assert "trying again goes on there" in message
    assert server.url in message
    assert len(server.asked) == access.ATTEMPTS == len(waited) + 1


def test_a_server_that_never_answers_is_given_up(home: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "SECONDS", 0.1)
    server.always = fake.waits
    assert "gives no answer" in refused(at(server))
    assert len(server.asked) == access.ATTEMPTS


def test_no_server_at_all_is_said(home: Path, server: Server) -> None:
    with Server() as other:
        address = other.url
    assert "gives no answer. Check the address" in refused(spec("openai", "m", url=address))


# Refused for good


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "refuses the key (401). It was revoked"),
        (403, "refuses the key (403)"),
        (404, "knows no model 'm'"),
        (400, "refused the request (400). It said: "),
        (307, "refused the request (307)"),
    ],
)
def test_what_was_refused_is_not_tried_again(home: Path, server: Server, status: int, said: str) -> None:
    server.always = says(status, "the reason")
    assert said in refused(at(server))
    assert len(server.asked) == 1


def test_what_was_answered_when_another_fails_is_given_out(home: Path, server: Server) -> None:
    server.tricks.extend([None, None, says(401)])
    given: list[calls.Part] = []
    with pytest.raises(VecassayError, match="401"):
        given.extend(load(at(server), texts=5, at_once=1).stream(WORDS, role=Role.DOCUMENT))
    # `extend` keeps what came before the error
    assert sorted(row for part in given for row in part.rows) == list(range(10))
    assert len(server.asked) == 3


def test_what_is_under_way_beside_a_fault_is_given_out(home: Path, server: Server) -> None:
    server.tricks.extend([says(401)])
    given: list[calls.Part] = []
    with pytest.raises(VecassayError, match="401"):
        given.extend(load(at(server), texts=5, at_once=4).stream(WORDS, role=Role.DOCUMENT))
    assert sum(len(part.rows) for part in given) == sum(server.counted.values())


# Answers that are none


def nothing_kept(message: str) -> None:
    assert "nothing of that request is kept" in message


def without(key: str) -> Callable[[list[dict[str, Any]]], Any]:
    return lambda data: [{name: value for name, value in row.items() if name != key} for row in data]


@pytest.mark.parametrize(
    "trick",
    [
        changes(lambda data: data[:-1]),
        changes(lambda data: [*data, data[0]]),
        changes(lambda data: []),
        changes(lambda data: None),
        changes(lambda data: [{**data[0], "embedding": [1.0]}, *data[1:]]),
        changes(lambda data: [{**row, "index": 0} for row in data]),
        changes(lambda data: [{**row, "index": row["index"] + 1} for row in data]),
        changes(lambda data: [{**row, "index": None} for row in data]),
        changes(lambda data: [{**row, "embedding": None} for row in data]),
        changes(lambda data: [{**row, "embedding": [None, 1.0, 2.0]} for row in data]),
        changes(lambda data: [{**row, "embedding": [[1.0, 2.0], [3.0, 4.0]]} for row in data]),
        changes(lambda data: [{**row, "embedding": []} for row in data]),
        changes(lambda data: [{**row, "embedding": "no base64!"} for row in data]),
        changes(lambda data: [{**row, "embedding": [float("nan"), 1.0, 2.0]} for row in data]),
        changes(lambda data: [{**row, "embedding": [1e300, 1.0, 2.0]} for row in data]),
        changes(without("index")),
        changes(without("embedding")),
        is_raw(b"<html>Welcome</html>", "text/html"),
        is_raw(b'{"data": ['),
        is_raw(b"null"),
        is_raw(b"[]"),
        is_raw(b'{"error": "model is loading"}'),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow encountered")
def test_an_answer_that_is_none_is_refused_in_a_sentence(home: Path, server: Server, trick: fake.Trick) -> None:
    server.always = trick
    nothing_kept(refused(at(server), ["abc", "de"]))
    assert len(server.asked) == 1


def test_a_dimension_that_was_not_asked_for_is_refused(home: Path, server: Server) -> None:
    server.always = changes(lambda data: [{**row, "embedding": [1.0, 2.0, 3.0]} for row in data])
    message = refused(at(server, dimension=2))
    assert "3 dimensions, expected 2" in message
    nothing_kept(message)


def test_another_dimension_from_one_request_to_the_next_is_refused(home: Path, server: Server) -> None:
    server.tricks.extend([None, changes(lambda data: [{**row, "embedding": [1.0]} for row in data])])
    given: list[calls.Part] = []
    with pytest.raises(BadVectors, match="1 dimensions, expected 3"):
        given.extend(load(at(server), texts=5, at_once=1).stream(WORDS, role=Role.DOCUMENT))
    assert [part.rows for part in given] == [(0, 1, 2, 3, 4)]


def test_an_answer_without_a_count_is_counted_by_estimate(home: Path, server: Server) -> None:
    for usage in ({}, None, {"prompt_tokens": None}, {"prompt_tokens": -3}, {"prompt_tokens": 0}):
        server.tricks.append(lambda reply, usage=usage: fake.replace(reply, body={**reply.body, "usage": usage}))
        encoder = load(at(server))
        encoder.encode(["abcdefgh"], role=Role.DOCUMENT)
        assert encoder.used == 2
    encoder.encode(["abcdefgh"], role=Role.DOCUMENT)
    assert encoder.used == 2 + 8  # as the server counts


# Keys, and where texts go


def sent_keys(server: Server) -> set[str]:
    return {head["authorization"] for head in server.heads}


def test_the_vendor_gets_its_key(server: Server, vendor: ModelSpec) -> None:
    ask(vendor, ["abc"])
    assert sent_keys(server) == {f"Bearer {KEY}"}


def test_nobody_else_gets_the_vendor_s_key_or_what_else_is_its(
    server: Server, vendor: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "our-organization")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "our-project")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"X-Our-Gateway: {KEY}\nAuthorization: Bearer {KEY}")
    monkeypatch.setattr(openai, "OpenAI", type("Real", (openai.Client,), {}))
    ask(at(server), ["abc"])
    assert sent_keys(server) == {"Bearer none"}
    assert not [word for word in (KEY, "our-organization", "our-project") if word in str(server.heads)]


def test_an_endpoint_gets_the_key_its_operator_named(
    home: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VECASSAY_ENDPOINTS", f'{{"{server.url}/": "MY_KEY"}}')
    settings.cache_clear()
    assert "expected it in the environment variable MY_KEY" in refused(at(server))
    monkeypatch.setenv("MY_KEY", KEY)
    ask(at(server), ["abc"])
    assert sent_keys(server) == {f"Bearer {KEY}"}


def test_without_a_key_the_variable_is_named_and_nothing_is_sent(
    server: Server, vendor: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    assert "OPENAI_API_KEY" in refused(vendor)
    assert server.asked == []


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_a_key_is_in_no_message_and_no_log(
    server: Server, vendor: ModelSpec, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    server.always = says(status, f"Incorrect API key provided: {KEY}.")
    with caplog.at_level(logging.DEBUG), pytest.raises(VecassayError) as raised:
        ask(vendor, ["abc"])
    logging.getLogger("core").error("It failed", exc_info=raised.value)
    said = "".join(traceback.format_exception(raised.value))
    assert KEY not in said + caplog.text


def test_no_text_is_in_a_log(home: Path, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        ask(at(server), ["a secret of ours"])
    assert caplog.records
    assert "secret of ours" not in caplog.text


def test_a_redirect_is_not_followed(home: Path, server: Server) -> None:
    with Server() as elsewhere:
        server.always = says(307, Location=f"{elsewhere.url}/embeddings")
        assert "(307)" in refused(at(server))
        assert elsewhere.asked == []


def test_what_stays_here_goes_past_no_proxy(home: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        ask(at(server), ["abc"])
        assert (len(server.asked), len(proxy.asked)) == (1, 0)


@pytest.mark.parametrize(
    "url", ["localhost:11434", "ftp://localhost/v1", "http://", "http://me:key@localhost/v1", "http://localhost/v1?k=1"]
)
def test_an_address_that_is_none_or_holds_a_key_is_refused(home: Path, url: str) -> None:
    message = refused(spec("openai", "m", url=url))
    assert "address" in message
    assert "me:key" not in message
    with pytest.raises(VecassayError):
        providers.provider("openai").space(spec("openai", "m", url=url))


def test_one_address_is_one_space_however_it_ends(home: Path) -> None:
    space = providers.provider("openai").space
    here, there = "http://localhost:1/v1", "http://localhost:2/v1"
    digests = [space(spec("openai", "m", url=url)).digest for url in (here, here + "/", there, "")]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3
