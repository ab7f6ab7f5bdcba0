"""Vecassay against its peers, side by side on one machine: `make bench`, or `python -m benchmarks --list`."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from benchmarks.cases import Case

FOLDER = Path(__file__).parent


def discover() -> list[Case]:
    """All cases of all modules of this package that have some, in the order of their keys."""
    names = sorted(found.name for found in iter_modules([str(FOLDER)]) if not found.name.startswith("_"))
    cases = [case for name in names for case in _of(name)]
    keys = [case.key for case in cases]
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        raise ValueError(f"expected one case for each key; {', '.join(sorted(twice))} stands for more than one")
    return sorted(cases, key=lambda case: case.key)


def _of(name: str) -> Iterator[Case]:
    cases = getattr(import_module(f"{__name__}.{name}"), "cases", None)
    # benchmarks.cases itself has the word too, as a module has: only what can be called tells cases.
    return iter(cases()) if callable(cases) else iter(())
