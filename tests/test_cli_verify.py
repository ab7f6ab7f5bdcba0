"""`python -m core verify` as a program: what it says, which file it writes, how it ends."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.cli import main
from core.cli.arguments import APP
from core.corpora import to_beir
from core.report.record import to_json
from tests import decided


@pytest.fixture
def written(home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "record.json"
    path.write_bytes(to_json(decided.record(decided.study(decided.folder(tmp_path / "words")))))
    return path


def _run(*arguments: object) -> int:
    def run() -> None:
        APP([str(argument) for argument in arguments])

    try:
        return main(run)
    except SystemExit as end:
        return int(end.code or 0)


def test_still_holds(written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "found.json"
    assert _run("verify", written, "--out", out) == 0
    said = capsys.readouterr().out
    assert "Still holds." in said
    assert "holds    The verdict is the same: decided for BM25." in said
    assert "?        Times are not measured again" in said
    found = json.loads(out.read_text())
    assert found["still_holds"] is True
    assert {row["part"] for row in found["findings"]} >= {"texts", "vectors of Words", "decision"}
    assert found["details"]["vectors of Words"]["texts"] == 16


def test_a_zip_with_one_changed_letter(written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    same, other = tmp_path / "same.zip", tmp_path / "other.zip"
    same.write_bytes(to_beir(decided.corpus()))
    assert _run("verify", written, "--corpus", same) == 0
    texts = decided.corpus().texts
    other.write_bytes(to_beir(replace(decided.corpus(), texts=(*texts[:-1], texts[-1] + "x"))))
    capsys.readouterr()
    assert _run("verify", written, "--corpus", other) == 3
    said = capsys.readouterr().out
    assert "CHANGED  Texts are not those of the record: changed ids t39." in said
    assert "Changed: texts" in said


def test_texts_that_are_not_here(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = json.loads(written.read_text())
    raw["data"]["fingerprint"] = "0" * 32
    written.write_text(json.dumps(raw))
    assert _run("verify", written) == 1
    assert "Name them with --corpus" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["verify", "{here}/nowhere.json"], 2, "does not exist"),
        (["verify", "{here}/broken.json"], 1, "cannot be read"),
        (["verify", "{here}/foreign.json"], 1, "no decision record"),
        (["verify", "{record}", "--model", "words"], 1, "Expected KEY=PROVIDER:NAME"),
        (["verify", "{record}", "--out", "x.txt"], 2, "expected a file ending in"),
        (["verify", "{record}", "--run", "nowhere"], 1, "no latency run"),
    ],
)
def test_what_cannot_be_done_is_said(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "foreign.json").write_text("{}")
    assert _run(*[each.format(here=tmp_path, record=written) for each in arguments]) == code
    assert said in capsys.readouterr().err.replace("\n", " ")


def test_a_hostile_title_moves_no_cursor(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = json.loads(written.read_text())
    raw["title"] = "\x1b[2J\x1b]0;owned\x07 title"
    written.write_text(json.dumps(raw))
    assert _run("verify", written) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "title" in said
