"""What the Similarity page compares: its controls, and the questions asked for it all at once."""

from dataclasses import dataclass
from itertools import combinations

import streamlit as st

from core import pipeline
from core.digest import digest
from core.session import show
from core.session.panel import answers
from core.types import Answer, Corpus, Question, Study

MOST_SHOWN = (100, 200, 500, 1_000, 2_000)
MOVED = 50
SCORES = {"cosine": "cosine", "dot": "dot product", "euclidean": "minus the Euclidean distance"}


@dataclass(frozen=True)
class SimilarityView:
    """What the reader chose to see; `around` is a row, or -1 for all texts, `a` and `b` the two models subtracted."""

    score: str
    scale: str
    order: str
    limit: int
    seed: int
    around: int
    by: str
    a: str
    b: str

    @property
    def rows(self) -> dict[str, int]:
        """Which texts are shown, as every question takes it."""
        return {"limit": self.limit, "seed": self.seed, "around": self.around}


@dataclass(frozen=True)
class Similar:
    """The answers behind the page, by model key where there is one per model; None while one is at work.

    `picture` names the order and the matrices, whatever else is asked.
    """

    ordering: Answer | None
    matrices: dict[str, Answer | None]
    moved: Answer | None
    separation: dict[str, Answer | None]
    picture: str


def similarity_view(study: Study) -> SimilarityView:
    """The controls: scale, order and two models at hand, the rest behind a button."""
    many, keys = len(study.models) > 1, [model.spec.key for model in study.models]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        scale = _segments(
            "Scale",
            ("rank", "raw"),
            "rank" if many else "raw",
            "rank: the share of the shown pairs that are less similar under the same model, 0 to 1. Models can be laid "
            "beside each other only like that. raw: the model's own score; every model has a scale of its own.",
        )
        orders = ("given", "label", "cluster") if study.corpus.labels else ("given", "cluster")
        order = _segments(
            "Order",
            orders,
            orders[1],
            "given: as in your file. label: texts of one label together. cluster: similar texts together (average "
            "linkage, optimal leaf order), so that groups become blocks along the diagonal.",
        )
        a, b = _two_models(study)
        with st.popover("Score and texts", icon=":material/tune:"):
            score = _segments("Score", tuple(SCORES), "cosine", "What is called similar. Larger is always closer.")
            limit, seed, around = _which_texts(study.corpus)
            by = _by(study) if many and (order == "cluster" or around >= 0) else keys[0]
    return SimilarityView(score, scale, order, limit, seed, around, by, a, b)


def _segments(label: str, options: tuple[str, ...], default: str, explained: str) -> str:
    key = label.lower()
    if st.session_state.get(key, default) not in options:
        del st.session_state[key]
    return st.segmented_control(
        label, options, default=default, required=True, key=key, bind="query-params", help=explained
    )


def _two_models(study: Study) -> tuple[str, str]:
    """The two models that are subtracted, "" and "" where there is one; a choice only where there are more than two."""
    labels = show.labels(study)
    pairs = list(combinations(labels, 2))
    if len(pairs) < 2:
        return pairs[0] if pairs else ("", "")
    names = {f"{labels[a]} − {labels[b]}": (a, b) for a, b in pairs}
    if st.session_state.get("two") not in names:
        st.session_state.pop("two", None)
    chosen = st.selectbox(
        "Difference of",
        list(names),
        key="two",
        bind="query-params",
        width=330,
        help="These two are subtracted from each other, pair of texts by pair of texts.",
    )
    return names[chosen]


def _which_texts(corpus: Corpus) -> tuple[int, int, int]:
    limit = st.select_slider(
        "Texts in the matrices, at most",
        MOST_SHOWN,
        500,
        key="limit",
        bind="query-params",
        help="Of more texts than this a random sample is drawn. Everything below the matrices looks at all texts.",
    )
    around = st.number_input(
        "Only texts like row",
        1,
        len(corpus),
        None,
        key="around",
        bind="query-params",
        placeholder="none: all texts, or a sample",
        help="Shows this text and those nearest to it instead.",
    )
    seed = st.number_input(
        "Seed", 0, 2**31 - 1, 0, key="seed", bind="query-params", help="Another seed draws another sample."
    )
    return int(limit), int(seed), -1 if around is None else int(around) - 1


def _by(study: Study) -> str:
    labels = {label: key for key, label in show.labels(study).items()}
    if st.session_state.get("by") not in labels:
        st.session_state.pop("by", None)
    help_text = "The model whose clustering orders all matrices, and who says what is near."
    return labels[st.selectbox("Order and nearness by", list(labels), key="by", bind="query-params", help=help_text)]


def similar(study: Study, view: SimilarityView) -> Similar:
    """Ask everything the page needs at once; what is not there yet is None, and its progress is shown."""
    keys = [model.spec.key for model in study.models]
    score = {"score": view.score}
    shown = {**score, "scale": view.scale, **view.rows}
    asked: list[Question] = [
        pipeline.ask("ordering", study.only(view.by), order=view.order, **score, **view.rows),
        *(pipeline.ask("separation", study.only(key), seed=view.seed, **score) for key in keys),
    ]
    for key in keys:
        # Who is asked about nearness is no ingredient of a matrix over all texts: one answer for every choice.
        by = view.by if view.around >= 0 else key
        asked.append(pipeline.ask("matrix", study.only(*dict.fromkeys((key, by))), of=key, by=by, **shown))
    if view.b:
        by = view.by if view.around >= 0 else view.a
        two = study.only(*dict.fromkeys((view.a, view.b, by)))
        asked.append(pipeline.ask("moved", two, a=view.a, b=view.b, by=by, top=MOVED, **shown))
    ordering, *found = answers(asked)
    separation, drawn = (dict(zip(keys, found[at:], strict=False)) for at in (0, len(keys)))
    picture = digest(question.key for question in asked if question.name in ("ordering", "matrix"))
    return Similar(ordering, drawn, found[-1] if view.b else None, separation, picture)
