"""Writing a decision down: `compose` makes the record, `untested` says what nobody looked at."""

from core.recording.composing import Written, compose, public, versions

__all__ = ["Written", "compose", "public", "versions"]
