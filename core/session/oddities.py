"""What is odd about a test set, in sentences that say what to do, and the queries and texts in question."""

from collections.abc import Mapping

import pandas as pd

from core.session.words import short
from core.types import Answer, Corpus

FEW_QUERIES = 20
ENOUGH_JUDGED = 0.8


def queries(number: int) -> str:
    """1 query, 2 queries."""
    return f"{number:,} {'query' if number == 1 else 'queries'}"


def problems(found: Answer, shares: Mapping[str, float], copies: bool) -> list[str]:
    """What was found odd, each with what to do; `shares` is the judged share of the first 10 by candidate's label."""
    said = []
    if found["evaluated"] < FEW_QUERIES:
        number = f"Only {queries(found['evaluated'])}" if found["evaluated"] else "No query"
        said.append(
            f"{number} with a known answer: too few to rank candidates. Judge more below, "
            f"until there are at least {FEW_QUERIES}."
        )
    if found["unjudged"]:
        said.append(f"{queries(found['unjudged'])} without any judgement, in no mean. Judge below.")
    low = {label: share for label, share in shares.items() if share < ENOUGH_JUDGED}
    if low:
        worst = ", ".join(f"{label} {1 - share:.0%}" for label, share in low.items())
        said.append(
            f"Of the first 10 results, this much was never judged and counts as not relevant: {worst}. Judge below, "
            f"first the queries on which candidates disagree."
        )
    said += _copies(found, copies)
    if found["repeated_n"]:
        said.append(
            f"{queries(found['repeated_n'])} with the same text as an earlier one: they count twice in every mean. "
            f"Leave them out of the file."
        )
    if found["identical_n"]:
        said.append(
            f"{queries(found['identical_n'])} standing letter by letter among the texts: every search finds that text. "
            f"Do not count on them to tell candidates apart."
        )
    if found["own_text"]:
        said.append(f"{queries(found['own_text'])} with the id of a text: that text is left out of its results.")
    if found["unknown"]:
        said.append(f"{found['unknown']:,} judgements of a query or text that is not there are left out.")
    return said


def _copies(found: Answer, copies: bool) -> list[str]:
    said = []
    if found["copied"] and copies:
        said.append(
            f"Texts that repeat a judged one letter by letter share its grade: {found['copied']:,} more judged that "
            f"way. “Copies share their grade” switches it off."
        )
    elif found["copied"]:
        said.append(
            f"{found['copied']:,} times a text that repeats a judged one counts as not judged. Switch on “Copies share "
            f"their grade” unless only one of them is meant."
        )
    if found["contradictions_n"]:
        number = found["contradictions_n"]
        said.append(
            f"{number:,} {'copy of a text was' if number == 1 else 'copies of texts were'} graded differently from "
            f"each other for one query{'; the highest grade stands' if copies else ''}. Judge them again below."
        )
    return said


def details(corpus: Corpus, found: Answer) -> pd.DataFrame:
    """The queries and texts behind the sentences: what, query, text, rows; at most 100 of each kind."""
    rows = []
    for place, row, grade, other, other_grade in found["contradictions"].itertuples(index=False):
        told = f"rows {row + 1} and {other + 1}: grades {grade} and {other_grade}"
        rows.append(("copies graded differently", place, short(corpus.texts[row], 160), told))
    for place, first in found["repeated"].itertuples(index=False):
        rows.append(("asked twice", place, "", f"queries {first + 1} and {place + 1}"))
    for place, row in found["identical"].itertuples(index=False):
        rows.append(("stands among the texts", place, short(corpus.texts[row], 160), f"row {row + 1}"))
    table = pd.DataFrame(rows, columns=["what", "query", "text", "where"])
    return table.assign(query=[corpus.queries[place].text for place in table["query"]])
