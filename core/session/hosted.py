"""What hosted models would charge for the same texts, at dated prices that can be changed."""

import re
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core import catalog, costs
from core.catalog import Price
from core.report.words import listed
from core.session import show
from core.session.words import plain
from core.types import Answer

FLOAT32_BYTES = 4


def hosted(tokens: Answer, counted: str, *, texts: int, changed_percent: float) -> None:
    """The table of hosted models; `tokens` is that question's answer, `counted` the model whose tokens they are."""
    st.markdown("**The same texts embedded by hosted models**")
    listed_prices = catalog.prices()
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        per_text = st.number_input(
            "Tokens per text",
            min_value=0.0,
            value=round(float(tokens["tokens_per_text"]), 1),
            format="%.10g",
            key="tokens_per_text",
            bind="query-params",
            help="The mean of your texts to begin with; hosted models charge by the token.",
        )
    with right:
        prices = _prices(listed_prices)
    table = hosted_table(listed_prices, prices, float(per_text), texts=texts, changed_percent=changed_percent)
    currency = listed(list(dict.fromkeys(price.currency for price in listed_prices)))
    show.table(
        table,
        "scale_hosted",
        alt="What hosted models would charge, once and a week",
        column_config={
            "model": st.column_config.TextColumn(pinned=True),
            **{
                name: st.column_config.NumberColumn(format="%.2f", help=f"In {currency}.")
                for name in ("all texts once", "a week with the cache", "a week without")
            },
            "GB in float32": st.column_config.NumberColumn(format="%.4g"),
            "source": st.column_config.LinkColumn(display_text="price today"),
        },
    )
    st.caption(plain(_small_print(tokens, counted, currency)))


def _prices(listed_prices: Sequence[Price]) -> dict[str, float]:
    """The catalogue's prices, each to be changed; what is changed is in the URL."""
    prices = {}
    with st.popover("Prices per million tokens", icon=":material/payments:"):
        st.caption("From the catalogue, with the day on which each was known to stand. Yours may be another.")
        for price in listed_prices:
            value = st.number_input(
                f"{price.vendor} {price.name} ({price.currency})",
                min_value=0.0,
                value=price.per_million_tokens,
                format="%.10g",
                key=f"tokens_{re.sub('[^a-z0-9]', '_', price.name)}",
                bind="query-params",
                help=f"{price.per_million_tokens:g} {price.currency} on {price.date}. {price.note}",
            )
            prices[price.name] = float(value)
    return prices


def hosted_table(
    listed_prices: Sequence[Price],
    prices: dict[str, float],
    tokens_per_text: float,
    *,
    texts: int,
    changed_percent: float,
) -> pd.DataFrame:
    """A row per hosted model: money once and a week at `prices`, and what its vectors weigh."""
    work = costs.work_table(costs.hosted_rates(prices, tokens_per_text), texts=texts, changed_percent=changed_percent)
    changed = [prices[price.name] != price.per_million_tokens for price in listed_prices]
    return pd.DataFrame(
        {
            "model": [f"{price.vendor} {price.name}" for price in listed_prices],
            "per million tokens": [prices[price.name] for price in listed_prices],
            "price of": ["yours" if mine else p.date for mine, p in zip(changed, listed_prices, strict=True)],
            "all texts once": work["money_once"],
            "a week with the cache": work["money_per_week_cached"],
            "a week without": work["money_per_week_uncached"],
            "dimensions": [price.dimensions for price in listed_prices],
            "GB in float32": [
                costs.Size(FLOAT32_BYTES * price.dimensions).stored_bytes(texts) / 1e9 for price in listed_prices
            ],
            "source": [price.source for price in listed_prices],
            "note": [price.note for price in listed_prices],
        }
    )


def _small_print(tokens: Answer, counted: str, currency: str) -> str:
    how = (
        f"counted by {counted}'s tokenizer over n = {tokens['n']:,} texts"
        if tokens["counted_by"] == "tokenizer"
        else f"an estimate of 4 characters a token over n = {tokens['n']:,} texts, for {counted} has no tokenizer"
    )
    return (
        f"Tokens per text: {tokens['tokens_per_text']:,.1f}, {how}. Hosted models count by tokenizers of their own, so "
        f"the money is an estimate; other languages than English may take more tokens. In {currency}, input tokens at "
        "the list price, without discounts, free quotas and taxes. Add one in the sidebar to embed with it."
    )
