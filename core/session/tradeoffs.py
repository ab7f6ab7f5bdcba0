"""The Trade-offs page: how small the vectors can get, in a sentence, a picture and a table to choose from."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from core import charts, pipeline
from core.compression import words as told
from core.compression.keeping import MEASURES
from core.retrieval.judged import Judged
from core.session import retrieval, show
from core.session.keeping import Kept
from core.session.panel import answers, in_turn
from core.session.words import plain
from core.types import Answer, Study

DECIDED = ":green-badge[:material/check: Decided]"
OPEN = ":orange-badge[:material/balance: Not decided]"


@dataclass(frozen=True, eq=False)
class Smaller:
    """The answers: `forms` of each model by key, and all of them compared."""

    study: Study
    kept: Kept
    forms: dict[str, Answer]
    frontier: Answer

    @property
    def table(self) -> pd.DataFrame:
        """A row per form of every model."""
        table: pd.DataFrame = self.frontier["table"]
        return table

    @property
    def labels(self) -> dict[str, str]:
        """What people read for each model."""
        return show.labels(self.study)

    def label(self, word: str) -> str:
        """What people read for a model in a form."""
        return told.configuration(word, self.labels)


def smaller_vectors(study: Study, kept: Kept) -> Smaller:
    """What every form of every model keeps; shows progress and stops the page until all are there."""
    if MEASURES[kept.measure].judged and not len(Judged.of(study.corpus, kept.copies).evaluated(kept.rel)):
        st.info("No query has a text of so high a grade: lower it under “How it is scored”.", icon=":material/rule:")
        st.stop()
    keys = [model.spec.key for model in study.models]
    asked = [pipeline.ask("tradeoffs", study.only(key), **kept.scored) for key in keys]
    last = pipeline.ask("frontier", study, measure=kept.measure, within=kept.within, **kept.scored)
    *forms, frontier = in_turn([*asked, last])
    if frontier is None:
        st.stop()
    return Smaller(study, kept, {key: each for key, each in zip(keys, forms, strict=True) if each}, frontier)


def smaller_answer(found: Smaller) -> None:
    """The smallest vectors shown to be good enough, in a sentence; where the data cannot tell, what would."""
    with st.container(border=True, key="tradeoffs"):
        for choice in found.frontier["choices"].to_dict("records"):
            decided, said, more = told.answer(found.table, choice, found.kept.measure, found.kept.within, found.labels)
            st.markdown(
                f"{DECIDED if decided else OPEN}\n\n#### {plain(said)}" + (f"\n\n{plain(more)}" if more else "")
            )
    st.caption(plain(" ".join(_how(found))))


def _how(found: Smaller) -> list[str]:
    kept, n = found.kept, found.frontier["n"]
    one = next(iter(found.forms.values()))
    what = {"nDCG@10": "judged queries", "R@10": "judged queries", "spearman": "random pairs of texts"}
    number = f"{n:,} {what.get(kept.measure, 'random texts asked as queries')}"
    said = [
        f"n = {number}; seed {kept.seed}. Shown: the 95 % interval of the loss, paired, lies within what may be lost; "
        f"each form's stands for itself, so that of forty forms that lose more one may pass."
    ]
    if MEASURES[kept.measure].own:
        said.append("This measure compares each model with its own float32 vectors, not with other models.")
    said.append(
        f"Ranges, centres and axes were learnt on {one['fitted']:,} texts; nothing was embedded again. Rescoring looks "
        f"at so many times ten results again with the float32 query."
    )
    trained = {key: [cut for cut in each["trained"] if cut < each["dimension"]] for key, each in found.forms.items()}
    said += [
        f"{found.labels[key]} was trained to be cut to {', '.join(map(str, cuts))} dimensions."
        for key, cuts in trained.items()
        if cuts
    ]
    others = [found.labels[key] for key, cuts in trained.items() if not cuts]
    if others:
        said.append(
            f"Not known to be trained for truncation: {', '.join(others)}; what cutting costs is measured here."
        )
    empty = {found.labels[key]: each["empty"] for key, each in found.forms.items() if each["empty"]}
    said += [f"Texts without a vector under {name}, never found: {number:,}." for name, number in empty.items()]
    return said


def smaller_chart(found: Smaller) -> None:
    """What is kept against the bytes of a text."""
    table = found.table
    words = {word: found.label(word) for word in table["candidate"]}
    chosen = {word: words[word] for word in found.frontier["choices"]["likely"]}
    figure = charts.tradeoffs(
        table,
        words,
        found.labels,
        show.colours(found.study),
        chosen=chosen,
        measure=MEASURES[found.kept.measure].label,
        within=found.kept.within,
    )
    show.chart(
        figure,
        alt=f"{MEASURES[found.kept.measure].label} against bytes a text: {', '.join(chosen.values())} chosen",
        data=lambda: _exported(found),
        key="tradeoffs_chart",
    )
    st.caption(
        "Lines: each model's Pareto front, of which no form is both smaller and better. ● float32, ○ float16, ■ int8, "
        "◆ binary, ✚ product quantisation. Grey: within the wanted share of the best float32."
    )


def _exported(found: Smaller) -> pd.DataFrame:
    table = found.table
    return table.assign(configuration=[found.label(word) for word in table["candidate"]])


def smaller_table(found: Smaller) -> str:
    """Every form, the one the answer names first; the one the reader selects, else that one."""
    first = str(found.frontier["choices"]["likely"].iloc[0])
    only = st.toggle(
        "Only the fronts", value=True, key="fronts", bind="query-params",
        help="Leave out forms that another one of the same model beats in both size and quality.",
    )  # fmt: skip
    table = found.table
    table = table[table["own_front"] | (table["form"] == "") | (table["candidate"] == first)] if only else table
    table = table.assign(place=table["candidate"] != first)
    table = table.sort_values(["place", "bytes_per_vector", "mean"], ascending=[True, True, False])
    rows = table.assign(configuration=[found.label(word) for word in table["candidate"]])
    shown = rows[
        ["configuration", "bytes_per_vector", "mean", "low", "high", "difference", "difference_low", "difference_high",
         "differing", "verdict"]
    ].rename(columns={"mean": MEASURES[found.kept.measure].label})  # fmt: skip
    at = show.table(
        shown.reset_index(drop=True),
        "configurations",
        pick=True,
        alt="Every form with its size and what it keeps",
        placeholder="–",
        column_config={
            "bytes_per_vector": st.column_config.NumberColumn("bytes a text", format="%.6g"),
            **{
                name: st.column_config.NumberColumn(name.replace("_", ", "), format="%.3f")
                for name in shown.columns[2:-2]
            },
        },
    )
    picked = first if at is None else str(table["candidate"].iloc[at])
    _take(found, picked)
    return picked


def _take(found: Smaller, word: str) -> None:
    """Take a form to Decision, where it is a candidate like any other."""
    judged = found.study.corpus.queries and found.study.corpus.judgements
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            f"Take {plain(found.label(word))} to Decision",
            type="primary",
            icon=":material/gavel:",
            disabled=not judged or word in found.labels,
            help="It becomes a candidate there and on Retrieval, with its size, its quality and, once measured, its "
            "times. Select another row to take that one."
            + ("" if judged else " Decision needs judged queries, which these texts do not have."),
        )
        st.caption("Select a row to choose another one." if word not in found.labels else "float32 is there already.")
    if pressed:
        taken = dict.fromkeys([*st.session_state.get(retrieval.TAKEN, ()), word])
        st.session_state[retrieval.TAKEN] = tuple(taken)
        st.switch_page("pages/decision.py")


def one_answer(name: str, study: Study, **arguments: Any) -> Answer | None:
    """An answer for a part of the page, or None while it is at work."""
    (found,) = answers([pipeline.ask(name, study, **arguments)])
    return found
