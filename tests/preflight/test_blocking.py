"""A red check blocks a decision, on the page, on the command line and when a record is verified, unless overridden."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from core import deciding, pipeline
from core.cli import APP
from core.decision import Alarm, Decision, blocked
from core.recording import Written, compose
from core.report.html import to_html
from core.report.markdown import to_markdown
from core.report.record import Record, from_json, to_json
from core.types import Answer
from core.verification import HOLDS, Finding, verify
from core.verification.findings import DECISION
from tests import decided
from tests.preflight.hand import TEXTS, Hand, registered, spec, turned

ALARM = Alarm("Words", "The same text again", "It drifts. Leave it out.")
FOUND = Decision("decided", "words", "words", ("words",), {}, answer="Words: the best.", why=("It is.",))


def test_an_alarm_blocks_and_says_whose_it_is_and_what_to_do() -> None:
    assert blocked(FOUND, [], despite=False) is FOUND
    one = blocked(FOUND, [ALARM], despite=False)
    assert (one.status, one.chosen, one.best) == ("blocked", "", "words")
    assert one.answer == "Blocked by a check of Words, “The same text again”. It drifts. Leave it out."
    more = blocked(FOUND, [ALARM, ALARM, ALARM], despite=False)
    assert ", and 2 more checks are red." in more.answer
    assert len(more.why) == 3
    taken = blocked(FOUND, [ALARM], despite=True)
    assert (taken.status, taken.chosen, taken.answer) == ("decided", "words", "Words: the best.")
    assert taken.why[-1] == "Decided all the same, although checks were red (Words: The same text again)."


def red(answers: dict[str, Answer]) -> dict[str, Answer]:
    """The answers with one check of the model red."""
    checks: pd.DataFrame = answers["soundness:words"]["checks"].copy()
    checks.loc[checks["key"] == "drift", ["level", "figure", "figure_words", "sentence"]] = [
        "red", 0.9, "cosine 0.90000", "It drifts. Leave it out."
    ]  # fmt: skip
    return {**answers, "soundness:words": {**answers["soundness:words"], "checks": checks}}


@pytest.fixture
def taken(home: Path, tmp_path: Path) -> decided.Taken:
    study, plan, answers, run, _ = decided.decide_on(decided.study(decided.folder(tmp_path / "words")))
    return study, plan, red(answers), run, deciding.settle(study, plan, red(answers), None)


def record(taken: decided.Taken, *, despite: bool) -> Record:
    study, plan, answers, run, _ = taken
    plan = replace(plan, despite=despite)
    return compose(study, plan, answers, run, deciding.settle(study, plan, answers, None), Written("Title", "Which?"))


def decision(found: list[Finding]) -> Finding:
    return next(finding for finding in found if finding.part == DECISION)


def test_settle_blocks_and_no_limit_turns_that(taken: decided.Taken) -> None:
    *_, settled = taken
    assert (settled.decision.status, settled.decision.chosen) == ("blocked", "")
    assert "Words, “The same text again”" in settled.decision.answer
    assert not len(settled.flips)


def test_the_record_has_every_check_and_says_that_it_was_blocked_or_overridden(taken: decided.Taken) -> None:
    stopped, forced = record(taken, despite=False), record(taken, despite=True)
    assert (stopped.ruling.status, stopped.plan["despite"]) == ("blocked", False)
    assert (forced.ruling.status, forced.plan["despite"]) == ("decided", True)
    assert len(stopped.preflight) == 15
    assert next(each for each in forced.preflight if each["key"] == "drift")["figure"] == 0.9
    for made, said in ((stopped, "Blocked by a check"), (forced, "because somebody chose to")):
        assert said in to_html(made).decode()
        assert said in to_markdown(made).decode()
        assert "Red: Words, The same text again (cosine 0.90000). It drifts." in to_html(made).decode()
        assert from_json(to_json(made)) == made
    assert "somebody chose to" not in to_html(stopped).decode()


@pytest.mark.parametrize("despite", [False, True])
def test_a_record_with_red_checks_is_verified_on_the_same_terms(taken: decided.Taken, despite: bool) -> None:
    found = decision(verify(record(taken, despite=despite), None))
    assert found.status == HOLDS, found
    assert ("blocked by a check" in found.sentence) is not despite


def test_a_record_older_than_the_checks_is_read_printed_and_verified(taken: decided.Taken) -> None:
    study, plan, answers, run, _ = taken
    without = {name: answer for name, answer in answers.items() if not name.startswith("soundness:")}
    settled = deciding.settle(study, plan, without, None)
    raw = json.loads(to_json(compose(study, plan, without, run, settled, Written())))
    del raw["preflight"], raw["plan"]["despite"]
    older = from_json(json.dumps(raw).encode())
    assert older.preflight == ()
    assert "Checks before any score" not in to_html(older).decode()
    assert decision(verify(older, None)).status == HOLDS


def run(*arguments: str) -> Result:
    return CliRunner().invoke(APP, list(arguments), catch_exceptions=False)


@pytest.fixture
def texts(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of texts, and a model "mine" that drifts."""
    registered(monkeypatch, Hand(lambda rows, texts, role, asked: turned(rows, 0.1 * asked)))
    pipeline.store().models.add(spec(), "me")
    path = tmp_path / "texts.txt"
    path.write_text("\n".join(TEXTS))
    return path


def test_preflight_prints_the_lights_and_its_exit_code_is_3_when_one_is_red(texts: Path, tmp_path: Path) -> None:
    out = tmp_path / "checks.json"
    done = run("preflight", str(texts), "--models", "mine,lsa", "--out", str(out))
    assert done.exit_code == 3, done.output
    assert "Mine: 15 checks" in done.output
    assert "RED     The same text again (cosine " in done.output
    rows = json.loads(out.read_text())["checks"]
    assert {(row["model"], row["level"]) for row in rows if row["key"] == "drift"} == {
        ("Mine", "red"),
        ("LSA", "green"),
    }
    sound = run("preflight", str(texts), "--models", "lsa")
    assert sound.exit_code == 0, sound.output
    assert "RED" not in sound.output
