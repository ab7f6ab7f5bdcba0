"""Where everything stands in the two pictures of a record; the templates beside this file draw it as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from core.report import words
from core.report.parts import CHOSEN, LEADS, STRUCK, TIED, labels, standing
from core.report.record import Measured, Record

WIDTH = 720
NAMES, FIGURES, ROW = 190, 150, 30
HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 340, 56, 150, 14, 46
LETTERS = 26
APART = 15
KINDS = {CHOSEN: "chosen", LEADS: "chosen", TIED: "tied", STRUCK: "struck"}


@dataclass(frozen=True)
class Mark:
    """One candidate: where its dot and the ends of its whisker are, its name, and how it came out."""

    name: str
    kind: str
    x: float
    y: float
    low: float
    high: float
    label_y: float
    said: str


@dataclass(frozen=True)
class Tick:
    """A line across a picture, and what is written at its end."""

    at: float
    text: str


@dataclass(frozen=True)
class Picture:
    """A drawing `width` wide: its frame, marks, ticks; `shade` is where the limit begins, `front` the Pareto line."""

    alt: str
    title: str
    x_title: str
    height: float
    left: float
    right: float
    top: float
    bottom: float
    marks: tuple[Mark, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...] = ()
    shade: float | None = None
    shaded: str = ""
    front: str = ""
    width: int = WIDTH


@dataclass(frozen=True)
class _Drawn:
    key: str
    name: str
    kind: str
    mean: float
    low: float
    high: float
    p95: float | None


def whiskers(record: Record) -> Picture | None:
    """The measure of each candidate with its interval, the best first; None without any."""
    drawn = _drawn(record)
    if not drawn:
        return None
    low, high, step = _scale([d.low for d in drawn], [d.high for d in drawn])
    left, right, bottom = NAMES, WIDTH - FIGURES, 8 + ROW * len(drawn)

    def place(value: float) -> float:
        return left + (value - low) / (high - low) * (right - left)

    marks = tuple(
        _mark(d, place(d.mean), 8 + ROW * (row + 0.5), place(d.low), place(d.high)) for row, d in enumerate(drawn)
    )
    measure = words.plain(record.plan.get("measure"))
    alt = f"{measure} with 95 % intervals: " + "; ".join(f"{mark.name} {mark.said}" for mark in marks)
    ticks = tuple(Tick(place(value), f"{value:.2f}") for value in _steps(low, high, step))
    return Picture(alt, "Quality", measure, bottom + BOTTOM, left, right, 8, bottom, marks, ticks)


def against_latency(record: Record) -> Picture | None:
    """Quality upwards against p95 of a query to the right (logarithmic), the limit shaded; None without times."""
    drawn = [d for d in _drawn(record) if d.p95 is not None and d.p95 > 0]
    if not drawn:
        return None
    limits = record.plan.get("limits")
    limit = words.number(limits.get("p95_ms")) if isinstance(limits, dict) else None
    limit = limit if limit is not None and limit > 0 else None
    low, high, step = _scale([d.low for d in drawn], [d.high for d in drawn])
    times = [d.p95 for d in drawn if d.p95 is not None] + ([limit] if limit is not None else [])
    least, most = floor(log10(min(times)) * 3 - 0.3) / 3, ceil(log10(max(times)) * 3 + 0.3) / 3
    left, right, bottom = LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM

    def across(value: float) -> float:
        return left + (log10(value) - least) / (most - least) * (right - left)

    def up(value: float) -> float:
        return bottom - (value - low) / (high - low) * (bottom - TOP)

    placed = [(d, across(d.p95 or 1.0), up(d.mean)) for d in drawn]
    spread = _spread([y for _, _, y in placed])
    marks = tuple(_mark(d, x, y, up(d.low), up(d.high), label) for (d, x, y), label in zip(placed, spread, strict=True))
    measure = words.plain(record.plan.get("measure"))
    alt = f"{measure} against p95 of a query: " + "; ".join(
        f"{d.name} {words.share(d.mean)} at {words.amount(d.p95, ' ms')}" for d in drawn
    )
    return Picture(
        alt, measure, "p95 of a query, ms (logarithmic)", HEIGHT, left, right, TOP, bottom, marks,
        tuple(Tick(across(value), words.amount(value)) for value in _decades(least, most)),
        tuple(Tick(up(value), f"{value:.2f}") for value in _steps(low, high, step)),
        None if limit is None else across(limit), "" if limit is None else f"over {words.amount(limit, ' ms')}",
        _front(placed),
    )  # fmt: skip


def _drawn(record: Record) -> list[_Drawn]:
    """Candidates with a mean, the best first; without an interval the whisker has no length."""
    names, measure = labels(record), record.plan.get("measure")
    facts = {str(each.get("candidate")): each for each in record.facts}
    found = {each.candidate: each for each in record.figures if each.name == measure}
    drawn = [
        _Drawn(
            key,
            _short(name),
            KINDS.get(standing(record, key), "worse"),
            mean,
            *_ends(found[key], mean),
            words.number(facts.get(key, {}).get("p95_ms")),
        )
        for key, name in names.items()
        if key in found and (mean := found[key].mean) is not None
    ]
    return sorted(drawn, key=lambda each: -each.mean)


def _ends(figure: Measured, mean: float) -> tuple[float, float]:
    return (mean if figure.low is None else figure.low), (mean if figure.high is None else figure.high)


def _mark(d: _Drawn, x: float, y: float, low: float, high: float, label_y: float | None = None) -> Mark:
    said = words.interval(d.mean, d.low, d.high)
    return Mark(d.name, d.kind, x, y, low, high, y if label_y is None else label_y, said)


def _scale(lows: Sequence[float], highs: Sequence[float]) -> tuple[float, float, float]:
    """Ends of an axis on round numbers around all values, and the step between ticks."""
    low, high = min(lows), max(highs)
    wide = max(high - low, 0.02)
    step = next((step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if wide / step <= 6), 1.0)
    return floor((low - 0.02 * wide) / step) * step, ceil((high + 0.02 * wide) / step) * step, step


def _steps(low: float, high: float, step: float) -> list[float]:
    return [low + step * place for place in range(round((high - low) / step) + 1)]


def _decades(least: float, most: float) -> list[float]:
    """1, 2, 5 of each power of ten between two powers; every power alone where there are many."""
    heads = (1, 2, 5) if most - least < 3 else (1,)
    found = [head * 10.0**power for power in range(floor(least), ceil(most) + 1) for head in heads]
    return [value for value in found if least - 1e-9 <= log10(value) <= most + 1e-9]


def _spread(wanted: Sequence[float]) -> list[float]:
    """Heights of labels that do not cover each other, each near where it was wanted."""
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    heights, last = list(wanted), float("-inf")
    for place in order:
        heights[place] = last = max(wanted[place], last + APART)
    over = max(0.0, last - (HEIGHT - BOTTOM)) if order else 0.0
    return [height - over for height in heights]


def _front(placed: Sequence[tuple[_Drawn, float, float]]) -> str:
    """The Pareto front as the points of a line: nobody is both faster and better than those on it."""
    points, best = [], float("inf")
    for each, x, y in sorted(placed, key=lambda entry: (entry[1], entry[2])):
        if y < best and each.kind != "struck":
            points.append(f"{x:.1f},{y:.1f}")
            best = y
    return " ".join(points) if len(points) > 1 else ""


def _short(name: str) -> str:
    """A name that fits beside a dot, cut in the middle: names of one family begin alike and differ at the end."""
    flat = " ".join(name.split())
    return flat if len(flat) <= LETTERS else f"{flat[: LETTERS // 2]}…{flat[-(LETTERS - LETTERS // 2 - 1) :]}"
