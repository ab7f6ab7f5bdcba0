import pytest
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InternalError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.store.failures import StoreError, explained

# What the drivers say, word for word, and what we make of it.
SAID = [
    (OperationalError, "database or disk is full", "disk is full"),
    (OperationalError, 'could not extend file "base/5/16384": No space left on device', "disk is full"),
    (OperationalError, "disk I/O error", "reports an error"),
    (OperationalError, "attempt to write a readonly database", "may only be read"),
    (InternalError, "cannot execute INSERT in a read-only transaction", "may only be read"),
    (ProgrammingError, "permission denied for table blocks", "may only be read"),
    (OperationalError, "database is locked", "locked for too long"),
    (OperationalError, "canceling statement due to lock timeout", "locked for too long"),
    (OperationalError, "deadlock detected", "locked for too long"),
    (DBAPIError, "database disk image is malformed", "damaged"),
    (DBAPIError, "file is not a database", "not a Vecassay store"),
    (DataError, "string or blob too big", "too large"),
    (OperationalError, "server closed the connection unexpectedly", "does not answer"),
    (OperationalError, "[Errno -2] Name or service not known, host: 'x'", "does not answer"),
    (OperationalError, 'password authentication failed for user "me"', "refused"),
    (OperationalError, "something new", "reported a problem"),
]


@pytest.mark.parametrize(("kind", "said", "words"), SAID, ids=[said for _, said, _ in SAID])
def test_a_drivers_sentence_becomes_ours(kind: type[DBAPIError], said: str, words: str) -> None:
    whole = f"^Saving a thing did not work in the store at /here: .*{words}.*It said: "
    with pytest.raises(StoreError, match=whole), explained("Saving a thing", "/here"):
        raise kind("INSERT", None, Exception(said))


def test_a_pool_without_a_free_connection_is_told() -> None:
    with pytest.raises(StoreError, match="locked"), explained("Saving", "/here"):
        raise PoolTimeout("QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00")


@pytest.mark.parametrize("kind", [IntegrityError, ProgrammingError])
def test_our_own_mistakes_are_not_dressed_up(kind: type[DBAPIError]) -> None:
    with pytest.raises(kind), explained("Saving", "/here"):
        raise kind("INSERT", None, Exception("UNIQUE constraint failed"))


def test_what_the_driver_says_is_shown_without_secrets() -> None:
    with pytest.raises(StoreError) as failure, explained("Saving", "/here", ["", "pass word"]):
        raise OperationalError("INSERT", None, Exception('invalid "pass word"\n  in connection'))
    assert "pass word" not in str(failure.value)
    assert 'invalid "***" in connection' in str(failure.value)
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__
