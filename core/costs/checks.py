"""Numbers that costs are made of: refused, with what was expected, when they are none."""

from math import isfinite

from core.errors import VecassayError


def amount(what: str, value: float) -> float:
    """The value; raises VecassayError unless it is a finite number of at least 0."""
    if not isfinite(value) or value < 0:
        raise VecassayError(f"Expected {what} to be a number of at least 0; got {value}. Give 0 or more.")
    return value


def positive(what: str, value: float) -> float:
    """The value; raises VecassayError unless it is a finite number above 0."""
    if amount(what, value) == 0:
        raise VecassayError(f"Expected {what} to be above 0; got 0. Leave it out where it was not measured.")
    return value


def percent(what: str, value: float) -> float:
    """The value; raises VecassayError unless it is between 0 and 100."""
    if not 0 <= value <= 100:
        raise VecassayError(f"Expected {what} to be a percentage from 0 to 100; got {value}.")
    return value
