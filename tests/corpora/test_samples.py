import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from core import corpora
from core.corpora import SAMPLES, sample
from core.registry import UnknownName
from core.retrieval.judged import Judged
from core.types import Corpus

KINDS = {
    "question": 14,
    "paraphrase": 20,
    "keyword": 10,
    "typo": 12,
    "negation": 12,
    "numbers and versions": 12,
    "two-part": 10,
    "no answer": 10,
}


@pytest.fixture
def helpdesk() -> Corpus:
    return sample("helpdesk").corpus


def test_sentences_are_short_labelled_and_in_twelve_topics() -> None:
    reading = sample("sentences")
    assert len(reading.corpus) >= 290
    assert reading.report.labels == 12
    assert (reading.corpus.ids, reading.corpus.titles) == (None, None)


def test_helpdesk_has_ids_titles_and_labels() -> None:
    corpus = sample("helpdesk").corpus
    assert len(corpus) >= 240
    assert corpus.ids is not None
    assert corpus.titles is not None
    assert corpus.labels is not None
    assert all(text.startswith(f"{title} ") for text, title in zip(corpus.texts, corpus.titles, strict=True))


@pytest.mark.parametrize("key", SAMPLES)
def test_a_sample_needs_no_repair(key: str) -> None:
    report = sample(key).report
    assert (report.empty_dropped, report.duplicates, report.repaired) == (0, 0, 0)
    assert sample(key).corpus.name == SAMPLES[key].label


def test_an_unknown_sample_gets_a_hint() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'helpdesk'"):
        sample("helpdesks")


def test_sentences_has_no_queries() -> None:
    reading = sample("sentences")
    assert (reading.corpus.queries, reading.corpus.judgements, reading.report.notes) == ((), (), ())


def test_helpdesk_says_what_is_judged(helpdesk: Corpus) -> None:
    said = sample("helpdesk").report.sentences()
    assert f"100 queries; {len(helpdesk.judgements):,} judgements. 10 queries have no answer here." in said
    found = re.findall(r"([\d,]+) of \d", next(line for line in said if line.startswith("Grades:")))
    assert sum(int(number.replace(",", "")) for number in found) == len(helpdesk.judgements)


def test_helpdesk_has_100_queries_of_eight_kinds(helpdesk: Corpus) -> None:
    assert Counter(query.kind for query in helpdesk.queries) == KINDS
    assert len({query.id for query in helpdesk.queries}) == 100
    assert len({query.text.casefold() for query in helpdesk.queries}) == 100
    assert not {query.text for query in helpdesk.queries} & {*helpdesk.texts, *(helpdesk.titles or ())}


def test_helpdesk_judges_known_texts_once(helpdesk: Corpus) -> None:
    pairs = [(judgement.query_id, judgement.text_id) for judgement in helpdesk.judgements]
    assert len(pairs) == len(set(pairs))
    assert {query for query, _ in pairs} == {query.id for query in helpdesk.queries}, "no query is unjudged"
    assert {text for _, text in pairs} <= set(helpdesk.ids or ())
    assert {judgement.grade for judgement in helpdesk.judgements} == {0, 1, 2, 3}


def test_helpdesk_has_an_answer_to_all_but_the_queries_without_one(helpdesk: Corpus) -> None:
    judged = Judged.of(helpdesk)
    kinds = {place: query.kind for place, query in enumerate(helpdesk.queries)}
    assert {kinds[place] for place in judged.unanswerable()} == {"no answer"}
    assert len(judged.unanswerable()) == 10
    assert len(judged.evaluated(2)) == 90, "every other query has a text that answers at least a good part"
    assert judged.copied == 0
    assert (judged.excluded == -1).all(), "no query has the id of a text"
    graded = [judged.grades[place] for place in judged.unanswerable()]
    assert all(len(grades) >= 10 and not any(grades.values()) for grades in graded), "near misses, all of grade 0"


def test_helpdesk_paraphrases_share_no_word_with_their_answers(helpdesk: Corpus) -> None:
    judged = Judged.of(helpdesk)
    for place, query in enumerate(helpdesk.queries):
        if query.kind == "paraphrase":
            for row in judged.relevant(place, 3):
                assert not _stems(query.text) & _stems(helpdesk.texts[row]), (query.text, row)


def test_helpdesk_typos_are_typos(helpdesk: Corpus) -> None:
    known = {word for text in helpdesk.texts for word in re.findall(r"\w+", text.lower())}
    typed = {
        query.text: set(re.findall(r"\w+", query.text.lower())) for query in helpdesk.queries if query.kind == "typo"
    }
    assert all(words - known for words in typed.values())


def test_a_sample_survives_the_beir_layout(helpdesk: Corpus, tmp_path: Path) -> None:
    found = corpora.read_zip("helpdesk.zip", corpora.to_beir(helpdesk)).corpus
    assert (found.queries, found.judgements) == (helpdesk.queries, helpdesk.judgements)


@pytest.mark.parametrize("part", ["queries", "judgements"])
def test_helpdesk_comes_with_its_files_sorted(part: str) -> None:
    file = Path(corpora.__file__).with_name(f"helpdesk.{part}.csv")
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    asked = [row[0] for row in rows]
    assert asked == sorted(asked)


def _stems(text: str) -> set[str]:
    words = re.findall(r"[a-z]{2,}", text.lower())
    return {word[:5] for word in words if word not in ENGLISH_STOP_WORDS and word != "does"}
