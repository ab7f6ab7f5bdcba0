"""Texts that leave this machine: what would be sent at what cost, whether that was agreed to, and where it stops."""

from dataclasses import dataclass
from time import time

from core import providers
from core.digest import digest_each
from core.errors import VecassayError
from core.providers.calls import Part, estimated
from core.settings import settings
from core.store import Agreement, Spent, Store
from core.types import Corpus, Model, Role

MILLION = 1_000_000
MONTH = 30 * 24 * 3600.0


class NotAgreed(VecassayError):
    """Nobody has agreed yet that these texts are sent to this model."""


class SpendingLimit(VecassayError):
    """The next request would cost more than was agreed to, or than the operator allows."""


@dataclass(frozen=True)
class Planned:
    """What a model still lacks of a corpus: texts and queries to send, about how many tokens they have."""

    texts: int
    queries: int
    tokens: int

    def money(self, per_million: float) -> float:
        """About what it costs at a price per million tokens."""
        return self.tokens * per_million / MILLION


def planned(store: Store, model: Model, corpus: Corpus) -> Planned:
    """What would be sent: the texts and queries whose vectors are not kept, each different one once."""
    tokens, counts = 0, []
    queries = tuple(query.text for query in corpus.queries)
    for role, texts, names in (
        (Role.DOCUMENT, corpus.texts, corpus.digests),
        (Role.QUERY, queries, digest_each(queries)),
    ):
        present = store.vectors.present(model.space.shelf(role), names)
        lacking = {text for text, there in zip(texts, present, strict=True) if not there and text.strip()}
        counts.append(len(lacking))
        tokens += sum(estimated(model.spec.prompt(role) + text) for text in lacking)
    return Planned(counts[0], counts[1], tokens)


@dataclass(eq=False)
class Sending:
    """One run's leave to send, and its books; without an agreement for models that run on this machine."""

    store: Store
    model: Model
    texts: str
    agreement: Agreement | None
    _reserved: float = 0.0

    @classmethod
    def of(cls, store: Store, model: Model, corpus: Corpus) -> "Sending":
        """Raises NotAgreed, before anything is loaded or sent, unless this may go where it is to go."""
        if not providers.leaves(model.spec):
            return cls(store, model, corpus.texts_digest, None)
        agreement = store.spending.agreed(model.space.digest, corpus.texts_digest)
        if agreement is None:
            raise NotAgreed(
                f"{model.label} is hosted: these texts would leave this machine, and nobody has agreed to that yet, so "
                f"nothing was sent. Agree on a page where the model is chosen, or with --send on the command line."
            )
        return cls(store, model, corpus.texts_digest, agreement)

    def afford(self, tokens: int) -> None:
        """Called before each request with its estimated tokens; raises SpendingLimit when it would cost too much."""
        if self.agreement is None:
            return
        self._reserved += tokens * self.agreement.per_million / MILLION
        spending, agreed = self.store.spending, self.agreement
        here = spending.spent(agreed.space, self.texts, since=agreed.created).money
        self._stop(here, agreed.most, "agreed to for these texts")
        limit = settings().spend
        if limit is not None:
            self._stop(spending.spent(since=time() - MONTH).money, limit, "allowed for 30 days (VECASSAY_SPEND)")

    def _stop(self, spent: float, most: float | None, whose: str) -> None:
        if most is not None and spent + self._reserved > most:
            raise SpendingLimit(
                f"{self.model.label}: stopped before more is spent than {most:g}, which is what is {whose}. Spent so "
                f"far: {spent:.6g}. What is embedded is kept; raise the limit to go on from there."
            )

    def note(self, part: Part) -> None:
        """Keep what a request came to."""
        if self.agreement is None or not part.tokens:
            return
        money = part.tokens * self.agreement.per_million / MILLION
        self._reserved = max(0.0, self._reserved - money)
        spent = Spent(len(part.rows), part.tokens, part.cut, money)
        self.store.spending.add(self.agreement.space, self.texts, self.model.label, spent)
