"""Vectors computed elsewhere brought in: `npy` and `parquet` read, `matching` finds whose they are, `checking` looks
at the numbers, `keeping` keeps them as a model.

found = importing.check(corpus, importing.read(path.name, data))
spec = importing.keep(store, found, "MiniLM elsewhere", owner="me")
"""

from core.importing.checking import Brought, check
from core.importing.keeping import keep
from core.importing.reading import read

__all__ = ["Brought", "check", "keep", "read"]
