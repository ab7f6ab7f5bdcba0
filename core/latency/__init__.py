"""How fast a loaded model is: pure timing, with the clock, the model and the memory meter handed in.

Read it in this order: `plan` (how much is measured), `texts` (on what), `timing` (single calls, sweeps, callers),
`memory`, `machine` (where), `watch` (when, and beside what), `run` (all of it for several models), `figures` (raw
timings in, figures out).

What is true of every figure: a single call encodes one text; texts differ from call to call until there are no more;
warm-up is left out; nothing is divided by a batch size and called a latency; models are called directly, so that no
call is answered from the store.
"""

from core.latency.figures import figures, outlook, percentile, quantile_interval
from core.latency.plan import FULL, PLANS, QUICK, Plan
from core.latency.run import Candidate, Measured, Meters, measure
from core.latency.texts import Deck, Pool, draw

__all__ = [
    "FULL",
    "PLANS",
    "QUICK",
    "Candidate",
    "Deck",
    "Measured",
    "Meters",
    "Plan",
    "Pool",
    "draw",
    "figures",
    "measure",
    "outlook",
    "percentile",
    "quantile_interval",
]
