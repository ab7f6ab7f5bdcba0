"""Where new texts belong among the texts that are there."""

import numpy as np

from core.linalg import nearest
from core.questions import recipe
from core.types import Answer, Role
from core.work import Work


@recipe("Finding neighbours of new texts", corpus=Role.DOCUMENT, texts=Role.DOCUMENT)
def arrivals(work: Work, *, corpus: str, models: dict[str, str], texts: str, k: int) -> Answer:
    """The k texts of the corpus nearest to each new text by one model: rows `(t, k)` and cosines `(t, k)`, best first.

    New texts are embedded as documents, as those of the corpus were: they are to be one of them, not to search them.
    """
    (view,) = work.views(corpus, models)
    new = view.asked(work.corpus(texts).texts, Role.DOCUMENT)
    rows, cosines = nearest(new.unit, view.unit, k)
    return {"rows": rows.astype("int32"), "cosines": np.round(cosines, 6) + np.float32(0)}
