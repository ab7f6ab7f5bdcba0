"""`python -m core latency` as a program: figures in a file, the run kept."""

import json
from pathlib import Path

from core import pipeline
from tests.test_cli import run


def test_latency_writes_its_figures_with_machine_and_n_and_keeps_the_run(home: Path, tmp_path: Path) -> None:
    texts, out = tmp_path / "texts.csv", tmp_path / "found.json"
    texts.write_text("text\ncats sleep\ndogs bark\nbirds sing at dawn\n")
    done = run(home, "latency", str(texts), "--models", "lsa", "--reference", "lsa", "--quick", "--out", str(out))
    assert done.returncode == 0, done.stderr
    found = json.loads(out.read_text())
    p95 = next(row for row in found["figures"] if (row["figure"], row["at"]) == ("single call", "p95"))
    assert p95["value"] > 0
    assert p95["n"] >= 100
    assert found["facts"]["machine"]["processor"]
    assert str(tmp_path) not in json.dumps(found["facts"])
    fingerprint = pipeline.store().corpora.listed("command line")[0].fingerprint
    (kept,) = pipeline.store().timings.list(fingerprint)
    assert kept.key == found["facts"]["run"]
