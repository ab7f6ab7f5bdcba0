"""Texts that leave this machine: what would be sent at what cost, whether that was agreed to, and where it stops."""

from dataclasses import dataclass, field
from threading import Lock
from time import time

from core import providers
from core.digest import digest_each
from core.errors import VecassayError
from core.providers import access
from core.providers.calls import estimated
from core.settings import settings
from core.store import Agreement, Spent, Store
from core.types import Corpus, Model, Role

MILLION = 1_000_000
MONTH = 30 * 24 * 3600.0


class NotAgreed(VecassayError):
    """Nobody has agreed yet that these texts are sent to this model."""


class SpendingLimit(VecassayError):
    """The next request would cost more than was agreed to, or than the operator allows."""


def money(tokens: float, per_million: float) -> float:
    """What tokens cost at a price per million of them."""
    return tokens * per_million / MILLION


@dataclass(frozen=True)
class Planned:
    """What a model still lacks of a corpus: texts and queries to send, about how many tokens they have."""

    texts: int
    queries: int
    tokens: int

    def money(self, per_million: float) -> float:
        """About what it costs at a price per million tokens."""
        return money(self.tokens, per_million)


def planned(store: Store, model: Model, corpus: Corpus) -> Planned:
    """What would be sent: the texts and queries whose vectors are not kept, each different one once."""
    tokens, counts, seen = 0, [], set[tuple[str, str]]()
    queries = tuple(query.text for query in corpus.queries)
    for role, texts, names in (
        (Role.DOCUMENT, corpus.texts, corpus.digests),
        (Role.QUERY, queries, digest_each(queries)),
    ):
        shelf = model.space.shelf(role)  # one for both roles of a symmetric model: what is a text and a query, once
        present = store.vectors.present(shelf, names)
        lacking = {(shelf, text) for text, there in zip(texts, present, strict=True) if not there and text.strip()}
        lacking -= seen
        seen |= lacking
        counts.append(len(lacking))
        tokens += sum(estimated(model.spec.prompt(role) + text) for _, text in lacking)
    return Planned(counts[0], counts[1], tokens)


def check_free(model: Model, doing: str) -> None:
    """Raise NotAgreed for a hosted model where texts would be sent past agreements and books, as for timing."""
    if providers.leaves(model.spec):
        raise NotAgreed(
            f"{model.label} is hosted, and {doing} would send texts that no agreement covers, some many times, so "
            f"nothing was sent. Leave it out, or choose models that run on this machine."
        )


@dataclass(eq=False)
class Sending:
    """One run's leave to send, and its books; without an agreement for models that run on this machine.

    Requests that are under way count as if they were paid, at what the vendor counted for each estimated token so far.
    """

    store: Store
    model: Model
    agreement: Agreement | None
    _under_way: int = 0
    _estimated: int = 0
    _counted: int = 0
    _fault: VecassayError | None = None
    _lock: Lock = field(default_factory=Lock, repr=False)

    @classmethod
    def of(cls, store: Store, model: Model, corpus: Corpus) -> "Sending":
        """Raises NotAgreed, before anything is loaded or sent, unless this may go where it is to go."""
        if not providers.leaves(model.spec):
            return cls(store, model, None)  # at once: a digest of all texts takes as long as finding their vectors
        access.allowed(model.spec)
        agreement = store.spending.agreed(model.space.digest, corpus.texts_digest)
        if agreement is None:
            raise NotAgreed(
                f"{model.label} is hosted: these texts would leave this machine, and nobody has agreed to that yet, so "
                f"nothing was sent. Agree on a page where the model is chosen, or with --send of embed or preflight "
                f"on the command line."
            )
        return cls(store, model, agreement)

    def stop(self, fault: VecassayError) -> None:
        """Send no more: `going` raises the fault. What is under way is paid for, and kept as it comes."""
        self._fault = self._fault or fault

    def going(self) -> None:
        """Raises what stopped this, if anything did."""
        if self._fault is not None:
            raise self._fault

    def afford(self, tokens: int) -> None:
        """Called before each request with its estimated tokens; raises SpendingLimit when it would cost too much."""
        self.going()
        if self.agreement is None:
            return
        with self._lock:
            self._under_way += tokens
            coming = self._under_way * max(1.0, self._counted / max(1, self._estimated))
            cost = money(coming, self.agreement.per_million)
            spending, agreed = self.store.spending, self.agreement
            here = spending.spent(agreed.space, agreed.texts, since=agreed.created).money
            self._stay_below(here, cost, agreed.most, "agreed to for these texts")
            limit = settings().spend
            if limit is not None:
                spent = spending.spent(since=time() - MONTH).money
                self._stay_below(spent, cost, limit, "allowed for 30 days (VECASSAY_SPEND)")

    def _stay_below(self, spent: float, coming: float, most: float | None, whose: str) -> None:
        if most is not None and spent + coming > most:
            raise SpendingLimit(
                f"{self.model.label}: stopped before more is spent than {most:g}, which is what is {whose}. Spent so "
                f"far: {spent:.6g}. What is embedded is kept; raise the limit to go on from there."
            )

    def note(self, texts: int, tokens: int, *, estimated: int, cut: int) -> None:
        """Keep what a request came to, at once: it is paid for, whatever becomes of its vectors."""
        agreed = self.agreement
        if agreed is None:
            return
        spent = Spent(texts, tokens, cut, money(tokens, agreed.per_million))
        with self._lock:
            self.store.spending.add(agreed.space, agreed.texts, self.model.label, spent)
            self._under_way -= estimated
            self._estimated += estimated
            self._counted += tokens
