"""What can go wrong in a way a user can act on; each message says what was expected, what came, what to do."""


class VecassayError(Exception):
    """Something a user can act on: the message says what was expected, what came and what to do next."""


class SpaceMismatch(VecassayError):
    """Vectors of two different embedding spaces were about to meet in one formula."""


class BadVectors(VecassayError, ValueError):
    """A model gave something that is no embedding: NaN, infinity, or another shape."""


class NotReady(VecassayError):
    """A model's files are not on this machine yet: they must be downloaded or made first (`Provider.prepare`)."""


class NotMade(NotReady):
    """A model's files are here, but something must be made of them first, which takes no network."""


class Cancelled(VecassayError):
    """Nobody waits for this work any more."""
