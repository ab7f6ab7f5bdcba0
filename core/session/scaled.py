"""What was measured elsewhere of how fast models embed, told beside what it decides: costs at scale, and a move."""

import pandas as pd
import streamlit as st

from core import deciding, pipeline
from core.session.costing import costs_at_scale
from core.session.migration import migration
from core.session.tradeoffs import Smaller
from core.types import Answer, Study

EMBEDDING = {"latency", "answering"}
"""Kinds of kept runs in which texts were embedded."""


def cost_of_sizes(found: Smaller, picked: str) -> None:
    """What the picked form, those the answer names and each model's float32 cost at scale."""
    table, choices = found.table, found.frontier["choices"]
    told = {picked, *choices["chosen"], *choices["likely"]}
    named = table[(table["form"] == "") | table["candidate"].isin(told)]
    named = named.assign(picked=named["candidate"] == picked)
    named = named.sort_values(["picked", "bytes_per_vector"], ascending=[False, False])
    sizes = pd.DataFrame(
        {
            "configuration": [found.label(word) for word in named["candidate"]],
            "model": named["model"].tolist(),
            "bytes_per_vector": named["bytes_per_vector"].tolist(),
            "fixed_bytes": named["fixed_bytes"].tolist(),
            "chosen": named["picked"].tolist(),
        }
    )
    costs_at_scale(found.study, sizes, texts_per_s=texts_per_second(found.study))


def plan_migration(found: Smaller) -> None:
    """What moving from one of the models to another changes and takes, scored as the page is."""
    seconds = {key: 1 / rate for key, rate in texts_per_second(found.study).items() if rate > 0}
    migration(found.study, found.kept, seconds_per_text=seconds)


def texts_per_second(study: Study) -> dict[str, float]:
    """How many texts a second each model embeds, by the newest run kept on these texts that says so.

    Runs of the Latency page and those that a decision stands on; with today's files of the model only.
    """
    found: dict[str, float] = {}
    entries = sorted(pipeline.store().timings.list(study.corpus.fingerprint), key=lambda each: each.created)
    for entry in entries:
        embeds = entry.summary.get("kind", "latency") in EMBEDDING
        run = _kept(entry.key, entry.created) if embeds else None
        if run is not None:
            found |= _decided(study, run) if "candidates" in run else _timed(study, run)
    return found


def _decided(study: Study, run: Answer) -> dict[str, float]:
    rows = {model.spec.key: deciding.measured(study, model.spec.key, run) for model in study.models}
    return {key: float(row["texts_per_s"]) for key, row in rows.items() if row}


def _timed(study: Study, run: Answer) -> dict[str, float]:
    """The batch size at which a model was fastest."""
    figures, spaces = run["figures"], {each["key"]: each.get("space") for each in run["facts"]["models"]}
    rates = figures[(figures["figure"] == "throughput") & (figures["unit"] == "texts/s")]
    fastest = rates.groupby("model")["value"].max()
    today = {model.spec.key: model.space.digest for model in study.models}
    return {key: float(fastest[key]) for key, digest in today.items() if key in fastest and spaces.get(key) == digest}


@st.cache_resource(max_entries=32, show_spinner=False)
def _kept(key: str, _created: float) -> Answer | None:
    return pipeline.store().timings.get(key)
