"""What the dashboard's process holds in memory for all visitors."""

from collections.abc import Callable, Hashable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar, cast

from cachetools import LRUCache

MOST_MADE = 64
T = TypeVar("T")


class Memory:
    """Values by key, in a cache that says how many stay and for how long. Safe to use from any thread."""

    def __init__(self, cache: MutableMapping[Any, Any]) -> None:
        self._cache, self._lock = cache, Lock()
        self._making: dict[Hashable, Lock] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What is known under a key, else what `make` gives now; "no", nothing and errors are not remembered."""
        with self._lock:
            found: T | None = self._cache.get(key)
            making = self._making.setdefault(key, Lock()) if found is None else None
        if making is None:
            return cast("T", found)
        with making:  # fifty visitors whose click finds it gone have it made by the first of them
            return self._made(key, make)

    def drop(self, key: Hashable) -> None:
        """Know nothing under a key any more."""
        with self._lock:
            self._cache.pop(key, None)

    def _made(self, key: Hashable, make: Callable[[], T]) -> T:
        with self._lock:
            found: T | None = self._cache.get(key)
        try:
            return self._remembered(key, make()) if found is None else found
        finally:
            with self._lock:
                self._making.pop(key, None)

    def _remembered(self, key: Hashable, found: T) -> T:
        if found:
            with self._lock, suppress(ValueError):  # one bigger than all the memory is made each time
                self._cache[key] = found
        return found


def _room() -> Memory:
    return Memory(LRUCache(MOST_MADE))


@dataclass(frozen=True, eq=False, kw_only=True)
class Lasting:
    """Something found that stays as it is, and the tables, words and pictures that were made of it."""

    _made: Memory = field(default_factory=_room)

    def once(self, make: Callable[..., T], *how: Hashable) -> T:
        """`make(self, *how)`, made once for everybody who looks at this; nobody may change what comes back."""
        return self.kept((make, *how), lambda: make(self, *how))

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """As `once`, for what is made with the help of something else that the key stands for."""
        return self._made.once(key, lambda: (make(),))[0]  # in a tuple: an empty table is kept, too
