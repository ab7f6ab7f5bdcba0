"""The first part of the Retrieval page: what was found, the answer in sentences, whiskers, and every two candidates."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from cachetools import LRUCache

from core import charts, deciding, stats
from core.charts.retrieval import Look
from core.retrieval.candidates import BM25
from core.retrieval.judged import Judged
from core.session import choice, retrieval, show, verdicts
from core.session.memory import Lasting, Memory
from core.session.panel import in_turn
from core.session.retrieval import Scored
from core.session.words import count, plain
from core.types import Answer, Corpus, Study

MOST = 32


@dataclass(frozen=True, eq=False)
class Retrieved(Lasting):
    """The answers about the candidates so far: `quality` of those that are done, `comparison` when all are."""

    study: Study
    scored: Scored
    looks: dict[str, Look]
    quality: dict[str, Answer]
    comparison: Answer | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Every candidate asked about, in the sidebar's order."""
        return tuple(self.looks)

    @cached_property
    def labels(self) -> dict[str, str]:
        """What people read for each candidate."""
        return {word: look.name for word, look in self.looks.items()}

    @property
    def refused(self) -> bool:
        """Whether the test set cannot carry a ranking."""
        return self.comparison is not None and bool(self.comparison["able"]["refuse"])

    @cached_property
    def means(self) -> pd.DataFrame:
        """Mean and interval of the chosen measure for those that are done; best first, unless a ranking is refused."""
        rows = [
            {"candidate": word, **_figure(answer, self.scored.measure)}
            for word, answer in self.quality.items()
            if word in self.looks
        ]
        table = pd.DataFrame(rows, columns=["candidate", "mean", "low", "high"])
        return table if self.refused else table.sort_values("mean", ascending=False, kind="stable", ignore_index=True)

    @cached_property
    def told(self) -> pd.DataFrame:
        """Every pair with its verdict; Holm over all of them, at the chosen margin."""
        pairs: pd.DataFrame = self.comparison["pairs"] if self.comparison else pd.DataFrame()
        return stats.tell(pairs, self.scored.margin)

    @cached_property
    def group(self) -> list[str]:
        """Those not shown to be worse than the best; nobody while that is not known or not to be told."""
        if self.comparison is None or self.refused or len(self.means) < 2:
            return []
        return stats.tie_group(self.means, self.told)


def _figure(answer: Answer, measure: str) -> dict[str, float]:
    figures = answer["figures"]
    row = figures[figures["name"] == measure].iloc[0]
    return {name: float(row[name]) for name in ("mean", "low", "high")}


def retrieved(study: Study, words: tuple[str, ...], scored: Scored) -> Retrieved:
    """Ask for every candidate's figures, then for their comparison; what is done is returned, the rest in progress.

    Stops the page while there is nothing to show, or when no query can be evaluated.
    """
    evaluable(study.corpus, scored)
    questions = list(deciding.compared(study, scored.plan(words)).values())
    *found, comparison = in_turn(questions)
    quality = {word: answer for word, answer in zip(words, found, strict=True) if answer is not None}
    if not quality:
        st.stop()
    seen = Retrieved(study, scored, retrieval.looks(study, words), quality, comparison)
    if comparison is None:
        return seen
    key = (*(question.key for question in questions), scored, study.corpus.name, *seen.looks.items())
    return _complete().once(key, lambda: seen)


@st.cache_resource(show_spinner=False)
def _complete() -> Memory:
    """What is held with all its answers, and with the tables made of them."""
    return Memory(LRUCache(MOST))


@st.cache_resource(max_entries=8, show_spinner=False)
def judged(fingerprint: str, copies: bool) -> Judged:
    """A corpus' judgements by row, read once for all visitors."""
    return Judged.of(choice.corpus(fingerprint), copies)


def evaluable(corpus: Corpus, scored: Scored) -> None:
    """Stop the page, saying what to do, when no query has a relevant text."""
    found = judged(corpus.fingerprint, scored.copies)
    if len(found.evaluated(scored.rel)):
        return
    grades = [grade for own in found.grades for grade in own.values()]
    highest = f"the highest grade is {max(grades)}" if grades else "nothing is judged"
    st.info(
        plain(
            f"Of {len(corpus.queries):,} queries none has a text of grade {scored.rel} or more ({highest}). Judge some "
            f"results under “Test set”, or lower the grade from which texts count under “How it is scored”."
        ),
        icon=":material/rule:",
    )
    st.stop()


def retrieval_verdict(found: Retrieved) -> None:
    """The answer in sentences with its certainty, or why there is none; then how it was reached."""
    if found.comparison is None:
        missing = [found.labels[word] for word in found.words if word not in found.quality]
        st.caption(
            plain(f"The verdict follows once every candidate is done; at work: {', '.join(missing) or 'pairs'}.")
        )
        return
    lines = found.once(_headline)
    if found.refused:
        st.warning(lines[0], icon=":material/block:")
    else:
        with st.container(border=True, key="verdict"):
            st.markdown("\n\n".join(lines))
    st.caption(plain(found.once(_small_print)))


def _headline(found: Retrieved) -> list[str]:
    able = found.comparison["able"] if found.comparison else {}
    measure, margin = found.scored.measure, found.scored.margin
    return verdicts.headline(found.means, found.told, able, found.labels, measure=measure, margin=margin)


def _small_print(found: Retrieved) -> str:
    first, scored = next(iter(found.quality.values())), found.scored
    queries = "1 query" if first["n"] == 1 else f"{first['n']:,} queries"
    said = [
        f"n = {queries} with a text of grade {scored.rel} or more. 95 % intervals: BCa bootstrap over queries; p: sign "
        f"flips of the differences, Holm's correction over {count(len(found.told), 'pair')}; margin "
        f"±{scored.margin:g}; seed {scored.seed}.",
        *verdicts.notes({word: answer["note"] for word, answer in found.quality.items()}, found.labels),
    ]
    return " ".join(said)


def whiskers(found: Retrieved) -> None:
    """A point with its interval per candidate, best first, the tie group shaded, BM25 as the reference line."""
    measure, means = found.scored.measure, found.means
    figure, alt = found.once(_whiskers)
    show.chart(
        figure,
        alt=alt,
        data=lambda: means.assign(label=means["candidate"].map(found.labels), measure=measure),
        key="whiskers",
    )
    said = ["The dotted line is BM25, the search by words."]
    if found.group:
        said.insert(0, f"Shaded: not shown to be worse than the best ({len(found.group)} of {len(means)}).")
    if found.refused:
        said.insert(0, "In the sidebar's order, for there is no ranking.")
    said.append("Overlapping whiskers do not mean “no difference”: the pairs below compare query by query.")
    st.caption(" ".join(said))


def _whiskers(found: Retrieved) -> tuple[go.Figure, str]:
    """The figure, and what it shows in words."""
    measure, means = found.scored.measure, found.means
    told = [
        f"{found.labels[word]} {mean:.3f} ({low:.3f} to {high:.3f})"
        for word, mean, low, high in means.itertuples(index=False)
    ]
    figure = charts.whiskers(means, found.looks, measure=measure, group=found.group, reference=BM25)
    return figure, f"{measure} with 95 % intervals: {', '.join(told)}"


def pair_verdicts(found: Retrieved) -> None:
    """Every two candidates: difference, interval, p after Holm, wins, and the verdict in words."""
    if found.comparison is None or not len(found.told):
        return
    st.subheader("Every two candidates")
    table = found.once(_pairs)
    decimals = {name: st.column_config.NumberColumn(format="%+.3f", width=62) for name in ("difference", "low", "high")}
    names = {name: st.column_config.TextColumn(width=170) for name in ("candidate", "against")}
    told = "Queries on which the first is ahead of, level with or behind the second."
    counts = {name: st.column_config.NumberColumn(width=45, help=told) for name in ("wins", "ties", "losses")}
    show.table(
        table,
        "pairs",
        alt="Differences of every two candidates with intervals and verdicts",
        placeholder="–",
        height=430 if len(table.data) > 11 else "auto",
        column_config={
            **names,
            **decimals,
            **counts,
            "p (Holm)": st.column_config.NumberColumn(
                format="%.4f",
                width=65,
                help="How often chance alone gives such a difference, raised for the number of pairs.",
            ),
            "verdict": st.column_config.TextColumn(
                width=215, help="Of the first against the second. More queries: about as many as would settle it."
            ),
        },
    )


def _pairs(found: Retrieved) -> show.Sent:
    order = list(found.means["candidate"])
    return show.Sent(verdicts.pair_table(found.told, order, found.labels, refused=found.refused))
