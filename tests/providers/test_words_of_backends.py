"""What ran a model is told where its vectors are used: after a run, and when a record is checked elsewhere."""

from core.latency.words import where
from core.report.record import Used
from core.verification.findings import CHANGED
from core.verification.models import _compared


def test_another_precision_is_told_in_words() -> None:
    finding = _compared(Used("m", "The model", {}, {}, "digest"), {"backend": ("bf16", "")})
    assert finding.status == CHANGED
    assert "precision was bfloat16 (OpenVINO), is float32" in finding.sentence
    assert "VECASSAY_BACKEND" in finding.sentence


def test_a_run_says_what_ran_each_model() -> None:
    machine = {"processor": "A", "cores": 2, "memory": 1e9, "system": "Linux", "device": "CPU", "python": "3"}
    facts = {"machine": {**machine, "variables": {}, "torch_threads": None, "libraries": {"numpy": "2"}}}
    models = [{"label": "M", "backend": "OpenVINO, bfloat16"}, {"label": "L", "backend": ""}, {"label": "Old"}]
    assert "M by OpenVINO, bfloat16; Python 3, numpy 2." in where({**facts, "models": models})
