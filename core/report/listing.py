"""Texts, queries and judgements as digests: enough to tell later which one changed, too little to read any."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.digest import digest
from core.report.record import BLOCK, DIGITS, EACH_UP_TO, Listed
from core.types import Corpus


def texts(corpus: Corpus) -> Listed:
    """The texts of a corpus, by id where it has ids; row numbers as ids, which other formats need, are none."""
    numbered = corpus.ids == tuple(str(row) for row in range(1, len(corpus) + 1))
    return _listed([(text,) for text in corpus.texts], None if numbered else corpus.ids)


def queries(corpus: Corpus) -> Listed:
    """The queries of a corpus, each with its kind, by id."""
    return _listed([(query.text, query.kind) for query in corpus.queries], [query.id for query in corpus.queries])


def judgements(corpus: Corpus) -> Listed:
    """What was judged for each query of a corpus: one digest a query, over its texts and grades in any order."""
    own: dict[str, list[tuple[str, int]]] = {query.id: [] for query in corpus.queries}
    for judgement in corpus.judgements:
        own.setdefault(judgement.query_id, []).append((judgement.text_id, judgement.grade))
    parts = [[part for text, grade in sorted(found) for part in (text, str(grade))] for found in own.values()]
    return _listed(parts, list(own))


def _listed(things: Sequence[Iterable[str]], ids: Sequence[str] | None) -> Listed:
    whole = [digest(parts) for parts in things]
    n, everything = len(whole), digest(whole)
    if n <= EACH_UP_TO:
        return Listed(n, everything, 1, "".join(each[:DIGITS] for each in whole), None if ids is None else tuple(ids))
    blocks = [digest(whole[start : start + BLOCK])[:DIGITS] for start in range(0, n, BLOCK)]
    return Listed(n, everything, BLOCK, "".join(blocks), None)


@dataclass(frozen=True)
class Differences:
    """Names of what changed, came and went; `moved` when what stayed stands in another order.

    `what` is how the names are to be read: as ids, places or places of whole blocks.
    """

    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    moved: bool = False
    what: str = "id"

    @property
    def none(self) -> bool:
        """Whether all is as it was."""
        return not (self.changed or self.added or self.gone or self.moved)


def differences(then: Listed, now: Listed) -> Differences:
    """What changed from one list to another: by id where both have ids, else by place."""
    if then.digest == now.digest and then.ids == now.ids:
        return Differences()
    if then.block > 1 or now.block > 1:
        return _by_block(then, now)
    ids = then.ids is not None and now.ids is not None
    before, after = _named(then, ids), _named(now, ids)
    kept = [name for name in before if name in after]
    changed = tuple(name for name in kept if before[name] != after[name])
    added = tuple(name for name in after if name not in before)
    gone = tuple(name for name in before if name not in after)
    moved = kept != [name for name in after if name in before]
    found = Differences(changed, added, gone, moved, "id" if ids else "place")
    # Ids that occur twice, or eight digits that agree by chance, hide which one it was, but not that there is one.
    return Differences(changed=(f"1-{then.n}",), what="place") if found.none else found


def _named(listed: Listed, ids: bool) -> dict[str, str]:
    names = listed.ids if ids and listed.ids else tuple(str(place) for place in range(1, listed.n + 1))
    return dict(zip(names, listed.digests, strict=False))


def _by_block(then: Listed, now: Listed) -> Differences:
    """Blocks can be compared only with blocks of the same size; else nothing is known but that something changed."""
    size = then.block
    if now.block != size:
        return Differences(changed=(f"1-{then.n}",), what="place")
    old, new = then.digests, now.digests
    changed = [
        f"{i * size + 1}-{min((i + 1) * size, then.n)}" for i, each in enumerate(old) if new[i : i + 1] != (each,)
    ]
    added = (f"{then.n + 1}-{now.n}",) if now.n > then.n else ()
    return Differences(tuple(changed), added, (), False, "place")
