"""Which candidate to take: limits first, then the tie group, then the cheapest; and where the answer would change.

Read it in this order: `plan` (what is asked), `facts` (what is known), `limits` (who is struck out, and why),
`verdict` (the rule), `blocking` (what is red before any score), `flips` (when it would be another), `words` (all of
it for people).

No score is normalised against another candidate's: one that is clearly worse, or beyond a limit, changes nothing
about the rest. Everything here is light, and runs where people look.
"""

from core.decision.blocking import Alarm, blocked
from core.decision.choosing import decide
from core.decision.facts import Facts
from core.decision.flips import flips
from core.decision.limits import HELP, NUMERIC, Limit, struck
from core.decision.plan import CRITERIA, Limits, Plan
from core.decision.verdict import Decision

__all__ = [
    "CRITERIA",
    "HELP",
    "NUMERIC",
    "Alarm",
    "Decision",
    "Facts",
    "Limit",
    "Limits",
    "Plan",
    "blocked",
    "decide",
    "flips",
    "struck",
]
