"""Tables in, figures out. Every text of a user is escaped before it becomes part of a figure."""

from core.charts.agreement import agreement_matrix, overlap_histogram
from core.charts.pairs import rank_lines, sentence_matrices
from core.charts.palette import colours
from core.charts.similarity import label_gap

__all__ = ["agreement_matrix", "colours", "label_gap", "overlap_histogram", "rank_lines", "sentence_matrices"]
