"""Figures and tables on a page, each with its data to take away."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import pandas as pd
import plotly.graph_objects as go
import pyarrow as pa
import streamlit as st

from core import charts
from core.report.export import to_csv
from core.session import choice, standing
from core.session.words import plain
from core.types import ModelCard, ModelSpec, Study

Data: TypeAlias = pd.DataFrame | Callable[[], pd.DataFrame]
"""A table, or what makes it when it is asked for."""
CHART_CONFIG = {"displaylogo": False, "toImageButtonOptions": {"format": "png", "scale": 2}}


@dataclass(frozen=True, eq=False)
class Sent:
    """A table that is shown again and again: what is sent of it is made once, for everybody."""

    data: pd.DataFrame

    @cached_property
    def arrow(self) -> pa.Table:
        """As Streamlit would make it of the table at each run."""
        return pa.Table.from_pandas(self.data)


def chart(figure: go.Figure, *, alt: str, data: Data | None = None, key: str) -> None:
    """A figure; `alt` says in words what it shows, `data` is what the reader may download behind it."""
    st.plotly_chart(figure, config={**CHART_CONFIG, "displayModeBar": "hover"}, alt=alt, key=key)
    if data is not None:
        download(data, key)


def table(data: pd.DataFrame | Sent, key: str, *, pick: bool = False, **options: Any) -> int | None:
    """A table with its download; with `pick`, the position of the row the reader selected, or None."""
    held, sent = (data.data, data.arrow) if isinstance(data, Sent) else (data, data)
    if pick:
        event = st.dataframe(sent, hide_index=True, key=key, on_select="rerun", selection_mode="single-row", **options)
        download(held, key)
        rows = event["selection"]["rows"]
        return int(rows[0]) if rows and rows[0] < len(held) else None
    st.dataframe(sent, hide_index=True, key=key, **options)
    download(held, key)
    return None


def folded(label: str, content: Callable[[], object], *, key: str) -> None:
    """What most readers pass by, behind its label: it is made, sent and drawn when somebody opens it.

    Whether it is open stands in the address. It has no icon: that would stand where the arrow is that says it opens.
    """
    fold = st.expander(label, key=key, on_change="rerun", bind="query-params")
    if fold.open:
        with fold:
            content()


def download(data: Data, key: str) -> None:
    """The table as CSV, made only when asked for."""
    st.download_button(
        "Data as CSV",
        lambda: to_csv(data() if callable(data) else data),
        file_name=f"{key}.csv",
        mime="text/csv",
        key=f"csv-{key}",
        type="tertiary",
        icon=":material/download:",
        on_click="ignore",
    )


def frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a table."""
    return pd.DataFrame(rows)


def labels(study: Study) -> dict[str, str]:
    """What people read for each model key; two models of one label get their key behind it."""
    names = [model.label for model in study.models]
    return {
        model.spec.key: model.label if names.count(model.label) == 1 else f"{model.label} ({model.spec.key})"
        for model in study.models
    }


def colours(study: Study) -> dict[str, str]:
    """The colour of each model, the same on every page."""
    return charts.colours([model.spec.key for model in study.models], list(choice.seen_specs()))


def heading(spec: ModelSpec, colour: str, *paragraphs: Sequence[str]) -> None:
    """A model's name with its colour, and below it paragraphs of lines; user text in them must be `plain`.

    One element: a browser needs milliseconds for each.
    """
    name = f'<span style="color:{colour};font-size:1.3em">●</span> **{plain(spec.label)}**'
    below = ("  \n".join(lines) for lines in paragraphs)
    st.markdown("\n\n".join((name, *below)), unsafe_allow_html=True)


def card(spec: ModelSpec) -> ModelCard:
    """What is known about a model, its own files' word first."""
    return standing.card(spec)


def texts(rows: Sequence[tuple[str, str]], *, marked: Sequence[bool] = ()) -> None:
    """Short texts one under another, each with a caption, letter by letter; marked ones carry a star.

    One element: a browser needs milliseconds for each.
    """
    stars = ("★ " if place < len(marked) and marked[place] else "" for place in range(len(rows)))
    told = (f"{star}{plain(text)}  \n:gray[{plain(why)}]" for star, (text, why) in zip(stars, rows, strict=True))
    st.markdown("\n\n".join(told))
