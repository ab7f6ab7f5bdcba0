"""Blobs by key, with a checksum: what answers and corpora have in common."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import time
from typing import Any, TypeVar
from zlib import crc32

from sqlalchemy import Column, Connection, Table, delete, select, update

from core.store.database import Database
from core.store.failures import StoreError
from core.store.faults import Damaged, Faults

TOUCHED_EVERY = 60.0
T = TypeVar("T")


def checksum(*parts: bytes) -> int:
    """CRC-32 of the parts and their lengths: finds what a disk does to bytes, at the speed of reading them."""
    value = 0
    for part in parts:
        value = crc32(part, crc32(len(part).to_bytes(8, "little"), value))
    return value


def touch(database: Database, table: Table, column: Column[Any], found: Sequence[tuple[Any, float]]) -> None:
    """Note that rows (key, last use) are used now, at most once a minute each; in vain where we may not write."""
    now = time()
    stale = [key for key, used in found if used < now - TOUCHED_EVERY]
    for start in range(0, len(stale), 500):
        with suppress(StoreError), database.writing("Noting a use") as connection:
            connection.execute(update(table).where(column.in_(stale[start : start + 500])).values(used=now))


@dataclass(frozen=True)
class Contents:
    """One kind of blob: a table with its facts, and one with its bytes."""

    database: Database
    kind: str
    table: Table
    data: Table

    @property
    def key(self) -> Column[Any]:
        """The column that names an entry."""
        (column,) = self.table.primary_key.columns
        return column

    def put(self, connection: Connection, key: str, body: bytes, **facts: Any) -> None:
        """Keep bytes and facts under a key; what was there before is replaced."""
        now, name = time(), self.key.name
        for table, row in (
            (self.table, {**facts, "bytes": len(body), "created": now, "used": now}),
            (self.data, {"checksum": checksum(key.encode(), body), "body": body}),
        ):
            insert = self.database.insert(table).values({name: key, **row})
            connection.execute(insert.on_conflict_do_update(index_elements=[name], set_=row))

    def read(self, key: str, unpack: Callable[[bytes], T]) -> T | None:
        """What is kept under a key, or None. Damaged bytes are deleted, reported, and None."""
        columns = (self.table.c.used, self.data.c.checksum, self.data.c.body)
        chosen = select(*columns).select_from(self.table.outerjoin(self.data)).where(self.key == key)
        with self.database.reading(f"Reading {self.kind}") as connection:
            row = connection.execute(chosen).first()
        if row is None:
            return None
        used, expected, body = row
        try:
            if body is None or checksum(key.encode(), body) != expected:
                raise Damaged("its bytes are not those that were written")
            thing = unpack(body)
        except Damaged as damage:
            Faults(self.database).drop(self.kind, key, str(damage), self.table, self.key == key)
            return None
        touch(self.database, self.table, self.key, [(key, used)])
        return thing

    def use(self, key: str) -> bool:
        """Whether there is an entry under a key; if so, it is used now."""
        with self.database.reading(f"Looking for {self.kind}") as connection:
            used = connection.scalar(select(self.table.c.used).where(self.key == key))
        if used is not None:
            touch(self.database, self.table, self.key, [(key, used)])
        return used is not None

    def remove(self, condition: Any) -> None:
        """Delete entries, and shrink the file if that frees much."""
        with self.database.writing(f"Deleting {self.kind}") as connection:
            connection.execute(delete(self.table).where(condition))
        self.database.give_back()
