"""The columns of a table of vectors, and what it is called."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from core.errors import VecassayError
from core.retrieval.judged import text_ids
from core.types import Corpus, Embeddings
from core.vectordb.facts import Facts

if TYPE_CHECKING:
    import pyarrow as pa

FORMATS = ("parquet", "lance")
LONGEST = 60


def table_name(*parts: str) -> str:
    """A name that file systems and databases take, from a corpus' and a model's: letters, digits and hyphens.

    >>> table_name("Help desk (2024)", "minilm")
    'help-desk-2024-minilm'
    """
    slugs = [re.sub(r"[^a-z0-9]+", "-", part.lower())[:LONGEST].strip("-") for part in parts]
    return "-".join(filter(None, slugs)) or "texts"


def table(corpus: Corpus, embeddings: Embeddings, model: str) -> "pa.Table":
    """Columns id, text, label, title (null where there is none) and vector, float32 `(d)` at length 1; facts in it.

    A text's id is its own, or its row counted from 1. Half a surrogate pair, which UTF-8 cannot hold, becomes "?".
    """
    import pyarrow as pa

    n, d = embeddings.vectors.shape
    if n != len(corpus):
        raise VecassayError(f"Expected a vector for each of {len(corpus):,} texts; got {n:,}.")
    flat = pa.array(embeddings.unit.ravel())
    columns = {
        "id": _strings(text_ids(corpus)),
        "text": _strings(corpus.texts),
        "label": _strings(corpus.labels or [None] * n),
        "title": _strings(corpus.titles or [None] * n),
        "vector": pa.FixedSizeListArray.from_arrays(flat, d),
    }
    facts = Facts.of(embeddings.space, model, corpus.name, n, d)
    return pa.table(columns).replace_schema_metadata(facts.metadata())


def _strings(values: Iterable[str | None]) -> "pa.Array":
    import pyarrow as pa

    return pa.array(
        [None if value is None else value.encode(errors="replace").decode() for value in values], pa.string()
    )
