"""Leave to send texts to hosted models, asked on the command line; and what it came to."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import time
from typing import Annotated

import typer

from core import catalog, pipeline, providers
from core.errors import VecassayError
from core.sending import NotAgreed, Planned, planned
from core.types import Corpus, Model

OWNER = "command line"
Send = Annotated[
    bool,
    typer.Option("--send", help="Agree that the texts and queries are sent to the hosted models among the models."),
]
Most = Annotated[
    float | None,
    typer.Option(min=0.0, help="With --send: stop before more than this is spent on a model from now on."),
]


@dataclass(frozen=True)
class Leave:
    """What the command line says about sending: agreed to by --send, and the most to spend on each model."""

    send: bool
    most: float | None

    def __post_init__(self) -> None:
        if self.most is not None and not self.send:
            raise typer.BadParameter("expected --send beside it: it limits what is sent", param_hint="--most")

    @contextmanager
    def to(self, model: Model, corpus: Corpus) -> Iterator[None]:
        """Leave to send what the store lacks while the block runs; says what was spent, even where that was too much.

        Raises NotAgreed where nobody agreed, and nobody is there to be asked.
        """
        if not providers.leaves(model.spec):
            yield
            return
        self._agree(model, corpus)
        began = time()
        try:
            yield
        finally:
            spent = pipeline.store().spending.spent(model.space.digest, corpus.texts_digest, since=began)
            if spent.n:
                sent = f"{model.label}: sent {spent.n:,} texts of {spent.tokens:,} tokens{_costing(model, spent.money)}"
                typer.echo(sent + (f"; {spent.cut:,} were cut to fit" if spent.cut else ""))

    def _agree(self, model: Model, corpus: Corpus) -> None:
        plan, price = planned(pipeline.store(), model, corpus), catalog.price(model.spec)
        if self.most is not None and price is None:
            raise VecassayError(f"No price of {model.label} is known here, so --most cannot be kept. Leave it out.")
        spending = pipeline.store().spending
        if not self.send:
            if not plan.texts + plan.queries or spending.agreed(model.space.digest, corpus.texts_digest):
                return
            _ask(model, plan)
        per_million = price.per_million_tokens if price else 0.0
        spending.agree(model.space.digest, corpus.texts_digest, OWNER, per_million, self.most)


def _ask(model: Model, plan: Planned) -> None:
    """Raises NotAgreed unless somebody says yes."""
    price = catalog.price(model.spec)
    money = plan.money(price.per_million_tokens) if price else None
    stated = (
        f"{model.label} is hosted ({model.spec.url or model.spec.provider}): {plan.texts:,} texts and {plan.queries:,} "
        f"queries, about {plan.tokens:,} tokens, would leave this machine{_costing(model, money, 'at about ')}"
    )
    if not sys.stdin.isatty():
        raise NotAgreed(f"{stated}. Nothing was sent. Agree with --send; --most MONEY limits what it may cost.")
    typer.echo(f"{stated}.", err=True)
    if not typer.confirm("Send them?", err=True):
        raise NotAgreed("Nothing was sent.")


def _costing(model: Model, money: float | None, about: str = "") -> str:
    price = catalog.price(model.spec)
    if price is None or money is None:
        return ", at a price that is not known here"
    return f", {about}{price.currency} {money:.6f} (list price of {price.date})"
