"""What answers the queries and how that is scored: the controls that Retrieval and Decision share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core import deciding
from core.charts.palette import OTHER, muted
from core.charts.retrieval import Look
from core.decision import Plan
from core.errors import VecassayError
from core.retrieval import candidates as words_of
from core.retrieval import figures
from core.retrieval.candidates import BM25, Candidate, parse
from core.session import reranking, show
from core.types import Question, Study

MARGIN = 0.01
TEST_SET = "Test set"
SMALLER, TAKEN = "smaller", "_taken"
"""Where the link names smaller vectors, and where this session keeps those it takes along."""
VIEWS = {
    "Results": "the answer, figures with intervals, every two candidates.",
    "Queries": "query by query, results side by side.",
    "Cut-offs": "from which score on a result is good enough.",
    TEST_SET: "the queries and judgements: load, check, judge.",
}


@dataclass(frozen=True)
class Scored:
    """How rankings are scored: measure, the grade from which a text is relevant, whether copies share a grade, the
    margin inside which two means are practically equal, and the seed of the intervals."""

    measure: str = figures.MAIN
    rel: int = 1
    copies: bool = True
    margin: float = MARGIN
    seed: int = 0

    def plan(self, words: Sequence[str]) -> Plan:
        """A plan of a decision that wishes for nothing yet."""
        return Plan(tuple(words), self.measure, self.rel, self.copies, self.margin, self.seed)


def retrieval_view(study: Study) -> str:
    """Which part of the Retrieval page is shown; texts without queries or judgements have only their test set."""
    if not study.corpus.queries or not study.corpus.judgements:
        return TEST_SET
    st.session_state.setdefault("view", next(iter(VIEWS)))  # no default beside it: buttons set the view, too
    chosen = st.segmented_control(
        "View",
        list(VIEWS),
        required=True,
        key="view",
        bind="query-params",
        help="  \n".join(f"**{name}**: {told}" for name, told in VIEWS.items()),
    )
    return str(chosen)


def candidates(study: Study) -> tuple[str, ...]:
    """The candidates to compare, as words: the models of the sidebar, BM25, and by choice hybrids and rerankers.

    A reranker stands behind the hybrids when they are on, else behind each model and BM25.
    """
    keys = [model.spec.key for model in study.models]
    hybrid = st.toggle(
        "Add “+ BM25” hybrids",
        key="hybrid",
        bind="query-params",
        help="Each model's ranking fused with that of BM25 (reciprocal rank fusion, k = 60). BM25 itself, the search "
        "by words, always runs as the reference.",
    )
    fused = [Candidate(key, fused=True) for key in keys] if hybrid else []
    single = [*map(Candidate, keys), Candidate(BM25)]
    reranked = [Candidate(base.model, base.fused, key) for key in reranking.pick() for base in fused or single]
    return (*(candidate.key for candidate in [*single, *fused, *reranked]), *smaller(study))


def smaller(study: Study) -> tuple[str, ...]:
    """Smaller vectors to compare besides: those taken along from Trade-offs, or named in the link."""
    named = [word for word in st.query_params.get(SMALLER, "").split(",") if word]
    taken = dict.fromkeys([*st.session_state.get(TAKEN, ()), *named])
    known = [word for word in taken if _held_by(word, study)]
    if not known:
        return ()
    st.session_state[TAKEN] = tuple(taken)
    st.session_state.setdefault(f"_{SMALLER}", [word for word in known if word in named] or known)
    labels = words_of.labels(known, show.labels(study))
    chosen = st.multiselect(
        "Smaller vectors",
        known,
        format_func=labels.__getitem__,
        key=f"_{SMALLER}",
        placeholder="none",
        help="Vectors in fewer dimensions or bits, as you took them along from Trade-offs. They are candidates of "
        "their own, and nothing is embedded again.",
    )
    st.query_params[SMALLER] = ",".join(chosen)
    return tuple(chosen)


def _held_by(word: str, study: Study) -> bool:
    """Whether a word names smaller vectors of one of the models."""
    try:
        candidate = parse(word)
    except VecassayError:
        return False
    alone = not candidate.fused and not candidate.reranker
    return bool(candidate.held) and alone and candidate.model in {model.spec.key for model in study.models}


def candidate_labels(study: Study, words: Sequence[str]) -> dict[str, str]:
    """What people read for each candidate; two of one name get their word behind it."""
    named = {**show.labels(study), **{key: spec.label for key, spec in reranking.seen().items()}}
    return words_of.labels(words, named)


def candidate_colours(study: Study, words: Sequence[str]) -> dict[str, str]:
    """A colour per candidate: the model's own, a muted one of it for hybrids, grey for BM25."""
    own = show.colours(study)
    return {word: _colour(parse(word), own) for word in words}


def _colour(candidate: Candidate, own: Mapping[str, str]) -> str:
    colour = own.get(candidate.model, OTHER)
    return muted(colour) if candidate.fused or candidate.held else colour


def looks(study: Study, words: Sequence[str]) -> dict[str, Look]:
    """How each candidate is drawn: its name, colour, mark and dash."""
    labels, colours = candidate_labels(study, words), candidate_colours(study, words)
    found = {}
    for word in words:
        candidate = parse(word)
        if candidate.reranker:
            symbol, dash = "diamond" + ("-open" if candidate.fused else ""), "dashdot"
        elif candidate.held:
            symbol, dash = "triangle-up", "longdash"
        elif candidate.fused:
            symbol, dash = "circle-open", "dash"
        else:
            symbol, dash = ("circle", "solid") if candidate.embeds else ("square", "dot")
        found[word] = Look(labels[word], colours[word], symbol, dash)
    return found


def retrieval_settings() -> Scored:
    """How rankings are scored, chosen in a popover and kept in the URL."""
    with st.popover("How it is scored", icon=":material/tune:"):
        measure = _pick_measure()
        margin = st.number_input(
            "Practically equal within",
            0.0,
            0.5,
            MARGIN,
            0.005,
            format="%.3f",
            key="margin",
            bind="query-params",
            help="Two candidates whose difference is shown to be smaller than this are called practically equal. "
            "Moving it computes nothing anew.",
        )
        rel = st.number_input(
            "Relevant from grade",
            1,
            1_000,
            1,
            key="relevant",
            bind="query-params",
            help="Texts of this grade and above count as right. nDCG uses the grades themselves.",
        )
        copies = st.toggle(
            "Copies share their grade",
            value=True,
            key="copies",
            bind="query-params",
            help="A text that repeats a judged one letter by letter has its grade. Off: it counts as unjudged.",
        )
        seed = st.number_input(
            "Seed", 0, 2**31 - 1, 0, key="retrieval_seed", bind="query-params", help="Draws the resamples of intervals."
        )
    return Scored(measure, int(rel), bool(copies), float(margin), int(seed))


def _pick_measure() -> str:
    chosen = st.selectbox(
        "Measure",
        figures.names(),
        index=figures.names().index(figures.MAIN),
        key="measure",
        bind="query-params",
        help="  \n".join(f"**{family.name}**: {family.help}" for family in figures.FAMILIES.values()),
    )
    return str(chosen or figures.MAIN)


def ask(name: str, study: Study, words: Sequence[str], scored: Scored, **arguments: Any) -> Question:
    """A question about the candidates `words`, with exactly the models and rerankers that take part in them."""
    return deciding.ask(name, study, words, rel=scored.rel, copies=scored.copies, **arguments)
