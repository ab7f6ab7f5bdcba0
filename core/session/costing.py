"""What the configurations cost at scale: bytes, memory, hours and money, with and without the cache."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core import charts, costs, pipeline
from core.charts.latency import Line
from core.costs.sizes import FILLED, STANDARD
from core.costs.tables import YOURS
from core.costs.words import hours_in_words
from core.report.words import listed
from core.session import show
from core.session.hosted import hosted
from core.session.panel import answers
from core.session.words import plain, size
from core.types import Answer, Study

TEXTS, CHANGED = 1_000_000, 1.0
MOST_TEXTS = 1_000_000_000_000
MOST_LINES = 12
UNKNOWN = "–"


@dataclass(frozen=True)
class Scale:
    """What the reader expects: how many texts, how many percent of them change a week, what an hour costs."""

    texts: int
    changed_percent: float
    price_per_hour: float | None


def costs_at_scale(study: Study, sizes: pd.DataFrame, *, texts_per_s: Mapping[str, float]) -> None:
    """The whole part: the answer in a sentence, bytes, hours and money, and what hosted models would charge.

    `sizes` has columns configuration (words for people), model (key), bytes_per_vector, fixed_bytes and chosen;
    `texts_per_s` holds what was measured, by model key.
    """
    st.subheader("What does it cost at scale?")
    if not len(sizes):
        st.info("Measure some configurations first: their bytes are what costs are made of.", icon=":material/savings:")
        return
    told = sizes[sizes["chosen"].astype(bool)]
    model = str((told if len(told) else sizes)["model"].iloc[0])
    (tokens,) = answers([pipeline.ask("tokens", study.only(model))])
    # A control here runs this part alone.
    st.fragment(_costs)(study, sizes, dict(texts_per_s), show.labels(study)[model], tokens)


def _costs(
    study: Study, sizes: pd.DataFrame, texts_per_s: Mapping[str, float], counted: str, tokens: Answer | None
) -> None:
    answer = st.container()
    scale = _scale()
    with answer:
        said = costs.headline(sizes, texts_per_s, texts=scale.texts, changed_percent=scale.changed_percent)
        st.markdown(f"#### {plain(said)}")
    table = costs.size_table(sizes, scale.texts)
    _bytes(study, table, scale.texts)
    _work(study, sizes, texts_per_s, scale)
    if tokens is not None:
        hosted(tokens, counted, texts=scale.texts, changed_percent=scale.changed_percent)


def _scale() -> Scale:
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    texts = left.number_input(
        "Texts you will have",
        1,
        MOST_TEXTS,
        TEXTS,
        key="scale_texts",
        bind="query-params",
        help="Bytes, hours and money are told for this many texts as long as yours are.",
    )
    changed = middle.number_input(
        "Of them new or changed a week (%)",
        0.0,
        100.0,
        CHANGED,
        format="%.10g",
        key="scale_changed",
        bind="query-params",
        help="With the cache only these are embedded again; without it every text is.",
    )
    hour = right.number_input(
        "Price of a machine hour",
        min_value=0.0,
        value=None,
        placeholder="not priced",
        format="%.10g",
        key="hour_price",
        bind="query-params",
        help="In your currency, of a machine like this one. Embedding then costs the hours it takes at the measured "
        "rate. Empty: no money is told.",
    )
    return Scale(int(texts), float(changed), None if hour is None else float(hour))


def _bytes(study: Study, table: pd.DataFrame, texts: int) -> None:
    """Bytes of each configuration, told for people; the CSV holds the numbers."""
    shown = pd.DataFrame(
        {
            "configuration": ["★ " * bool(row["chosen"]) + row["configuration"] for _, row in table.iterrows()],
            "bytes per vector": table["bytes_per_vector"],
            "yours": table[YOURS].map(size),
            **{f"{name} texts": table[name].map(size) for name in STANDARD},
            "memory for yours": [f"{gib:,} GiB" for gib in table["memory_gib"]],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        key="scale_bytes",
        alt=f"Bytes of each configuration for {texts:,} texts and for 10k to 1B",
        column_config={
            "configuration": st.column_config.TextColumn(pinned=True, help="★: the chosen one."),
            "bytes per vector": st.column_config.NumberColumn(format="%.4g"),
        },
    )
    show.download(table, "scale_bytes")
    st.caption(
        f"As stored: bytes per vector times texts, plus what does not grow, such as a codebook. They take as much in "
        f"memory; the machine named is the smallest of 1, 2, 4, 8 … GiB of which they fill {FILLED:.0%} at most. "
        "1 GB is 1,000,000,000 bytes. Texts, their ids and other fields come on top."
    )
    _drawn(study, table.head(MOST_LINES), texts)


def _drawn(study: Study, table: pd.DataFrame, texts: int) -> None:
    colour, many = show.colours(study), {YOURS: texts, **STANDARD}
    lines, points = dict[str, Line](), []
    for place, row in table.iterrows():
        before = sum(line.colour == colour[row["model"]] for line in lines.values())
        lines[str(place)] = Line(row["configuration"], colour[row["model"]], before)
        points += [(str(place), count, row[name]) for name, count in many.items() if row[name] > 0]
    if not points:
        return
    drawn = pd.DataFrame(points, columns=["line", "texts", "bytes"])
    show.chart(
        charts.bytes_by_texts(drawn, lines, texts=texts),
        alt="Bytes stored against the number of texts: "
        + ", ".join(f"{row['configuration']} {size(row[YOURS])}" for _, row in table.iterrows()),
        key="bytes_by_texts",
    )
    if len(table) == MOST_LINES:
        st.caption(f"Drawn are the {MOST_LINES} smallest at most; the table holds all.")


def _work(study: Study, sizes: pd.DataFrame, texts_per_s: Mapping[str, float], scale: Scale) -> None:
    """Hours and money of embedding and of updates, for each model that was measured."""
    st.markdown("**Embedding on this machine, and keeping up to date**")
    labels = show.labels(study)
    known = {key: labels[key] for key in dict.fromkeys(sizes["model"]) if key in labels}
    speeds = {key: texts_per_s[key] for key in known if key in texts_per_s}
    if speeds:
        rates = costs.local_rates(speeds, scale.price_per_hour)
        table = costs.work_table(rates, texts=scale.texts, changed_percent=scale.changed_percent)
        table.insert(1, "texts_per_s", [speeds[key] for key in table["model"]])
        table["model"] = table["model"].map(labels)
        st.dataframe(
            _told(table, scale.price_per_hour is not None),
            hide_index=True,
            key="scale_work",
            alt="Hours and money of embedding, once and a week, per model",
        )
        show.download(table, "scale_work")
        st.caption(
            f"Texts as long as yours, at the measured rate, one after another on this machine. A week with the cache "
            f"embeds {scale.changed_percent:g} % of {costs.texts_in_words(scale.texts)}, a week without it all of them "
            "(none if nothing changed). The CSV holds a year, too: 365.25 / 7 weeks."
        )
    _unmeasured([label for key, label in known.items() if key not in speeds])


def _told(table: pd.DataFrame, priced: bool) -> pd.DataFrame:
    columns: dict[str, Sequence[str] | pd.Series] = {
        "model": table["model"],
        "texts per second": [f"{speed:,.4g}" for speed in table["texts_per_s"]],
        "all texts once": table["hours_once"].map(hours_in_words),
        "a week with the cache": table["hours_per_week_cached"].map(hours_in_words),
        "a week without": table["hours_per_week_uncached"].map(hours_in_words),
    }
    if priced:
        columns |= {
            "money once": table["money_once"].map(money),
            "money a week with the cache": table["money_per_week_cached"].map(money),
            "money a week without": table["money_per_week_uncached"].map(money),
        }
    return pd.DataFrame(columns)


def money(value: float) -> str:
    """Money to the hundredth; what is less is told as less, not as nothing."""
    return "under 0.01" if 0 < value < 0.005 else f"{value:,.2f}"


def _unmeasured(names: Sequence[str]) -> None:
    if names:
        st.info(
            plain(f"How long embedding takes here is not measured yet. Missing: {listed(names)}.")
            + " Measure it on the Latency page, or with the button on Decision.",
            icon=":material/timer:",
        )
        st.page_link("pages/latency.py", label="Measure on the Latency page", icon=":material/speed:")
