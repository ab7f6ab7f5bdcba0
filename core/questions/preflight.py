"""What a test set is, before anything is scored by it: how much is judged, and what is odd about it."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from core.questions import recipe
from core.retrieval.judged import Judged
from core.types import Answer, Corpus, Ints
from core.work import Work

LISTED = 100
MOST_GRADES = 10


@recipe("Checking the test set")
def preflight(work: Work, *, corpus: str, models: dict[str, str], rel: int, copies: bool) -> Answer:  # noqa: ARG001
    """Counts of queries, judgements and grades, and what to look at; queries are named by their place, texts by row.

    `copies` decides whether copies of a judged text count in `relevant`, `evaluated` and `unanswerable`. Lists hold at
    most 100 rows, with their whole length beside them; `grades` and `judgements` count what was judged, not copies.
    """
    found = work.corpus(corpus)
    own, judged = Judged.of(found, copies=False), Judged.of(found, copies)
    evaluated = judged.evaluated(rel)
    relevant = np.array([len(judged.relevant(int(place), rel)) for place in evaluated], np.int64)
    return {
        "queries": len(found.queries),
        "evaluated": len(evaluated),
        "unanswerable": len(judged.unanswerable(rel)),
        "unjudged": len(judged.unjudged),
        "judgements": sum(map(len, own.grades)),
        "unknown": _unknown(found),
        "own_text": int((own.excluded >= 0).sum()),
        "grades": _histogram(own.grades),
        "kinds": _kinds(found, evaluated),
        "per_query": _per_query(judged, rel),
        "relevant": [float(f(relevant)) for f in (np.min, np.median, np.max)] if len(relevant) else None,
        "copied": Judged.of(found, copies=True).copied,
        **_listed("contradictions", _contradictions(found, own.grades)),
        **_listed("repeated", _repeated(found)),
        **_listed("identical", _identical(found)),
    }


def _listed(name: str, table: pd.DataFrame) -> dict[str, pd.DataFrame | int]:
    return {name: table.head(LISTED), f"{name}_n": len(table)}


def _unknown(corpus: Corpus) -> int:
    """Judgements of queries or texts that are not there; a reading drops them, so that there should be none."""
    ids = set(corpus.ids) if corpus.ids else {str(row) for row in range(1, len(corpus) + 1)}
    queries = {query.id for query in corpus.queries}
    return sum(found.query_id not in queries or found.text_id not in ids for found in corpus.judgements)


def _histogram(grades: Sequence[Mapping[int, int]]) -> pd.DataFrame:
    """How often each grade was given: grade, count."""
    values, counts = np.unique([grade for own in grades for grade in own.values()], return_counts=True)
    return pd.DataFrame({"grade": values.astype(np.int64), "count": counts.astype(np.int64)})


def _kinds(corpus: Corpus, evaluated: Ints) -> pd.DataFrame:
    """Queries of each kind, in the order they first come: kind, queries, evaluated. Empty when none carries one."""
    kinds = [query.kind for query in corpus.queries]
    asked, scored = Counter(kinds), Counter(kinds[place] for place in evaluated)
    names = list(asked) if any(kinds) else []
    counts = {"queries": [asked[kind] for kind in names], "evaluated": [scored[kind] for kind in names]}
    columns = {name: np.array(column, np.int64) for name, column in counts.items()}
    return pd.DataFrame({"kind": pd.array(names, dtype="string"), **columns})


def _per_query(judged: Judged, rel: int) -> pd.DataFrame:
    """One row per query: query, judged, relevant, and texts of each grade ("grade 2"), when there are few grades."""
    given = sorted({grade for grades in judged.grades for grade in grades.values()})
    table = {
        "query": np.arange(len(judged.grades)),
        "judged": np.array([len(grades) for grades in judged.grades], np.int64),
        "relevant": np.array([len(judged.relevant(place, rel)) for place in range(len(judged.grades))], np.int64),
    }
    for grade in given[::-1] if len(given) <= MOST_GRADES else ():
        table[f"grade {grade}"] = np.array([list(own.values()).count(grade) for own in judged.grades], np.int64)
    return pd.DataFrame(table)


def _contradictions(corpus: Corpus, grades: Sequence[Mapping[int, int]]) -> pd.DataFrame:
    """Copies of one text that were given different grades for one query: query, row, grade, other, other_grade."""
    rows = []
    for place, own in enumerate(grades):
        first: dict[str, int] = {}
        for row in sorted(own):
            before = first.setdefault(corpus.texts[row], row)
            if own[before] != own[row]:
                rows.append((place, before, own[before], row, own[row]))
    return pd.DataFrame(rows, columns=["query", "row", "grade", "other", "other_grade"], dtype=np.int64)


def _repeated(corpus: Corpus) -> pd.DataFrame:
    """Queries whose text an earlier one has: query, first."""
    first: dict[str, int] = {}
    found = [(place, first.setdefault(query.text, place)) for place, query in enumerate(corpus.queries)]
    rows = [pair for pair in found if pair[0] != pair[1]]
    return pd.DataFrame(rows, columns=["query", "first"], dtype=np.int64)


def _identical(corpus: Corpus) -> pd.DataFrame:
    """Queries that stand letter by letter among the texts: query, row (the first such)."""
    asked = {query.text for query in corpus.queries}
    rows: dict[str, int] = {}
    for row, text in enumerate(corpus.texts):
        if text in asked:
            rows.setdefault(text, row)
    found = [(place, rows[query.text]) for place, query in enumerate(corpus.queries) if query.text in rows]
    return pd.DataFrame(found, columns=["query", "row"], dtype=np.int64)
