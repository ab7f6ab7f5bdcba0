"""What counts as kept on the Trade-offs page: the controls above its answer."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.compression.keeping import MEASURES
from core.types import Study

WITHIN = 1.0


@dataclass(frozen=True)
class Kept:
    """What counts as kept: measure, the share of the best that may be lost, and how queries are scored."""

    measure: str
    within: float
    rel: int
    copies: bool
    seed: int

    @property
    def scored(self) -> dict[str, Any]:
        """What the questions about one model take."""
        return {"rel": self.rel, "copies": self.copies, "seed": self.seed}


def kept_settings(study: Study) -> Kept:
    """What counts as kept, chosen in a line and kept in the URL."""
    offered = _offered(study)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        measure = st.selectbox(
            "What must be kept",
            offered,
            format_func=lambda name: MEASURES[name].label,
            key="kept",
            bind="query-params",
            width=320,
            help="  \n".join(f"**{MEASURES[name].label}**: {MEASURES[name].help}" for name in offered),
        )
        within = st.number_input(
            "Within (%)",
            0.1,
            50.0,
            WITHIN,
            0.5,
            key="within",
            bind="query-params",
            width=160,
            help="So much of the best float32 vectors' quality may be lost; smaller ones must be shown to lose less.",
        )
        rel, copies, seed = _scoring()
    return Kept(str(measure or offered[0]), float(within) / 100, rel, copies, seed)


def _offered(study: Study) -> list[str]:
    """The measures that can be taken of these texts, the most telling first."""
    corpus = study.corpus
    judged = bool(corpus.queries and corpus.judgements)
    labelled = corpus.labels is not None and len(set(corpus.labels)) > 1
    return [
        name
        for name, measure in MEASURES.items()
        if measure.own or (measure.judged and judged) or (name == "knn" and labelled)
    ]


def _scoring() -> tuple[int, bool, int]:
    with st.popover("How it is scored", icon=":material/tune:"):
        rel = st.number_input(
            "Relevant from grade", 1, 1_000, 1, key="relevant", bind="query-params",
            help="Texts of this grade and above count as right. nDCG uses the grades themselves.",
        )  # fmt: skip
        copies = st.toggle(
            "Copies share their grade", value=True, key="copies", bind="query-params",
            help="A text that repeats a judged one letter by letter has its grade. Off: it counts as unjudged.",
        )  # fmt: skip
        seed = st.number_input(
            "Seed", 0, 2**31 - 1, 0, key="kept_seed", bind="query-params",
            help="Draws the texts that are asked, and the resamples of intervals.",
        )  # fmt: skip
    return int(rel), bool(copies), int(seed)
