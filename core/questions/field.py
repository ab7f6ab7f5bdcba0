"""All candidates of a comparison, each asked about alone, so that an answer serves whatever it is compared with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from core.errors import VecassayError
from core.questions.finding import taking_part
from core.retrieval import candidates
from core.retrieval.judged import Judged
from core.retrieval.settings import DEPTH
from core.types import Answer
from core.work import Work


@dataclass(frozen=True, eq=False)
class Field:
    """Who takes part, over which texts, and from which grade a text is relevant; `words` are candidates, each once."""

    work: Work
    corpus: str
    models: Mapping[str, str]
    rerankers: Mapping[str, str]
    words: tuple[str, ...]
    rel: int
    copies: bool

    @classmethod
    def of(
        cls,
        work: Work,
        corpus: str,
        models: Mapping[str, str],
        rerankers: Mapping[str, str],
        words: Sequence[str],
        scored: tuple[int, bool],
    ) -> "Field":
        """The field of a question; raises VecassayError when nobody takes part."""
        if not words:
            raise VecassayError("Expected at least one candidate, such as minilm or bm25; got none. Choose a model.")
        return cls(work, corpus, models, rerankers, tuple(dict.fromkeys(words)), *scored)

    def only(self, words: tuple[str, ...]) -> "Field":
        """The same with some of the candidates, possibly none."""
        return replace(self, words=words)

    @cached_property
    def judged(self) -> Judged:
        """The judgements by row."""
        return Judged.of(self.work.corpus(self.corpus), self.copies)

    def quality(self, seed: int) -> dict[str, Answer]:
        """What `quality` says of each candidate."""
        return self._each(lambda named: self.work.ask("quality", **named, rel=self.rel, copies=self.copies, seed=seed))

    def rankings(self) -> dict[str, Answer]:
        """What `ranking` says of each candidate, to the depth that `quality` looks at."""
        return self._each(lambda named: self.work.ask("ranking", **named, depth=DEPTH))

    def _each(self, ask: Callable[[dict[str, object]], Answer]) -> dict[str, Answer]:
        found = {}
        for place, word in enumerate(self.words):
            self.work.progress(place, len(self.words))
            candidate = candidates.parse(word)
            found[word] = ask(
                {
                    "corpus": self.corpus,
                    "models": taking_part(candidate, self.models),
                    "candidate": word,
                    "rerankers": taking_part(candidate, self.rerankers),
                }
            )
        return found
