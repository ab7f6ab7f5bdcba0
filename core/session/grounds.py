"""The grounds of a decision: who was struck out, what each costs, when it would be another, what nobody looked at."""

from collections.abc import Hashable, Mapping
from typing import Any

import streamlit as st

from core.charts.decision import BEHIND, CHOSEN, LEADING, OUT, TIED
from core.decision import Facts
from core.recording.untested import sentences
from core.session import show
from core.session.decision import Decided, standing
from core.session.words import count, plain

NEAREST = 6


def struck_out(decided: Decided) -> None:
    """Who does not keep to the limits, each with its reasons."""
    struck = decided.settled.decision.struck
    if not struck:
        st.caption("No candidate is struck out by a limit.")
        return
    st.markdown("\n".join(f"- **{plain(decided.label(key))}**: {plain(' '.join(why))}" for key, why in struck.items()))


def costs(decided: Decided) -> None:
    """Every candidate with its quality and costs: the chosen one, the tie group, those behind, those struck out."""
    numbers = {name: st.column_config.NumberColumn(format="%.3f") for name in (decided.plan.measure, "low", "high")}
    tenths = ("p95 (ms)", "memory (MB)", "money / million")
    whole = ("texts/s", "bytes / vector", "dimension")
    show.table(
        decided.once(_costs),
        "costs",
        alt="Quality and costs of every candidate",
        placeholder="–",
        column_config={
            "candidate": st.column_config.TextColumn(width=170, pinned=True),
            **numbers,
            **{name: st.column_config.NumberColumn(format="%.3g") for name in tenths},
            **{name: st.column_config.NumberColumn(format="localized", step=1) for name in whole},
        },
    )


def _costs(decided: Decided) -> show.Sent:
    facts, table = {fact.candidate: fact for fact in decided.settled.facts}, standing(decided)
    places = {state: place for place, state in enumerate((CHOSEN, LEADING, TIED, BEHIND, OUT))}
    table = table.assign(place=table["state"].map(places)).sort_values(["place", "mean"], ascending=[True, False])
    return show.Sent(show.frame([_row(decided, facts[row["candidate"]], row) for row in table.to_dict("records")]))


def _row(decided: Decided, fact: Facts, stands: Mapping[Hashable, Any]) -> dict[str, Any]:
    plan = decided.plan
    costs = {
        "speed": ("p95 (ms)", fact.p95_ms),
        "memory": ("memory (MB)", None if fact.memory_bytes is None else fact.memory_bytes / 1e6),
        "money": ("money / million", fact.money),
        "dimension": ("dimension", fact.dimension),
    }
    return {
        "candidate": fact.label,
        "stands": stands["state"],
        plan.measure: stands["mean"],
        "low": stands["low"],
        "high": stands["high"],
        **dict(costs[name] for name in plan.order),
        "texts/s": fact.texts_per_s,
        "bytes / vector": fact.bytes_per_vector,
        "licence": fact.licence or "unknown",
        "languages": ", ".join(fact.languages) or "unknown",
    }


def flip_points(decided: Decided) -> None:
    """When the answer would be another, in words, the nearest first; all of it as a table behind."""
    flips = decided.settled.flips
    if not len(flips):
        st.caption("No limit, margin, tolerance or order of costs, turned alone, changes the answer.")
        return
    st.markdown("\n".join(f"- {plain(line)}" for line in flips["sentence"].head(NEAREST)))
    if len(flips) > NEAREST:
        with st.expander(f"{count(len(flips) - NEAREST, 'point')} further away"):
            st.markdown("\n".join(f"- {plain(line)}" for line in flips["sentence"].iloc[NEAREST:]))
    show.download(flips, "flips")
    st.caption("Each is turned alone, everything else as it is now. Nearest first: limits that are set, then the rest.")


def not_tested(decided: Decided) -> None:
    """What nobody looked at."""
    st.markdown(decided.once(_untested))


def _untested(decided: Decided) -> str:
    quality = {word: decided.answers[f"quality:{word}"] for word in decided.plan.candidates}
    run = decided.run.found["facts"] if decided.run else {}
    said = sentences(decided.study, decided.plan, quality, decided.answers["evidence"], run)
    return "\n".join(f"- {plain(line)}" for line in said)
