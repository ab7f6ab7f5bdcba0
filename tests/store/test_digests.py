import numpy as np

from core.digest import KEY
from core.store.digests import from_bytes, keys, locate


def test_locate_by_hand() -> None:
    a, b, c, d = (bytes([letter]) * 16 for letter in b"abcd")
    block, row = locate(keys([d, a, c, a]), [keys([b, a]), keys([c])])
    assert block.tolist() == [-1, 0, 1, 0]
    assert [number for number, where in zip(row, block, strict=True) if where >= 0] == [1, 0, 1]


def test_locate_agrees_with_a_dictionary() -> None:
    rng = np.random.default_rng(0)
    pool = rng.integers(0, 3, (500, 16), dtype=np.uint8)  # few byte values: many zeros, some digests twice
    held = [keys(pool[rng.permutation(500)[:50]]) for _ in range(4)]
    block, row = locate(keys(pool), held)
    places = {key.tobytes() for each in held for key in each}
    for wanted, number, place in zip(keys(pool), block, row, strict=True):
        assert (number >= 0) == (wanted.tobytes() in places)
        if number >= 0:
            assert held[number][place].tobytes() == wanted.tobytes()


def test_digests_that_begin_alike_are_told_apart() -> None:
    one, two, three = (b"a" * 8 + bytes([letter]) * 8 for letter in b"xyz")
    assert locate(keys([two, one]), [keys([one])])[0].tolist() == [-1, 0]
    block, row = locate(keys([three, two, one, b"b" * 16]), [keys([one]), keys([two, one])])
    assert (block.tolist(), row.tolist()) == ([-1, 1, block[2], -1], [-1, 0, row[2], -1])
    assert (block[2], row[2]) in {(0, 0), (1, 1)}


def test_nothing_among_nothing() -> None:
    for wanted, held in (([], []), ([], [keys([b"a" * 16])]), ([b"a" * 16], [keys([])])):
        block, row = locate(keys(wanted), held)
        assert block.tolist() == [-1] * len(wanted) == row.tolist()


def test_an_incomplete_digest_is_left_out() -> None:
    assert from_bytes(b"a" * 20).tolist() == np.array([b"a" * 16], "V16").tolist()
    assert from_bytes(b"").dtype == KEY
