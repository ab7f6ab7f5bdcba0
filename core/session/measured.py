"""The evidence of the Retrieval page: every figure, curves, kinds of query, and small models beside large ones."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core import charts
from core.charts.retrieval import FEW
from core.retrieval.candidates import BM25, parse
from core.retrieval.figures import FAMILIES, MAIN
from core.session import show
from core.session.results import Retrieved
from core.session.words import plain
from core.types import ModelCard, ModelSpec

SIZES: dict[str, tuple[str, Callable[[ModelSpec, ModelCard], int | None]]] = {
    "parameters": ("parameters", lambda _, card: card.parameters),
    "dimension": ("dimensions of a vector", lambda spec, card: spec.dimension or card.dimension),
    "download": ("bytes to download", lambda _, card: card.download_bytes),
}
FEW_PER_KIND = 10


@st.fragment
def every_figure(found: Retrieved) -> None:
    """Every measure at every cut with its interval, a family at a time; another family runs this part alone."""
    st.subheader("Every figure")
    chosen = st.segmented_control(
        "Family",
        list(FAMILIES),
        format_func=lambda name: FAMILIES[name].label,
        default="nDCG",
        required=True,
        key="family",
        bind="query-params",
        help="  \n".join(f"**{family.label}**: {family.help}" for family in FAMILIES.values()),
    )
    family = FAMILIES[str(chosen)]
    figure, columns = found.once(_of_family, family.name)
    show.chart(figure, alt=f"{family.label} at each cut with 95 % intervals, per candidate", key="by_cut")
    st.dataframe(
        columns.arrow,
        hide_index=True,
        key="figures_wide",
        alt=f"{family.label} with 95 % intervals",
        column_config={"candidate": st.column_config.TextColumn(width=200, pinned=True)},
    )
    st.caption(plain(f"{family.help} {family.source}. In brackets the 95 % interval. The CSV holds all families."))
    show.download(
        lambda: all_figures(found).drop(columns="candidate").rename(columns={"label": "candidate"}), "figures"
    )


def _of_family(found: Retrieved, family: str) -> tuple[go.Figure, show.Sent]:
    """The figures of one family as a picture, and as a table with a column for each cut."""
    table = found.once(all_figures)
    mine = table[table["family"] == family]
    return charts.by_cut(mine, found.looks, family=FAMILIES[family].label), show.Sent(wide(mine))


def all_figures(found: Retrieved) -> pd.DataFrame:
    """The figures of every candidate that is done, one under another."""
    parts = [
        answer["figures"].assign(candidate=word, label=found.labels[word]) for word, answer in found.quality.items()
    ]
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)[
        ["candidate", "label", "name", "family", "k", "mean", "low", "high"]
    ]
    return table


def wide(table: pd.DataFrame) -> pd.DataFrame:
    """A row per candidate, a column per measure: the mean with its interval in brackets."""
    told = table.assign(
        said=[
            f"{mean:.3f}" + ("" if np.isnan(low) else f" ({low:.2f}–{high:.2f})")
            for mean, low, high in table[["mean", "low", "high"]].itertuples(index=False)
        ]
    )
    order = list(dict.fromkeys(told["name"]))
    rows = told.pivot(index="label", columns="name", values="said").loc[list(dict.fromkeys(told["label"])), order]
    return rows.rename_axis(index="candidate", columns=None).reset_index()


def depth_curves(found: Retrieved) -> None:
    """Recall and precision of the first k, and precision at each level of recall."""
    st.subheader("How deep must one look?")
    # Many lines need the width for their names.
    left, right = st.columns(2) if len(found.quality) <= FEW else (st.container(), st.container())
    with left:
        st.markdown("**Recall of the first k results**")
        figure, alt = found.once(_recall)
        show.chart(figure, alt=alt, data=lambda: _stacked(found, "curve"), key="recall_curve")
    with right:
        st.markdown("**Precision at each level of recall**")
        show.chart(
            found.once(_precision),
            alt="Interpolated precision at eleven levels of recall, per candidate",
            data=lambda: _stacked(found, "pr"),
            key="precision_recall",
        )
    st.caption(
        "Means over queries; bands are 95 % intervals, drawn for up to five candidates (they are in the CSV always). "
        "Precision at a level of recall is the highest at that level or beyond (interpolated, 11 points)."
    )


def _recall(found: Retrieved) -> tuple[go.Figure, str]:
    depth = {word: answer["curve"] for word, answer in found.quality.items()}
    told = [f"{found.labels[word]} {table['recall'].iloc[-1]:.2f} at 100" for word, table in depth.items()]
    figure = charts.by_depth(depth, found.looks, what="recall")
    return figure, f"Recall of the first k results, per candidate: {', '.join(told)}"


def _precision(found: Retrieved) -> go.Figure:
    return charts.precision_recall({word: answer["pr"] for word, answer in found.quality.items()}, found.looks)


def _stacked(found: Retrieved, part: str) -> pd.DataFrame:
    parts = [answer[part].assign(candidate=found.labels[word]) for word, answer in found.quality.items()]
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return table


def by_kind(found: Retrieved) -> None:
    """The mean for each kind of query, where the queries carry kinds."""
    table = found.once(_kinds)
    if not len(table):
        return
    st.subheader("By kind of query")
    show.chart(
        found.once(_kinds_drawn),
        alt=f"Mean {MAIN} per kind of query and candidate, with 95 % intervals",
        data=lambda: table.assign(candidate=table["candidate"].map(found.labels)),
        key="kinds",
    )
    few = found.once(_fewest)
    doubt = (
        " With so few queries of a kind the intervals are wide: take them as a hint where to look."
        if few < FEW_PER_KIND
        else ""
    )
    st.caption(
        f"Mean {MAIN}, below it the 95 % interval over the n queries of that kind; not corrected for many kinds.{doubt}"
    )


def _kinds(found: Retrieved) -> pd.DataFrame:
    """Mean per kind of query of every candidate, one under another."""
    parts = [answer["kinds"].assign(candidate=word) for word, answer in found.quality.items()]
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)
    if len(table):
        table["kind"] = table["kind"].replace({"": "no kind"})
    return table


def _kinds_drawn(found: Retrieved) -> go.Figure:
    return charts.kinds(found.once(_kinds), {word: found.looks[word] for word in found.quality}, measure=MAIN)


def _fewest(found: Retrieved) -> int:
    """Queries of the kind that has fewest."""
    return int(found.once(_kinds).groupby("kind")["n"].max().min())


@st.fragment
def small_and_large(found: Retrieved) -> None:
    """Quality against the size of the model; those whose size is unknown are named. Another size runs this alone."""
    st.subheader("Small models beside large ones")
    title, read = SIZES[_pick_size()]
    sizes = {model.spec.key: read(model.spec, show.card(model.spec)) for model in found.study.models}
    known, bm25 = found.once(_sized, *sizes.items())
    if len(known):
        show.chart(
            charts.by_size(
                known,
                found.looks,
                size=title,
                measure=found.scored.measure,
                reference=bm25,
            ),
            alt=f"{found.scored.measure} against {title}: "
            + ", ".join(
                f"{found.labels[word]} {mean:.3f} at {at:,.0f}"
                for word, mean, at in known[["candidate", "mean", "size"]].itertuples(index=False)
            ),
            data=lambda: known.assign(candidate=known["candidate"].map(found.labels)),
            key="by_size",
        )
    missing = [found.labels[key] for key, value in sizes.items() if not value and key in found.quality]
    said = ["Models alone, without fusion or reranking; log axis, whiskers are 95 % intervals."]
    if missing:
        said.append(f"Not drawn, for they have none or it is unknown: {', '.join(missing)}.")
    if len(known) == 1:
        said.append("Choose models of other sizes in the sidebar to see whether size pays here.")
    st.caption(plain(" ".join(said)))


def _sized(found: Retrieved, *sizes: tuple[str, int | None]) -> tuple[pd.DataFrame, float]:
    """The models of known size with their means, and the mean of BM25, NaN without it."""
    table = found.means.assign(size=[_size(word, dict(sizes)) for word in found.means["candidate"]])
    bm25 = found.means.loc[found.means["candidate"] == BM25, "mean"]
    return table[table["size"] > 0], float(bm25.iloc[0]) if len(bm25) else float("nan")


def _pick_size() -> str:
    chosen = st.segmented_control(
        "Size",
        list(SIZES),
        default="parameters",
        required=True,
        key="size",
        bind="query-params",
        help="Trained weights, length of a vector (memory and speed of the index), or what must be downloaded.",
    )
    return str(chosen)


def _size(word: str, sizes: dict[str, int | None]) -> float:
    candidate = parse(word)
    alone = not candidate.fused and not candidate.reranker and not candidate.held
    return float(sizes.get(candidate.model) or 0) if alone else 0.0
