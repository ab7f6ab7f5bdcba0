"""A small decision made for real: a static model in a folder against BM25 on a test set of 40 texts, and its record."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import numpy as np

from core import deciding, pipeline
from core.decision import Facts, Plan, decide, flips
from core.recording import Written, compose
from core.report.record import Record
from core.types import Answer, Corpus, Judgement, ModelSpec, Query, Study
from core.work import Work

WORDS = [f"word{number}" for number in range(60)]
KNOWN = 30
"""The model knows the first words only, so that BM25, which knows all, is better."""
PLAN = Plan(("words", "bm25"))
FACTS = (
    Facts("words", "Words", p95_ms=0.4, texts_per_s=9e3, memory_bytes=1e6, bytes_per_vector=32.0, dimension=8),
    Facts("bm25", "BM25", p95_ms=0.9, texts_per_s=8e3, memory_bytes=2e6, bytes_per_vector=0.0, dimension=0),
)
RUN = {"date": "2026-11-20T08:00:00+00:00", "machine": {"processor": "A processor", "cores": 2, "device": "CPU"}}


def folder(path: Path, change: float = 0.0) -> Path:
    """A model2vec folder with a random vector for each known word; `change` is added to one number of one vector."""
    from safetensors.numpy import save_file
    from tokenizers import Tokenizer, models, pre_tokenizers

    path.mkdir(exist_ok=True)
    vocabulary = {"[UNK]": 0} | {word: place for place, word in enumerate(WORDS[:KNOWN], start=1)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(path / "tokenizer.json"))
    table = np.random.default_rng(3).normal(size=(KNOWN + 1, 8)).astype(np.float32)
    table[:, 0] += change
    save_file({"embeddings": table}, path / "model.safetensors")
    (path / "config.json").write_text(json.dumps({"model_type": "model2vec", "normalize": False}))
    return path


def corpus(texts: Callable[[list[str]], list[str]] = list) -> Corpus:
    """Texts of six random words each; a query is two words of its text. `texts` may change the texts."""
    rng = np.random.default_rng(1)
    made = [" ".join(rng.choice(WORDS, 6, replace=False)) for _ in range(40)]
    queries = [Query(f"q{place}", " ".join(text.split()[:3]), "words") for place, text in enumerate(made[:30])]
    judgements = [Judgement(query.id, f"t{place}", 1 + place % 3) for place, query in enumerate(queries)]
    ids = tuple(f"t{place}" for place in range(40))
    return Corpus("Forty", tuple(texts(made)), ids=ids, queries=tuple(queries), judgements=tuple(judgements))


def study(path: Path, texts: Corpus | None = None, **more: object) -> Study:
    """The test set seen by the model in a folder, under the key `words`."""
    pipeline.store().models.add(ModelSpec("words", "Words", "static", str(path), **more), "me")  # type: ignore[arg-type]
    return pipeline.study(texts or corpus(), ["words"])


Taken: TypeAlias = tuple[Study, Plan, dict[str, Answer], Answer, deciding.Settled]


def decide_on(asked: Study, plan: Plan = PLAN) -> Taken:
    """Ask everything that a decision asks, and decide; times are made up."""
    work = Work(pipeline.store(), pipeline.respond)
    answers = {name: pipeline.respond(work, question) for name, question in deciding.questions(asked, plan).items()}
    facts = tuple(replace(FACTS[word == "bm25"], candidate=word) for word in plan.candidates)
    found = answers["comparison"]
    terms = (facts, found["means"], found["pairs"], found["able"], plan)
    return asked, plan, answers, {"facts": RUN}, deciding.Settled(facts, decide(*terms), flips(*terms))


def record(asked: Study, plan: Plan = PLAN, written: Written | None = None) -> Record:
    """The record of a decision."""
    return compose(*decide_on(asked, plan), written or Written("Title", "Which?"))
