"""Results on disk and the table of them in README.md: a run writes what it measured and leaves the rest as it was."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from string import ascii_uppercase
from typing import Any

from benchmarks import FOLDER
from benchmarks.cases import Case
from benchmarks.runner import Result, problems, spread
from core.latency import machine

RESULTS = FOLDER / "results"
README = FOLDER / "README.md"
BEGIN, END = "<!-- {}: begin -->", "<!-- {}: end -->"
SCALING, LARGE = "scaling", "large"
HEAD = ["comparison", "ours", "theirs", "ratio", "floor", "figures", "rounds", "measured"]


def write(folder: Path, result: Result) -> None:
    """Keep one result; that something is missing here does not take the place of what was once measured."""
    file = folder / f"{result.key}.json"
    if result.missing and file.exists() and Result.from_json(json.loads(file.read_text())).times:
        return
    save(file, result.to_json())


def save(file: Path, content: Mapping[str, Any]) -> None:
    """Write JSON, numbers to seven digits."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(_rounded(content), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read(folder: Path) -> dict[str, Result]:
    """Every result in a folder, by key."""
    files = [file for file in sorted(folder.glob("*.json")) if file.stem not in (SCALING, LARGE)]
    return {file.stem: Result.from_json(json.loads(file.read_text(encoding="utf-8"))) for file in files}


def refresh(cases: Sequence[Case], *, readme: Path = README, folder: Path = RESULTS) -> None:
    """Put the tables of the kept results into the README."""
    readme.write_text(told(readme.read_text(encoding="utf-8"), cases, folder), encoding="utf-8")


def told(text: str, cases: Sequence[Case], folder: Path) -> str:
    """The README's text with the tables as the kept results have them."""
    text = _between(text, "results", render(cases, read(folder)))
    for name in (SCALING, LARGE):
        kept = folder / f"{name}.json"
        ladder = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
        text = _between(text, name, render_scaling(ladder))
    return text


def render(cases: Sequence[Case], results: Mapping[str, Result]) -> str:
    """One row per case: those of the code, measured or not, then what is kept of cases that are gone."""
    places: dict[str, str] = {}
    rows = []
    for case in cases:
        result = results.get(case.key)
        rows.append(_row(result, places) if result else [case.title, case.ours, case.theirs, "not run yet", *[""] * 4])
    gone = sorted(set(results) - {case.key for case in cases})
    rows += [[*_row(results[key], places)[:-1], "no case any more"] for key in gone]
    return "\n".join([*table(HEAD, rows), "", *_machines(places)])


def render_scaling(ladder: Mapping[str, Any]) -> str:
    """How cost and memory grow, as benchmarks/scaling.py measured it, or what many texts take, as large.py did."""
    if not ladder:
        return "Not run yet."
    places: dict[str, str] = {}
    letter = _place(ladder["machine"], places)
    beside = _beside(ladder["beside"])
    head = f"Measured {ladder['date']} on machine {letter}{beside}, each row in a fresh process. {ladder['note']}"
    tables = [line for part in ladder["tables"] for line in ["", *table(part["head"], part["rows"])]]
    return "\n".join([head, *tables, "", *_machines(places)])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table."""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return [f"| {' | '.join(line)} |" for line in [list(head), ["---"] * len(head), *cells]]


def quantity(value: float, unit: str) -> str:
    """Seconds as s or ms, bytes as MiB, anything else as it is."""
    if unit == "s":
        return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.3g} s"
    if unit == "bytes":
        return f"{value / 2**20:,.1f} MiB" if value >= 2**20 else f"{value / 2**10:,.1f} KiB"
    return f"{value:,.4g} {unit}".strip()


def _row(result: Result, places: dict[str, str]) -> list[str]:
    place = f"{_place(result.machine, places)}, {result.date}"
    if result.missing or not result.times:
        why = f"not run: {result.missing}" if result.missing else f"failed: {result.error}"
        return [result.title, result.ours, result.theirs, why, _floor(result.floor), "", "", place]
    seconds = [spread(result.times[side]) for side in ("ours", "theirs")]
    sides = [
        f"{name}: {quantity(told['median'], result.unit)} "
        f"({quantity(told['lowest'], result.unit)} to {quantity(told['highest'], result.unit)})"
        for name, told in zip((result.ours, result.theirs), seconds, strict=True)
    ]
    ratios = result.ratios
    wrong = "; ".join(problems(result))
    ratio = f"**{median(ratios):.2f}** ({min(ratios):.2f} to {max(ratios):.2f})" + (f": {wrong}" if wrong else "")
    figures = ", ".join(f"{name} {value:.6g}" for name, value in result.figures.items())
    return [
        result.title,
        *sides,
        ratio,
        _floor(result.floor),
        figures,
        str(len(ratios)),
        place + _beside(result.beside),
    ]


def _floor(floor: float) -> str:
    return f"{floor:g}" if floor else "none"


def _beside(cores: float) -> str:
    return f" (other programs used {cores:.1f} cores meanwhile)" if machine.busy(cores) else ""


def _place(found: Mapping[str, Any], places: dict[str, str]) -> str:
    """The letter of a machine with its versions; a new one for what was not met before."""
    libraries = ", ".join(f"{name} {version}" for name, version in found["libraries"].items())
    line = (
        f"{found['processor']}, {found['cores']} cores, {found['memory_gib']} GiB, {found['system']}, "
        f"Python {found['python']}; {libraries}"
    )
    return places.setdefault(line, _letter(len(places)))


def _letter(place: int) -> str:
    return ascii_uppercase[place] if place < 26 else str(place + 1)


def _machines(places: Mapping[str, str]) -> list[str]:
    return [f"- **{letter}**: {line}" for line, letter in places.items()]


def _between(text: str, name: str, content: str) -> str:
    begin, end = BEGIN.format(name), END.format(name)
    if begin not in text or end not in text:
        raise ValueError(f"expected the lines {begin} and {end} in README.md; put them where the table belongs")
    before, after = text.split(begin, maxsplit=1)[0], text.split(end)[1]
    return f"{before}{begin}\n{content}\n{end}{after}"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.7g}")
    if isinstance(value, Mapping):
        return {name: _rounded(part) for name, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, list | tuple) else value
