"""One database, SQLite or PostgreSQL: how it is opened, read from and written to."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import sleep
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, inspect, make_url, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

from core.store import tables
from core.store.failures import StoreError, explained

BUSY_SECONDS = 30
PAGE_BYTES = 16_384
WAL_BYTES = 64 * 1024**2
VACUUM_PAGES = 4_096
GIVEN_BACK_FROM = 1 / 8
_CREATION = 7_310_947_122
"""Any number: the name of the PostgreSQL lock under which the tables are made."""


class Database:
    """An opened store database; threads may share it, and other processes may have it open too.

    Opening one that exists needs no right to write. Raises StoreError when it cannot be opened.
    """

    def __init__(self, url: str) -> None:
        address = _address(url)
        self.is_sqlite = address.get_backend_name() == "sqlite"
        self.location = _location(address)
        self._secrets = [address.password or "", *(str(value) for value in address.query.values())]
        with explained("Opening", self.location, self._secrets):
            self.engine = _sqlite_engine(address, self.location) if self.is_sqlite else _postgres_engine(address)
            if not self._made():
                self._make()
            if self.is_sqlite:
                _write_ahead(self.engine)
        with self.reading("Opening") as connection:
            facts = dict(connection.execute(select(tables.meta.c.name, tables.meta.c.value)).tuples().all())
        if int(facts["schema"]) > tables.SCHEMA:
            raise StoreError(
                f"The store at {self.location} was made by a newer Vecassay (layout {facts['schema']}; this one knows "
                f"{tables.SCHEMA}). Update Vecassay, or name another place in VECASSAY_STORE."
            )
        self.id: str = facts["store_id"]

    @contextmanager
    def reading(self, doing: str) -> Iterator[Connection]:
        """A transaction that only reads; on SQLite it sees one state throughout. `doing` starts an error's message."""
        with explained(doing, self.location, self._secrets), self.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def writing(self, doing: str, alone: bool = False) -> Iterator[Connection]:
        """A transaction that is kept whole when the block ends, and not at all when it raises.

        `alone` keeps out others who ask for the same, on both databases.
        """
        with explained(doing, self.location, self._secrets), self.engine.connect() as connection:
            if self.is_sqlite:
                # Not at the first write: a reader that turns writer fails at once if anybody wrote in between.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            elif alone:
                connection.execute(select(tables.meta.c.value).where(tables.meta.c.name == "lock").with_for_update())
            yield connection
            connection.commit()

    def insert(self, table: Table) -> sqlite_dialect.Insert | postgresql.Insert:
        """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return sqlite_dialect.insert(table) if self.is_sqlite else postgresql.insert(table)

    def give_back(self) -> None:
        """Shrink the file when much of it is free; PostgreSQL looks after itself."""
        if not self.is_sqlite:
            return
        # Keeping house may fail on a full or busy disk; what was asked for is already done.
        with suppress(OperationalError, sqlite3.Error), self.engine.connect() as connection:
            pages, free = (int(_pragma(connection, name)) for name in ("page_count", "freelist_count"))
            if free < GIVEN_BACK_FROM * pages:
                return
            driver = connection.connection.cursor()
            for _ in range(0, free, VACUUM_PAGES):  # step by step, so that others may write in between
                # It frees a page for each of its (empty) rows, and `execute` asks for only one.
                driver.executescript(f"PRAGMA incremental_vacuum({VACUUM_PAGES})")
            _pragma(connection, "wal_checkpoint(PASSIVE)")

    def has(self, table: Table, doing: str) -> bool:
        """Whether a table is there: those younger than others come with their first row; `doing` is for messages."""
        with self.reading(doing) as connection:
            return inspect(connection).has_table(table.name)

    def _made(self) -> bool:
        with self.engine.connect() as connection:
            return inspect(connection).has_table("meta")

    def _make(self) -> None:
        """Make all tables in one transaction; of several processes that try, the first does it."""
        with self.engine.connect() as connection:
            if self.is_sqlite:
                _pragma(connection, f"page_size={PAGE_BYTES}")
                _pragma(connection, "auto_vacuum=INCREMENTAL")
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_CREATION})"))
            tables.create_all(connection)
            facts = {"schema": str(tables.SCHEMA), "store_id": uuid4().hex, "lock": ""}
            rows = [{"name": name, "value": value} for name, value in facts.items()]
            connection.execute(self.insert(tables.meta).on_conflict_do_nothing(), rows)
            connection.commit()


def _address(url: str) -> URL:
    """The URL in parts. No message shows it: a mistyped one may have its password anywhere."""
    what = "expected sqlite:////a/file.sqlite or postgresql+psycopg://user:password@host:port/database"
    try:
        address = make_url(url)
        address.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise StoreError(f"VECASSAY_STORE cannot be read as a database URL: {what}.") from None
    if address.get_backend_name() not in ("sqlite", "postgresql") or not address.database:
        raise StoreError(f"VECASSAY_STORE names a database that cannot be a store: {what}.")
    if address.get_backend_name() == "postgresql" and address.drivername != "postgresql+psycopg":
        address = address.set(drivername="postgresql+psycopg")
    return address


def _location(address: URL) -> str:
    """Where the store is, for people: a path, or host and database; never user or password."""
    if address.get_backend_name() == "sqlite":
        return (address.database or "").removeprefix("file:")
    port = f":{address.port}" if address.port else ""
    return f"{address.host or 'localhost'}{port}/{address.database}"


def _sqlite_engine(address: URL, location: str) -> Engine:
    path = Path(location)
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True)
    except OSError as error:
        raise StoreError(
            f"The folder for the store, {path.parent}, cannot be made ({error.strerror}). Name another place in "
            f"VECASSAY_HOME or VECASSAY_STORE."
        ) from None
    engine = _sqlite(address)
    try:
        with engine.connect() as connection:
            _pragma(connection, "schema_version")
    except OperationalError:
        log = path.with_name(path.name + "-wal")
        if not path.is_file() or (log.exists() and log.stat().st_size):
            raise
        # A write-ahead store in a folder where we may not even make the shared-memory file: nobody writes there.
        frozen = address.set(database=f"file:{quote(str(path.absolute()))}").update_query_dict(
            {"immutable": "1", "uri": "true"}
        )
        engine = _sqlite(frozen)
    return engine


def _sqlite(address: URL) -> Engine:
    waits = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = create_engine(address, connect_args=waits, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where this module says so
        for pragma in ("foreign_keys=ON", "synchronous=NORMAL", f"journal_size_limit={WAL_BYTES}"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _postgres_engine(address: URL) -> Engine:
    patience = {} if "connect_timeout" in address.query else {"connect_timeout": 10}
    engine = create_engine(address, connect_args=patience, pool_pre_ping=True, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
        connection.commit()

    return engine


def _pragma(connection: Connection, pragma: str) -> Any:
    result = connection.exec_driver_sql(f"PRAGMA {pragma}")
    return result.scalar() if result.returns_rows else None


def _write_ahead(engine: Engine) -> None:
    """Let readers read while one writes. Without it (network folders) the store is right, only slower."""
    for _ in range(20):
        try:
            with engine.connect() as connection:
                if _pragma(connection, "journal_mode") != "wal":
                    _pragma(connection, "journal_mode=WAL")
                return
        except OperationalError as error:
            if "locked" not in str(error.orig):
                return  # it may only be read
        sleep(0.1)  # another process has just opened the file
