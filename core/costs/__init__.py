"""What a choice costs at scale: bytes, memory, hours and money, from plain numbers.

Read it in this order: `sizes` (bytes of so many texts), `embedding` (hours and money of embedding them), `updates`
(of keeping them up to date, with and without a cache), `tables` (all of it side by side), `words` (in a sentence).

Units stand in the names; money is in whatever currency the price was. Everything here is light, and runs where people
look.
"""

from core.costs.embedding import Rate
from core.costs.sizes import STANDARD, Size
from core.costs.tables import hosted_rates, local_rates, size_table, work_table
from core.costs.updates import Update, Updates, weekly
from core.costs.words import headline, texts_in_words

__all__ = [
    "STANDARD",
    "Rate",
    "Size",
    "Update",
    "Updates",
    "headline",
    "hosted_rates",
    "local_rates",
    "size_table",
    "texts_in_words",
    "weekly",
    "work_table",
]
