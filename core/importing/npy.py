"""NumPy's own format: the header is read first, and nothing is taken that the file does not hold."""

from io import BytesIO
from math import prod
from tokenize import TokenError
from typing import Any

import numpy as np

from core.errors import VecassayError
from core.importing.table import Table, check_numbers, check_shape

HEADERS: dict[tuple[int, int], Any] = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
UNREADABLE = (
    ValueError,
    KeyError,
    TypeError,
    SyntaxError,
    OverflowError,
    MemoryError,
    RecursionError,
    TokenError,
)
"""What numpy raises for a header that is none: it reads a Python literal."""


def read(name: str, data: bytes) -> Table:
    """The vectors as they lie in the file; raises VecassayError when it is another file, or only part of one."""
    opened = BytesIO(data)
    try:
        version = np.lib.format.read_magic(opened)
        shape, by_column, dtype = HEADERS[version](opened)
    except UNREADABLE as error:
        reason = (str(error).splitlines() or [""])[0][:120]
        raise VecassayError(
            f"{name} cannot be read as a NumPy file ({reason}). Save the vectors with numpy.save(path, vectors)."
        ) from error
    check_numbers(name, dtype)
    check_shape(name, shape)
    held, said = len(data) - opened.tell(), prod(shape) * dtype.itemsize
    if held != said:
        raise VecassayError(
            f"{name} says that it holds {shape[0]:,} vectors of {shape[1]:,} numbers, {said:,} bytes; it has {held:,}. "
            f"It was cut off or damaged: bring the whole file again."
        )
    numbers = np.frombuffer(data, dtype, prod(shape), opened.tell())
    return Table(name, numbers.reshape(shape, order="F" if by_column else "C"))
