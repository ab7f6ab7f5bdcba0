"""Cross-encoders: the scores of the model itself, an identity from the files, and refusals in words."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core import catalog, rerankers
from core.errors import NotReady, VecassayError
from tests.rerankers.conftest import make, spec

TEXTS = ["a dog runs", "cat", "the quick brown fox jumps over it all and then some more", "dog"]


def test_scores_are_those_of_the_transformer_by_hand(tiny_reranker: Path, home: Path) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_reranker)
    model = AutoModelForSequenceClassification.from_pretrained(tiny_reranker).eval()
    with torch.no_grad():
        by_hand = [
            float(model(**tokenizer("dog", text, truncation=True, return_tensors="pt")).logits[0, 0]) for text in TEXTS
        ]
    scores = rerankers.load(spec(tiny_reranker)).score("dog", TEXTS)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, by_hand, atol=1e-5)
    assert len(set(scores.tolist())) == len(TEXTS)


def test_no_texts_give_no_scores(tiny_reranker: Path, home: Path) -> None:
    assert rerankers.load(spec(tiny_reranker)).score("dog", []).shape == (0,)


def test_the_last_one_stays_loaded(tiny_reranker: Path, home: Path) -> None:
    assert rerankers.load(spec(tiny_reranker)) is rerankers.load(spec(tiny_reranker))


def test_identity_is_of_the_files_and_the_limit_not_of_the_name(tiny_reranker: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny_reranker, tmp_path / "copy"))
    known = rerankers.identity(spec(tiny_reranker))
    assert rerankers.identity(spec(copy, label="Other")) == known
    assert rerankers.identity(spec(copy, max_tokens=16)) != known
    weights = bytearray((copy / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (copy / "model.safetensors").write_bytes(weights)
    assert rerankers.identity(spec(copy)) != known


def test_what_is_not_here_is_not_ready() -> None:
    asked = spec("/no/such/folder")
    assert not rerankers.ready(asked)
    with pytest.raises(NotReady):
        rerankers.identity(asked)


def test_a_model_without_a_scoring_head_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VecassayError, match=r"is no cross-encoder.*BertModel"):
        rerankers.load(spec(make(tmp_path / "bare", head=False)))


def test_a_classifier_with_several_outputs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VecassayError, match="gives 3 numbers for a pair"):
        rerankers.load(spec(make(tmp_path / "nli", outputs=3)))


def test_catalogue_rerankers_are_named_apart_from_models() -> None:
    known = catalog.rerankers()
    assert known
    assert not set(known) & set(catalog.models())
    for key, found in known.items():
        assert found.provider in rerankers.REGISTRY
        assert found.key == key == catalog.slug(key)
        assert found.card.licence
        assert found.card.source.startswith("https://huggingface.co/")


def test_looking_at_rerankers_loads_no_torch() -> None:
    code = "import sys; from core import rerankers, catalog; rerankers.REGISTRY; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
