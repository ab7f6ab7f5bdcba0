"""How the points of maps are coloured, and which of them light up."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import streamlit as st

from core import charts, corpora, pipeline
from core.charts.palette import OTHER
from core.session import choice, show
from core.session.clusters import by_cluster, picked_texts
from core.session.maps import Seen
from core.session.panel import answers
from core.session.words import count, plain, short
from core.session.writing import answering, written
from core.types import Study

BY_MODEL = ("cluster", "trust", "similarity")
NAME_WIDTH = 40


@dataclass(frozen=True)
class Look:
    """What colours say (`by`), whose clusters, trust or similarity (`of`), what to look for, and whether to fade."""

    by: str
    of: str
    about: str
    find: str
    fade: bool


def map_look(study: Study) -> Look:
    """The controls of colour, search and fading, all in the address."""
    labels, options = show.labels(study), ["cluster", "trust", "length", "similarity"]
    if study.corpus.labels:
        options = ["label", *options]
    by = st.selectbox(
        "Colour by",
        options,
        key="colour",
        bind="query-params",
        width=150,
        help="Label: yours. Cluster: found on the vectors. Trust: whether a text's neighbours on the map are right. "
        "Length: in characters. Similarity: cosine to a sentence you type.",
    )
    of = _whose_view(labels) if by in BY_MODEL and len(labels) > 1 else next(iter(labels))
    about = ""
    if by == "similarity":
        about = st.text_input(
            "Similar to", key="about", bind="query-params", max_chars=2_000, placeholder="How do I … ?", width=260,
            help="Embedded as a query; colours are its cosine with every text.",
        )  # fmt: skip
    find = st.text_input(
        "Light up texts with", key="find", bind="query-params", max_chars=200, placeholder="a word", width=180,
        help="Texts that contain these letters, in capitals or not, stay bright on every map; the rest is dimmed.",
    )  # fmt: skip
    fade = st.toggle(
        "Fade what the map gets wrong",
        key="fade",
        bind="query-params",
        help="A point fades as its neighbours on the map are not its neighbours by the vectors.",
    )
    return Look(str(by), str(of), corpora.clean(about or ""), (find or "").strip(), bool(fade))


def _whose_view(labels: dict[str, str]) -> str:
    if st.session_state.get("of") not in labels:
        st.session_state.pop("of", None)
    chosen = st.selectbox(
        "of model",
        list(labels),
        format_func=lambda key: labels[key],
        key="of",
        bind="query-params",
        width=220,
        help="Every map is coloured by this model's view, so that you see where the others agree with it.",
    )
    return str(chosen)


def paint(seen: Seen, look: Look) -> charts.Paint:
    """The colour of every text; plain where what decides it is still at work."""
    corpus, name = seen.study.corpus, short(show.labels(seen.study)[look.of], 30)
    mine = f" · {name}" if len(seen.study.models) > 1 else ""
    if look.by == "label" and corpus.labels:
        return _by_label(corpus.fingerprint)
    if look.by == "cluster" and look.of in seen.groups:
        return by_cluster(seen.groups[look.of], f"cluster{mine}")
    if look.by == "trust" and look.of in seen.trust:
        return charts.scale(seen.trust[look.of]["per_trust"], f"trust{mine}", low=0.5, high=1.0)
    if look.by == "length":
        return _by_length(corpus.fingerprint)
    if look.by == "similarity" and look.about:
        cosines = _likeness(seen.study, look)
        if cosines is not None:
            return charts.scale(cosines, f"cosine{mine}")
    return charts.Paint()


@st.cache_resource(max_entries=8, show_spinner=False)
def _labels(fingerprint: str) -> charts.Paint:
    names, codes = np.unique(np.array(choice.corpus(fingerprint).labels), return_inverse=True)
    return charts.classes(codes.reshape(-1), names.tolist(), "label")


@st.cache_resource(max_entries=8, show_spinner=False)
def _by_label(fingerprint: str) -> charts.Paint:
    paint = _labels(fingerprint)
    return replace(paint, names=tuple(short(name, NAME_WIDTH) for name in paint.names))


@st.cache_resource(max_entries=8, show_spinner=False)
def label_colours(fingerprint: str) -> dict[str, str]:
    """The colour of each label of a corpus, as on its maps."""
    paint = _labels(fingerprint)
    rest = dict.fromkeys(choice.corpus(fingerprint).labels or (), OTHER)
    return {**rest, **dict(zip(paint.names, paint.colours, strict=True))}


@st.cache_resource(max_entries=8, show_spinner=False)
def _by_length(fingerprint: str) -> charts.Paint:
    return charts.scale([len(text) for text in choice.corpus(fingerprint).texts], "characters")


@st.cache_resource(max_entries=32, show_spinner=False)
def _matches(fingerprint: str, find: str) -> npt.NDArray[np.bool_]:
    wanted = find.casefold()
    return np.fromiter((wanted in text.casefold() for text in choice.corpus(fingerprint).texts), dtype=bool)


def lit(seen: Seen, look: Look) -> npt.NDArray[np.bool_] | None:
    """The texts that stay bright: those the search finds, else those of the cluster picked in its table."""
    if look.find:
        found = _matches(seen.study.corpus.fingerprint, look.find)
        st.caption(f"{count(int(found.sum()), 'text')} of {len(found):,} contain “{plain(short(look.find, 60))}”.")
        return found
    return picked_texts(seen)


def _likeness(study: Study, look: Look) -> npt.NDArray[np.float32] | None:
    query = written((look.about,))
    asked = answering(study.only(look.of), query.texts)
    if not asked.models:
        return None
    (found,) = answers([pipeline.ask("likeness", asked, query=query.fingerprint)])
    return None if found is None else found["cosines"]
