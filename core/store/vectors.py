"""Vectors by shelf (space and role) and text digest, in blocks: one finished chunk of an encoding each."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import time
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Row, delete, func, select

from core.digest import DIGEST_BYTES, Keys
from core.errors import BadVectors
from core.store import tables
from core.store.budget import Budget
from core.store.contents import checksum, touch
from core.store.digests import from_bytes, keys, locate
from core.store.faults import Damaged, Faults
from core.store.usage import Usage
from core.types import Floats, Ints, Space

LARGEST_BLOCK_BYTES = 16 * 1024**2
FETCHED_BYTES = 32 * 1024**2
FETCHED_BLOCKS = 500
SHORT_RUN = 16
"""Rows that follow each other, on average, from which on run by run is faster than row by row."""
_blocks, _data, _usage = tables.blocks.c, tables.block_data.c, tables.usage.c
_head = (_blocks.id, _blocks.n, _blocks.d, _blocks.bytes, _blocks.used, _blocks.checksum)


@dataclass(frozen=True, eq=False)
class Found:
    """What the store has of the texts asked for: float32 `(n, d)`, NaN where absent, and which are there `(n,)`.

    `vectors` is None when none is there.
    """

    vectors: Floats | None
    present: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Shelf:
    """One shelf for people to look at: what it holds, how big, how often asked (texts), seconds of encoding."""

    shelf: str
    label: str
    space: Space | None
    role: str
    d: int
    n: int
    bytes: int
    asked: int
    found: int
    encoded: int
    seconds: float
    used: float


@dataclass(frozen=True)
class Vectors(Usage):
    """Every vector ever made, until it is evicted or removed."""

    budget: Budget = field(kw_only=True)

    def read(self, shelf: str, digests: Sequence[bytes] | npt.NDArray[Any]) -> Found:
        """The vectors of the texts with these digests, in their order. Damaged blocks are dropped and reported."""
        wanted, damaged = keys(digests), set[int]()
        while True:
            try:
                found, used = self._gather(shelf, wanted, damaged)
            except _DamagedBlock as damage:
                damaged.add(damage.block)  # where it cannot be deleted it is left out all the same
                Faults(self.database).drop("vectors", shelf, str(damage), tables.blocks, _blocks.id == damage.block)
            else:
                touch(self.database, tables.blocks, _blocks.id, used)
                return found

    def present(self, shelf: str, digests: Sequence[bytes] | npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Which of the texts with these digests have a vector, `(n,)`; reads none of them."""
        with self.database.reading("Looking for vectors") as connection:
            return locate(keys(digests), [held for _, held in _shelf(connection, shelf, ())])[0] >= 0

    def write(self, shelf: str, digests: Sequence[bytes] | npt.NDArray[Any], vectors: Floats) -> None:
        """Keep vectors `(n, d)`, all or none. Raises ValueError for a wrong shape or values that are not finite."""
        names, values = keys(digests), np.ascontiguousarray(vectors, "<f4")
        if values.ndim != 2 or len(values) != len(names) or not _finite(values):
            raise ValueError(f"expected {len(names)} finite rows, one per digest; got {vectors.dtype} {vectors.shape}")
        if not values.size:
            return
        step = max(1, LARGEST_BLOCK_BYTES // values[0].nbytes)
        with self.database.writing(f"Saving {len(values)} vectors") as connection:
            known = connection.scalar(select(_blocks.d).where(_blocks.shelf == shelf).limit(1))
            if known not in (None, values.shape[1]):
                raise BadVectors(
                    f"Expected vectors of {known} dimensions, as the store has them of this model; got "
                    f"{values.shape[1]}. If another model answers to this name now, delete its vectors in the Library."
                )
            for start in range(0, len(values), step):
                rows = slice(start, start + step)
                _insert(connection, shelf, names[rows], values[rows])
        self.budget.saved(values.nbytes)

    def remove(self, shelf: str) -> None:
        """Delete a shelf's vectors; its counters and runs stay."""
        with self.database.writing("Deleting vectors") as connection:
            connection.execute(delete(tables.blocks).where(_blocks.shelf == shelf))
        self.database.give_back()

    def shelves(self) -> list[Shelf]:
        """All shelves that hold vectors, last used first."""
        sums = (
            func.max(_blocks.d).label("d"),
            func.sum(_blocks.n).label("n"),
            func.sum(_blocks.bytes).label("bytes"),
            func.max(_blocks.used).label("used"),
        )
        held = select(_blocks.shelf, *sums).group_by(_blocks.shelf).subquery()
        names = ("label", "role", "space", "asked", "found", "encoded", "seconds")
        chosen = select(held, *(_usage[name] for name in names)).join_from(
            held, tables.usage, held.c.shelf == _usage.shelf, isouter=True
        )
        with self.database.reading("Listing vectors") as connection:
            rows = connection.execute(chosen.order_by(held.c.used.desc(), held.c.shelf)).mappings().all()
        return [_described(row) for row in rows]

    def _gather(self, shelf: str, wanted: Keys, damaged: set[int]) -> tuple[Found, list[tuple[int, float]]]:
        """Look up and copy out; also the blocks read and when each was last used."""
        vectors, used = None, []
        with self.database.reading("Reading vectors") as connection:
            blocks = _shelf(connection, shelf, damaged)
            block, row = locate(wanted, [held for _, held in blocks])
            here = _places(block)
            heads = {blocks[number][0].id: (blocks[number][0], places) for number, places in here.items()}
            for number, values in _fetched(connection, shelf, [head for head, _ in heads.values()]):
                head, places = heads.pop(number)
                if vectors is None:
                    vectors = np.empty((len(wanted), head.d), np.float32)
                elif head.d != vectors.shape[1]:
                    raise _DamagedBlock(number, f"a block has {head.d} dimensions, others {vectors.shape[1]}")
                _copy(values, row[places], vectors, places)
                used.append((number, head.used))
        for _, places in heads.values():  # evicted by another process since we looked
            block[places] = -1
        if vectors is not None:
            vectors[block < 0] = np.nan
        return Found(vectors, block >= 0), used


class _DamagedBlock(Damaged):
    def __init__(self, block: int, what: str) -> None:
        super().__init__(what)
        self.block = block


def _insert(connection: Connection, shelf: str, names: Keys, values: Floats) -> None:
    digests, vectors, now = names.tobytes(), values.tobytes(), time()
    facts = {"n": len(values), "d": values.shape[1], "bytes": len(digests) + len(vectors), "created": now, "used": now}
    row = {"shelf": shelf, "checksum": checksum(shelf.encode(), digests, vectors), **facts}
    made = connection.execute(tables.blocks.insert().values(row)).inserted_primary_key
    if made is not None:
        connection.execute(tables.block_data.insert().values(id=made[0], digests=digests, vectors=vectors))


def _shelf(connection: Connection, shelf: str, damaged: Collection[int]) -> list[tuple[Row[Any], Keys]]:
    """The head and the digests of each block of a shelf, oldest first."""
    chosen = select(*_head, _data.digests).join_from(tables.blocks, tables.block_data)
    rows = connection.execute(chosen.where(_blocks.shelf == shelf).order_by(_blocks.id))
    return [(row, from_bytes(row.digests)) for row in rows if row.id not in damaged]


def _places(block: Ints) -> dict[int, Ints]:
    """For each block that is needed, where in the answer its rows go."""
    order = np.argsort(block, kind="stable")
    numbers, starts = np.unique(block[order], return_index=True)
    places = dict(zip(numbers.tolist(), np.split(order, starts[1:]), strict=False))
    places.pop(-1, None)
    return places


def _copy(values: Floats, rows: Ints, into: Floats, places: Ints) -> None:
    """Copy rows of `values` to places of `into`, at once as far as both follow each other, which numpy does faster."""
    cuts = np.flatnonzero((np.diff(rows) != 1) | (np.diff(places) != 1)) + 1
    if len(cuts) * SHORT_RUN > len(rows):
        into[places] = values[rows]
        return
    for start, stop in zip((0, *cuts.tolist()), (*cuts.tolist(), len(rows)), strict=True):
        row, place = int(rows[start]), int(places[start])
        into[place : place + stop - start] = values[row : row + stop - start]


def _finite(values: Floats) -> bool:
    """Whether all values are finite: by one sum of squares, and by a look at each if that is not."""
    return bool(np.isfinite(np.vdot(values, values)) or np.isfinite(values).all())


def _fetched(connection: Connection, shelf: str, heads: Sequence[Row[Any]]) -> Iterator[tuple[int, Floats]]:
    """The vectors `(n, d)` of each block by its number, checked. Raises _DamagedBlock."""
    for batch in _batches(heads):
        by_id = {head.id: head for head in batch}
        chosen = select(_data.id, _data.digests, _data.vectors).where(_data.id.in_(by_id))
        for number, digests, vectors in connection.execute(chosen):
            n, d = by_id[number].n, by_id[number].d
            if len(digests) != n * DIGEST_BYTES or len(vectors) != n * d * 4:
                raise _DamagedBlock(number, f"a block of {n} vectors has the wrong length")
            if checksum(shelf.encode(), digests, vectors) != by_id[number].checksum:
                raise _DamagedBlock(number, f"the checksum of a block of {n} vectors does not match")
            values = np.frombuffer(vectors, "<f4").reshape(n, d)
            if not _finite(values):
                raise _DamagedBlock(number, f"a block of {n} vectors holds values that are not finite")
            yield number, values


def _batches(heads: Sequence[Row[Any]]) -> Iterator[list[Row[Any]]]:
    """Blocks to fetch at once, so that memory stays bounded however many there are."""
    batch: list[Row[Any]] = []
    size = 0
    for head in heads:
        batch.append(head)
        size += head.bytes
        if len(batch) == FETCHED_BLOCKS or size >= FETCHED_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _described(row: Mapping[Any, Any]) -> Shelf:
    """A shelf from a joined row; its books may be missing."""
    counts: dict[str, Any] = {name: int(row[name] or 0) for name in ("d", "n", "bytes", "asked", "found", "encoded")}
    names: dict[str, Any] = {name: row[name] or "" for name in ("label", "role")}
    space = Space(**json.loads(row["space"])) if row["space"] else None
    return Shelf(row["shelf"], space=space, **names, **counts, seconds=row["seconds"] or 0.0, used=row["used"])
