"""text -> embeddings -> study -> answer: the same from a page, the command line, a notebook or a worker.

from core import pipeline

study = pipeline.study("sentences", ["minilm", "static", "lsa"])
found = pipeline.answer("agreement", study, k=10, seed=0)
print(found["agreement"])
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from time import perf_counter
from typing import Any

from core import catalog, corpora, providers, questions, rerankers
from core.digest import Keys
from core.errors import NotReady, VecassayError
from core.providers import access
from core.registry import discover
from core.settings import settings
from core.store import Store, open_store
from core.types import Answer, Corpus, ModelSpec, Progress, Question, Role, Study
from core.work import Work, find_corpus, find_spec, names, quiet, resolve

SHARD_TEXTS = 2_000
MOST_SHARDS = 64
KERNELS = 2
ENDPOINT = re.compile(r"(.+?)@(\w+://.*)")

for _package in ("core.providers", "core.measures", "core.projections", "core.clusterings", "core.questions"):
    discover(_package)


@lru_cache(maxsize=8)
def _opened(url: str, budget: int) -> Store:
    return open_store(url, budget)


def store() -> Store:
    """The store that the settings name, opened once in this process."""
    return _opened(settings().store_url, settings().store_bytes)


def find(kept: Store, corpus: str) -> Corpus:
    """A corpus by fingerprint, or a sample by its key; a sample is put into the store."""
    if corpus in corpora.SAMPLES:
        reading = corpora.sample(corpus)
        if kept.corpora.report(reading.corpus.fingerprint) is None:
            kept.corpora.add(reading.corpus, reading.report.to_json(), kind="sample", owner=None)
        return reading.corpus
    return find_corpus(kept, corpus)


def study(corpus: str | Corpus, models: Sequence[str]) -> Study:
    """A corpus (sample key, fingerprint or `Corpus`) and models (key, or PROVIDER:NAME); gets them ready if need be."""
    kept = store()
    if isinstance(corpus, Corpus) and kept.corpora.report(corpus.fingerprint) is None:
        kept.corpora.add(corpus, {}, kind="typed", owner=None)
    found = corpus if isinstance(corpus, Corpus) else find(kept, corpus)
    specs = [named(kept, name) for name in models]
    for spec in specs:
        if not providers.REGISTRY[spec.provider].ready(spec):
            providers.REGISTRY[spec.provider].prepare(spec, texts=found.texts)
    return Study(found, tuple(resolve(spec, found) for spec in specs))


def named(kept: Store, name: str) -> ModelSpec:
    """A model or reranker by key, or by PROVIDER:NAME, which is then kept under a key of its own.

    NAME is a hub id, a folder, a hosted model's name, or for an endpoint its model's name@address.
    """
    provider, colon, path = name.partition(":")
    if not colon or provider not in {**providers.REGISTRY, **rerankers.REGISTRY}:
        return find_spec(kept, name)
    endpoint = ENDPOINT.fullmatch(path)
    if endpoint:
        return _endpoint(kept, provider, *endpoint.groups())
    if path.startswith((".", "~")):
        path = str(Path(path).expanduser().resolve())
    spec = catalog.keyed(ModelSpec("", path.rstrip("/").split("/")[-1], provider, path))
    kept.models.add(spec, "command line")
    return spec


def _endpoint(kept: Store, provider: str, name: str, url: str) -> ModelSpec:
    if provider not in providers.REGISTRY or not providers.REGISTRY[provider].remote:
        raise VecassayError(f"Only hosted models have an address; {provider} has none. Try openai:{name}@ and it.")
    spec = catalog.keyed(ModelSpec("", Path(name).name, provider, name, url=access.check_url(url)))
    kept.models.add(spec, "command line")
    return spec


def ask(name: str, study: Study, **arguments: Any) -> Question:
    """The question with this name about a study; raises TypeError for arguments it does not take."""
    recipe = questions.REGISTRY[name]
    common = {
        "corpus": study.corpus.fingerprint,
        "models": {model.spec.key: model.space.digest for model in study.models},
    }
    if set(common) | set(arguments) != recipe.takes:
        expected, came = sorted(recipe.takes - set(common)), sorted(arguments)
        raise TypeError(f"question {name!r} takes {expected} besides corpus and models; got {came}")
    return Question(name, {**common, **arguments}, recipe.version)


def answer(name: str, study: Study, *, progress: Progress = quiet, **arguments: Any) -> Answer:
    """Answer here, in this process, or read the answer that the store has."""
    return respond(Work(store(), respond, progress), ask(name, study, **arguments))


def repeat(
    name: str,
    study: Study,
    *,
    known: dict[str, Answer],
    within: Store | None = None,
    progress: Progress = quiet,
    **arguments: Any,
) -> Answer:
    """Answer anew: no kept answer is read and none is kept, though vectors come from the store, as always.

    `known` holds what this repetition has found so far, by key, and grows; `within` is another store to work in.
    """

    def anew(work: Work, question: Question) -> Answer:
        if question.key not in known:
            known[question.key] = questions.REGISTRY[question.name].run(work, **question.arguments)
        return known[question.key]

    return anew(Work(within or store(), anew, progress), ask(name, study, **arguments))


def respond(work: Work, question: Question) -> Answer:
    """The answer of any question: kept, or computed now and kept."""
    recipe = questions.REGISTRY[question.name]
    kept = work.store.answers.get(question.key) if recipe.kept else None
    if kept is not None:
        return kept
    started = perf_counter()
    answer = recipe.run(work, **question.arguments)
    if recipe.kept:
        work.store.answers.put(question, answer, perf_counter() - started)
    return answer


def keep(work: Work, question: Question) -> None:
    """Answer a question so that others find the answer in the store; raises VecassayError when it does not stay."""
    respond(work, question)
    if questions.REGISTRY[question.name].kept and work.store.answers.get(question.key) is None:
        raise VecassayError(
            f"The answer was computed, but the store has no room to keep it: its budget is {work.store.budget.limit:,} "
            f"bytes, and what people hold never leaves. Raise VECASSAY_STORE_BYTES, or delete texts in the Library."
        )


@dataclass(frozen=True)
class Need:
    """An embedding that must be done before a question, and how many texts it may have to encode."""

    question: Question
    spec: ModelSpec
    texts: int


def needs(kept: Store, question: Question) -> list[Need]:
    """What must be done before a question: for each of its models, texts and roles what is not embedded yet, in shares.

    Small models come first, so that a quick one does not wait for a slow one.
    """
    recipe, given = questions.REGISTRY[question.name], question.arguments
    found = []
    for argument, role in ((argument, role) for argument, roles in recipe.embeds.items() for role in roles):
        digests = names(find_corpus(kept, given[argument]), role)
        fit = find_corpus(kept, given["corpus"])
        for key, space in given["models"].items():
            spec = find_spec(kept, key)
            missing = _missing(kept, spec, fit, role, digests)
            shards = _shards(spec, missing)
            for shard in range(shards):
                share = {"texts": given[argument], "role": role.value, "shard": shard, "shards": shards}
                embed = Question("embed", {"corpus": given["corpus"], "models": {key: space}, **share})
                found.append(Need(embed, spec, missing // shards))
    return sorted(found, key=lambda need: need.spec.card.parameters or 0)


def _missing(kept: Store, spec: ModelSpec, fit: Corpus, role: Role, digests: Keys) -> int:
    """How many different texts have no vector yet."""
    with suppress(NotReady):
        digests = digests[~kept.vectors.present(resolve(spec, fit).space.shelf(role), digests)]
    return len(set(digests.tolist()))


def _shards(spec: ModelSpec, texts: int) -> int:
    """A fitted model costs its fit on each worker, so its texts stay together."""
    wanted = -(-texts // SHARD_TEXTS)
    return min(1 if providers.REGISTRY[spec.provider].fitted else MOST_SHARDS, wanted)


def prepare(spec: ModelSpec, corpus: Corpus | None = None) -> Question:
    """The question that brings a model's files here; what is made of them is checked on texts of the corpus."""
    return Question("prepare", {"model": spec.key, "corpus": corpus.fingerprint if corpus else ""})


def warm() -> Question:
    """The question that loads libraries and compiles what maps need, before anybody waits for it."""
    return Question("warm", {"kernels": KERNELS})
