"""What the dashboard's process holds in memory for all visitors."""

from collections.abc import Callable, Hashable, MutableMapping
from contextlib import suppress
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")


class Memory:
    """Values by key, in a cache that says how many stay and for how long. Safe to use from any thread."""

    def __init__(self, cache: MutableMapping[Any, Any]) -> None:
        self._cache, self._lock = cache, Lock()

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What is known under a key, else what `make` gives now; "no", nothing and errors are not remembered."""
        with self._lock:
            found: T | None = self._cache.get(key)
        if found is None:
            found = make()
            if found:
                with self._lock, suppress(ValueError):  # one bigger than all the memory is made each time
                    self._cache[key] = found
        return found
