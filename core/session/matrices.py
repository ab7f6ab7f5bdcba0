"""The finding of the Similarity page in a sentence, and the matrices of text by text behind it."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from core.components.matrix import MatrixPanel, matrices
from core.session import show
from core.session.colouring import label_colours
from core.session.similarity import SCORES, Similar, SimilarityView
from core.session.words import count, plain, short
from core.types import Answer, Corpus, Floats, Study

# Two areas under the curve closer than this are not told apart in words.
ALIKE = 0.005
HEIGHT, HEIGHT_ALONE = 430, 560


def similarity_finding(study: Study, view: SimilarityView, found: Similar) -> None:
    """The finding in a sentence or two, as soon as its figures are there."""
    apart = {key: answer for key, answer in found.separation.items() if answer is not None}
    labels = {key: plain(label) for key, label in show.labels(study).items()}
    if len(apart) < len(labels):
        return
    scores = {key: answer["auc"] for key, answer in apart.items() if answer["auc"] is not None}
    st.markdown(f"#### {_told_apart(scores, labels) if scores else _rare(apart, labels, view.score)}")
    if found.moved is not None and len(found.moved["pairs"]):
        st.markdown(_most_moved(study.corpus, view, found.moved, labels))


def _told_apart(scores: Mapping[str, float], labels: Mapping[str, str]) -> str:
    ranked = sorted(scores, key=lambda key: -scores[key])
    best = [key for key in ranked if scores[ranked[0]] - scores[key] < ALIKE]
    figures = f"**{scores[ranked[0]]:.0%}** of cases (AUC {scores[ranked[0]]:.3f}; chance is 0.5)"
    if len(ranked) == 1:
        return f"Two texts of one label are closer than two of different labels in {figures}."
    others = ", ".join(f"{scores[key]:.3f} for {labels[key]}" for key in ranked[len(best) :])
    who = " and ".join(labels[key] for key in best)
    verb = "tells labels apart best" if len(best) == 1 else "tell labels apart equally well"
    rest = f"; {others}" if others else ""
    return f"{who} {verb}: texts of one label are closer than texts of two in {figures}{rest}."


def _rare(apart: Mapping[str, Answer], labels: Mapping[str, str], score: str) -> str:
    """Without labels: where the closest hundredth of all pairs begins."""
    starts = []
    for key, answer in apart.items():
        table = answer["thresholds"]
        few = table[table["share"] <= 0.01]
        if len(few):
            starts.append(f"**{few['threshold'].iloc[0]:.2f}** under {labels[key]}")
    if not starts:
        return "There are too few pairs to say what is close."
    return f"The closest 1% of all pairs begins at a {SCORES[score]} of {', '.join(starts)}."


def _most_moved(corpus: Corpus, view: SimilarityView, moved: Answer, labels: Mapping[str, str]) -> str:
    pairs = moved["pairs"]
    worst = pairs.iloc[int(np.argmax(np.abs(pairs["difference"].to_numpy())))]
    texts = [plain(short(corpus.texts[int(worst[row])], 60)) for row in ("a_row", "b_row")]
    if view.scale == "rank":
        figures = [f"closer than {worst[side]:.1%} of pairs under" for side in ("first", "second")]
    else:
        figures = [f"{worst[side]:.2f} under" for side in ("first", "second")]
    said = f"{figures[0]} {labels[view.a]}, {figures[1].removeprefix('closer than ')} {labels[view.b]}"
    return f"{labels[view.a]} and {labels[view.b]} differ most on “{texts[0]}” and “{texts[1]}”: {said}."


def similarity_matrices(study: Study, view: SimilarityView, found: Similar) -> tuple[int, int] | None:
    """The matrices of the models that are done and the difference of two; the corpus rows of a newly clicked cell."""
    ready = {key: answer for key, answer in found.matrices.items() if answer is not None}
    if found.ordering is None or not ready:
        return None
    rows, corpus = found.ordering["rows"], study.corpus
    panels = _panels(study, view, found, ready)
    cell = matrices(
        panels,
        texts=[corpus.texts[row] for row in rows],
        bands=[corpus.labels[row] for row in rows] if corpus.labels else None,
        band_colours=label_colours(corpus.fingerprint) if corpus.labels else None,
        height=HEIGHT if len(panels) > 1 else HEIGHT_ALONE,
        key="matrices",
        alt=f"Similarity of every two of {count(len(rows), 'text')}: {', '.join(panel.title for panel in panels)}",
        on_click=lambda: st.session_state.update(_cell_clicked=True),
    )
    st.caption(plain(_shown(study, view, found.ordering, len(rows))))
    clicked = st.session_state.pop("_cell_clicked", False)
    return (int(rows[cell.row]), int(rows[cell.column])) if clicked and cell and cell.row != cell.column else None


def _panels(study: Study, view: SimilarityView, found: Similar, ready: Mapping[str, Answer]) -> list[MatrixPanel]:
    labels, unit = show.labels(study), SCORES[view.score] if view.scale == "raw" else "share of pairs less similar"
    two = (view.a, view.b) if view.a in ready and view.b in ready else None
    shown, difference = _arranged(found.picture, tuple(ready), two, found)
    panels = {
        key: MatrixPanel(labels[key], shown[key], answer["low"], answer["high"], unit=unit)
        for key, answer in ready.items()
    }
    if two is None or difference is None:
        return list(panels.values())
    # The two models and their difference make the first row of three, the others follow.
    first = [panels.pop(key) for key in two]
    return [*first, difference_panel(" − ".join(labels[key] for key in two), difference), *panels.values()]


@st.cache_resource(max_entries=4, show_spinner=False)
def _arranged(
    picture: str,  # noqa: ARG001  (names what is in `_found`, which is too big to be looked at)
    keys: tuple[str, ...],
    two: tuple[str, str] | None,
    _found: Similar,
) -> tuple[dict[str, Floats], Floats | None]:
    """Each model's matrix in the order shown, and the difference of two: 60 ms each for 2,000 texts."""
    shown = {}
    for key in keys:
        answer, ordering = _found.matrices[key], _found.ordering
        if answer is not None and ordering is not None:
            place = np.searchsorted(answer["rows"], ordering["rows"])
            shown[key] = answer["values"][np.ix_(place, place)]
    return shown, None if two is None else shown[two[0]] - shown[two[1]]


def difference_panel(title: str, values: Floats) -> MatrixPanel:
    """Two models' matrices subtracted, white where they agree, the end colours at the largest difference."""
    reach = float(np.nanmax(np.abs(values), initial=0.0))
    return MatrixPanel(title, values, -reach, reach, diverging=True, unit="difference")


def _shown(study: Study, view: SimilarityView, ordering: Answer, m: int) -> str:
    labels, n = show.labels(study), ordering["n"]
    texts, *notes = ordering["note"].split("; ") if m < n else [f"all {n:,} texts", ordering["note"]]
    if m < n and view.around >= 0:
        texts += f" under {labels[view.by]}"
    orders = {
        "given": "in the order given",
        "label": "ordered by label",
        "cluster": f"ordered by clustering under {labels[view.by]}",
    }
    why = (
        "Shown is the share of the shown pairs that are less similar under the same model, because scores of "
        "different models are not on one scale"
        if view.scale == "rank"
        else f"Shown is the {SCORES[view.score]}; each model has a scale of its own, so a difference of two models "
        f"holds the difference of their scales too"
        if view.b
        else f"Shown is the {SCORES[view.score]}"
    )
    said = "; ".join([f"{texts[:1].upper()}{texts[1:]}, {orders[view.order]}", *filter(None, notes)])
    return f"{said}. {why}."
