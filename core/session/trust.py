"""How far the maps of the Clusters page can be trusted: figures under each, and what other seeds would change."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from core import charts, pipeline, projections
from core.session import show
from core.session.maps import Seen
from core.session.panel import answers
from core.session.words import plain
from core.types import Answer

COLUMNS = 3


def map_figures(seen: Seen) -> None:
    """Under the maps: for each model how far its picture can be trusted, and how its clusters fare."""
    colours, names = show.colours(seen.study), list(seen.labels)
    for start in range(0, len(names), COLUMNS):
        row = names[start : start + COLUMNS]
        for column, key in zip(st.columns(min(COLUMNS, len(names))), row, strict=False):
            with column:
                show.heading(seen.study.only(key).models[0].spec, colours[key], _facts(seen, key))
    variances = {key: seen.own[key]["explained"] for key in names if seen.own[key]["explained"]}
    if variances:
        show.folded(
            "Variance explained by each axis",
            lambda: show.chart(
                charts.explained(variances, seen.labels, colours),
                alt="Share of the variance that each axis of each map carries",
                key="explained",
            ),
            key="variance",
        )
    method = projections.REGISTRY[seen.view.method].label
    settings = "".join(f", {name} {value:g}" for name, value in seen.view.settings.items())
    st.caption(
        plain(f"{method}{settings}, seed {seen.view.seed}, n = {len(seen.study.corpus):,} texts. ")
        + ("Maps are turned or mirrored onto the first one (Procrustes). " if len(names) > 1 else "")
        + "Clusters are computed on the vectors, never on the picture."
    )


def _facts(seen: Seen, key: str) -> list[str]:
    own, trust, groups = seen.own[key], seen.trust.get(key), seen.groups.get(key)
    lines = []
    if trust is None:
        lines.append(":gray[measuring trust …]")
    else:
        lines.append(
            f"trustworthiness **{number(trust['trustworthiness'])}** · continuity **{number(trust['continuity'])}** "
            f":gray[k = {trust['k']}, n = {trust['n']:,}]"
        )
    if own["explained"]:
        shares = ", ".join(f"{share:.1%}" for share in own["explained"])
        lines.append(f"**{sum(own['explained']):.0%}** of the variance is in the picture :gray[{shares}]")
    if groups is not None:
        scores, mean = groups["scores"], groups["mean_silhouette"]
        lines.append(
            f"{groups['k']:,} clusters · silhouette **{number(mean)}**"
            + (f" · V-measure **{number(scores['v_measure'])}** with the labels" if scores else "")
        )
    notes = [found["note"] for found in (own, trust) if found and found["note"]]
    return lines + [f":gray[{plain(note)}]" for note in dict.fromkeys(notes)]


def number(value: float | None) -> str:
    """Two decimals, or a dash for what is not defined."""
    return "–" if value is None or not np.isfinite(value) else f"{value:.2f}"


def stability(seen: Seen) -> None:
    """On request: what another seed changes in each map, beside what another model changes."""
    wanted = st.toggle(
        "Compare with other seeds",
        key="seeds",
        bind="query-params",
        help="Draws each map again with other seeds. What they change is noise: a difference between two models' maps "
        "means something only beyond it.",
    )
    if not wanted:
        return
    (found,) = answers([pipeline.ask("stability", seen.study, **seen.view.arguments, k=seen.view.k)])
    if found is None:
        return
    labels = show.labels(seen.study)
    show.chart(
        charts.stability(found["floor"], found["pairs"], labels, show.colours(seen.study), k=found["k"]),
        alt="Neighbours that two maps share: the same model with other seeds, and two models",
        data=found["pairs"] if len(found["pairs"]) else found["floor"],
        key="stability",
    )
    st.markdown("  \n".join(_verdict(found, labels)))
    st.caption(plain(f"Neighbours on the map, k = {found['k']}. {found['note']}"))


def _verdict(found: Answer, labels: Mapping[str, str]) -> list[str]:
    """What the figure means, a sentence per pair of models, or per model when there is one."""
    lines = []
    for a, b, overlap, beyond in found["pairs"][["a", "b", "overlap", "beyond"]].itertuples(index=False):
        both = f"{plain(labels[a])} and {plain(labels[b])}"
        if not np.isfinite(overlap):
            lines.append(f"{both}: not defined for so few texts, or texts that all lie on one point.")
        elif beyond:
            lines.append(f"{both}: **the maps differ more than seeds explain** ({overlap:.0%} of neighbours shared).")
        else:
            lines.append(f"{both}: **no difference beyond the noise floor** ({overlap:.0%} of neighbours shared).")
    if not lines:
        for model, mean in found["floor"][["model", "mean"]].itertuples(index=False):
            lines.append(f"{plain(labels[model])}: two seeds share **{number(mean)}** of the neighbours on the map.")
    return lines
