"""Two corpora that come with Vecassay, to try things out at once.

The help desk's judgements were made by reading: the answers known from the texts, and every text among the first ten
of MiniLM, Static MiniLM, LSA and BM25, alone or fused with BM25 (reciprocal ranks, k = 60). What no list named is
unjudged.
"""

import csv
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from core.corpora.checks import Columns, check
from core.corpora.delimited import read_csv
from core.corpora.limits import Limits
from core.corpora.report import Reading
from core.registry import Registry
from core.types import Judgement, Query

# The samples are ours and small: an operator's low limits are for what visitors bring.
_LIMITS = Limits(max_bytes=10_000_000, max_rows=10_000, max_text_chars=10_000)


@dataclass(frozen=True)
class Sample:
    """A bundled corpus as people meet it."""

    key: str
    label: str
    description: str
    columns: Columns


SAMPLES: Registry[Sample] = Registry("sample corpus")
SAMPLES.add(
    "sentences",
    Sample(
        "sentences",
        "Sentences",
        "Short sentences in 12 topics, with paraphrases, negations, and pairs that share words but not meaning.",
        Columns("text", label="label"),
    ),
)
SAMPLES.add(
    "helpdesk",
    Sample(
        "helpdesk",
        "Help desk",
        "Passages of a made-up product's help centre, labelled by subject, with 100 judged queries of eight kinds.",
        Columns("text", label="label", id="id", title="title"),
    ),
)


@cache
def sample(key: str) -> Reading:
    """A bundled corpus by key, with its queries and judgements if any; raises UnknownName with "did you mean"."""
    known = SAMPLES[key]
    file = Path(__file__).with_name(f"{key}.csv")
    reading = check(read_csv(known.label, file.read_bytes()), known.columns, _LIMITS)
    asked = file.with_suffix(".queries.csv")
    return _judged(reading, asked, file.with_suffix(".judgements.csv")) if asked.exists() else reading


def _judged(reading: Reading, asked: Path, graded: Path) -> Reading:
    queries = tuple(Query(**row) for row in _rows(asked))
    judgements = tuple(Judgement(row["query_id"], row["text_id"], int(row["grade"])) for row in _rows(graded))
    answered = {judgement.query_id for judgement in judgements if judgement.grade}
    grades = Counter(judgement.grade for judgement in judgements)
    notes = (
        f"{len(queries):,} queries; {len(judgements):,} judgements. {len(queries) - len(answered):,} queries have no "
        f"answer here.",
        f"Grades: {', '.join(f'{grades[grade]:,} of {grade}' for grade in sorted(grades, reverse=True))} "
        f"(3 answers the query, 2 a good part of it, 1 is useful, 0 is not relevant).",
    )
    corpus = replace(reading.corpus, queries=queries, judgements=judgements)
    return Reading(corpus, replace(reading.report, notes=(*reading.report.notes, *notes)))


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
