"""What it costs to stay up to date when some of the texts change every week."""

from dataclasses import dataclass

from core.costs.checks import amount, percent
from core.costs.embedding import Rate

WEEKS_PER_YEAR = 365.25 / 7


@dataclass(frozen=True)
class Update:
    """One way of staying up to date; None is unknown. A year has 52.18 weeks."""

    texts_per_week: float
    hours_per_week: float | None
    money_per_week: float | None

    @property
    def hours_per_year(self) -> float | None:
        """Hours of a year of such weeks."""
        return None if self.hours_per_week is None else self.hours_per_week * WEEKS_PER_YEAR

    @property
    def money_per_year(self) -> float | None:
        """Money of a year of such weeks."""
        return None if self.money_per_week is None else self.money_per_week * WEEKS_PER_YEAR


@dataclass(frozen=True)
class Updates:
    """The same weeks twice: `cached` embeds what changed, `uncached` embeds every text again."""

    cached: Update
    uncached: Update


def weekly(rate: Rate, texts: float, changed_percent: float) -> Updates:
    """So many texts, of which so many percent are new or changed each week; none changed, none embedded.

    Raises VecassayError for negative texts and for a percentage outside of 0 to 100.
    """
    changed = amount("texts", texts) * percent("the texts changed a week", changed_percent) / 100
    return Updates(_update(rate, changed), _update(rate, texts if changed else 0.0))


def _update(rate: Rate, texts: float) -> Update:
    return Update(texts, rate.hours(texts), rate.money(texts))
