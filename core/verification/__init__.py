"""Does a decision record still hold? Whatever can be repeated is repeated, from the texts on.

Read it in this order: `findings` (what is told), `testset` (texts, queries, judgements), `models` (the same files?),
`vectors` (do they still give the same vectors?), `figures` (the same numbers?), `verdict` (the same answer?).
"""

from core.verification.checking import verify
from core.verification.findings import CANNOT, CHANGED, HOLDS, Finding, exit_code

__all__ = ["CANNOT", "CHANGED", "HOLDS", "Finding", "exit_code", "verify"]
