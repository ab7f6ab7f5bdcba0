"""The real download path, against a hub on loopback: what is fetched, what is refused, and what is said."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import Cancelled, NotReady, VecassayError
from core.providers import Provider
from core.settings import settings
from core.types import ModelSpec, Role
from tests.providers.conftest import spec
from tests.providers.loopback import Hub

NAME = "someone/tiny"
SPEC = spec("sentence_transformers", NAME)
CODE = b'{"model_type": "no_such_kind", "auto_map": {"AutoModel": "modeling.Model"}}'


def _refused(st: Provider, asked: ModelSpec = SPEC) -> str:
    with pytest.raises(VecassayError) as raised:
        st.prepare(asked)
    return str(raised.value)


def test_a_download_brings_the_needed_files_and_works_without_the_hub(st: Provider, hub: Hub, tiny: Path) -> None:
    extra = {"README.md": b"#", "pytorch_model.bin": b"pickle", "onnx/model.onnx": b"o", "onnx/config.json": b"{}"}
    hub.add(NAME, tiny, **extra)
    assert not st.ready(SPEC)
    with pytest.raises(NotReady, match="someone/tiny is not on this machine"):
        st.space(SPEC)
    steps: list[tuple[int, int]] = []
    st.prepare(SPEC, lambda done, total: steps.append((done, total)))
    hub.stop()
    assert st.ready(SPEC)
    assert not any(hub.fetched(name) for name in extra)
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert len({total for _, total in steps}) == 1
    assert steps[-1][0] == steps[-1][1] > (tiny / "model.safetensors").stat().st_size
    by_folder = spec("sentence_transformers", tiny)
    assert st.space(SPEC).weights == st.space(by_folder).weights
    assert st.card(SPEC).dimension == 32
    vectors = st.load(SPEC).encode(["abc"], role=Role.QUERY)
    assert (vectors == st.load(by_folder).encode(["abc"], role=Role.QUERY)).all()


def test_a_revision_stands_for_one_commit(st: Provider, hub: Hub, tiny: Path) -> None:
    hub.add(NAME, tiny)
    commit = hub.commit(NAME)
    st.prepare(SPEC)
    weights = [path for _, path, _ in hub.asked if path.endswith("model.safetensors")]
    assert set(weights) == {f"{NAME}/resolve/{commit}/model.safetensors"}
    assert st.ready(spec("sentence_transformers", NAME, revision=commit))


def test_the_second_time_nothing_is_asked(st: Provider, hub: Hub, tiny: Path) -> None:
    hub.add(NAME, tiny)
    st.prepare(SPEC)
    asked = len(hub.asked)
    st.prepare(SPEC)
    assert len(hub.asked) == asked


def test_a_broken_connection_goes_on_where_it_stopped(
    st: Provider, hub: Hub, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 10_000)
    hub.add(NAME, tiny)
    hub.break_once_after = 20_000
    st.prepare(SPEC)
    assert hub.fetched("model.safetensors") == [None, "bytes=20000-"]
    assert st.space(SPEC).weights == st.space(spec("sentence_transformers", tiny)).weights


def test_a_partial_download_is_not_ready(st: Provider, hub: Hub, tiny: Path) -> None:
    hub.add(NAME, tiny)
    st.prepare(SPEC)
    from huggingface_hub import constants

    cache = Path(constants.HF_HUB_CACHE)
    next(cache.rglob("snapshots/*/tokenizer.json")).unlink()
    assert not st.ready(SPEC)
    with pytest.raises(NotReady, match=r"tokenizer\.json is missing"):
        st.load(SPEC)
    st.prepare(SPEC)
    assert st.ready(SPEC)


def test_pickled_weights_are_refused_before_they_are_fetched(st: Provider, hub: Hub, tiny: Path) -> None:
    hub.add(NAME, tiny, **{"pytorch_model.bin": b"pickle"})
    del hub.repositories[NAME]["model.safetensors"]
    assert "pytorch_model.bin" in _refused(st)
    assert "safetensors" in _refused(st)
    assert not hub.fetched(".bin")


def test_a_pickled_part_is_refused_too(st: Provider, hub: Hub, tiny: Path) -> None:
    hub.add(NAME, tiny, **{"1_Pooling/pytorch_model.bin": b"pickle"})
    assert "1_Pooling/pytorch_model.bin" in _refused(st)
    assert not hub.fetched(".bin")
    assert not hub.fetched(".safetensors")


def test_foreign_code_is_refused_before_weights_are_fetched(st: Provider, hub: Hub, tiny: Path) -> None:
    hub.add(NAME, tiny, **{"config.json": CODE, "modeling.py": b"raise SystemExit"})
    assert "VECASSAY_REMOTE_CODE='[\"someone/tiny\"]'" in _refused(st)
    assert not hub.fetched(".py")
    assert not hub.fetched(".safetensors")


def test_foreign_code_comes_along_when_the_operator_allows_it(
    st: Provider, hub: Hub, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add(NAME, tiny, **{"config.json": CODE, "modeling.py": b"# code"})
    monkeypatch.setenv("VECASSAY_REMOTE_CODE", '["someone/tiny"]')
    settings.cache_clear()
    st.prepare(SPEC)
    assert hub.fetched("modeling.py") == [None]


@pytest.mark.parametrize(
    ("status", "code", "sentence"),
    [
        (404, "RepoNotFound", "There is no model someone/tiny"),
        (401, "RepoNotFound", "the hub answers 401"),
        (401, "", "the hub answers 401"),
        (403, "GatedRepo", "Accept its terms"),
        (500, "", "answers with an error"),
    ],
)
def test_each_refusal_has_its_sentence(st: Provider, hub: Hub, status: int, code: str, sentence: str) -> None:
    hub.refusals[NAME] = (status, code)
    assert sentence in _refused(st)


def test_an_unknown_revision_is_named(st: Provider, hub: Hub, tiny: Path) -> None:
    hub.add(NAME, tiny)
    assert "no revision 'v9'" in _refused(st, spec("sentence_transformers", NAME, revision="v9"))


def test_an_unreachable_hub_says_how_to_bring_the_files(
    st: Provider, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    hub.stop()
    message = _refused(st)
    assert "cannot be reached" in message
    assert "HF_HOME" in message
    assert "folder" in message
    assert "hf_secret" not in message


def test_a_hub_that_never_answers_is_given_up(
    st: Provider, hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setenv("VECASSAY_HUB_TIMEOUT", "0.2")
    settings.cache_clear()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert "cannot be reached" in _refused(st)


def test_offline_mode_is_honoured(st: Provider, hub: Hub, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    hub.add(NAME, tiny)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE" in _refused(st)
    assert hub.asked == []


def _run(code: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_hub_and_its_cache_come_from_the_environment(hub: Hub, tiny: Path, tmp_path: Path) -> None:
    hub.add(NAME, tiny)
    made: Callable[[str], str] = lambda step: (  # noqa: E731
        "from core.providers import provider; from core.types import ModelSpec;"
        f"s = ModelSpec('m', 'M', 'sentence_transformers', '{NAME}'); p = provider('sentence_transformers'); {step}"
    )
    env = {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "0"}
    first = _run(made("p.prepare(s); print(p.space(s).weights)"), **env)
    hub.stop()
    code = "import sys; print(p.ready(s), p.space(s).weights, 'torch' in sys.modules)"
    assert _run(made(code), **env) == f"True {first.strip()} False\n"
    assert (tmp_path / "hf" / "hub" / "models--someone--tiny").is_dir()


def test_a_pinned_revision_stays_what_it_was_when_the_name_moves_on(st: Provider, hub: Hub, tiny: Path) -> None:
    hub.add(NAME, tiny)
    pinned = spec("sentence_transformers", NAME, revision=hub.commit(NAME))
    st.prepare(pinned)
    before = st.space(pinned).weights
    hub.repositories[NAME]["config.json"] += b"\n"
    assert hub.commit(NAME) != pinned.revision
    assert not st.ready(SPEC)
    st.prepare(SPEC)
    hub.stop()
    assert st.space(pinned).weights == before
    assert st.space(SPEC).weights != before


def test_a_cancelled_download_is_brought_whole_when_asked_again(
    st: Provider, hub: Hub, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 10_000)
    hub.add(NAME, tiny)
    size = len(hub.repositories[NAME]["model.safetensors"])

    def cancels(done: int, total: int) -> None:
        if done > total - size / 2:
            raise Cancelled("Nobody waits.")

    with pytest.raises(Cancelled):
        st.prepare(SPEC, cancels)
    assert not st.ready(SPEC)
    st.prepare(SPEC)
    assert hub.fetched("model.safetensors") == [None, None]  # its library begins a file that was cancelled anew
    assert st.space(SPEC).weights == st.space(spec("sentence_transformers", tiny)).weights
