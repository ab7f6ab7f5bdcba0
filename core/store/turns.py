"""One process at a time: a turn is a pin that one holder has and renews. That of a process that died lapses soon."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from time import sleep, time
from uuid import uuid4

from sqlalchemy import delete, select, update

from core.store import tables
from core.store.database import Database
from core.store.failures import StoreError

SECONDS, RENEWED, LOOK = 5.0, 1.0, 0.2
"""How long a turn lasts that nobody renews, how often it is renewed, and how often who waits looks again."""
_pins = tables.pins.c


@contextmanager
def turn(database: Database, key: str, waiting: Callable[[], None]) -> Iterator[None]:
    """Wait until no process of this store has the turn of this key, calling `waiting` (which may raise) meanwhile."""
    holder = uuid4().hex
    while not _taken(database, key, holder):
        waiting()
        sleep(LOOK)
    over = Event()
    keeper = Thread(target=_renew, args=(database, holder, over), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
        with suppress(StoreError), database.writing("Ending a turn") as connection:
            connection.execute(delete(tables.pins).where(_pins.holder == holder))


def _taken(database: Database, key: str, holder: str) -> bool:
    """Whether it is our turn from now on; a store that cannot be written gives one to everybody."""
    with suppress(StoreError), database.writing("Taking a turn", alone=True) as connection:
        if connection.execute(select(_pins.holder).where(_pins.key == key, _pins.until >= time())).first():
            return False
        row = {"key": key, "holder": holder, "until": time() + SECONDS}
        connection.execute(tables.pins.insert().values(row))
    return True


def _renew(database: Database, holder: str, over: Event) -> None:
    while not over.wait(RENEWED):
        with suppress(StoreError), database.writing("Renewing a turn") as connection:
            connection.execute(update(tables.pins).where(_pins.holder == holder).values(until=time() + SECONDS))
