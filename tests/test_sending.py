"""Texts that leave this machine: never without an agreement, never past a limit, never twice, and all in the books."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest

from core import embedding, encoders, pipeline, providers
from core.errors import BadVectors, Cancelled, VecassayError
from core.providers import calls
from core.providers import openai as hosted_by
from core.providers.calls import Limits
from core.sending import NotAgreed, Planned, Sending, SpendingLimit, check_free, planned
from core.settings import settings
from core.store import Spent, StoreError
from core.store.vectors import Vectors
from core.types import Corpus, Model, ModelSpec, Progress, Query, Role
from core.work import Work, quiet, resolve
from tests.providers.conftest import spec
from tests.providers.fake_openai import Server, by_eye, changes, says

TEXTS = tuple(f"text number {n:02}" for n in range(100))
PRICE = 1_000_000.0
"""Per million tokens: money is tokens, and the server counts a token for each character."""
LENGTH = len(TEXTS[0])


@pytest.fixture
def server(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(hosted_by, "ENDPOINT_LIMITS", Limits(texts=5, tokens=10_000, at_once=1))
    monkeypatch.setattr("openai._base_client.time.sleep", lambda _: None)
    with Server() as served:
        yield served


@pytest.fixture
def hosted(server: Server, monkeypatch: pytest.MonkeyPatch) -> Model:
    """A model on the server, which stands for a machine of others."""
    monkeypatch.setattr(providers, "loopback", lambda _: False)
    return model(server)


def model(server: Server, **more: Any) -> Model:
    return resolve(spec("openai", "m", url=server.url, **more), None)


def kept(*texts: str, queries: tuple[str, ...] = ()) -> Corpus:
    made = Corpus("made", texts or TEXTS, queries=tuple(Query(str(n), text) for n, text in enumerate(queries)))
    pipeline.store().corpora.add(made, {}, kind="typed", owner=None)
    return made


def embed(corpus: Corpus, asked: Model, progress: Progress = quiet) -> Any:
    work = Work(pipeline.store(), pipeline.respond, progress)
    return work.embed(corpus.texts, asked, Role.DOCUMENT, fit=corpus).vectors


def agree(corpus: Corpus, asked: Model, most: float | None = None, price: float = PRICE) -> None:
    pipeline.store().spending.agree(asked.space.digest, corpus.texts_digest, "me", price, most)


def spent(asked: Model) -> Spent:
    return pipeline.store().spending.spent(asked.space.digest)


def stored(corpus: Corpus, asked: Model) -> set[str]:
    present = pipeline.store().vectors.present(asked.space.shelf(Role.DOCUMENT), corpus.digests)
    return {text for text, there in zip(corpus.texts, present, strict=True) if there}


def restarted() -> None:
    """As in a process started anew."""
    settings.cache_clear()
    encoders.unload()


# Leave to send


def test_nothing_is_sent_before_anybody_agreed(server: Server, hosted: Model) -> None:
    with pytest.raises(NotAgreed, match="nothing was sent"):
        embed(kept(), hosted)
    assert server.asked == []
    assert encoders.loaded() == []


def test_an_agreement_is_about_these_texts_and_this_model(server: Server, hosted: Model) -> None:
    corpus, other = kept(), model(server, dimension=2)
    agree(kept("another text"), hosted)
    agree(corpus, other)
    with pytest.raises(NotAgreed):
        embed(corpus, hosted)
    assert server.asked == []
    agree(corpus, hosted)
    np.testing.assert_array_equal(embed(corpus, hosted), [by_eye(text) for text in TEXTS])


def test_what_is_here_already_needs_no_agreement(server: Server, hosted: Model) -> None:
    agree(kept(), hosted)
    embed(kept(), hosted)
    assert embed(kept(*TEXTS[:7]), hosted).shape == (7, 3)  # other texts, none of them new
    assert sum(server.counted.values()) == 100


def test_for_a_model_of_this_machine_the_texts_are_not_read_to_be_named(server: Server) -> None:
    corpus = Corpus("made", TEXTS)
    assert Sending.of(pipeline.store(), model(server), corpus).agreement is None
    assert "texts_digest" not in vars(corpus)


def test_an_address_of_this_machine_needs_no_agreement_and_has_no_books(server: Server) -> None:
    embed(kept(), model(server))
    assert server.counted == dict.fromkeys(TEXTS, 1)
    assert pipeline.store().spending.spent() == Spent()


def test_the_operator_may_forbid_what_leaves_and_nothing_else(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECASSAY_HOSTED", "false")
    restarted()
    embed(kept(*TEXTS[:5]), model(server))
    asked = len(server.asked)
    monkeypatch.setattr(providers, "loopback", lambda _: False)
    restarted()
    corpus = kept()
    agree(corpus, model(server))
    with pytest.raises(VecassayError, match="VECASSAY_HOSTED"):
        embed(corpus, model(server))
    assert len(server.asked) == asked


def test_what_would_send_texts_past_the_books_is_refused(server: Server, hosted: Model) -> None:
    kept()
    with pytest.raises(NotAgreed, match="verifying would send texts"):
        check_free(hosted, "verifying")
    pipeline.store().models.add(hosted.spec, "me")
    study = pipeline.study(kept(), [hosted.spec.key])
    given = {"run": "r", "owner": "me", "setting": "quick", "reference": hosted.spec.key, "seed": 0}
    with pytest.raises(NotAgreed, match="nobody has agreed"):
        pipeline.answer("latency", study, **given)
    assert server.asked == []


# Limits


@pytest.mark.parametrize("at_once", [1, 4])
def test_the_agreement_s_limit_stops_before_it_is_exceeded(
    server: Server, hosted: Model, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(hosted_by, "ENDPOINT_LIMITS", Limits(texts=5, tokens=10_000, at_once=at_once))
    corpus, most = kept(), 700.0
    agree(corpus, hosted, most)
    with pytest.raises(SpendingLimit, match=r"before more is spent than 700.*raise the limit to go on"):
        embed(corpus, hosted)
    assert most - 2 * at_once * 5 * LENGTH < server.tokens <= most
    assert spent(hosted).money == spent(hosted).tokens == server.tokens
    assert stored(corpus, hosted) == set(server.counted)
    agree(corpus, hosted, 10_000.0)
    embed(corpus, hosted)
    assert server.counted == dict.fromkeys(TEXTS, 1)
    assert spent(hosted) == Spent(100, 100 * LENGTH, 0, 100.0 * LENGTH)


def test_a_limit_too_small_for_one_request_sends_none(server: Server, hosted: Model) -> None:
    corpus = kept()
    agree(corpus, hosted, 1.0)
    with pytest.raises(SpendingLimit):
        embed(corpus, hosted)
    assert server.asked == []


def test_the_operator_s_limit_is_over_all_models_and_texts(
    server: Server, hosted: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VECASSAY_SPEND", "900")
    restarted()
    corpus, other = kept(), model(server, dimension=2)
    agree(kept(*TEXTS[:50]), other)
    embed(kept(*TEXTS[:50]), other)
    assert spent(other).money == 50 * LENGTH == 700
    agree(corpus, hosted)
    with pytest.raises(SpendingLimit, match=r"900.*VECASSAY_SPEND"):
        embed(corpus, hosted)
    assert 0 < spent(hosted).money <= 200
    monkeypatch.setenv("VECASSAY_SPEND", "100000")
    restarted()
    embed(corpus, hosted)
    assert sum(server.counted.values()) == 150
    assert pipeline.store().spending.spent().money == server.tokens == 150 * LENGTH


# Books


def test_the_books_are_what_the_server_counted_whatever_goes_wrong(server: Server, hosted: Model) -> None:
    corpus = kept(*TEXTS, "a long text " * 10)
    agree(corpus, hosted)
    server.longest = 50
    server.tricks.extend([None, says(500), None, says(413, "too long"), None, None, None, says(401)])
    with pytest.raises(VecassayError, match="401"):
        embed(corpus, hosted)
    assert stored(corpus, hosted) == set(server.counted)
    assert spent(hosted).tokens == server.tokens > 0
    server.tricks.extend([None, changes(lambda data: [{**row, "embedding": [1.0]} for row in data])])
    with pytest.raises(BadVectors):
        embed(corpus, hosted)
    assert spent(hosted).tokens == server.tokens  # it answered, and will charge for it
    embed(corpus, hosted)
    assert (spent(hosted).tokens, spent(hosted).cut) == (server.tokens, 1)
    assert spent(hosted).n == sum(server.counted.values())
    assert len(stored(corpus, hosted)) == 101


def test_each_different_text_is_sent_once_and_a_blank_one_never(server: Server, hosted: Model) -> None:
    corpus = kept("b", "a", "b", "  ", "cc", "", "a")
    agree(corpus, hosted)
    assert embed(corpus, hosted)[:, 0].tolist() == [1, 1, 1, 0, 2, 0, 1]
    assert server.counted == {"a": 1, "b": 1, "cc": 1}
    assert spent(hosted).n == 3


def test_two_who_ask_the_same_send_each_text_once(server: Server, hosted: Model) -> None:
    corpus = kept()
    agree(corpus, hosted)
    server.hold = Event()
    found: list[Any] = []
    threads = [Thread(target=lambda: found.append(embed(corpus, hosted))) for _ in range(3)]
    for thread in threads:
        thread.start()
    server.hold.set()
    for thread in threads:
        thread.join()
    assert [each.shape for each in found] == [(100, 3)] * 3
    assert server.counted == dict.fromkeys(TEXTS, 1)
    assert spent(hosted).tokens == server.tokens == 100 * LENGTH


def test_a_cancel_loses_nothing_that_was_answered(
    server: Server, hosted: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosted_by, "ENDPOINT_LIMITS", Limits(texts=5, tokens=10_000, at_once=4))
    corpus = kept()
    agree(corpus, hosted)

    def cancels(done: int, _total: int) -> None:
        if done:
            raise Cancelled("Nobody waits.")

    with pytest.raises(Cancelled):
        embed(corpus, hosted, cancels)
    assert 5 <= len(stored(corpus, hosted)) <= 20
    assert stored(corpus, hosted) == set(server.counted)
    assert spent(hosted).tokens == server.tokens
    embed(corpus, hosted)
    assert server.counted == dict.fromkeys(TEXTS, 1)


def test_a_cancel_before_the_first_request_sends_nothing(server: Server, hosted: Model) -> None:
    corpus = kept()
    agree(corpus, hosted)

    def cancels(_done: int, _total: int) -> None:
        raise Cancelled("Nobody waits.")

    with pytest.raises(Cancelled):
        embed(corpus, hosted, cancels)
    assert server.asked == []


def test_a_store_that_fails_once_loses_one_request_and_no_record_of_money(
    server: Server, hosted: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosted_by, "ENDPOINT_LIMITS", Limits(texts=5, tokens=10_000, at_once=4))
    corpus, writes, real = kept(), [], Vectors.write
    agree(corpus, hosted)

    def write(*given: Any) -> None:
        writes.append(1)
        if len(writes) == 1:
            raise StoreError("The disk is full.")
        real(*given)

    monkeypatch.setattr(Vectors, "write", write)
    with pytest.raises(StoreError, match="full"):
        embed(corpus, hosted)
    assert len(stored(corpus, hosted)) == len(server.counted) - 5
    assert spent(hosted).tokens == server.tokens


def test_what_nobody_takes_any_more_is_in_the_books_all_the_same(server: Server, hosted: Model) -> None:
    corpus = kept()
    agree(corpus, hosted)
    encoder = providers.provider("openai").load(hosted.spec)
    assert isinstance(encoder, calls.HostedEncoder)
    encoder.limits = Limits(texts=5, tokens=10_000, at_once=4)
    books = embedding.Sending.of(pipeline.store(), hosted, corpus)
    parts = encoder.stream(corpus.texts, role=Role.DOCUMENT, books=books)
    next(parts)
    parts.close()  # type: ignore[attr-defined]
    assert spent(hosted).tokens == server.tokens > 0


def test_another_model_under_the_same_name_is_noticed(server: Server, hosted: Model) -> None:
    corpus = kept()
    agree(corpus, hosted)
    server.tricks.extend([None, says(401)])
    with pytest.raises(VecassayError, match="401"):
        embed(corpus, hosted)
    encoders.unload()
    server.always = changes(lambda data: [{**row, "embedding": [1.0, 2.0]} for row in data])
    with pytest.raises(BadVectors, match=r"Expected vectors of 3 dimensions.* got 2.*Library"):
        embed(corpus, hosted)
    assert len(stored(corpus, hosted)) == 5


# Plans


def test_a_plan_counts_what_the_store_lacks_each_once_and_no_blanks(server: Server, hosted: Model) -> None:
    corpus = kept("eight888", "four", "eight888", "", " ", "four", "x", queries=("four", "what is it", "what is it"))
    assert planned(pipeline.store(), hosted, corpus) == Planned(3, 1, 2 + 1 + 1 + 3)
    agree(kept("four"), hosted)
    embed(kept("four"), hosted)
    assert planned(pipeline.store(), hosted, corpus) == Planned(2, 1, 2 + 1 + 3)
    assert planned(pipeline.store(), hosted, kept("four")) == Planned(0, 0, 0)
    assert Planned(1, 1, 500_000).money(0.02) == 0.01


def test_a_plan_counts_a_text_twice_where_roles_differ(server: Server, hosted: Model) -> None:
    asked = model(server, query_prompt="query: ")
    corpus = kept("four", queries=("four",))
    assert planned(pipeline.store(), asked, corpus) == Planned(1, 1, 1 + 3)


def test_a_plan_sends_nothing_and_is_near_what_comes(server: Server, hosted: Model) -> None:
    corpus = kept()
    plan = planned(pipeline.store(), hosted, corpus)
    assert (plan.texts, plan.tokens, server.asked) == (100, 100 * -(-LENGTH // 4), [])


@pytest.mark.parametrize(("text", "tokens"), [("", 1), ("abcd", 1), ("abcde", 2), ("日本語です", 4), ("\ud800", 1)])
def test_tokens_are_estimated_by_bytes(text: str, tokens: int) -> None:
    assert calls.estimated(text) == tokens


def test_the_spec_of_another_provider_stays_here(home: Path) -> None:
    assert not providers.leaves(ModelSpec("m", "M", "lsa", "tfidf-svd"))
    assert providers.leaves(ModelSpec("m", "M", "openai", "m"))
    assert not providers.leaves(ModelSpec("m", "M", "openai", "m", url="http://[::1]:1/v1"))
    assert providers.leaves(ModelSpec("m", "M", "openai", "m", url="http://127.0.0.1.example.com/v1"))
