"""The README is true: its settings, pages, commands and pictures are those of the code."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core import pipeline, questions
from core.cli import APP
from core.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_every_setting_is_listed_with_its_words() -> None:
    rows = dict(re.findall(r"^\| `VECASSAY_(\w+)` \| .*? \| (.*) \|$", README, re.MULTILINE))
    assert rows == {name.upper(): field.description for name, field in Settings.model_fields.items()}


@pytest.mark.parametrize(
    "name", [name for name, field in Settings.model_fields.items() if isinstance(field.default, int | float)]
)
def test_a_default_is_the_code_s(name: str) -> None:
    found = re.search(rf"^\| `VECASSAY_{name.upper()}` \| (\S+)", README, re.MULTILINE)
    assert found is not None
    default = Settings.model_fields[name].default
    assert found[1] == str(default).lower() if isinstance(default, bool) else float(found[1]) == float(default)


def test_every_page_has_its_line_and_its_question() -> None:
    titles = dict(re.findall(r'st\.Page\("pages/(\w+)\.py", title="(.*?)"', (ROOT / "app.py").read_text()))
    for page in (ROOT / "pages").glob("*.py"):
        question = page.read_text().split('"""')[1].split("\n")[0]
        assert f"| **{titles[page.stem]}** | {question}" in README


def test_every_picture_and_file_named_is_there() -> None:
    for picture in re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert (ROOT / picture).is_file(), picture
    for name in ("app.py", "core/catalog.toml", "core/__init__.py", ".streamlit/config.toml"):
        assert name in README
        assert (ROOT / name).is_file()


def test_the_two_commands_are_targets() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_notebook_lines_run_as_they_stand(home_with_static: Path) -> None:
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code is not None
    names: dict[str, object] = {}
    exec(code[1], names)
    found = names["found"]
    assert isinstance(found, dict)
    assert len(found["agreement"]) == 9


def test_the_command_line_examples_are_understood(home: Path) -> None:
    verbs = re.findall(r"^python -m core (\w+) .*$", README, re.MULTILINE)
    assert len(verbs) >= 5
    for verb in verbs:
        done = CliRunner().invoke(APP, [verb, "--help"])
        assert done.exit_code == 0, verb


def test_what_one_adds_in_one_file_is_named_as_in_the_code() -> None:
    from core import measures, providers

    for method in ("space", "card", "token_counts", "ready", "prepare", "load"):
        assert f"`{method}`" in README
        assert hasattr(providers.Provider, method)
    assert measures.Agreement
    assert measures.Figure
    assert questions.recipe
    assert pipeline.answer
