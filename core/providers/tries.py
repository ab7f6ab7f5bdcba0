"""Trying a request again: after the wait that the vendor asks for, or a longer one each time.

For vendors whose own library does not try again after every passing failure, or takes no notice of Retry-After.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar

from core.providers import access
from core.types import ModelSpec

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")
FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
PASSING = (408, 409, 429)


class Failed(Exception):
    """One try failed: the HTTP status (None: no answer), the vendor's words, and the seconds it asks to wait."""

    def __init__(self, status: int | None, said: str, wait: float | None = None) -> None:
        super().__init__(said)
        self.status, self.said, self.wait = status, said, wait


def until_answered(spec: ModelSpec, key: str, once: Callable[[], T]) -> T:
    """What `once` returns, tried again while it raises a Failed that may pass; then raises a VecassayError."""
    from tenacity import Retrying, retry_if_exception, stop_after_attempt

    again = Retrying(
        stop=stop_after_attempt(access.ATTEMPTS), retry=retry_if_exception(_passes), wait=_wait, reraise=True
    )
    try:
        return again(once)
    except Failed as failed:
        # Not chained: what a vendor's library says may hold the key.
        raise access.told(spec, failed.status, failed.said, key) from None


def asked(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait that a Retry-After header asks for, as a number or a date; None without one.

    >>> asked({"retry-after": "7"}), asked({"retry-after": "soon"}), asked({})
    (7.0, None, None)
    """
    said = headers.get("retry-after")
    if said is None:
        return None
    try:
        return float(said)
    except ValueError:
        pass
    try:
        return (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return None


def _passes(error: BaseException) -> bool:
    return isinstance(error, Failed) and (error.status is None or error.status in PASSING or error.status >= 500)


def _wait(state: "RetryCallState") -> float:
    from tenacity import wait_exponential_jitter

    failed = state.outcome.exception() if state.outcome else None
    if isinstance(failed, Failed) and failed.wait is not None:
        return min(max(0.0, failed.wait), LONGEST_WAIT)
    return float(wait_exponential_jitter(initial=FIRST_WAIT, max=LONGEST_WAIT, jitter=FIRST_WAIT)(state))
