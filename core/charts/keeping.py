"""A figure is drawn once for the same arguments: most runs of a page change one figure of many, or none."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import wraps
from hashlib import blake2b
from math import isnan
from threading import Lock
from typing import Any, ParamSpec

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from cachetools import LRUCache

MOST = 128
P = ParamSpec("P")


class Drawn(go.Figure):  # type: ignore[misc]
    """A finished figure: what is sent of it is made once, for everybody."""

    def to_dict(self) -> dict[str, Any]:
        """As Plotly's; nobody may change what comes back."""
        made: dict[str, Any] = self.__dict__.setdefault("_made", {})
        if not made:
            made.update(super().to_dict())
        return made


_figures: "LRUCache[Hashable, Drawn]" = LRUCache(MOST)
_lock = Lock()


def kept(draw: Callable[P, go.Figure]) -> Callable[P, go.Figure]:
    """Draw again only what the last 128 figures of this process do not have; nobody may change what comes back.

    Arguments are told apart by what they hold: tables, arrays, mappings and sequences of them, else by hash.
    """

    @wraps(draw)
    def once(*args: P.args, **kwargs: P.kwargs) -> go.Figure:
        key = (draw.__module__, draw.__name__, same(args), same(kwargs))
        with _lock:
            found = _figures.get(key)
        if found is None:
            found = Drawn(draw(*args, **kwargs))
            with _lock:
                _figures[key] = found
        return found

    return once


def same(value: Any) -> Hashable:
    """Something hashable that is equal for two values exactly when a figure of them would be."""
    kind = type(value).__name__
    if isinstance(value, pd.DataFrame):
        return tuple((name, same(value[name].to_numpy())) for name in value.columns)
    if isinstance(value, np.ndarray):
        texts = value.dtype.hasobject
        held = same(value.ravel().tolist()) if texts else blake2b(value.tobytes(), digest_size=16).digest()
        return value.dtype.str, value.shape, held
    if isinstance(value, Mapping):
        return tuple((name, same(entry)) for name, entry in value.items())
    if is_dataclass(value):
        return kind, tuple(same(getattr(value, each.name)) for each in fields(value))
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        texts = set(map(type, value)) == {str}  # ten thousand texts in a moment
        return kind, tuple(value) if texts else tuple(map(same, value))
    return kind, "nan" if isinstance(value, float) and isnan(value) else value  # NaN is not even itself
