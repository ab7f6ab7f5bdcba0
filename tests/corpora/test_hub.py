"""Data sets of the hub, through the real client, against a hub on loopback."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

from core import corpora, pipeline, questions
from core.corpora import Limits, hub_layout
from core.errors import VecassayError
from core.settings import settings
from core.types import Judgement, Query, Question
from core.work import Work
from tests.providers.loopback import Hub

NAME = "someone/tales"
ROOT = Path(__file__).parents[2]
CARD = """---
configs:
- config_name: default
  data_files:
  - split: test
    path: qrels/test.jsonl
  - split: train
    path: qrels/train*
- config_name: corpus
  data_files:
  - split: corpus
    path: corpus.jsonl
- config_name: queries
  data_files:
  - split: queries
    path: queries.jsonl
---
# Tales
"""
TEXTS = [
    {"_id": "d1", "title": "Wings", "text": "lift and drag"},
    {"_id": "d2", "title": "", "text": "boundary layers"},
    {"_id": "d3", "title": None, "text": "heat"},
]
ASKED = [{"_id": "q1", "text": "what is lift"}, {"_id": "q2", "text": "heat ?"}, {"_id": "q3", "text": "of the others"}]
JUDGED = [
    {"query-id": "q1", "corpus-id": "d1", "score": 2.0},
    {"query-id": "q2", "corpus-id": "d3", "score": 1.0},
    {"query-id": "q2", "corpus-id": "d9", "score": 1.0},
]


@pytest.fixture
def hub(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub on loopback that this process asks; what would go to the common cache goes to a folder that stays empty."""
    from huggingface_hub import constants, file_download

    with Hub() as served:
        monkeypatch.setattr(constants, "ENDPOINT", served.url)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "common"))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        template = served.url + "/{repo_id}/resolve/{revision}/{filename}"
        for module in (constants, file_download):
            monkeypatch.setattr(module, "HUGGINGFACE_CO_URL_TEMPLATE", template, raising=False)
        yield served


def lines(rows: object) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()  # type: ignore[attr-defined]


def parquet(rows: list[dict[str, object]]) -> bytes:
    held = BytesIO()
    pd.DataFrame(rows).to_parquet(held)
    return held.getvalue()


def repository(**more: bytes) -> dict[str, bytes]:
    """mteb's first layout, in JSON Lines; `more` adds files, and b"" takes one away."""
    files = {
        "README.md": CARD.encode(),
        "corpus.jsonl": lines(TEXTS),
        "queries.jsonl": lines(ASKED),
        "qrels/test.jsonl": lines(JUDGED),
        "qrels/train.jsonl": lines([{"query-id": "q3", "corpus-id": "d2", "score": 1}]),
        "tales.py": b"raise SystemExit('this must never run')",
        **more,
    }
    return {path: raw for path, raw in files.items() if raw}


def v2() -> dict[str, bytes]:
    """mteb's second layout: a folder of Parquet for each configuration, some in several files, all of split test."""
    configs = {
        "corpus": "corpus/test-*",
        "queries": "queries/test-*",
        "qrels": "qrels/test-*",
    }
    head = "".join(
        f"- config_name: {name}\n  data_files:\n  - split: test\n    path: {path}\n" for name, path in configs.items()
    )
    plain = [{"id": row["_id"], "title": row["title"] or "", "text": row["text"]} for row in TEXTS]
    return {
        "README.md": f"---\nconfigs:\n{head}---\n".encode(),
        "corpus/test-00000-of-00002.parquet": parquet(plain[:2]),
        "corpus/test-00001-of-00002.parquet": parquet(plain[2:]),
        "queries/test-00000-of-00001.parquet": parquet([{"id": row["_id"], "text": row["text"]} for row in ASKED]),
        "qrels/test-00000-of-00001.parquet": parquet(JUDGED),  # type: ignore[arg-type]
    }


def refused(name: str = NAME, revision: str = "", split: str = "", limits: Limits | None = None) -> str:
    with pytest.raises(VecassayError) as raised:
        corpora.read_hub(name, revision, split, limits=limits)
    return str(raised.value)


@pytest.mark.parametrize("files", [repository(), v2(), repository(**{"README.md": b""})], ids=["v1", "v2", "no card"])
def test_a_data_set_is_read_as_mteb_reads_it(hub: Hub, files: dict[str, bytes], tmp_path: Path) -> None:
    hub.repositories[NAME] = files
    reading = corpora.read_hub(NAME)
    corpus = reading.corpus
    assert corpus.name == "tales"
    assert corpus.texts == ("Wings lift and drag", "boundary layers", "heat")
    assert corpus.ids == ("d1", "d2", "d3")
    assert corpus.titles == ("Wings", "", "")
    assert corpus.queries == (Query("q1", "what is lift"), Query("q2", "heat ?"))
    assert corpus.judgements == (Judgement("q1", "d1", 2), Judgement("q2", "d3", 1))
    notes = " ".join(reading.report.notes)
    assert "2 queries; 2 judgements from the split test." in notes
    assert "1 query without a judgement in this split left out." in notes
    assert "1 judgement of a text that is not there" in notes
    assert "qrels, row 3" in notes
    assert f"From the hub: {NAME}, revision {hub.commit(NAME)[:12]}." in notes
    assert not hub.fetched(".py")
    assert not (tmp_path / "common").exists()
    assert not list((settings().home / "datasets").iterdir())


def test_another_split_and_a_revision(hub: Hub) -> None:
    hub.repositories[NAME] = repository()
    reading = corpora.read_hub(NAME, revision=hub.commit(NAME), split="train")
    assert reading.corpus.judgements == (Judgement("q3", "d2", 1),)
    assert any("Other splits: test." in note for note in reading.report.notes)
    assert not hub.fetched("test.jsonl")
    assert "no judgements in a split 'dev'; those it has: test, train" in refused(split="dev")
    assert "has no revision 'v9'" in refused(revision="v9")


def test_of_several_data_sets_one_is_named(hub: Hub) -> None:
    configs = {
        f"{lang}-{role}": f"{lang}/{role}.jsonl" for lang in ("de", "fr") for role in ("corpus", "queries", "qrels")
    }
    head = "".join(f"- config_name: {name}\n  data_files: {path}\n" for name, path in configs.items())
    nested = [{"_id": row["_id"], "text": {"title": row["title"] or "", "text": row["text"]}} for row in TEXTS]
    hub.repositories[NAME] = {
        "README.md": f"---\nconfigs:\n{head}---\n".encode(),
        **{f"de/{role}.jsonl": b"{}" for role in ("corpus", "queries", "qrels")},
        "fr/corpus.jsonl": lines(nested),
        "fr/queries.jsonl": lines(ASKED),
        "fr/qrels.jsonl": lines(JUDGED),
    }
    assert "holds several data sets: de, fr. Name one of them, such as someone/tales:de" in refused()
    assert "no data set 'nl' in it; those it has: de, fr" in refused(f"{NAME}:nl")
    corpus = corpora.read_hub(f"{NAME}:fr").corpus
    assert (corpus.name, corpus.texts[0], len(corpus.judgements)) == ("tales fr", "Wings lift and drag", 2)
    assert not hub.fetched("de/corpus.jsonl")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"data.csv": b"a,b\n1,2\n"}, "no retrieval data set in mteb's layout: expected the configurations corpus"),
        ({"tales.py": b"raise SystemExit(1)"}, "made by a script of their own are not run"),
        (repository(**{"corpus.jsonl": lines([{"name": "x"}])}), "corpus has no column '_id'"),
        (repository(**{"corpus.jsonl": lines([{"_id": "d1", "content": "x"}])}), "has no column 'text'"),
        (repository(**{"corpus.jsonl": b"{not json"}), "The table corpus of the data set cannot be read"),
        (v2() | {"corpus/test-00000-of-00002.parquet": b"PAR1 no PAR1"}, "The table corpus of the data set cannot be"),
        (repository(**{"corpus.jsonl": lines(TEXTS[:1] * 2)}), "corpus, row 2: the id 'd1' was used on row 1 already"),
        (repository(**{"qrels/test.jsonl": lines([{**JUDGED[0], "score": 1.5}])}), "qrels, row 1: expected a whole"),
        (repository(**{"qrels/test.jsonl": lines([{**JUDGED[0], "query-id": ""}])}), "qrels, row 1 has no query id"),
        (
            repository(**{"qrels/test.jsonl": lines([{**JUDGED[0], "query-id": "x"}])}),
            "None of the judgements in qrels",
        ),
        (repository(**{"qrels/test.jsonl": lines([{"q": "q1", "d": "d1"}])}), "qrels has no column 'query-id'"),
    ],
)
def test_what_is_of_another_layout_or_broken_is_said(hub: Hub, files: dict[str, bytes], said: str) -> None:
    hub.repositories[NAME] = files
    assert said in refused()
    assert not list((settings().home / "datasets").iterdir())


def test_limits_hold_before_files_are_fetched_and_before_rows_are_kept(hub: Hub) -> None:
    hub.repositories[NAME] = repository()
    assert "VECASSAY_MAX_FILE_BYTES" in refused(limits=Limits(100, 100, 100))
    assert not hub.fetched(".jsonl")
    assert "more than 2 rows" in refused(limits=Limits(10**6, 2, 100))
    assert "19 characters; the limit is 18" in refused(limits=Limits(10**6, 10, 18))


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (404, "RepoNotFound", "There is no data set someone/tales"),
        (401, "RepoNotFound", "There is no data set someone/tales"),
        (403, "GatedRepo", "Accept its terms"),
        (500, "", "answers with an error (500)"),
    ],
)
def test_each_refusal_has_its_sentence(hub: Hub, status: int, code: str, said: str) -> None:
    hub.refusals[NAME] = (status, code)
    assert said in refused()


@pytest.mark.parametrize(
    "name", ["", "tales", "../x", "a/b/c", "a/..", "a/b:c/d", "a b/c", "http://x/y", "a/b\n"[:-1] + "?"]
)
def test_what_cannot_be_a_name_is_refused_without_asking(hub: Hub, name: str) -> None:
    assert "Expected a data set's name" in refused(name)
    assert not hub.asked


def test_a_hub_that_is_not_there_is_said_within_the_timeout(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.stop()
    said = refused()
    assert "cannot be reached from this machine" in said
    assert "bring it as a folder or ZIP" in said
    with socket.create_server(("127.0.0.1", 0)) as silent:
        from huggingface_hub import constants

        monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setenv("VECASSAY_HUB_TIMEOUT", "0.2")
        settings.cache_clear()
        assert "cannot be reached from this machine" in refused()
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)


def test_the_question_puts_it_into_ones_own_list(hub: Hub) -> None:
    hub.repositories[NAME] = repository()
    kept = pipeline.store()
    asked = Question("bring", {"name": NAME, "revision": "", "split": "", "owner": "me"})
    steps: list[tuple[int, int]] = []
    answer = pipeline.respond(Work(kept, pipeline.respond, lambda done, total: steps.append((done, total))), asked)
    assert (answer["texts"], answer["queries"], answer["judgements"]) == (3, 2, 2)
    (held,) = kept.corpora.listed("me")
    assert (held.fingerprint, held.name, held.kind) == (answer["fingerprint"], "tales", "hub")
    assert kept.corpora.listed("you") == []
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1]
    assert not questions.REGISTRY["bring"].kept


def test_a_program_of_its_own_leaves_nothing_in_the_users_home(hub: Hub, tmp_path: Path) -> None:
    hub.repositories[NAME] = v2()
    code = f"from core import corpora; print(len(corpora.read_hub({NAME!r}).corpus))"
    empty = tmp_path / "user"
    empty.mkdir()
    facts = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "XDG_"))}
    facts |= {"HF_ENDPOINT": hub.url, "HOME": str(empty), "VECASSAY_HOME": str(tmp_path / "own")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=facts, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.returncode) == ("3", 0), done.stderr
    assert [path for path in empty.rglob("*") if path.is_file()] == []


def test_patterns_of_a_card() -> None:
    paths = ["c/a.parquet", "c/b.parquet", "q.jsonl", "r/test-0.tsv", "r/dev.tsv", "x.py"]
    card = {
        "configs": [
            {"config_name": "corpus", "data_files": ["c/*.parquet"]},
            {"config_name": "queries", "data_files": {"queries": "./q.jsonl"}},
            {"config_name": "default", "data_dir": "r", "data_files": [{"split": "test", "path": ["test-*"]}]},
            "nonsense",
            {"config_name": 3},
            {"config_name": "more", "data_files": 7},
        ]
    }
    found = hub_layout.find("a/b", card, paths, "", "")
    assert found.corpus == hub_layout.Part("train", ("c/a.parquet", "c/b.parquet"))
    assert found.queries == hub_layout.Part("queries", ("q.jsonl",))
    assert found.qrels == hub_layout.Part("test", ("r/test-0.tsv",))
