"""Finding the providers, and asking about a model, loads no heavy library."""

import json
import subprocess
import sys

HEAVY = {"torch", "transformers", "sentence_transformers", "model2vec", "sklearn", "scipy", "openvino"}


def _loaded(code: str) -> set[str]:
    show = "; import sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code + show], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def test_discovery_imports_no_heavy_library() -> None:
    loaded = _loaded("from core import catalog; from core.registry import discover; discover('core.providers')")
    assert "core" in loaded
    assert not loaded & HEAVY


def test_space_card_and_token_counts_are_light() -> None:
    loaded = _loaded(
        "from core import catalog; from core.providers import provider; from core.types import Corpus;"
        "[(p.space(m, Corpus('c', ('a',))), p.card(m), p.ready(m), p.token_counts(m, ['a', 'b']))"
        " for m in map(catalog.model, catalog.DEFAULT_MODELS) for p in [provider(m.provider)]]"
    )
    assert "tokenizers" in loaded
    assert not loaded & HEAVY
