"""The seam between pages and the engine: with `core.components`, the only place that knows Streamlit.

A page calls `page` for its study, `answer` or `gather` for numbers, and `chart`, `table` and the parts of its own
module here (`overview`, `compare`, `library`) to show them.
"""

from core.session.able import able
from core.session.bringing import bring_queries
from core.session.clusters import cluster_table, found_groups, grouping, one_model, suggestions
from core.session.compare import (
    agreement,
    disagreement,
    least_shared,
    model_pair,
    neighbours,
    pair_columns,
    pair_table,
    row,
    sentence_matrices,
    sentences,
)
from core.session.costing import costs_at_scale
from core.session.crossings import split_groups
from core.session.cutoffs import cutoffs
from core.session.decide import decide
from core.session.decision import decision_answers
from core.session.exporting import export_test_set
from core.session.holdings import corpus_shelf
from core.session.indexing import index_curves
from core.session.keeping import kept_settings
from core.session.latency import kept_runs, measure_speed, run_facts, speed_answer
from core.session.library import model_shelf, spending_shelf, store_summary, vector_shelf
from core.session.losses import what_is_lost
from core.session.mapped import look_at_maps
from core.session.maps import map_view, maps_and_clusters
from core.session.matrices import similarity_finding, similarity_matrices
from core.session.measured import by_kind, depth_curves, every_figure, small_and_large
from core.session.migration import migration
from core.session.overview import corpus_report, gap_rows, model_cards, texts_table, try_it
from core.session.page import page
from core.session.pairs import open_pair, opened_pair, pair_list
from core.session.panel import answer, answers, gather
from core.session.placing import new_texts, place, placed_texts
from core.session.preflight import test_set
from core.session.queries import query_by_query
from core.session.results import pair_verdicts, retrieval_verdict, retrieved, whiskers
from core.session.retrieval import (
    TEST_SET,
    candidate_colours,
    candidate_labels,
    candidates,
    retrieval_settings,
    retrieval_view,
)
from core.session.scaled import cost_of_sizes, plan_migration
from core.session.sending import send_to_database
from core.session.show import chart, colours, frame, labels, table
from core.session.similarity import similar, similarity_view
from core.session.soundness import soundness
from core.session.speed import call_times, outlook, speed_table, sweeps
from core.session.speed import lines as speed_lines
from core.session.threshold import thresholds
from core.session.tradeoffs import smaller_answer, smaller_chart, smaller_table, smaller_vectors
from core.session.warming import warm_up
from core.session.writing import answering

__all__ = [
    "TEST_SET",
    "able",
    "agreement",
    "answer",
    "answering",
    "answers",
    "bring_queries",
    "by_kind",
    "call_times",
    "candidate_colours",
    "candidate_labels",
    "candidates",
    "chart",
    "cluster_table",
    "colours",
    "corpus_report",
    "corpus_shelf",
    "cost_of_sizes",
    "costs_at_scale",
    "cutoffs",
    "decide",
    "decision_answers",
    "depth_curves",
    "disagreement",
    "every_figure",
    "export_test_set",
    "found_groups",
    "frame",
    "gap_rows",
    "gather",
    "grouping",
    "index_curves",
    "kept_runs",
    "kept_settings",
    "labels",
    "least_shared",
    "look_at_maps",
    "map_view",
    "maps_and_clusters",
    "measure_speed",
    "migration",
    "model_cards",
    "model_pair",
    "model_shelf",
    "neighbours",
    "new_texts",
    "one_model",
    "open_pair",
    "opened_pair",
    "outlook",
    "page",
    "pair_columns",
    "pair_list",
    "pair_table",
    "pair_verdicts",
    "place",
    "placed_texts",
    "plan_migration",
    "query_by_query",
    "retrieval_settings",
    "retrieval_verdict",
    "retrieval_view",
    "retrieved",
    "row",
    "run_facts",
    "send_to_database",
    "sentence_matrices",
    "sentences",
    "similar",
    "similarity_finding",
    "similarity_matrices",
    "similarity_view",
    "small_and_large",
    "smaller_answer",
    "smaller_chart",
    "smaller_table",
    "smaller_vectors",
    "soundness",
    "speed_answer",
    "speed_lines",
    "speed_table",
    "spending_shelf",
    "split_groups",
    "store_summary",
    "suggestions",
    "sweeps",
    "table",
    "test_set",
    "texts_table",
    "thresholds",
    "try_it",
    "vector_shelf",
    "warm_up",
    "what_is_lost",
    "whiskers",
]
