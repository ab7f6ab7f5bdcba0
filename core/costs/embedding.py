"""How long embedding takes and what it costs: from a measured rate, or from tokens and a price."""

from dataclasses import dataclass

from core.costs.checks import amount, positive

HOUR_S = 3600.0
MILLION = 1_000_000


@dataclass(frozen=True)
class Rate:
    """What embedding one text takes; None is unknown. Raises VecassayError for negative numbers."""

    hours_per_text: float | None = None
    money_per_text: float | None = None

    def __post_init__(self) -> None:
        for what, value in (("hours per text", self.hours_per_text), ("money per text", self.money_per_text)):
            if value is not None:
                amount(what, value)

    @classmethod
    def measured(cls, texts_per_s: float, price_per_hour: float | None = None) -> "Rate":
        """A machine that embeds so many texts per second and costs so much an hour (None: not priced)."""
        hours = 1 / positive("texts per second", texts_per_s) / HOUR_S
        money = None if price_per_hour is None else hours * amount("the price of an hour", price_per_hour)
        return cls(hours, money)

    @classmethod
    def hosted(cls, tokens_per_text: float, price_per_million_tokens: float) -> "Rate":
        """A service that charges by the token; its hours depend on the service and are unknown."""
        tokens = amount("tokens per text", tokens_per_text)
        return cls(None, tokens * amount("the price of a million tokens", price_per_million_tokens) / MILLION)

    def hours(self, texts: float) -> float | None:
        """Hours for so many texts."""
        return None if self.hours_per_text is None else amount("texts", texts) * self.hours_per_text

    def money(self, texts: float) -> float | None:
        """Money for so many texts."""
        return None if self.money_per_text is None else amount("texts", texts) * self.money_per_text
