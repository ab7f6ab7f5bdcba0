import pytest

from core.corpora import SAMPLES, sample
from core.registry import UnknownName


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
    assert (report.empty_dropped, report.duplicates, report.repaired, report.notes) == (0, 0, 0, ())
    assert sample(key).corpus.name == SAMPLES[key].label


def test_an_unknown_sample_gets_a_hint() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'helpdesk'"):
        sample("helpdesks")
