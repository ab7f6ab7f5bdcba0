"""Bringing a retrieval data set from the hub: texts, queries and judgements into the store."""

from core import corpora
from core.questions import recipe
from core.types import Answer
from core.work import Work

KIND = "hub"


@recipe("Bringing the data set", kept=False, unit="")
def bring(work: Work, *, name: str, revision: str, split: str, owner: str) -> Answer:
    """Download a data set in mteb's layout and put it into somebody's list; its fingerprint and counts.

    `name` is owner/name or owner/name:subset; `revision` and `split` may be "" for the newest and the test split.
    """
    reading = corpora.read_hub(name, revision, split, work.progress)
    report = {**reading.report.to_json()}
    fingerprint = work.store.corpora.add(reading.corpus, report, kind=KIND, owner=owner)
    counts = {"texts": len(reading.corpus), "queries": len(reading.corpus.queries)}
    return {"fingerprint": fingerprint, **counts, "judgements": len(reading.corpus.judgements)}
