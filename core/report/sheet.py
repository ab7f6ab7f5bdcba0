"""What a record says, section by section, the verdict first: the same words for Markdown and for HTML."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.report import words
from core.report.appendix import appendix
from core.report.parts import Section, Table, labels, standing
from core.report.record import Record, cleaned

STATUS = {
    "decided": "Decided",
    "undecided": "Not decided",
    "limits": "No candidate keeps to the limits",
    "blocked": "Blocked by a check",
}
VERDICTS = {"equal": "practically equal", "undecided": "not decided"}
LIMITS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "p95_ms": ("p95 of a query at most, in ms", words.amount),
    "texts_per_s": ("texts per second at least", words.amount),
    "memory_bytes": ("memory at most", words.size),
    "bytes_per_vector": ("bytes per vector at most", words.amount),
    "money": ("money per million texts at most", words.amount),
    "licences": ("licences", words.plain),
    "language": ("language", words.plain),
    "local": ("texts stay on this machine", words.plain),
}
FLIPS = 10
LIGHT = ("level", "model", "label", "figure_words", "sentence")
SHOWN = ("R@100", "RR@10")


@dataclass(frozen=True)
class Sheet:
    """A record to be printed: verdict, sections, and an appendix behind the signatures; `record` is cleaned."""

    record: Record
    status: str
    sections: tuple[Section, ...]
    back: tuple[Section, ...]

    @property
    def when(self) -> str:
        """Day and time it was made, as people read it."""
        return words.when(self.record.made)

    @property
    def signatures(self) -> tuple[str, ...]:
        """Who signs; one empty line where nobody is named."""
        return self.record.signed or ("",)


def sheet(record: Record) -> Sheet:
    """The record's words; passwords and home folders are out of them."""
    record = cleaned(record)
    status = STATUS.get(record.ruling.status, record.ruling.status)
    front, back = ([section for section in found if section.says] for found in (_sections(record), appendix(record)))
    return Sheet(record, status, tuple(front), tuple(back))


def _sections(record: Record) -> Iterator[Section]:
    ruling = record.ruling
    yield Section("why", "Why", bullets=ruling.why)
    yield Section("open", "What would decide it", bullets=ruling.would_decide)
    yield _preflight(record)
    yield _candidates(record)
    yield _pairs(record)
    yield _limits(record)
    yield _flips(record)
    yield Section("untested", "What was not tested", bullets=record.untested)


def _preflight(record: Record) -> Section:
    """Every check that is not green; records older than the checks have none."""
    lights = [{name: str(value) for name, value in light.items() if value is not None} for light in record.preflight]
    shown = [light for light in lights if light.get("level") != "green"]
    models = {light.get("model") for light in lights}
    lines = [
        f"{words.count(len(lights), 'check')} of {words.count(len(models), 'model')} before any score; "
        f"{len(lights) - len(shown):,} are green."
    ]
    if any(light.get("level") == "red" for light in shown) and record.plan.get("despite"):
        lines.append("Red checks block a decision. This one was taken all the same, because somebody chose to.")
    bullets = tuple(_light(light) for light in shown)
    return Section("preflight", "Checks before any score", tuple(lines) if lights else (), bullets)


def _light(light: Mapping[str, str]) -> str:
    level, model, label, figure, told = (light.get(name, "") for name in LIGHT)
    return f"{level.capitalize()}: {model}, {label}{f' ({figure})' if figure else ''}. {told}"


def _candidates(record: Record) -> Section:
    names, measure = labels(record), str(record.plan.get("measure", ""))
    known = {(each.candidate, each.name): each for each in record.figures}
    facts = {str(each.get("candidate")): each for each in record.facts}
    others = [name for name in SHOWN if name != measure and any(key[1] == name for key in known)]
    rows = []
    for way in record.candidates:
        own, figure = facts.get(way.key, {}), known.get((way.key, measure))
        means = [words.share(known[way.key, name].mean) if (way.key, name) in known else words.NONE for name in others]
        rows.append(
            (
                names[way.key],
                words.interval(figure.mean, figure.low, figure.high) if figure else words.NONE,
                *means,
                words.amount(own.get("p95_ms"), "\u00a0ms"),
                words.amount(own.get("texts_per_s")),
                words.size(own.get("memory_bytes")),
                words.amount(own.get("bytes_per_vector")),
                standing(record, way.key),
            )
        )
    columns = ("Candidate", f"{measure} [95 %]", *others, "p95", "texts/s", "memory", "bytes/vector", "result")
    data = record.data
    lines = [
        f"Means over {words.count(data.evaluated, 'query', 'queries')} of {data.queries.n:,}, on "
        f"{words.count(data.texts.n, 'text')} of “{data.name}”; 95 % intervals from a bootstrap over the queries."
    ]
    return Section("figures", "Candidates", lines=tuple(lines), table=Table(columns, tuple(rows), left=(0, -1)))


def _pairs(record: Record) -> Section:
    names = labels(record)
    rows = [
        (
            names.get(pair.a, pair.a),
            names.get(pair.b, pair.b),
            words.interval(pair.difference, pair.low, pair.high),
            words.p_value(pair.p_holm),
            f"{pair.win} / {pair.tie} / {pair.loss}",
            _verdict(pair.verdict, names.get(pair.a, pair.a), names.get(pair.b, pair.b), pair.more),
        )
        for pair in record.pairs
    ]
    margin = words.share(words.number(record.plan.get("margin")))
    note = (
        f"Candidates within the limits. Difference A − B in {words.plain(record.plan.get('measure'))}; p by sign-flip "
        f"permutation, corrected for all pairs (Holm); practically equal: the whole interval within ±{margin}."
    )
    columns = ("A", "B", "difference [95 %]", "p", "win / tie / loss", "verdict")
    table = Table(columns, tuple(rows), left=(0, 1, -1)) if rows else None
    return Section("pairs", "Two by two", lines=(note,) if rows else (), table=table)


def _verdict(verdict: str, a: str, b: str, more: float | None) -> str:
    if verdict in ("a", "b"):
        return f"{a if verdict == 'a' else b} is better"
    if verdict == "undecided" and more is not None:
        return f"not decided: about {more:,.0f} more queries"
    return VERDICTS.get(verdict, verdict)


def _limits(record: Record) -> Section:
    names, limits = labels(record), record.plan.get("limits")
    limits = limits if isinstance(limits, dict) else {}
    given = [f"{text}: {told(limits[key])}" for key, (text, told) in LIMITS.items() if _set(limits.get(key))]
    struck = [f"{names.get(key, key)}: {' '.join(why)}" for key, why in record.ruling.struck.items()]
    order = words.plain(record.plan.get("order"))
    tolerance = words.number(record.plan.get("tolerance")) or 0.0
    lines = (
        f"Limits: {'; '.join(given)}." if given else "No limits were set.",
        f"Between candidates as good as each other the order was: {order}; within {tolerance * 100:.3g} % counts as "
        f"the same.",
    )
    return Section("limits", "Limits", lines=lines, bullets=tuple(f"Struck out: {each}" for each in struck))


def _set(limit: Any) -> bool:
    """Whether a limit is one: nothing, no list and "no" are none, 0 is."""
    return limit not in (None, "", []) and limit is not False


def _flips(record: Record) -> Section:
    """The nearest ones, which come first."""
    told = tuple(flip.sentence for flip in record.flips[:FLIPS])
    nothing = "No limit or margin near the ones set would change the answer."
    some = f"The nearest {FLIPS} of {len(record.flips)}; the others stand in the JSON file."
    lines = (nothing,) if not told else (some,) if len(record.flips) > FLIPS else ()
    return Section("flips", "When the answer would change", lines=lines, bullets=told)
