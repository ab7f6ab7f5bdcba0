"""A row of lights for each model, before any score: what was checked, what is to be looked at, and what is red."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core import deciding, preflight
from core.decision import Alarm
from core.preflight import GREEN, RED, UNKNOWN, YELLOW
from core.session import show
from core.session.panel import anew, answers
from core.session.words import count, plain
from core.types import Answer, Study

BADGES = {
    RED: ":red-badge[:material/error: Red]",
    YELLOW: ":orange-badge[:material/visibility: Look]",
    UNKNOWN: ":gray-badge[:material/help: Not all known]",
    GREEN: ":green-badge[:material/check_circle: Green]",
}
COLUMNS = {"model": "model", "level": "light", "label": "check", "figure_words": "figure", "sentence": "what to do"}


def soundness(study: Study, first: Mapping[str, Answer | None]) -> None:
    """A line for each model with what is to be looked at, and all checks as a table; for models with a `first` answer.

    Asked when texts are embedded, and not beside that: then one answer per model comes from the store.
    """
    keys = [key for key, answer in first.items() if answer is not None]
    if not keys:
        return
    st.subheader("Are the models used as they want to be?")
    asked, labels = {key: deciding.soundness(study, key) for key in keys}, show.labels(study)
    found = dict(zip(keys, answers(list(asked.values())), strict=True))
    known = {key: answer["checks"] for key, answer in found.items() if answer is not None}
    if not known:
        return
    st.markdown("\n".join(line for key, checks in known.items() for line in lines(labels[key], checks)))
    failed = {key: answer["failed"] for key, answer in found.items() if answer is not None and answer["failed"]}
    if failed:
        told = " ".join(f"{labels[key]} could not be asked: {why}" for key, why in failed.items())
        st.caption(plain(told))
        if st.button("Check again", icon=":material/refresh:", key="check_again", help="A few texts are sent for it."):
            anew([asked[key] for key in failed])
    show.folded("Every check", lambda: _every(known, labels), key="every_check")


def _every(known: Mapping[str, pd.DataFrame], labels: Mapping[str, str]) -> None:
    table = pd.concat([checks.assign(model=labels[key]) for key, checks in known.items()])
    wide = {"what to do": st.column_config.TextColumn(width="large")}
    show.table(table[list(COLUMNS)].rename(columns=COLUMNS), "soundness", column_config=wide)


def lines(label: str, checks: pd.DataFrame) -> list[str]:
    """One model in a line, and one below for each check that is red or to be looked at.

    >>> lines("LSA", pd.DataFrame([["green", "Drift", "", "None."]], columns=list(COLUMNS)[1:]))
    ['- :green-badge[:material/check_circle: Green] **LSA**: 1 check, none to look at']
    """
    levels = list(checks["level"])
    worst = next(level for level in preflight.LEVELS if level in levels)
    counts = [(levels.count(RED), "red"), (levels.count(YELLOW), "to look at"), (levels.count(UNKNOWN), "not known")]
    said = ", ".join(f"{n} {words}" for n, words in counts if n) or "none to look at"
    n = count(len(levels), "check")
    shown = checks[checks["level"].isin((RED, YELLOW))]
    told = (
        f"    - {plain(label)}{plain(f' ({figure})' if figure else '')}: {plain(sentence)}"
        for label, figure, sentence in shown[["label", "figure_words", "sentence"]].itertuples(index=False)
    )
    return [f"- {BADGES[worst]} **{plain(label)}**: {n}, {said}", *told]


def despite(alarms: Sequence[Alarm]) -> bool:
    """Where a check is red: say so, and ask whether to decide all the same; the choice stands in the URL."""
    if not alarms:
        return False
    box = st.container()
    chosen = st.toggle(
        "Decide all the same",
        key="despite",
        bind="query-params",
        help="Takes the figures as they are, although a check is red. The record says so, with every red check.",
    )
    red = "\n".join(f"- **{plain(each.model)}**, {plain(each.check)}: {plain(each.sentence)}" for each in alarms)
    blocks = f"{count(len(alarms), 'red check')}: no verdict until that is mended, or somebody decides all the same."
    box.error(red if chosen else blocks, icon=":material/error:")  # what blocks is told by the answer below
    return chosen
