"""What a running job needs, so that nobody evicts it. A pin of a process that died lapses by itself."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Lock
from time import time
from uuid import uuid4

from sqlalchemy import Select, delete, select, update

from core.store import tables
from core.store.database import Database
from core.store.failures import StoreError

PIN_SECONDS = 600.0
RENEW_SECONDS = 60.0


class Pins:
    """The pins of this process, and the sight of everybody's."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._holders: set[str] = set()
        self._renewed = time()
        self._guard = Lock()

    @contextmanager
    def pinned(self, keys: Sequence[str]) -> Iterator[None]:
        """Keep shelves, answers and corpora with these keys from being evicted while the block runs."""
        holder = uuid4().hex
        self._hold(sorted(set(keys)), holder)
        try:
            yield
        finally:
            with self._guard:
                self._holders.discard(holder)
            with suppress(StoreError), self._database.writing("Unpinning") as connection:
                connection.execute(delete(tables.pins).where(tables.pins.c.holder == holder))

    def renew(self) -> None:
        """Let the pins of this process last ten minutes from now."""
        with self._guard:
            holders, self._renewed = sorted(self._holders), time()
        if holders:
            self._write_until(holders)

    def renew_when_due(self) -> None:
        """`renew`, at most once a minute."""
        if time() - self._renewed > RENEW_SECONDS:
            self.renew()

    def _hold(self, keys: Sequence[str], holder: str) -> None:
        rows = [{"key": key, "holder": holder, "until": time() + PIN_SECONDS} for key in keys]
        # A store that cannot be written is not evicted from either, so that a failed pin loses nothing.
        with suppress(StoreError), self._database.writing("Pinning", alone=True) as connection:
            connection.execute(delete(tables.pins).where(tables.pins.c.until < time()))
            if rows:
                connection.execute(tables.pins.insert(), rows)
        with self._guard:
            self._holders.add(holder)

    def _write_until(self, holders: Sequence[str]) -> None:
        with suppress(StoreError), self._database.writing("Renewing pins") as connection:
            mine = tables.pins.c.holder.in_(holders)
            connection.execute(update(tables.pins).where(mine).values(until=time() + PIN_SECONDS))


def pinned_keys() -> Select[tuple[str]]:
    """Keys that somebody needs now."""
    return select(tables.pins.c.key).where(tables.pins.c.until >= time())
