"""Which kept runs say how fast a model embeds."""

import pandas as pd
import pytest

from core import pipeline
from core.cli.decide import _run
from core.errors import VecassayError
from core.session.scaled import texts_per_second
from tests import decisions


def test_a_run_in_which_nothing_was_embedded_says_nothing(home: object) -> None:
    study = pipeline.study(decisions.corpus(), ["lsa"])
    decisions.keep(study, "answers")
    expected = texts_per_second(study)
    assert expected["lsa"] == pytest.approx(100.0)  # 1,000 / 10 ms, as told there
    curves = {"facts": {}, "points": pd.DataFrame({"recall": [1.0]})}
    pipeline.store().timings.put("curves", study.corpus.fingerprint, "me", {"kind": "indexes"}, curves)
    assert texts_per_second(study) == expected
    assert _run(study, "last") == "answers"
    with pytest.raises(VecassayError, match="No run 'curves'"):
        _run(study, "curves")
