"""The row of lights on Overview, and what a red one does to the verdict on Decision."""

import base64
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import pipeline
from core.errors import VecassayError
from core.preflight import LEVELS
from core.types import Floats, Role
from tests.decisions import corpus
from tests.preflight.hand import Hand, registered, spec, turned

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def drifting(app: None, asked_here: list[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A model that drifts, and answers given in this process; names what was asked."""
    registered(monkeypatch, Hand(lambda rows, texts, role, asked: turned(rows, 0.1 * asked)))
    pipeline.store().models.add(spec(), "me")
    return asked_here


def opened(page: str, **query: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    study = pipeline.study(corpus(), ["mine", "lsa"])
    at.query_params.update(corpus=study.corpus.fingerprint, models="mine,lsa", **query)
    at.switch_page(f"pages/{page}.py").run()
    assert not at.exception, at.exception
    return at


def told(at: AppTest) -> str:
    elements = [element.value for kind in (at.markdown, at.error, at.caption) for element in kind]
    return "\n".join(map(str, elements)).replace("\\", "").replace("\u2060", "")


def test_overview_has_a_line_for_each_model_before_any_score(drifting: list[str]) -> None:
    at = opened("overview")
    text = told(at)
    assert "[:material/error: Red] **Mine**: 15 checks, 3 red" in text
    assert "**LSA**: 15 checks" in text
    assert re.search(r"- The same text again \(cosine 0\.\d+\): The same text has other vectors", text)
    assert not [each for each in at.dataframe if "light" in each.value], "made when somebody opens the fold"
    at.session_state["every_check"] = True
    at.run()
    (table,) = [each.value for each in at.dataframe if "light" in each.value]
    assert set(table["model"]) == {"Mine", "LSA"}
    assert len(table) == 30
    assert set(table["light"]) <= set(LEVELS)
    headings = [element.value for element in at.subheader]
    assert headings[0] == "Are the models used as they want to be?"
    drifting.clear()
    at.run()
    assert not drifting  # what is there is not asked again


def test_a_model_that_could_not_be_asked_is_asked_again(
    app: None, asked_here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(rows: Floats, texts: Sequence[str], role: Role, asked: int) -> Floats:
        raise VecassayError("Nobody answers there.")

    hand = registered(monkeypatch, Hand())
    pipeline.store().models.add(spec(), "me")
    pipeline.answer("profile", pipeline.study(corpus(), ["mine"]))
    hand.remote, hand.fault = True, down
    monkeypatch.setattr("core.providers.leaves", lambda _: False)
    at = opened("overview")
    assert "Mine could not be asked: Nobody answers there." in told(at)
    hand.fault = Hand().fault
    asked_here.clear()
    at.button(key="check_again").click().run()
    assert asked_here == ["soundness"]
    assert "could not be asked" not in told(at)
    assert "check_again" not in {button.key for button in at.button}


def test_red_blocks_the_verdict_until_somebody_decides_all_the_same(drifting: list[str]) -> None:
    at = opened("decision")
    assert "Blocked by a check" in told(at)
    assert "3 red checks: no verdict until" in told(at)
    assert "Mine" in told(at)
    assert not at.toggle(key="despite").value
    drifting.clear()
    at.toggle(key="despite").set_value(True).run()
    assert not at.exception, at.exception
    assert "Blocked" not in told(at)
    assert "Decided all the same, although checks were red (Mine: The same text again" in told(at)
    assert not drifting, "nothing is computed for it"
    at.toggle(key="record_shown").set_value(True).run()
    (frame,) = at.get("iframe")
    html = base64.b64decode(frame.proto.src.partition("base64,")[2]).decode()
    assert "because somebody chose to" in html
    assert "Red: Mine, The same text again" in html


def test_the_link_of_an_overridden_decision_opens_it_overridden(drifting: list[str]) -> None:
    at = opened("decision", despite="true")
    assert at.toggle(key="despite").value
    assert "Blocked" not in told(at)


def test_where_nothing_is_red_there_is_nothing_to_override(app: None, asked_here: list[str]) -> None:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    study = pipeline.study(corpus(), ["lsa"])
    at.query_params.update(corpus=study.corpus.fingerprint, models="lsa")
    at.switch_page("pages/decision.py").run()
    assert not at.exception, at.exception
    assert not [toggle for toggle in at.toggle if toggle.key == "despite"]
    assert "Blocked" not in told(at)
