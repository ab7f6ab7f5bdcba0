"""How long texts are in tokens, which is what hosted models charge for."""

from core import providers
from core.errors import VecassayError
from core.questions import recipe
from core.types import Answer
from core.work import Work

CHARACTERS_PER_TOKEN = 4
"""A rule of thumb for English; other languages take more tokens per character."""


@recipe("Counting tokens")
def tokens(work: Work, *, corpus: str, models: dict[str, str]) -> Answer:
    """Tokens per text, the mean over all n texts, by one model's own tokenizer (`counted_by` is "tokenizer").

    A model without one gives an estimate of 4 characters a token (`counted_by` is "characters"). What the model puts
    before a text and around it is counted too, as it is when it is embedded. Raises VecassayError without texts.
    """
    (model,) = work.models(corpus, models)
    texts = work.corpus(corpus).texts
    if not texts:
        raise VecassayError("Expected texts to count tokens of; got none. Load some texts first.")
    counts = providers.tokens(model.spec, texts)
    if counts is not None:
        mean, by = float(counts.mean()), "tokenizer"
    else:
        mean, by = sum(map(len, texts)) / CHARACTERS_PER_TOKEN / len(texts), "characters"
    return {"tokens_per_text": mean, "counted_by": by, "n": len(texts)}
