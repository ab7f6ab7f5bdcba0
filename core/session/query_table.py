"""Every query of a test set in a row: how each candidate does on it, who wins, and which rows a filter keeps."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.retrieval.candidates import BM25
from core.session.results import Retrieved, judged

REACH = 10


def query_table(found: Retrieved) -> pd.DataFrame:
    """A row per query of the corpus: query (place), kind, text, wins, spread; per candidate first:<word> (rank of the
    first relevant text, 0 beyond 1,000) and value:<word>, NaN for queries without a relevant text."""
    corpus, measure = found.study.corpus, found.scored.measure
    table = pd.DataFrame(
        {
            "query": np.arange(len(corpus.queries)),
            "kind": [query.kind for query in corpus.queries],
            "text": [query.text for query in corpus.queries],
        }
    )
    for word, answer in found.quality.items():
        mine = answer["per_query"].set_index("query")[["first", measure]]
        table = table.join(mine.rename(columns={"first": f"first:{word}", measure: f"value:{word}"}), on="query")
    values = table[[f"value:{word}" for word in found.quality]].to_numpy(float)
    table["spread"] = np.ptp(values, axis=1)
    table["wins"] = [_winner(row, list(found.quality), found.labels) for row in values]
    unjudged = set(judged(corpus.fingerprint, found.scored.copies).unjudged.tolist())
    without = table["spread"].isna()
    table.loc[without, "wins"] = ["not judged" if q in unjudged else "no answer" for q in table.loc[without, "query"]]
    return table


def _winner(values: np.ndarray, words: Sequence[str], labels: dict[str, str]) -> str:
    if np.isnan(values).any():
        return ""
    if values.max() <= 0:
        return "nobody"
    best = [labels[word] for word, value in zip(words, values, strict=True) if value >= values.max() - 1e-12]
    return "all alike" if len(best) == len(words) > 1 else ", ".join(best)


def matching(table: pd.DataFrame, words: Sequence[str], which: str, only: str = "") -> pd.DataFrame:
    """The rows of `query_table` that a filter keeps; `only` is the candidate meant by "only one"."""
    if which == "disagree most":
        return table[table["spread"] > 0].sort_values("spread", ascending=False, kind="stable")
    kept: pd.DataFrame = table[_kept(table, words, which, only)]
    return kept


def _kept(table: pd.DataFrame, words: Sequence[str], which: str, only: str) -> npt.NDArray[np.bool_]:
    first = table[[f"first:{word}" for word in words]].to_numpy(float)
    finds, evaluated = (first >= 1) & (first <= REACH), table["spread"].notna().to_numpy()
    if which == "only one":
        kept: npt.NDArray[np.bool_] = finds[:, list(words).index(only)] & (finds.sum(axis=1) == 1)
        return kept
    if which == "nobody":
        return evaluated & ~finds.any(axis=1)
    if which == "BM25 beats all":
        values = table[[f"value:{word}" for word in words if word != BM25]].to_numpy(float)
        if BM25 not in words or not values.shape[1]:
            return np.zeros(len(table), bool)
        beats: npt.NDArray[np.bool_] = table[f"value:{BM25}"].to_numpy(float) > values.max(axis=1) + 1e-12
        return evaluated & beats
    return ~evaluated if which == "no answer" else np.ones(len(table), bool)
