"""The Decision page: the questions it asks, the answer in a sentence, the picture, and everything it stands on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from json import dumps

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from cachetools import LRUCache

from core import charts, deciding
from core.charts.decision import BEHIND, CHOSEN, LEADING, OUT, TIED, Axis
from core.deciding import Settled
from core.decision import NUMERIC, Decision, Facts, Plan
from core.session import choice, results, retrieval, show, wishes
from core.session.memory import Lasting, Memory
from core.session.panel import in_turn
from core.session.preflight import HELP_DESK
from core.session.retrieval import Scored
from core.session.timing import Timed, timed_run
from core.session.words import count, plain
from core.types import Answer, Study

MOST_KEPT = 128
BADGES = {
    "decided": ":green-badge[:material/check: Decided]",
    "undecided": ":orange-badge[:material/balance: Not decided]",
    "blocked": ":red-badge[:material/front_hand: Blocked by a check]",
    "limits": ":red-badge[:material/block: None within the limits]",
}
AGAINST = {
    "p95_ms": "Time of a query",
    "memory_bytes": "Memory",
    "bytes_per_vector": "Size of a vector",
    "money": "Money",
}
TITLES = {
    "p95_ms": "p95 of a query in ms, log scale: further left is faster",
    "memory_bytes": "Memory in MB, log scale: further left is smaller",
    "bytes_per_vector": "Bytes per vector: further left is smaller",
    "money": "Money per million texts, log scale: further left is cheaper",
}


@dataclass(frozen=True, eq=False)
class Decided(Lasting):
    """Everything the page shows: what was asked, measured and settled."""

    study: Study
    plan: Plan
    answers: Mapping[str, Answer]
    run: Timed | None
    settled: Settled

    def label(self, candidate: str) -> str:
        """What people read for a candidate, not yet escaped."""
        return next(fact.label for fact in self.settled.facts if fact.candidate == candidate)


@dataclass(frozen=True, eq=False)
class Drawn:
    """The picture of a decision, what it shows in words, its data, and what is said below it."""

    figure: go.Figure | None
    alt: str = ""
    data: pd.DataFrame = field(default_factory=pd.DataFrame)
    said: str = ""


def decision_answers(study: Study, words: tuple[str, ...], scored: Scored) -> dict[str, Answer]:
    """The answers a decision stands on; shows progress and stops the page until all are there. No limit is in them."""
    if not study.corpus.queries or not study.corpus.judgements:
        _no_test_set()
    results.evaluable(study.corpus, scored)
    asked = deciding.questions(study, scored.plan(words))
    found = in_turn(list(asked.values()))
    if any(answer is None for answer in found):
        st.stop()
    return {name: answer for name, answer in zip(asked, found, strict=True) if answer is not None}


def _no_test_set() -> None:
    """Say what is missing and where it is made; stops the page."""
    st.info(
        "These texts come without queries whose answers are known, so nothing can be decided yet.",
        icon=":material/rule:",
    )
    st.page_link(
        "pages/retrieval.py", label="Load a test set, or judge results, on the Retrieval page", icon=":material/rule:"
    )
    if st.button("Open Help desk", key="decide_helpdesk", help="A sample that comes with 100 judged queries."):
        choice.choose(corpus=HELP_DESK)
        st.rerun()
    st.stop()


def wished(study: Study, words: tuple[str, ...], scored: Scored, found: dict[str, Answer], *, despite: bool) -> Decided:
    """The limits and costs as controls, and what follows from them; nothing is computed by the worker."""
    st.subheader("Limits")
    run = timed_run(study, scored.plan(words))
    plan = replace(wishes.wishes(study, words, scored, run), despite=despite)
    return _settled(study, plan, found, run)


def _settled(study: Study, plan: Plan, found: dict[str, Answer], run: Timed | None) -> Decided:
    """The decision, settled once for everybody with these texts, models, wishes and run: `found` follows from them."""
    models = ((model.spec, model.space.digest) for model in study.models)
    texts, timed = (study.corpus.fingerprint, study.corpus.name), (run.key, run.missing) if run else None
    key = (*texts, *models, dumps(plan.to_json(), sort_keys=True), timed)

    def settle() -> Decided:
        return Decided(study, plan, found, run, deciding.settle(study, plan, found, run.found if run else None))

    return _decisions().once(key, settle)


@st.cache_resource(show_spinner=False)
def _decisions() -> Memory:
    return Memory(LRUCache(MOST_KEPT))


def decision_answer(decided: Decided) -> None:
    """The answer in one sentence, why, and what would decide it."""
    decision = decided.settled.decision
    with st.container(border=True, key="decision"):
        st.markdown(f"{BADGES[decision.status]}\n\n#### {plain(decision.answer)}")
        if decision.why:
            st.markdown("\n".join(f"- {plain(line)}" for line in decision.why))
        if decision.would_decide:
            said = "What would let one in" if decision.status == "limits" else "What would decide it"
            st.markdown(f"**{said}**\n" + "\n".join(f"- {plain(line)}" for line in decision.would_decide))
    plan, n = decided.plan, decided.answers["comparison"]["n"]
    st.caption(
        plain(
            f"n = {count(n, 'query').replace('querys', 'queries')} with a text of grade {plan.rel} or more; "
            f"{plan.measure}; margin ±{plan.margin:g}; 95 % intervals over queries, Holm's correction over the pairs "
            f"within the limits; seed {plan.seed}."
        )
    )


@st.fragment
def decision_chart(decided: Decided) -> None:
    """Quality against a cost the reader picks, which draws this part alone; the chosen one is named in the picture."""
    drawn = decided.once(_drawn, _against(decided))
    if drawn.figure is None:
        st.info("This cost is not known for anybody: press “Measure now”, or name a price.", icon=":material/timer:")
        return
    show.chart(drawn.figure, alt=drawn.alt, data=drawn.data, key="decision_chart")
    st.caption(plain(drawn.said))


def _drawn(decided: Decided, against: str) -> Drawn:
    """The picture with what it says in words; no figure where nobody's cost is known."""
    limit, log = NUMERIC[against], against != "bytes_per_vector"
    table = standing(decided).assign(cost=[_cost(fact, against) for fact in decided.settled.facts])
    known = table[table["cost"].notna() & table["mean"].notna() & ((table["cost"] > 0) | (not log))]
    if not len(known):
        return Drawn(None)
    most = getattr(decided.plan.limits, against)
    reach, told = (None, "") if most is None else (most / limit.scale, f"over {limit.told(most)}")
    figure = charts.decision(
        known.assign(cost=known["cost"] / limit.scale),
        retrieval.looks(decided.study, decided.plan.candidates),
        Axis(TITLES[against], reach, told, logarithmic=log),
        measure=decided.plan.measure,
    )
    alt = f"{decided.plan.measure} against {AGAINST[against].lower()}: {decided.settled.decision.answer}"
    data = table.assign(label=[fact.label for fact in decided.settled.facts])
    said = ["Whiskers: 95 % intervals. Rings: not shown to be worse than the best. Dotted steps: the Pareto front, of "
            "which no other is both better and cheaper. Crosses: struck out by a limit."]  # fmt: skip
    missing = [decided.label(key) for key in table["candidate"] if key not in set(known["candidate"])]
    if missing:
        said.append(f"Not drawn, because this cost is not known or nothing: {', '.join(missing)}.")
    return Drawn(figure, alt, data, " ".join(said))


def _against(decided: Decided) -> str:
    """The cost to draw; at first one that is known."""
    known = [key for key in AGAINST if any(getattr(fact, key) for fact in decided.settled.facts)]
    chosen = st.segmented_control(
        "Quality against",
        list(AGAINST),
        format_func=AGAINST.__getitem__,
        default=next(iter(known), "p95_ms"),
        required=True,
        key="against",
        bind="query-params",
        help="The cost on the horizontal axis. The answer is the same whatever is shown.",
    )
    return str(chosen)


def _cost(fact: Facts, name: str) -> float:
    value = getattr(fact, name)
    return float("nan") if value is None else float(value)


def standing(decided: Decided) -> pd.DataFrame:
    """A row per candidate in the order asked: candidate, mean, low, high, and where it stands."""
    decision = decided.settled.decision
    means = decided.answers["comparison"]["means"].set_index("candidate")
    table = means.reindex(list(decided.plan.candidates)).reset_index()
    table["candidate"] = table["candidate"].astype("str")
    stated: pd.DataFrame = table.assign(state=[_state(decision, key) for key in table["candidate"]])
    return stated


def _state(decision: Decision, key: str) -> str:
    if key in decision.struck:
        return OUT
    if key == decision.chosen:
        return CHOSEN if decision.status == "decided" else LEADING
    return TIED if key in decision.tie_group else BEHIND
