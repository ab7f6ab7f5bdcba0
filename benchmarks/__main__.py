"""python -m benchmarks [--only KEY,...] [--quick] [--list]: every comparison in a process of its own, one at a time."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import FOLDER, discover, large, scaling, tables
from benchmarks.cases import Case
from benchmarks.models import HOME
from benchmarks.runner import Result, blank, measure, problems, spread, where

CASE_SECONDS = 3600
LADDERS = {
    tables.SCALING: "Cost and memory of 1,000 to 100,000 texts and of 1 to 8 models",
    tables.LARGE: "Memory and time of every question of the Trade-offs page over 100,000 texts of 768 dimensions",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 when every floor and limit holds, 1 when one does not or a case fails, 2 for a wrong call."""
    asked = _parser().parse_args(arguments)
    cases = discover()
    chosen = [case for case in cases if _wanted(case.key, asked.only) and (case.quick or not asked.quick)]
    offered = [] if asked.quick else list(LADDERS) if asked.long else [tables.SCALING]
    ladder = [name for name in offered if _wanted(name, asked.only)]
    if asked.table:
        tables.refresh(cases)
        return 0
    if not chosen and not ladder:
        known = ", ".join([*(case.key for case in cases), tables.SCALING, f"{tables.LARGE} (with --long)"])
        print(f"No comparison is called {asked.only}. Known: {known}.", file=sys.stderr)
        return 2
    if asked.list:
        return _list(chosen, quick=asked.quick, ladder=ladder)
    if asked.here:
        return _here(chosen, quick=asked.quick, out=asked.out)
    return _all(cases, chosen, asked, ladder=ladder)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("--only", metavar="KEY,...", default="*", help="these comparisons; * and ? stand for anything")
    parser.add_argument("--quick", action="store_true", help="the small forms that make test runs, with wide floors")
    parser.add_argument("--list", action="store_true", help="name the comparisons and run none")
    parser.add_argument("--long", action="store_true", help="scaling and large: also what takes many minutes")
    parser.add_argument("--table", action="store_true", help="write the table of the kept results anew and run nothing")
    parser.add_argument("--out", type=Path, help="folder for results; benchmarks/results if not given (quick: none)")
    parser.add_argument("--here", action="store_true", help="in this process, for a profiler; writes no table")
    return parser


def _wanted(key: str, only: str) -> bool:
    return any(fnmatch(key, pattern.strip()) for pattern in only.split(","))


def _list(chosen: list[Case], *, quick: bool, ladder: list[str]) -> int:
    for case in chosen:
        floor = case.quick_floor if quick else case.floor
        print(f"{case.key:24} {case.title}: {case.ours} against {case.theirs}, floor {floor:g}")
    for name in ladder:
        print(f"{name:24} {LADDERS[name]}")
    return 0


def _here(chosen: list[Case], *, quick: bool, out: Path | None) -> int:
    results = [measure(case, quick=quick) for case in chosen]
    for result in results:
        if out:
            tables.write(out, result)
        tell(result)
    return int(any(problems(result) for result in results))


def _all(cases: list[Case], chosen: list[Case], asked: argparse.Namespace, *, ladder: list[str]) -> int:
    """Each case in a process of its own, then the ladder, then the table."""
    out = asked.out or (None if asked.quick else tables.RESULTS)
    failed = []
    with TemporaryDirectory() as home:
        for case in chosen:
            result = _apart(case, home, quick=asked.quick)
            tell(result)
            failed += problems(result)
            if out:
                tables.write(out, result)
    for name in ladder:
        assert out
        file = out / f"{name}.json"
        failed += large.measure(file) if name == tables.LARGE else scaling.measure(file, long=asked.long)
    if out and out.resolve() == tables.RESULTS:
        tables.refresh(cases)
    if failed:
        print(f"{len(failed)} floors or limits do not hold.", file=sys.stderr)
    return int(bool(failed))


def _apart(case: Case, home: str, *, quick: bool) -> Result:
    """One case in a fresh process, so that what it imports, sets or breaks is gone with it."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks", "--here", "--only", case.key, "--out", folder]
        command += ["--quick"] if quick else []
        try:
            done = subprocess.run(
                command,
                env={HOME: home, **os.environ},
                cwd=FOLDER.parent,
                timeout=CASE_SECONDS,
                check=False,
                stdout=subprocess.DEVNULL,
            )
            error = f"its process ended with code {done.returncode} and told nothing"
        except subprocess.TimeoutExpired:
            error = f"it took more than {CASE_SECONDS} s"
        found = tables.read(Path(folder)).get(case.key)
    return found or replace(blank(case, quick=quick), error=error, machine=where())


def tell(result: Result) -> None:
    """One case on the terminal."""
    if not result.times:
        print(f"{result.key}: " + (f"not run: {result.missing}" if result.missing else f"failed: {result.error}"))
        return
    sides = []
    for name, label in (("ours", result.ours), ("theirs", result.theirs)):
        told = spread(result.times[name])
        middle, low, high, first, third = (
            tables.quantity(told[part], result.unit)
            for part in ("median", "lowest", "highest", "first quartile", "third quartile")
        )
        sides.append(f"  {label}: {middle} ({low} to {high}; middle half {first} to {third})")
    ratios = result.ratios
    figures = ", ".join(f"{name} {value:.6g}" for name, value in result.figures.items())
    print(
        f"{result.key}: {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}; of the best {result.best:.2f}), "
        f"floor {result.floor:g}, {len(ratios)} rounds, other programs used {result.beside:.1f} cores",
        *sides,
        *([f"  {figures}"] if figures else []),
        *(f"  DOES NOT HOLD: {problem}" for problem in problems(result)),
        sep="\n",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
