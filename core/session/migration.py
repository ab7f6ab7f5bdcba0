"""A migration planner: what moving from one model to another changes, takes and gains, and what bridges the time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import pandas as pd
import streamlit as st

from core import charts, costs, pipeline, stats
from core.charts.palette import muted, safe
from core.charts.retrieval import Look
from core.costs.words import hours_in_words
from core.migration import words as told
from core.session import show
from core.session.costing import MOST_TEXTS, money
from core.session.panel import answers
from core.session.retrieval import MARGIN
from core.session.words import plain, short, size
from core.types import Answer, Study

SHOWN, WIDTH = 50, 140
DECIDED = ":green-badge[:material/check: Decided]"
OPEN = ":orange-badge[:material/balance: Not decided]"
SIDES = {"Lose most": True, "Win most": False, "Change most": False}
HELP = (
    "Vectors of two models cannot be mixed: moving means to embed every text again. What that changes for those who "
    "search, what it takes, and whether the vectors you have, mapped into the new model's space, are good enough until "
    "it is done."
)


class How(Protocol):
    """How rankings are scored, as `retrieval.Scored` and `keeping.Kept` hold it."""

    @property
    def rel(self) -> int: ...  # noqa: D102
    @property
    def copies(self) -> bool: ...  # noqa: D102
    @property
    def seed(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class Move:
    """From model `a` to model `b`, by key, with what was found and every two ways compared."""

    study: Study
    a: str
    b: str
    found: Answer
    pairs: pd.DataFrame

    @property
    def names(self) -> tuple[str, str]:
        """What people read for the two."""
        labels = show.labels(self.study)
        return labels[self.a], labels[self.b]


def migration(
    study: Study, scored: How, *, margin: float = MARGIN, seconds_per_text: Mapping[str, float] | None = None
) -> None:
    """The whole part: from which model to which, what changes, what it takes, who loses, and the stopgap.

    `seconds_per_text` is what embedding one text takes here, by model key; None, or a model that is not in it, is not
    measured.
    """
    st.subheader("What would moving to another model change?", help=HELP)
    if len(study.models) < 2:
        st.info("Choose a second model in the sidebar: the one you think of moving to.", icon=":material/moving:")
        return
    show.folded(
        "Plan the move: what changes for those who search, what it takes, and a stopgap until then",
        # A control here runs this part alone.
        lambda: st.fragment(_plan)(study, scored, margin, dict(seconds_per_text or {})),
        key="plan_move",
    )


def _plan(study: Study, scored: How, margin: float, seconds: Mapping[str, float]) -> None:
    a, b = _chosen(study)
    if a == b:
        st.info("Choose another model to move to: these two are the same.", icon=":material/moving:")
        return
    how = {"rel": scored.rel, "copies": scored.copies, "seed": scored.seed}
    (found,) = answers([pipeline.ask("migration", study.only(*sorted((a, b))), a=a, b=b, **how)])
    if found is None:
        return
    move = Move(study, a, b, found, stats.tell(found["pairs"], margin))
    decided, said = told.answer(found, move.pairs, *move.names, margin)
    badge = f"{DECIDED if decided else OPEN}\n\n" if found["judged"] else ""
    with st.container(border=True, key="migration"):
        st.markdown(f"{badge}#### {plain(said)}")
    _takes(move, seconds)
    _moved(move)
    _stopgap(move)


def _chosen(study: Study) -> tuple[str, str]:
    """From which model to which."""
    labels = show.labels(study)
    keys, picked = list(labels), []
    asked: tuple[tuple[str, str, int, str], ...] = (
        ("move_from", "From", 0, "The model whose vectors you have."),
        ("move_to", "To", 1, "The model you think of moving to."),
    )
    for column, (key, title, place, help_) in zip(st.columns(2), asked, strict=True):
        if st.session_state.get(key) not in (None, *keys):
            del st.session_state[key]
        chosen = column.selectbox(
            title, keys, index=place, format_func=labels.__getitem__, key=key, bind="query-params", help=help_
        )
        picked.append(str(chosen or keys[place]))
    return picked[0], picked[1]


def _takes(move: Move, seconds: Mapping[str, float]) -> None:
    """Hours, money and bytes of embedding every text again."""
    left, right = st.columns(2)
    texts = left.number_input(
        "Texts to move", 1, MOST_TEXTS, len(move.study.corpus), key="move_texts", bind="query-params",
        help="Hours, money and bytes are told for this many texts as long as yours.",
    )  # fmt: skip
    hour = right.number_input(
        "Price of a machine hour", min_value=0.0, value=None, placeholder="not priced", format="%.10g",
        key="move_price", bind="query-params",
        help="In your currency, of a machine like this one. Empty: no money is told.",
    )  # fmt: skip
    old, new = (costs.Size(4 * dimension).stored_bytes(int(texts)) for dimension in move.found["dimensions"])
    said = (
        f"The new vectors of {costs.texts_in_words(int(texts))} take {size(new)} (float32, exact index) where the old "
        f"ones take {size(old)}; while both are kept, {size(old + new)}."
    )
    if move.b in seconds:
        rate = costs.Rate.measured(1 / seconds[move.b], None if hour is None else float(hour))
        paid = rate.money(int(texts))
        priced = "" if paid is None else f" and costs {money(paid)}"
        st.markdown(
            plain(f"Embedding them again takes {hours_in_words(rate.hours(int(texts)) or 0.0)}{priced}. {said}")
        )
        return
    st.markdown(plain(said))
    # What is not measured was said with the costs at scale, and where to measure it.
    st.caption(plain(f"Hours and money are told here as soon as it is known how fast {move.names[1]} embeds."))


def _moved(move: Move) -> None:
    """The queries that lose, win and change most; without judgements those whose results change most."""
    table, corpus = move.found["per_query"], move.study.corpus
    side = "Change most"
    if move.found["judged"]:
        side = str(
            st.segmented_control(
                "Which queries", list(SIDES), default="Lose most", required=True, key="move_side",
                bind="query-params", help="By nDCG@10 after the move less before it, or by how many results change.",
            )
        )  # fmt: skip
    by = "changed" if side == "Change most" else "difference"
    rows = table[table[by].notna()].sort_values(by, ascending=SIDES[side], kind="stable")
    every = [query.text for query in corpus.queries] or corpus.texts
    a, b = move.names
    shown = {
        "text": [short(every[place], WIDTH) for place in rows["place"].head(SHOWN)],
        "results that change": (move.found["top"] * rows["changed"].head(SHOWN)).tolist(),
    }
    if move.found["judged"]:
        columns = {f"nDCG@10 {a}": "ndcg10_a", f"nDCG@10 {b}": "ndcg10_b", "difference": "difference"}
        shown |= {name: rows[column].head(SHOWN).tolist() for name, column in columns.items()}
    numbers = {name: st.column_config.NumberColumn(format="%.3f") for name in list(shown)[2:]}
    show.table(
        pd.DataFrame(shown),
        "moved",
        alt=f"Queries that {side.lower()}",
        placeholder="not judged",
        column_config={"results that change": st.column_config.NumberColumn(format="%.0f"), **numbers},
    )


def _stopgap(move: Move) -> None:
    """How far maps between the two spaces get: a sentence, a picture, a table, and what it stands on."""
    st.markdown("**Until the texts are embedded again**")
    a, b = move.names
    st.markdown(plain(told.stopgap(move.found, move.pairs, a, b)))
    if not move.found["unmapped"]:
        _drawn(move)
        st.dataframe(
            told.table(move.found, a, b), hide_index=True, key="move_ways", alt="Both models and the maps between them"
        )
        show.download(move.found["ways"], "move_ways")
    st.caption(plain(" ".join(told.caveats(move.found, a, b))))


def _drawn(move: Move) -> None:
    rows, colours = move.found["ways"], show.colours(move.study)
    measure = "nDCG@10" if move.found["judged"] else "recall"
    means = rows[["way", measure, f"{measure}_low", f"{measure}_high"]].dropna(subset=[measure])
    means = means.set_axis(["candidate", "mean", "low", "high"], axis=1)
    means = means.sort_values("mean", ascending=False, kind="stable", ignore_index=True)
    own = {"a": colours[move.a], "b": colours[move.b]}
    looks = {
        name: Look(told.way(name, *move.names), own.get(name, muted(own["b"])), "circle" if name in own else "diamond")
        for name in rows["way"]
    }
    label = measure if move.found["judged"] else f"share of {move.names[1]}'s first {move.found['top']}"
    show.chart(
        charts.whiskers(means, looks, measure=safe(label), reference="a"),
        alt=f"{label} of both models and of the maps between them",
        data=means,
        key="move_chart",
    )
    st.caption(plain(f"The dotted line is {move.names[0]} as it is. Diamonds are maps."))
