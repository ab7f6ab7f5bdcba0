"""What a database says when it cannot, in the words of the person whose work it was."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.errors import VecassayError


class StoreError(VecassayError):
    """The store could not read or keep something; the message says what, where, and what to do."""


_FULL = (
    "the disk is full. Free some space there, or name another place in VECASSAY_STORE; then try again: what was "
    "finished before is kept. A lower VECASSAY_STORE_BYTES keeps the store smaller"
)
_READ_ONLY = (
    "it may only be read. Give the account that runs Vecassay the right to write there, or name another place in "
    "VECASSAY_STORE. What it holds can still be read"
)
_LOCKED = "somebody else kept it locked for too long. Try again; if it stays so, end the other program that has it open"
_BROKEN = (
    "the file is damaged, or is not a Vecassay store. Move it away and start again (a new one is made and vectors are "
    "computed again), put a backup in its place, or name another place in VECASSAY_STORE"
)
_UNREACHABLE = (
    "the database server does not answer. Check that it runs and that host, port, database and network in "
    "VECASSAY_STORE are right; then try again"
)
_REFUSED = "the database server refused to let us in. Check user, password and database name in VECASSAY_STORE"

# The first needle found in the driver's sentence decides.
_REASONS = (
    ("disk is full", _FULL),
    ("no space left", _FULL),
    ("could not extend file", _FULL),
    ("readonly database", _READ_ONLY),
    ("read-only", _READ_ONLY),
    ("permission denied", _READ_ONLY),
    ("is locked", _LOCKED),
    ("lock timeout", _LOCKED),
    ("deadlock", _LOCKED),
    ("queuepool limit", _LOCKED),
    ("not a database", _BROKEN),
    ("malformed", _BROKEN),
    ("disk i/o error", "the disk reports an error, or is full. Look at the disk it is on, then try again"),
    ("unable to open", "the file cannot be opened. Check that its folder exists and that we may read and write there"),
    ("too big", "it is too large for one entry. Use fewer texts at a time"),
    ("invalid memory alloc", "it is too large for one entry. Use fewer texts at a time"),
    ("authentication failed", _REFUSED),
    ("does not exist", _REFUSED),
    ("no password supplied", _REFUSED),
    ("connection option", "VECASSAY_STORE has an option after the ? that the database does not know"),
    ("connection", _UNREACHABLE),
    ("host", _UNREACHABLE),
    ("timeout", _UNREACHABLE),
)


@contextmanager
def explained(doing: str, location: str, secrets: Sequence[str] = ()) -> Iterator[None]:
    """Turn what a database driver raises inside into a StoreError about `doing`; no secret gets into its message."""
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        said = _said(error, secrets)
        reason = next((reason for needle, reason in _REASONS if needle in said.lower()), None)
        wrong_statement = isinstance(error, ProgrammingError) and error.statement and reason is not _READ_ONLY
        if wrong_statement or isinstance(error, IntegrityError):
            raise  # a mistake in this package, not something its user can act on
        because = reason or "the database reported a problem. Try again; if it stays so, look at the database itself"
        # Not chained: what the driver raised could show the address with its password in a log.
        raise StoreError(f"{doing} did not work in the store at {location}: {because}. (It said: {said})") from None


def _said(error: Exception, secrets: Sequence[str]) -> str:
    """The driver's first line, without secrets."""
    original = error.orig if isinstance(error, DBAPIError) else error
    text = str(original).strip()
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    return " ".join(text.split())[:300]
