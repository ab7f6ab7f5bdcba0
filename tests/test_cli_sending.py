"""Hosted models on the command line: how they are named, what is asked before texts leave, and what is said after."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import openai
import pytest

from core import pipeline, providers
from core.providers import openai as hosted_by
from core.providers.calls import Limits
from tests.providers.fake_openai import Server, says
from tests.test_cli import run

NAMED = "openai:text-embedding-3-small"


@pytest.fixture
def server(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The vendor's own service, on loopback, five texts a request."""
    with Server() as served:
        real = openai.OpenAI
        monkeypatch.setattr(openai, "OpenAI", lambda **given: real(**{**given, "base_url": served.url}))
        monkeypatch.setattr(hosted_by, "LIMITS", Limits(texts=5, tokens=10_000, at_once=1))
        monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
        yield served


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Somebody sits there, and says these things when asked."""
    says: list[bool] = []
    monkeypatch.setattr("core.cli.sending.sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    monkeypatch.setattr("core.cli.sending.typer.confirm", lambda *_, **__: says.pop(0))
    return says


def written(folder: Path, *texts: str) -> str:
    path = folder / "texts.txt"
    path.write_text("\n".join(texts))
    return str(path)


@pytest.fixture
def texts(tmp_path: Path) -> str:
    return written(tmp_path, *(f"text number {n:03}" for n in range(100)))


def test_without_a_yes_it_says_what_would_be_sent_and_sends_nothing(home: Path, server: Server, texts: str) -> None:
    done = run(home, "embed", texts, "--models", NAMED)
    assert done.returncode == 1
    assert "100 texts and 0 queries, about 400 tokens, would leave this machine, at about USD 0.000008" in done.stderr
    assert "Nothing was sent. Agree with --send" in done.stderr
    assert server.asked == []


def test_send_agrees_and_says_what_it_came_to(home: Path, server: Server, texts: str) -> None:
    done = run(home, "embed", texts, "--models", NAMED, "--send")
    assert done.returncode == 0, done.stderr
    assert "100 of 100 embedded" in done.stdout
    assert "sent 100 texts of 1,500 tokens, USD 0.000030 (list price of 20" in done.stdout
    again = run(home, "embed", texts, "--models", NAMED)
    assert "0 of 100 embedded, 100 from the cache" in again.stdout
    assert "sent" not in again.stdout
    assert sum(server.counted.values()) == 100


def test_somebody_at_the_terminal_is_asked(home: Path, server: Server, texts: str, terminal: list[bool]) -> None:
    terminal.append(False)
    refused = run(home, "embed", texts, "--models", NAMED)
    assert (refused.returncode, server.asked) == (1, [])
    assert "would leave this machine" in refused.stderr
    terminal.append(True)
    assert run(home, "embed", texts, "--models", NAMED).returncode == 0
    assert sum(server.counted.values()) == 100
    assert run(home, "embed", texts, "--models", NAMED).returncode == 0  # nobody is asked again


def test_the_most_stops_it_and_more_goes_on_from_there(home: Path, server: Server, texts: str) -> None:
    done = run(home, "embed", texts, "--models", NAMED, "--send", "--most", "0.00001")
    assert done.returncode == 1
    assert "stopped before more is spent than 1e-05" in done.stderr
    assert 0 < server.tokens <= 500
    assert f"of {server.tokens:,} tokens" in done.stdout
    assert run(home, "embed", texts, "--models", NAMED, "--send", "--most", "1").returncode == 0
    assert set(server.counted.values()) == {1}
    assert len(server.counted) == 100


def test_most_alone_is_a_wrong_command_line(home: Path, server: Server, texts: str) -> None:
    done = run(home, "embed", texts, "--models", NAMED, "--most", "1")
    assert done.returncode == 2
    assert "--send" in done.stderr


def test_a_limit_in_money_needs_a_price(
    home: Path, server: Server, texts: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = f"openai:m@{server.url}"
    monkeypatch.setattr(providers, "loopback", lambda _: False)
    asked = run(home, "embed", texts, "--models", named)
    assert "would leave this machine, at a price that is not known here" in asked.stderr
    assert server.url in asked.stderr
    limited = run(home, "embed", texts, "--models", named, "--send", "--most", "1")
    assert limited.returncode == 1
    assert "--most cannot be kept" in limited.stderr
    assert server.asked == []


def test_checks_ask_first_and_are_made_again_where_nobody_answered(
    home: Path, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = written(tmp_path, *(f"text number {n:03}" for n in range(10)))
    asked = run(home, "preflight", texts, "--models", NAMED)
    assert (asked.returncode, server.asked) == (1, [])
    assert "10 texts and 0 queries" in asked.stderr
    assert run(home, "embed", texts, "--models", NAMED, "--send").returncode == 0
    with monkeypatch.context() as down:
        down.setattr(server, "always", says(401))
        missed = run(home, "preflight", texts, "--models", NAMED)
    assert "refuses the key" in missed.stdout
    again = run(home, "preflight", texts, "--models", NAMED, "--send", "--most", "1")
    assert "refuses the key" not in again.stdout
    assert "sent 6 texts of 90 tokens" in again.stdout
    assert "The same text has the same vector" in again.stdout
    before = len(server.asked)
    run(home, "preflight", texts, "--models", NAMED)
    assert len(server.asked) == before


@pytest.mark.parametrize("verb", ["compare", "similarity", "cluster", "project", "latency"])
def test_other_verbs_send_nothing_either(home: Path, server: Server, texts: str, verb: str) -> None:
    done = run(home, verb, texts, "--models", NAMED)
    assert done.returncode == 1, done.stderr
    assert "is hosted" in done.stderr
    assert "nothing was sent" in done.stderr
    assert server.asked == []


def test_after_send_other_verbs_answer_without_sending(home: Path, server: Server, texts: str) -> None:
    run(home, "embed", texts, "--models", NAMED, "--send")
    asked = len(server.asked)
    done = run(home, "compare", texts, "--models", f"{NAMED},lsa")
    assert done.returncode == 0, done.stderr
    assert len(server.asked) == asked


def test_a_changed_corpus_sends_what_is_new(home: Path, server: Server, tmp_path: Path) -> None:
    old = [f"text number {n:03}" for n in range(100)]
    url = f"openai:m@{server.url}"
    run(home, "embed", written(tmp_path, *old), "--models", url)
    new = [f"new number {n:03}" for n in range(12)] + old[12:]
    done = run(home, "embed", written(tmp_path, *new, old[50], old[51]), "--models", url)
    assert "12 of 102 embedded, 90 from the cache or repeated" in done.stdout, done.stderr
    assert set(server.counted.values()) == {1}


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("openai:m@ftp://localhost/v1", "no address of an endpoint"),
        ("openai:m@http://", "no address of an endpoint"),
        ("openai:m@http://me:secret@localhost/v1", "must hold no user, password, key"),
        ("openai:m@http://localhost/v1?key=secret", "must hold no user, password, key"),
        ("lsa:m@http://localhost/v1", "Only hosted models have an address"),
        ("cross_encoder:m@http://localhost/v1", "Only hosted models have an address"),
    ],
)
def test_an_address_that_is_none_is_refused_and_not_kept(home: Path, texts: str, named: str, said: str) -> None:
    done = run(home, "embed", texts, "--models", named)
    assert done.returncode == 1
    assert said in done.stderr
    assert "secret" not in done.stderr
    assert pipeline.store().models.listed("command line") == []


@pytest.mark.parametrize("name", ["m", "@cf/baai/bge-base", "org/name:latest", "a@b"])
def test_an_endpoint_s_model_may_have_any_name(home: Path, name: str) -> None:
    spec = pipeline.named(pipeline.store(), f"openai:{name}@http://localhost:11434/v1/")
    assert (spec.name, spec.url) == (name, "http://localhost:11434/v1")
    assert pipeline.named(pipeline.store(), spec.key) == spec
