"""How the similarities of each model are spread, and what one threshold means under each of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core import charts
from core.session import show
from core.session.similarity import SCORES, Similar, SimilarityView
from core.session.words import count, plain
from core.types import Answer, Study

USUAL = 0.7
RARE = 0.01


def thresholds(study: Study, view: SimilarityView, found: Similar) -> None:
    """The distributions, a threshold to move, and what it keeps under each model whose figures are there."""
    apart = {key: answer for key, answer in found.separation.items() if answer is not None and answer["pairs"]}
    if apart:
        # Moving the threshold runs this part alone: the matrices above stay as they are.
        st.fragment(_thresholds)(study, view.score, apart)


def _thresholds(study: Study, score: str, apart: dict[str, Answer]) -> None:
    labels, colour = show.labels(study), show.colours(study)
    threshold = _slider(score, apart)
    table = at_threshold(apart, labels, threshold)
    st.markdown(meaning(table, threshold))
    left, right = st.columns([3, 2])
    with left:
        show.chart(
            charts.distributions(apart, labels, colour, threshold=threshold, score=score),
            alt="How often each similarity occurs, per model; " + _said(table),
            data=_bins(apart, labels),
            key="distributions",
        )
    with right:
        show.chart(
            charts.threshold_curves(apart, labels, colour, threshold=threshold, score=score),
            alt="What each threshold keeps, per model",
            data=pd.concat([answer["thresholds"].assign(model=labels[key]) for key, answer in apart.items()]),
            key="kept",
        )
    show.table(table, "thresholds", placeholder="–", column_config=_columns(table))
    st.caption(plain(_small_print(study, apart)))


def _slider(score: str, apart: Mapping[str, Answer]) -> float:
    """Cosines have one range and one usual threshold; the other scores have the range of these texts and models."""
    told = "Pairs at or above it count as “the same”. Watch how differently the models fare at one threshold."
    label = f"Threshold ({SCORES[score]})"
    if score == "cosine":
        chosen = st.slider(
            label, -1.0, 1.0, USUAL, 0.005, format="%.3f", key="threshold", bind="query-params", help=told
        )
        return float(chosen)
    edges = np.concatenate([answer["edges"] for answer in apart.values()])
    low, high = float(edges.min()), float(edges.max())
    step = float(10.0 ** np.floor(np.log10(max(high - low, 1e-6) / 100)))
    low, high = float(np.floor(low / step) * step), float(np.ceil(high / step) * step)
    key = f"threshold_{score}"
    middle = low + step * round((high - low) / step / 2)
    return float(st.slider(label, low, high, middle, step, key=key, bind="query-params", help=told))


def at_threshold(apart: Mapping[str, Answer], labels: Mapping[str, str], threshold: float) -> pd.DataFrame:
    """A row per model: with labels, precision and recall of "same label" there and the threshold of the best F1;
    without, the share of pairs at or above it and where the closest hundredth begins.

    Figures are read at the nearest threshold that was counted; NaN where nothing is kept.
    """
    rows = []
    for key, answer in apart.items():
        counted = answer["thresholds"]
        here = counted.iloc[int(np.argmin(np.abs(counted["threshold"].to_numpy() - threshold)))]
        row: dict[str, Any] = {"model": labels[key]}
        if answer["auc"] is not None:
            row |= {"AUC": answer["auc"], "precision": here["precision"], "recall": here["recall"]}
        row["share of pairs"] = here["share"]
        row |= _best(counted) if answer["auc"] is not None else _closest(counted)
        rows.append(row)
    return pd.DataFrame(rows)


def _best(counted: pd.DataFrame) -> dict[str, float]:
    """The threshold with the highest F1, the harmonic mean of precision and recall."""
    precision, recall = (counted[name].to_numpy(dtype=float) for name in ("precision", "recall"))
    both = precision + recall
    f1 = np.nan_to_num(np.divide(2 * precision * recall, both, out=np.zeros_like(both), where=both > 0))
    place = int(np.argmax(f1))
    return {"best F1": float(f1[place]), "at threshold": float(counted["threshold"].iloc[place])}


def _closest(counted: pd.DataFrame) -> dict[str, float]:
    few = counted[counted["share"] <= RARE]
    return {"closest 1% from": float(few["threshold"].iloc[0]) if len(few) else float("nan")}


def meaning(table: pd.DataFrame, threshold: float) -> str:
    """In a sentence, what the threshold keeps under each model, as Markdown."""
    one = f"**{threshold:.3g}**"
    if "precision" not in table:
        kept = [
            f"{share(row['share of pairs'])} of all pairs under {plain(row['model'])}" for _, row in table.iterrows()
        ]
        return f"A threshold of {one} keeps {_listed(kept)}."
    parts, best = [], []
    for _, row in table[table["AUC"].notna()].iterrows():
        right = "nothing is kept" if np.isnan(row["precision"]) else f"{row['precision']:.0%} of what is kept is right"
        parts.append(f"{plain(row['model'])} finds {share(row['recall'])} of the pairs of one label ({right})")
        best.append(f"{row['at threshold']:.3g} for {plain(row['model'])}")
    lead = f"One threshold, {len(parts)} meanings: at" if len(parts) > 1 else "At"
    return f"{lead} {one}, {_listed(parts)}. The best balance (F1) lies at {_listed(best)}."


def share(part: float) -> str:
    """A share as percent, told from none and all."""
    if 0 < part < 0.0005:
        return "under 0.05%"
    return f"{part:.1%}" if part < 0.1 else f"{part:.0%}"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _said(table: pd.DataFrame) -> str:
    if "AUC" not in table:
        return "; ".join(f"{row['model']}: {share(row['share of pairs'])} kept" for _, row in table.iterrows())
    return "; ".join(f"{row['model']}: AUC {row['AUC']:.3f}" for _, row in table.iterrows())


def _bins(apart: Mapping[str, Answer], labels: Mapping[str, str]) -> pd.DataFrame:
    """The histograms as a table."""
    parts = []
    for key, answer in apart.items():
        counts = {name: answer[name] for name in ("within", "between", "all") if answer.get(name) is not None}
        edges = answer["edges"]
        parts.append(pd.DataFrame({"model": labels[key], "from": edges[:-1], "to": edges[1:], **counts}))
    return pd.concat(parts, ignore_index=True)


def _columns(table: pd.DataFrame) -> dict[str, Any]:
    percent = [name for name in ("precision", "recall", "share of pairs") if name in table]
    plain_numbers = [name for name in table.columns if name != "model" and name not in percent]
    return {
        **{name: st.column_config.NumberColumn(format="%.3f") for name in plain_numbers},
        **{name: st.column_config.NumberColumn(format="percent") for name in percent},
    }


def _small_print(study: Study, apart: Mapping[str, Answer]) -> str:
    first = next(iter(apart.values()))
    said = [f"n = {len(study.corpus):,} texts, {count(first['pairs'], 'pair')}"]
    if first["auc"] is not None:
        said.append(
            f"{first['positives']:,} of them of one label; AUC: how often a pair of one label is closer than one of two"
        )
    elif first["labelled"]:
        said.append("labels that are all the same or all different say nothing about closeness")
    notes = list(dict.fromkeys(answer["note"] for answer in apart.values() if answer["note"]))
    return "; ".join(said) + "." + "".join(f" {note}" for note in notes)
