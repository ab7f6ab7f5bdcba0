"""Are texts, queries and judgements those of the record, and if not, which changed?"""

from collections.abc import Iterator

from core.report import listing
from core.report.listing import Differences
from core.report.record import Data, Listed
from core.types import Corpus
from core.verification.findings import CANNOT, CHANGED, HOLDS, Finding, named

PARTS = ("texts", "queries", "judgements")


def testset(then: Data, corpus: Corpus) -> Iterator[Finding]:
    """A finding each for texts, queries and judgements."""
    for part, now in zip(
        PARTS, (listing.texts(corpus), listing.queries(corpus), listing.judgements(corpus)), strict=True
    ):
        yield _finding(part, getattr(then, part), now)


def missing(then: Data) -> Iterator[Finding]:
    """Nothing to compare with: what to do."""
    yield Finding(
        "texts",
        CANNOT,
        f"The {then.texts.n:,} texts of {then.name!r} (fingerprint {then.fingerprint}) are not in this store. Name "
        f"them with --corpus: a file, folder, zip or sample; queries and judgements with --queries and --qrels.",
    )


def _finding(part: str, then: Listed, now: Listed) -> Finding:
    found = listing.differences(then, now)
    count = f"{now.n:,} {'queries judged' if part == 'judgements' else part}"
    if found.none:
        return Finding(part, HOLDS, f"{count[0].upper()}{count[1:]}, letter by letter those of the record.")
    told = {name: list(getattr(found, name)) for name in ("changed", "added", "gone")}
    details = {**told, "moved": found.moved, "by": found.what}
    return Finding(part, CHANGED, f"{part.capitalize()} are not those of the record: {_said(part, found)}.", details)


def _said(part: str, found: Differences) -> str:
    what = "queries" if part != "texts" else "ids" if found.what == "id" else "places"
    said = [
        f"{word} {what} {named(names)}"
        for word, names in (("changed", found.changed), ("added", found.added), ("gone", found.gone))
        if names
    ]
    return "; ".join([*said, "they stand in another order"] if found.moved else said)
