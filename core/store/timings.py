"""Kept latency runs. No one can measure the past again: they are in no budget, and leave only one by one, by hand."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.store import packing, tables
from core.store.contents import Contents
from core.store.database import Database
from core.types import Answer

_rows = tables.timings.c


@dataclass(frozen=True)
class Timing:
    """One kept run: its key, its texts' fingerprint, who asked for it, what it is in short, seconds since 1970."""

    key: str
    corpus: str
    owner: str
    summary: Mapping[str, Any]
    bytes: int
    created: float


@dataclass(frozen=True)
class Timings:
    """Latency runs by key. A store made before there were any gets its tables with the first run."""

    database: Database

    @property
    def _contents(self) -> Contents:
        return Contents(self.database, "latency run", tables.timings, tables.timing_data)

    def put(self, key: str, corpus: str, owner: str, summary: Mapping[str, Any], run: Answer) -> None:
        """Keep a run. Raises TypeError as `packing.pack` does, StoreError when it cannot be written."""
        body = packing.pack(run)
        with self.database.writing("Keeping a latency run", alone=True) as connection:
            for table in (tables.timings, tables.timing_data):
                table.create(connection, checkfirst=True)
            facts = {"corpus": corpus, "owner": owner, "summary": json.dumps(dict(summary))}
            self._contents.put(connection, key, body, **facts)

    def get(self, key: str) -> Answer | None:
        """A kept run, or None; a damaged one is dropped and reported."""
        return self._contents.read(key, packing.unpack) if self._there() else None

    def list(self, corpus: str) -> list[Timing]:
        """The runs on these texts, newest first."""
        if not self._there():
            return []
        columns = [_rows[name] for name in Timing.__dataclass_fields__]
        chosen = select(*columns).where(_rows.corpus == corpus).order_by(_rows.created.desc(), _rows.key)
        with self.database.reading("Listing latency runs") as connection:
            found = [dict(row) for row in connection.execute(chosen).mappings()]
        return [Timing(**{**row, "summary": json.loads(row["summary"])}) for row in found]

    def remove(self, key: str, owner: str) -> None:
        """Delete one run of one's own; nothing else ever does."""
        if self._there():
            self._contents.remove((_rows.key == key) & (_rows.owner == owner))

    def _there(self) -> bool:
        return self.database.has(tables.timing_data, "Looking for latency runs")
