"""The seam between pages and the engine: with `core.components`, the only place that knows Streamlit.

A page calls `page` for its study, `answer` or `gather` for numbers, and `chart`, `table` and the parts of its own
module here (`overview`, `compare`, `library`) to show them.
"""

from core.session.boot import navigated
from core.session.compare import (
    agreement,
    disagreement,
    least_shared,
    model_pair,
    neighbours,
    pair_columns,
    pair_table,
    row,
    sentences,
    with_dimensions,
)
from core.session.holdings import corpus_shelf
from core.session.library import model_shelf, store_summary, vector_shelf, warm_up
from core.session.overview import corpus_report, gap_rows, model_cards, texts_table, try_it
from core.session.page import page
from core.session.panel import answer, answers, gather
from core.session.show import chart, colours, frame, labels, table

__all__ = [
    "agreement",
    "answer",
    "answers",
    "chart",
    "colours",
    "corpus_report",
    "corpus_shelf",
    "disagreement",
    "frame",
    "gap_rows",
    "gather",
    "labels",
    "least_shared",
    "model_cards",
    "model_pair",
    "model_shelf",
    "navigated",
    "neighbours",
    "page",
    "pair_columns",
    "pair_table",
    "row",
    "sentences",
    "store_summary",
    "table",
    "texts_table",
    "try_it",
    "vector_shelf",
    "warm_up",
    "with_dimensions",
]
