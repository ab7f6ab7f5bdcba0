"""What a person wants of a decision: limits, margin, the order of costs, prices; all of it in the URL."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from core import deciding
from core.decision import CRITERIA, HELP, NUMERIC, Limits, Plan
from core.decision.facts import JOINED
from core.decision.plan import TOLERANCE
from core.session import standing
from core.session.retrieval import Scored
from core.session.timing import Timed
from core.session.words import plain
from core.types import Study

ORDER = "order"
PLACES = ("1st", "2nd", "3rd", "4th")
NO_LIMIT = "no limit"
AS_TYPED = "%.10g"
"""A limit of 0.125 ms must not be shown as 0.13: every digit that was typed."""
SHORT = {
    "p95_ms": "p95 of a query ≤ ms",
    "texts_per_s": "Texts per second ≥",
    "memory_bytes": "Memory ≤ MB",
    "bytes_per_vector": "Bytes per vector ≤",
    "money": "Money per million ≤",
}


def wishes(study: Study, words: tuple[str, ...], scored: Scored, run: Timed | None) -> Plan:
    """The limits, each with its unit and an off state, then the order of costs, what counts as the same, and prices."""
    limits = _limits(study, words)
    st.subheader("Among those as good, what counts?")
    order = _pick_order()
    left, middle, right = st.columns([2, 2, 3], vertical_alignment="bottom")
    with left:
        tolerance = _tolerance()
    with middle:
        hour = _hour()
    with right:
        prices = _prices(study, words)
    key = run.key if run is not None else ""
    return replace(
        scored.plan(words), limits=limits, order=order, tolerance=tolerance, run=key, hour_price=hour, money=prices
    )


def _numbers() -> dict[str, float | None]:
    """The limits that are numbers; empty is off."""
    columns = st.columns(len(NUMERIC), vertical_alignment="bottom")
    numbers: dict[str, float | None] = {}
    for column, limit in zip(columns, NUMERIC.values(), strict=True):
        with column:
            value = st.number_input(
                SHORT[limit.key],
                min_value=0.0,
                value=None,
                placeholder=NO_LIMIT,
                format=AS_TYPED,
                key=f"limit_{limit.key}",
                bind="query-params",
                help=f"{limit.label}, {'at most' if limit.most else 'at least'}. {limit.help} Empty: no limit. Once it "
                "is set, a candidate of which it is unknown is struck out.",
            )
        numbers[limit.key] = None if value is None else float(value) * limit.scale
    return numbers


def _limits(study: Study, words: Sequence[str]) -> Limits:
    numbers: Any = _numbers()
    left, middle, right = st.columns([3, 2, 2], vertical_alignment="bottom")
    known = standing.facts(study, words)
    offered = list(dict.fromkeys(part for fact in known for part in fact.licence.split(JOINED) if part))
    with left:
        licences = st.multiselect(
            "Licences you may use",
            offered,
            key="limit_licences",
            bind="query-params",
            placeholder="any licence",
            help=HELP["licences"] + " None chosen: no limit.",
        )
    with middle:
        language = st.text_input(
            "Language it must read",
            key="limit_language",
            bind="query-params",
            placeholder="any language",
            max_chars=20,
            help=HELP["language"] + " Empty: no limit.",
        )
    with right:
        local = st.toggle("Texts stay on this machine", key="limit_local", bind="query-params", help=HELP["local"])
    wanted = (language or "").strip() or None
    return Limits(**numbers, licences=tuple(licences), language=wanted, local=bool(local))


def _order() -> tuple[str, ...]:
    """The order in the URL, else of this session, else the house's; always all of the criteria."""
    kept = st.query_params.get(ORDER) or st.session_state.get("_decision_order", "")
    named = [name for name in str(kept).split(",") if name in CRITERIA]
    return tuple(dict.fromkeys([*named, *CRITERIA]))


def _pick_order() -> tuple[str, ...]:
    order = _order()
    for place, (column, criterion) in enumerate(zip(st.columns(len(order)), order, strict=True)):
        st.session_state[f"_order{place}"] = criterion
        with column:
            st.selectbox(
                PLACES[place],
                list(CRITERIA),
                format_func=CRITERIA.__getitem__,
                key=f"_order{place}",
                on_change=_reordered,
                args=(place,),
                help="Among candidates not shown to be worse than the best, the cheapest by the first of these is "
                "taken; what costs about the same goes on to the next. Choosing one here swaps the two.",
            )
    return order


def _reordered(place: int) -> None:
    order = list(_order())
    wanted = st.session_state[f"_order{place}"]
    other = order.index(wanted)
    order[place], order[other] = order[other], order[place]
    st.session_state["_decision_order"] = ",".join(order)
    st.query_params[ORDER] = ",".join(order)


def _tolerance() -> float:
    share = st.number_input(
        "Costs count as the same within (%)",
        0.0,
        1_000.0,
        100 * TOLERANCE,
        5.0,
        format=AS_TYPED,
        key="tolerance",
        bind="query-params",
        help="A candidate this much dearer than the cheapest is not told apart by that cost; the next cost decides.",
    )
    return float(share) / 100


def _hour() -> float | None:
    hour = st.number_input(
        "Price of a machine hour",
        min_value=0.0,
        value=None,
        placeholder="not priced",
        format=AS_TYPED,
        key="hour_price",
        bind="query-params",
        help="In your currency. A million texts then cost the hours they take here at the measured rate.",
    )
    return None if hour is None else float(hour)


def _prices(study: Study, words: Sequence[str]) -> dict[str, float]:
    """What a million texts cost where a price list says so."""
    named: dict[str, float] = {}
    labels = deciding.labels(study, words)
    with st.popover("Prices of single candidates", icon=":material/payments:"):
        st.caption("Per million texts, from a price list: this wins over measured hours. Empty: hours are counted.")
        for word in words:
            value = st.number_input(
                plain(labels[word]),
                min_value=0.0,
                value=None,
                placeholder="by the hour",
                format=AS_TYPED,
                key=f"price_{re.sub('[^a-z0-9]', '_', word)}",
                bind="query-params",
                help="What somebody charges for embedding a million texts, in your currency.",
            )
            if value is not None:
                named[word] = float(value)
    return named
