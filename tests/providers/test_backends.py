"""Which engine runs a model: told from files, from the check, from the setting and from the model's own word."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from core import providers
from core.errors import NotMade, VecassayError
from core.providers import Provider, backends
from core.providers.backends import BF16, F32, OPENVINO, TORCH, Check, Facts, Trial
from core.providers.files import ModelFolder
from core.settings import settings
from core.types import ModelSpec
from tests.providers.conftest import spec

FACTS = Facts(width=32, max_tokens=64, normalised=False, pad=0, left=False)


def _check(torch: float = 4.0, f32: tuple[float, float] = (1.0, 2.0), bf16: tuple[float, float] | None = None) -> Check:
    trials = [Trial(TORCH, F32, 1.0, torch), Trial(OPENVINO, F32, *f32)]
    trials += [Trial(OPENVINO, BF16, *bf16)] if bf16 else []
    return Check(tuple(trials), 32, own=True, facts=FACTS, sizes=(0, 0, 0))


@pytest.fixture
def asked(tiny: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> ModelSpec:
    """The tiny model, run by whatever is best."""
    monkeypatch.setenv("VECASSAY_BACKEND", "auto")
    settings.cache_clear()
    return spec("sentence_transformers", tiny)


def _keep(asked: ModelSpec, check: Check) -> Path:
    place = backends.place(ModelFolder(asked.name, Path(asked.name)))
    place.mkdir(parents=True, exist_ok=True)
    for file in backends.FILES:
        (place / file).touch()
    check.write(place)
    return place


@pytest.mark.parametrize(
    ("check", "auto", "openvino"),
    [
        (_check(bf16=(0.99995, 1.0)), (OPENVINO, BF16), (OPENVINO, BF16)),
        (_check(bf16=(0.9998, 1.0)), (OPENVINO, F32), (OPENVINO, F32)),
        (_check(bf16=(0.99995, 3.0)), (OPENVINO, F32), (OPENVINO, F32)),
        (_check(f32=(0.5, 1.0)), (TORCH, F32), (TORCH, F32)),
        (_check(torch=1.0), (TORCH, F32), (OPENVINO, F32)),
        (Check((), 0, own=False, refusal="it is odd"), (TORCH, F32), (TORCH, F32)),
    ],
)
def test_the_fastest_that_agrees_is_chosen(check: Check, auto: tuple[str, str], openvino: tuple[str, str]) -> None:
    for wish, expected in (("auto", auto), ("openvino", openvino)):
        verdict = check.verdict(wish)
        assert (verdict.backend, verdict.precision) == expected
        assert verdict.space == (BF16 if verdict.precision == BF16 else "")


def test_a_verdict_reads_as_a_sentence() -> None:
    assert _check(bf16=(0.999956, 1.0)).verdict("auto").words == (
        "OpenVINO, bfloat16: lowest cosine to PyTorch 0.99996 on 32 of your texts, 4.0x as fast there"
    )
    assert "0.50000 on 32 of your texts, under 0.9999" in _check(f32=(0.5, 1.0)).verdict("auto").words
    assert Check((), 0, own=False, refusal="it is odd").verdict("auto").words == "PyTorch, float32: it is odd"


def test_a_model_waits_for_its_check_and_only_bfloat16_is_another_space(st: Provider, asked: ModelSpec) -> None:
    assert not st.ready(asked)
    with pytest.raises(NotMade, match="checked against PyTorch first, once"):
        st.space(asked)
    assert providers.backend(asked) == ""
    _keep(asked, _check(bf16=(0.99995, 1.0)))
    assert st.ready(asked)
    assert st.space(asked).backend == "bf16"
    assert "bfloat16" in providers.backend(asked)
    pytorch = replace(asked, backend="torch")
    assert st.space(pytorch).backend == ""
    assert st.space(pytorch) != st.space(asked)
    _keep(asked, _check())
    assert st.space(asked) == st.space(pytorch), "float32 is the same whatever runs it"


def test_a_models_own_word_wins_over_the_setting(
    st: Provider, asked: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VECASSAY_BACKEND", "torch")
    settings.cache_clear()
    assert st.ready(asked)
    assert st.backend(asked) == "PyTorch, float32: as VECASSAY_BACKEND says"
    assert not st.ready(replace(asked, backend="openvino"))
    with pytest.raises(VecassayError, match="cannot run with 'onnx'"):
        st.ready(replace(asked, backend="onnx"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda place: (place / "verdict.json").write_text("{"),
        lambda place: (place / "verdict.json").write_text("[]"),
        lambda place: (place / "verdict.json").unlink(),
        lambda place: (place / "verdict.json").write_text(json.dumps({"trials": [], "n": 1, "own": True})),
        lambda place: (place / "model.bin").write_bytes(b"12"),
        lambda place: (place / "model.xml").unlink(),
    ],
)
def test_what_is_damaged_counts_as_not_there(st: Provider, asked: ModelSpec, damage: object) -> None:
    place = _keep(asked, replace(_check(), sizes=(3, 3, 3)))
    for file in backends.FILES:
        (place / file).write_bytes(b"123")
    assert st.ready(asked)
    damage(place)  # type: ignore[operator]
    assert not st.ready(asked)


def test_another_processor_weights_or_library_asks_for_another_check(
    asked: ModelSpec, tiny_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ModelFolder(asked.name, Path(asked.name))
    place = backends.place(folder)
    assert place.parent == settings().models_folder
    assert place.name.startswith("model-openvino-")
    monkeypatch.setattr(backends, "precisions", lambda: ("f16",))
    other = backends.place(folder)
    monkeypatch.setattr(backends, "_libraries", lambda: ("openvino 99",))
    assert len({place, other, backends.place(folder)}) == 3
    (tiny_copy / "tokenizer.json").write_bytes((tiny_copy / "tokenizer.json").read_bytes() + b" ")
    assert backends.place(ModelFolder("x", tiny_copy)).name[-12:] != backends.place(folder).name[-12:]


def test_what_cannot_convert_is_told_from_its_files(st: Provider, asked: ModelSpec, tiny_copy: Path) -> None:
    copied = replace(asked, name=str(tiny_copy))
    config = tiny_copy / "1_Pooling" / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "include_prompt": False}))
    assert not st.ready(copied)
    prompted = replace(copied, query_prompt="q: ")
    assert st.ready(prompted)
    assert "leaves its prompt out of the pooling" in st.backend(prompted)
    modules = json.loads((tiny_copy / "modules.json").read_text())
    modules[1]["type"] = "sentence_transformers.models.WordWeights"
    (tiny_copy / "modules.json").write_text(json.dumps(modules))
    assert "not converted (WordWeights)" in st.backend(copied)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("flags\t\t: fpu avx512_bf16 sse", (BF16, F32)),
        ("flags : fpu amx_bf16", (BF16, F32)),
        ("Features\t: fp asimd bf16 i8mm", (BF16, F32)),
        ("flags : fpu avx2", (F32,)),
        ("", (F32,)),
    ],
)
def test_the_processors_flags_say_what_it_computes_fast(
    line: str, expected: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: f"processor : 0\n{line}\n")
    assert backends.precisions.__wrapped__() == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"cosine": 1.0', '"cosine": "1"'),
        ('"cosine": 1.0', '"cosine": NaN'),
        ('"seconds": 2.0', '"seconds": -1'),
        ('"precision": "f32"', '"precision": "f4"'),
        ('"n": 32', '"n": "<b>32</b>"'),
        ('"width": 32', '"width": 99999999999'),
        ('"max_tokens": 64', '"max_tokens": -3'),
        ('"refusal": ""', '"refusal": ["no"]'),
        ('"sizes": [', '"sizes": [1, '),
        ('"trials": [', '"trials": ' + "[" * 100_000),
        ("{", " " * 100_000 + "{"),
    ],
)
def test_a_check_that_was_not_written_here_is_made_anew(asked: ModelSpec, old: str, new: str) -> None:
    place = _keep(asked, _check())
    assert providers.provider(asked.provider).ready(asked)
    file = place / backends.VERDICT
    file.write_text(file.read_text().replace(old, new, 1))
    assert not providers.provider(asked.provider).ready(asked)


def test_openvino_comes_from_one_place_where_threads_are_made_safe() -> None:
    core = Path(backends.__file__).parents[1]
    bare = [path.name for path in core.rglob("*.py") if re.search(r"^ *import openvino\b", path.read_text(), re.M)]
    assert bare == ["backends.py"]
