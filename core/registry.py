"""Things found by name, with "did you mean", and the discovery that fills a registry from a folder."""

import difflib
import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from core.errors import VecassayError

T = TypeVar("T")


class UnknownName(VecassayError, KeyError):
    """A name that no registered thing has."""

    def __str__(self) -> str:
        return str(self.args[0])


class Registry(Mapping[str, T], Generic[T]):
    """Named things of one kind, in the order they were added.

    >>> fruits = Registry[str]("fruit")
    >>> _ = fruits.add("apple", "red")
    >>> fruits["aple"]
    Traceback (most recent call last):
    core.registry.UnknownName: There is no fruit called 'aple'. Did you mean 'apple'? Known: apple.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._things: dict[str, T] = {}

    def add(self, key: str, thing: T) -> T:
        """Register under a key that must be new; raises ValueError otherwise."""
        if key in self._things:
            raise ValueError(f"two {self.kind}s are called {key!r}: each key must be used once")
        self._things[key] = thing
        return thing

    def register(self, key: str) -> Callable[[T], T]:
        """`add` as a decorator."""
        return lambda thing: self.add(key, thing)

    def __getitem__(self, key: str) -> T:
        try:
            return self._things[key]
        except KeyError:
            near = difflib.get_close_matches(key, self._things, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            known = ", ".join(self._things) or "none"
            raise UnknownName(f"There is no {self.kind} called {key!r}.{hint} Known: {known}.") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._things)

    def __len__(self) -> int:
        return len(self._things)


def discover(package: str) -> None:
    """Import every module of a package, so that their decorators fill its registry."""
    paths = importlib.import_module(package).__path__
    for module in sorted(pkgutil.iter_modules(paths), key=lambda found: found.name):
        importlib.import_module(f"{package}.{module.name}")


def missing(modules: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the modules that are not installed; imports none of them."""
    return tuple(name for name in modules if not _installed(name))


def _installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # a package that the module would be in
        return False
