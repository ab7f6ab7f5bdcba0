"""Where new texts belong: their nearest neighbours among the texts that are there."""

from pathlib import Path

import numpy as np

from core import pipeline
from core.types import Corpus

TEXTS = ("a cat sat here", "a cat ran away", "the bank raised rates", "rates of the bank fell", "rain is coming")


def test_a_text_that_is_there_already_is_its_own_nearest_and_unknown_words_are_near_nothing(home: Path) -> None:
    study = pipeline.study(Corpus("five", TEXTS), ["lsa"])
    new = Corpus("typed", (TEXTS[2], "zzz qqq", TEXTS[0]))
    pipeline.store().corpora.add(new, {}, kind="typed", owner=None)
    found = pipeline.answer("arrivals", study, texts=new.fingerprint, k=3)
    assert found["rows"].shape == found["cosines"].shape == (3, 3)
    assert (found["rows"].dtype, found["cosines"].dtype) == (np.int32, np.float32)
    assert list(found["rows"][[0, 2], 0]) == [2, 0]
    np.testing.assert_allclose(found["cosines"][[0, 2], 0], 1, atol=1e-5)
    np.testing.assert_array_equal(found["cosines"][1], 0)
    assert (np.diff(found["cosines"], axis=1) <= 0).all()


def test_no_more_neighbours_than_texts(home: Path) -> None:
    study = pipeline.study(Corpus("two", TEXTS[:2]), ["lsa"])
    new = Corpus("typed", ("a cat",))
    pipeline.store().corpora.add(new, {}, kind="typed", owner=None)
    assert pipeline.answer("arrivals", study, texts=new.fingerprint, k=10)["rows"].shape == (1, 2)
