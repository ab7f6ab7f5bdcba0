"""Things found by name."""

import sys
from pathlib import Path

import pytest

from core.errors import VecassayError
from core.registry import Registry, UnknownName, discover, missing


def _fruits() -> Registry[str]:
    fruits = Registry[str]("fruit")
    for key, colour in (("plum", "blue"), ("apple", "red"), ("cherry", "black")):
        fruits.add(key, colour)
    return fruits


def test_things_are_found_by_key_in_the_order_they_were_added() -> None:
    fruits = _fruits()
    assert list(fruits) == ["plum", "apple", "cherry"]
    assert fruits["apple"] == "red"
    assert len(fruits) == 3
    assert "pear" not in fruits
    assert fruits.get("pear") is None


def test_an_unknown_name_is_told_the_nearest_one_and_all_known() -> None:
    with pytest.raises(UnknownName) as caught:
        _fruits()["aple"]
    said = "There is no fruit called 'aple'. Did you mean 'apple'? Known: plum, apple, cherry."
    assert str(caught.value) == said
    assert isinstance(caught.value, VecassayError)
    assert isinstance(caught.value, KeyError)


def test_nothing_near_is_no_suggestion() -> None:
    with pytest.raises(UnknownName) as caught:
        _fruits()["xyz"]
    assert str(caught.value) == "There is no fruit called 'xyz'. Known: plum, apple, cherry."


def test_an_empty_registry_says_so() -> None:
    with pytest.raises(UnknownName, match="Known: none"):
        Registry[str]("fruit")["apple"]


def test_a_key_is_used_once_and_the_first_stays() -> None:
    fruits = _fruits()
    with pytest.raises(ValueError, match="two fruits are called 'apple'"):
        fruits.add("apple", "green")
    assert fruits["apple"] == "red"


def test_register_gives_back_what_it_decorates() -> None:
    functions = Registry[object]("function")

    @functions.register("one")
    def one() -> int:
        return 1

    assert functions["one"] is one
    assert one() == 1


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package of three modules, two of which register themselves."""
    name = "vecassay_discovered"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text("from core.registry import Registry\nREGISTRY = Registry('letter')\n")
    for key in ("b", "a"):
        (folder / f"{key}.py").write_text(f"from {name} import REGISTRY\nREGISTRY.add('{key}', '{key.upper()}')\n")
    (folder / "notes.txt").write_text("no module")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield name
    for module in [module for module in sys.modules if module.split(".")[0] == name]:
        del sys.modules[module]


def test_discover_fills_a_registry_by_the_alphabet_and_twice_does_no_harm(package: str) -> None:
    discover(package)
    discover(package)
    assert dict(sys.modules[package].REGISTRY) == {"a": "A", "b": "B"}
    assert list(sys.modules[package].REGISTRY) == ["a", "b"]


def test_discover_lets_a_broken_module_speak(package: str, tmp_path: Path) -> None:
    (tmp_path / package / "c.py").write_text("raise RuntimeError('broken')\n")
    with pytest.raises(RuntimeError, match="broken"):
        discover(package)


def test_missing_names_what_is_not_installed_and_imports_nothing(package: str) -> None:
    assert missing(("json", "surely_not_installed", "numpy", "neither_this")) == (
        "surely_not_installed",
        "neither_this",
    )
    assert missing(()) == ()
    assert missing(("surely_not_installed.inside", "json.decoder")) == ("surely_not_installed.inside",)
    assert missing((package,)) == ()
    assert package not in sys.modules
