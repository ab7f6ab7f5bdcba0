"""Tables in, figures out. Every text of a user is escaped before it becomes part of a figure."""

from core.charts.agreement import agreement_matrix, overlap_histogram
from core.charts.clusters import crossing, explained, silhouettes, stability, suggested
from core.charts.costs import bytes_by_texts
from core.charts.curves import by_depth, first_ranks, precision_recall
from core.charts.decision import decision
from core.charts.distribution import distributions, threshold_curves
from core.charts.indexes import indexes
from core.charts.latency import by_class, call_times, swept
from core.charts.maps import Cloud, Paint, classes, clouds, drawn_rows, scale
from core.charts.pairs import rank_lines, sentence_matrices
from core.charts.palette import colours
from core.charts.retrieval import by_cut, by_size, kinds, whiskers
from core.charts.scores import cutoff_curves, score_histograms
from core.charts.similarity import label_gap
from core.charts.tradeoffs import tradeoffs

__all__ = [
    "Cloud",
    "Paint",
    "agreement_matrix",
    "by_class",
    "by_cut",
    "by_depth",
    "by_size",
    "bytes_by_texts",
    "call_times",
    "classes",
    "clouds",
    "colours",
    "crossing",
    "cutoff_curves",
    "decision",
    "distributions",
    "drawn_rows",
    "explained",
    "first_ranks",
    "indexes",
    "kinds",
    "label_gap",
    "overlap_histogram",
    "precision_recall",
    "rank_lines",
    "scale",
    "score_histograms",
    "sentence_matrices",
    "silhouettes",
    "stability",
    "suggested",
    "swept",
    "threshold_curves",
    "tradeoffs",
    "whiskers",
]
