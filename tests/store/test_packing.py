import io
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.store.faults import Damaged
from core.store.packing import pack, pack_corpus, unpack, unpack_corpus
from core.types import Corpus
from tests.store import samples

FRAMES: dict[str, pd.DataFrame] = {
    "empty": pd.DataFrame(),
    "no rows": pd.DataFrame({"a": pd.Series([], dtype="int32"), "b": pd.Series([], dtype="str")}),
    "no columns": pd.DataFrame(index=pd.RangeIndex(3)),
    "texts": pd.DataFrame({"text": ["a", None, "<b>\0</b>", "שלום 👩‍🚀", ""]}),
    "numbers": pd.DataFrame({"x": np.array([1.5, np.nan, -np.inf], "float32"), "n": np.array([1, -2, 3], "int8")}),
    "doubles": pd.DataFrame({"x": [0.1 + 0.2, np.nan, -0.0], "n": [2**62, -(2**62), 0], "yes": [True, False, True]}),
    "maybe": pd.DataFrame({"n": pd.array([1, None], "Int64"), "ok": pd.array([True, None], "boolean")}),
    "times": pd.DataFrame({"at": pd.to_datetime(["2026-01-01", None]), "took": pd.to_timedelta([1, 2], "s")}),
    "groups": pd.DataFrame({"g": pd.Categorical(["b", "a", None], ["b", "a", "c"], ordered=True)}),
    "odd names": pd.DataFrame({"": [1], "a/b": [2], "index": [3], "\0": [4], "__index_level_0__": [5]}),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_frames_come_back_as_they_were(frame: pd.DataFrame) -> None:
    back = unpack(pack({"frame": frame}))["frame"]
    some = bool(len(frame.columns))  # the names of no columns have no type worth keeping
    pd.testing.assert_frame_equal(back, frame, check_exact=True, check_column_type=some)
    if "x" in frame:
        np.testing.assert_array_equal(np.signbit(back["x"]), np.signbit(frame["x"]))


ARRAYS = [
    np.arange(6, dtype=np.int32).reshape(2, 3),
    np.array([np.nan, np.inf, -0.0], np.float32),
    np.array(3.5),
    np.empty((0, 4), np.float32),
    np.array(["ä", "longer"]),
    np.asfortranarray(np.arange(6).reshape(2, 3)),
    np.array([True, False]),
    np.array(["2026-01-01"], "datetime64[D]"),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype}{array.shape}")
def test_arrays_come_back_as_they_were(array: np.ndarray[Any, Any]) -> None:
    back = unpack(pack({"array": array}))["array"]
    assert back.dtype == array.dtype
    assert back.shape == array.shape
    assert back.tobytes() == array.tobytes()


def test_facts_come_back_as_they_were_nan_and_infinity_too() -> None:
    facts = {"none": None, "yes": True, "n": 2**70, "x": 0.1, "text": "\ud800\0", "list": [1, [2]], "map": {"a": {}}}
    assert unpack(pack(facts)) == facts
    odd = unpack(pack({"nan": float("nan"), "deep": [{"inf": float("inf")}], "np": np.float64(0.5)}))
    assert np.isnan(odd["nan"])
    assert odd["deep"] == [{"inf": float("inf")}]
    assert odd["np"] == 0.5


def test_names_keep_their_order_and_may_be_anything() -> None:
    answer: Mapping[str, Any] = {"z": 1, "../a": np.arange(2), "\0": 2, "index.json": pd.DataFrame({"a": [1]}), "": 3}
    assert list(unpack(pack(answer))) == list(answer)
    assert unpack(pack({})) == {}


REFUSED = {
    "an index": (pd.DataFrame({"a": [1, 2]}, index=[5, 6]), "reset_index"),
    "a named index": (pd.DataFrame({"a": [1]}).rename_axis("row"), "reset_index"),
    "a shifted index": (pd.DataFrame({"a": [1, 2, 3]})[1:], "reset_index"),
    "numbers as names": (pd.DataFrame([[1, 2]]), "names"),
    "one name twice": (pd.DataFrame([[1, 2]], columns=["a", "a"]), "names"),
    "objects in a frame": (pd.DataFrame({"a": [[1], [2]]}), "hold objects"),
    "objects in an array": (np.array([{}], object), "array of numbers"),
    "a tuple": ((1, 2), "got tuple"),
    "a set inside": ({"a": [{1}]}, "got set"),
    "numbers as keys": ({1: 2}, "got dict"),
    "a numpy number": (np.int64(1), "got int64"),
    "bytes": (b"a", "got bytes"),
}


@pytest.mark.parametrize(("value", "why"), REFUSED.values(), ids=REFUSED)
def test_what_would_come_back_different_is_refused(value: Any, why: str) -> None:
    with pytest.raises(TypeError, match=f"'mine'.*{why}"):
        pack({"mine": value})


def test_what_is_read_may_be_changed() -> None:
    body = pack({"array": np.arange(3), "frame": pd.DataFrame({"a": [1.0, 2.0]})})
    back = unpack(body)
    back["array"][0] = 9
    back["frame"].loc[0, "a"] = 9.0
    assert unpack(body)["array"].tolist() == [0, 1, 2]
    assert unpack(body)["frame"]["a"].tolist() == [1.0, 2.0]


@pytest.mark.parametrize("body", [b"", b"not a zip", pack({"a": 1})[:-30]])
def test_other_bytes_are_told_as_damage(body: bytes) -> None:
    with pytest.raises(Damaged):
        unpack(body)


def test_nothing_is_pickled() -> None:
    body = pack({"frame": FRAMES["groups"], "array": ARRAYS[0], "fact": 1})
    with zipfile.ZipFile(io.BytesIO(body)) as bundle:
        for name in bundle.namelist():
            assert not bundle.read(name).startswith(b"\x80"), name


@pytest.mark.parametrize(
    "corpus", [samples.full_corpus(), samples.corpus(), Corpus("Nothing", ())], ids=["everything", "texts", "nothing"]
)
def test_corpora_come_back_as_they_were(corpus: Corpus) -> None:
    back = unpack_corpus(pack_corpus(corpus))
    for name in Corpus.__dataclass_fields__:
        assert getattr(back, name) == getattr(corpus, name), name
    assert back.fingerprint == corpus.fingerprint


def test_digests_that_do_not_fit_the_texts_are_told_as_damage() -> None:
    body = io.BytesIO(pack_corpus(samples.corpus()))
    again = io.BytesIO()
    with zipfile.ZipFile(body) as before, zipfile.ZipFile(again, "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name)[:-1] if name == "digests" else before.read(name))
    with pytest.raises(Damaged, match="bytes of digests"):
        unpack_corpus(again.getvalue())
