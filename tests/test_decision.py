"""The rule of a decision: limits, tie group, costs; what must never change it; and where it flips."""

import json
from dataclasses import replace
from itertools import pairwise
from math import inf, isnan

import numpy as np
import pandas as pd
import pytest

from core import stats
from core.decision import NUMERIC, Decision, Facts, Limits, Plan, decide, flips, struck
from core.decision.verdict import Evidence, rule
from core.errors import VecassayError

ABLE = {"n": 200, "refuse": False, "reasons": []}
COSTS = ("p95_ms", "texts_per_s", "memory_bytes", "bytes_per_vector", "money", "dimension")


def _facts(candidate: str, **known: object) -> Facts:
    full = {
        **{"p95_ms": 10.0, "texts_per_s": 100.0, "memory_bytes": 1e8, "bytes_per_vector": 1536.0, "dimension": 384},
        **{"money": 2.0, "licence": "MIT", "languages": ("en",)},
    }
    return Facts(candidate, candidate.upper(), **{**full, **known})  # type: ignore[arg-type]


def _frames(scores: dict[str, np.ndarray], seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What "comparison" answers for scores per query: means, and pairs with normal intervals and p."""
    means = pd.DataFrame({"candidate": list(scores), "mean": [float(each.mean()) for each in scores.values()]})
    means["low"], means["high"] = means["mean"] - 0.02, means["mean"] + 0.02
    return means.sort_values("mean", ascending=False, ignore_index=True), _pairs(scores)


def _pairs(scores: dict[str, np.ndarray]) -> pd.DataFrame:
    from scipy.stats import norm

    rows, names = [], list(scores)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            gap = scores[a] - scores[b]
            error = max(float(gap.std(ddof=1)) / np.sqrt(len(gap)), 1e-12)
            mean = float(gap.mean())
            p = float(2 * norm.sf(abs(mean) / error))
            counts = [int((gap > 0).sum()), int((gap == 0).sum()), int((gap < 0).sum())]
            rows.append((a, b, mean, mean - 1.96 * error, mean + 1.96 * error, p, *counts, gap.std(ddof=1), len(gap)))
    return pd.DataFrame(rows, columns=["a", "b", "difference", "low", "high", "p", "win", "tie", "loss", "sd", "n"])


def _shifted(**shift: float) -> dict[str, np.ndarray]:
    """Per-query scores around 0.6 plus a shift per candidate, hardly noisy between them."""
    rng = np.random.default_rng(7)
    base = rng.uniform(0.4, 0.8, 200)
    return {name: base + by + rng.normal(0, 0.02, 200) for name, by in shift.items()}


def _decide(scores: dict[str, np.ndarray], facts: list[Facts], plan: Plan | None = None, **able: object) -> Decision:
    return decide(facts, *_frames(scores), {**ABLE, **able}, plan or Plan(tuple(scores)))


def test_the_cheapest_of_the_tie_group_is_chosen_when_its_shortfall_is_below_the_margin() -> None:
    scores = _shifted(big=0.002, small=0.0, poor=-0.2)
    facts = [_facts("big", p95_ms=40.0), _facts("small", p95_ms=1.0), _facts("poor", p95_ms=0.1)]
    found = _decide(scores, facts)
    assert (found.status, found.chosen, found.best) == ("decided", "small", "big")
    assert found.tie_group == ("big", "small")
    assert found.answer == "SMALL: within 0.01 of BIG in nDCG@10, and 40x faster."


def test_a_cheaper_one_that_may_be_too_much_worse_is_not_decided_and_says_what_would() -> None:
    rng = np.random.default_rng(1)
    base = rng.uniform(0.2, 0.9, 60)
    scores = {"big": base + rng.normal(0.02, 0.2, 60), "small": base}
    pairs = _pairs(scores)
    low = float(pairs["difference"].iloc[0] - (pairs["high"] - pairs["low"]).iloc[0] / 2)
    assert low < 0 < pairs["difference"].iloc[0]  # the sample is one that does not decide
    found = _decide(scores, [_facts("big", p95_ms=50.0), _facts("small", p95_ms=5.0)])
    assert (found.status, found.chosen, found.best) == ("undecided", "small", "big")
    assert found.answer.startswith("Not decided: SMALL is 10x faster than BIG, but may be up to 0.0")
    assert "more queries like these" in found.would_decide[0]
    worst = float(pairs["high"].iloc[0])
    told = float(
        found.would_decide[1].removeprefix("At a margin above ").removesuffix(" it would be decided for SMALL.")
    )
    assert worst < told < worst + 1e-4  # not 0.0477 for 0.04773, at which it would still be open
    at = _decide(scores, [_facts("big", p95_ms=50.0), _facts("small", p95_ms=5.0)], Plan(("big", "small"), margin=told))
    assert (at.status, at.chosen) == ("decided", "small")
    light = [_facts("big", memory_bytes=5e9), _facts("small", memory_bytes=1e9)]
    assert _decide(scores, light).answer.startswith("Not decided: SMALL takes 5.0x less memory than BIG, but may")
    told = decide(
        [_facts("big", p95_ms=50.0), _facts("small", p95_ms=5.0)],
        *_frames(scores),
        ABLE,
        Plan(("big", "small"), margin=worst + 1e-6),
    )
    assert (told.status, told.chosen) == ("decided", "small")


def test_limits_come_first_and_nobody_left_is_an_answer() -> None:
    scores = _shifted(big=0.1, small=0.0)
    facts = [_facts("big", p95_ms=40.0), _facts("small", p95_ms=1.0)]
    plan = Plan(("big", "small"), limits=Limits(p95_ms=20.0))
    found = _decide(scores, facts, plan)
    assert (found.status, found.chosen, found.best) == ("decided", "small", "small")
    assert found.struck == {"big": ["p95 of a query: 40 ms, and at most 20 ms is wanted."]}
    assert found.answer == f"SMALL: the only one within the limits; nDCG@10 {scores['small'].mean():.3f}."
    none = _decide(scores, facts, replace(plan, limits=Limits(p95_ms=0.5)))
    assert (none.status, none.chosen, none.best, none.tie_group) == ("limits", "", "", ())
    assert none.answer == "None of the 2 candidates meets the limits."
    assert len(none.would_decide) == 2


@pytest.mark.parametrize(
    ("limits", "known", "said"),
    [
        (Limits(p95_ms=5), {"p95_ms": 5.0}, ""),
        (Limits(p95_ms=5), {"p95_ms": 5.1}, "at most 5 ms"),
        (Limits(p95_ms=5), {"p95_ms": None}, "not measured"),
        (Limits(texts_per_s=50), {"texts_per_s": 50.0}, ""),
        (Limits(texts_per_s=50), {"texts_per_s": 49.0}, "at least 50 texts/s"),
        (Limits(memory_bytes=2e6), {"memory_bytes": 3e6}, "3 MB, and at most 2 MB"),
        (Limits(bytes_per_vector=1), {"bytes_per_vector": 0.0}, ""),
        (Limits(money=1), {"money": None}, "not measured"),
        (Limits(licences=("mit", "apache-2.0")), {"licence": "Apache-2.0 + MIT"}, ""),
        (Limits(licences=("MIT",)), {"licence": "Apache-2.0 + MIT"}, "not among MIT"),
        (Limits(licences=("MIT",)), {"licence": ""}, "unknown"),
        (Limits(language="de"), {"languages": ("en",)}, "It reads en, not de"),
        (Limits(language="de"), {"languages": ("multilingual",)}, ""),
        (Limits(language="de"), {"languages": ("any",)}, ""),
        (Limits(language="en-GB"), {"languages": ("en",)}, ""),
        (Limits(language="de"), {"languages": ()}, "unknown"),
        (Limits(local=True), {"remote": True}, "leave this machine"),
        (Limits(local=True), {"remote": False}, ""),
    ],
)
def test_a_limit_strikes_out_with_its_reason(limits: Limits, known: dict[str, object], said: str) -> None:
    reasons = struck(_facts("a", **known), limits)
    assert len(reasons) == bool(said)
    assert said in "".join(reasons)


def test_costs_are_weighed_one_after_another_and_what_is_unknown_comes_last() -> None:
    scores = _shifted(a=0.0, b=0.0, c=0.0)
    near = [
        _facts("a", p95_ms=10.0, memory_bytes=3e8),
        _facts("b", p95_ms=10.9, memory_bytes=1e8),
        _facts("c", p95_ms=30.0),
    ]
    assert _decide(scores, near).chosen == "b"  # 9 % slower counts as the same, and memory tells
    assert _decide(scores, near, Plan(tuple(scores), tolerance=0.0)).chosen == "a"
    assert _decide(scores, near, Plan(tuple(scores), order=("memory",), tolerance=0)).chosen in {"b", "c"}
    unknown = [_facts("a", p95_ms=None), _facts("b", p95_ms=99.0), _facts("c", p95_ms=None)]
    assert _decide(scores, unknown).chosen == "b"
    blank = [_facts(key, p95_ms=None, memory_bytes=None, money=None, dimension=None) for key in scores]
    found = _decide(scores, blank)
    assert found.chosen == found.best
    assert any("Not known for any of them" in line for line in found.why)


def test_a_single_candidate_a_tie_and_a_refused_test_set() -> None:
    one = _decide(_shifted(a=0.0), [_facts("a")])
    assert (one.status, one.chosen, one.tie_group) == ("decided", "a", ("a",))
    assert "the only candidate" in one.answer
    same = np.random.default_rng(0).uniform(0, 1, 50)
    tie = _decide({"a": same, "b": same.copy()}, [_facts("a", p95_ms=9.0), _facts("b", p95_ms=1.0)])
    assert (tie.status, tie.chosen) == ("decided", "b")
    reasons = ["Only 8 queries have a relevant text; below 20 a ranking is a guess."]
    refused = _decide(_shifted(a=0.0, b=-0.3), [_facts("a"), _facts("b")], refuse=True, reasons=reasons)
    assert (refused.status, refused.chosen, refused.best) == ("undecided", "", "")
    assert reasons[0] in refused.why
    assert refused.would_decide
    able = {**ABLE, "refuse": True}
    table = flips([_facts("a"), _facts("b")], *_frames(_shifted(a=0.0, b=-0.3)), able, Plan(("a", "b")))
    assert not set(table["what"]) & {"margin", "tolerance", "order"}  # no statistics will help


def test_quality_that_was_not_measured_strikes_out() -> None:
    scores = _shifted(a=0.0, b=0.1)
    means, pairs = _frames({"a": scores["a"]})
    found = decide([_facts("a"), _facts("b")], means, pairs, ABLE, Plan(("a", "b")))
    assert found.chosen == "a"
    assert found.struck == {"b": ["Its quality was not measured."]}


def _random(rng: np.random.Generator, names: list[str]) -> tuple[dict[str, np.ndarray], list[Facts]]:
    base = rng.uniform(0.2, 0.8, 80)
    scores = {name: base + rng.normal(0, 0.03) + rng.normal(0, 0.1, 80) for name in names}
    facts = []
    for name in names:
        known = {key: float(rng.lognormal(2, 1)) for key in COSTS}
        known["dimension"] = int(rng.choice([128, 256, 384, 768]))
        gone = {key: None for key in COSTS if rng.random() < 0.1}
        facts.append(_facts(name, **{**known, **gone, "remote": bool(rng.random() < 0.2)}))
    return scores, facts


def _limits(rng: np.random.Generator) -> Limits:
    chosen = {key: float(rng.lognormal(2.3, 1)) for key in NUMERIC if rng.random() < 0.3}
    return Limits(**chosen, local=bool(rng.random() < 0.2))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(25))
def test_a_bad_candidate_changes_nothing_about_the_others(seed: int) -> None:
    """Clearly worse than all, or beyond a limit: order, tie group, verdicts and choice stay as they were."""
    rng = np.random.default_rng(seed)
    scores, facts = _random(rng, ["a", "b", "c", "d"])
    plan = Plan(tuple(scores), limits=_limits(rng))
    before = _decide(scores, facts, plan)
    within = _frames(scores)[0].query("candidate not in @before.struck")
    assert list(before.tie_group) == stats.tie_group(within, before.told)
    worse = {**scores, "bad": np.min(list(scores.values()), axis=0) - 0.5 + rng.normal(0, 0.01, 80)}
    cheap = _facts("bad", p95_ms=1e-6, memory_bytes=1.0, money=0.0, dimension=1, texts_per_s=1e9, bytes_per_vector=0.0)
    failing = {**scores, "bad": np.max(list(scores.values()), axis=0) + 0.5}
    tight = replace(plan.limits, language="en")
    for others, fact, limits in (
        (worse, cheap, plan.limits),
        (failing, replace(cheap, languages=("xx",)), tight),
    ):
        after = _decide(others, [*facts, fact], replace(plan, candidates=(*scores, "bad"), limits=limits))
        left = [key for key in after.tie_group if key != "bad"]
        if before.status == "limits":
            continue
        assert (after.status, after.chosen, after.best) == (before.status, before.chosen, before.best)
        assert left == list(before.tie_group) and "bad" not in after.tie_group
        assert {k: v for k, v in after.struck.items() if k != "bad"} == before.struck
        both = before.told.merge(after.told, on=["a", "b"], suffixes=("", "_after"))
        assert (both["verdict"] == both["verdict_after"]).all() and len(both) == len(before.told)


@pytest.mark.parametrize("seed", range(10))
def test_a_tighter_limit_never_brings_anyone_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, facts = _random(rng, ["a", "b", "c", "d", "e"])
    plan = Plan(tuple(scores), limits=_limits(rng))
    for key, limit in NUMERIC.items():
        out: set[str] = set(_decide(scores, facts, plan).struck)
        start = getattr(plan.limits, key) or (1e3 if limit.most else 1e-3)
        for step in range(1, 30):
            tighter = start * (0.7**step if limit.most else 1.4**step)
            now = set(_decide(scores, facts, replace(plan, limits=replace(plan.limits, **{key: tighter}))).struck)
            assert out <= now
            out = now


def _outcome(found: Decision) -> str:
    if found.status == "limits":
        return "none"
    name = found.chosen.upper()
    return name if found.status == "decided" else f"not decided (leaning to {name})" if name else "not decided"


def _grid(what: str, plan: Plan) -> list[tuple[float, Plan]]:
    """Plans along one knob, many to each point where the answer may change."""
    if what in ("margin", "tolerance"):
        return [(float(at), replace(plan, **{what: float(at)})) for at in np.linspace(0.0005, 0.6, 200)]
    return [
        (float(at), replace(plan, limits=replace(plan.limits, **{what: float(at)})))
        for at in np.geomspace(0.05, 2000, 200)
    ]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("what", [*NUMERIC, "margin", "tolerance"])
def test_flips_are_what_brute_force_finds(seed: int, what: str) -> None:
    rng = np.random.default_rng(100 + seed)
    scores, facts = _random(rng, ["a", "b", "c", "d"])
    plan = Plan(tuple(scores), limits=_limits(rng))
    means, pairs = _frames(scores)
    table = flips(facts, means, pairs, ABLE, plan)
    mine = table[(table["what"] == what) & table["at"].notna()]
    evidence = Evidence.of(facts, means, pairs, ABLE)
    assert _outcome(rule(evidence, plan)) == _outcome(decide(facts, means, pairs, ABLE, plan))
    grid = [(at, _outcome(rule(evidence, each))) for at, each in _grid(what, plan)]
    for (left, before), (right, after) in pairwise(grid):
        between = mine[(mine["at"] >= left) & (mine["at"] <= right)]
        if before != after:
            assert len(between), f"{what}: {before} becomes {after} between {left} and {right}"
        if len(between) == 1:
            row = between.iloc[0]
            assert {row["before"], row["after"]} == {before, after}
        if not len(between):
            assert before == after
    inside = mine[(mine["at"] > grid[0][0]) & (mine["at"] < grid[-1][0])]
    assert sum(a != b for (_, a), (_, b) in pairwise(grid)) <= len(inside)


def test_flips_say_in_words_what_would_happen_the_nearest_first() -> None:
    scores = _shifted(big=0.1, small=0.0)
    facts = [_facts("big", p95_ms=9.8), _facts("small", p95_ms=1.0)]
    plan = Plan(("big", "small"), limits=Limits(p95_ms=20.0))
    table = flips(facts, *_frames(scores), ABLE, plan)
    limit = table[table["what"] == "p95_ms"]
    assert limit["sentence"].tolist() == [
        "If the limit on p95 of a query went below 9.8 ms, the answer would become SMALL.",
        "If the limit on p95 of a query went below 1 ms, the answer would become that none meets the limits.",
    ]
    assert limit["before"].tolist() == ["BIG", "SMALL"]
    ratios = np.abs(np.log(limit["at"] / 20))
    assert (np.diff(ratios) > 0).all()
    up = flips(facts, *_frames(scores), ABLE, replace(plan, limits=Limits(p95_ms=5.0)))
    assert (
        "If the limit on p95 of a query went to 9.8 ms or more, the answer would become BIG." in up["sentence"].tolist()
    )
    off = flips(facts, *_frames(scores), ABLE, Plan(("big", "small")))
    assert "If the limit on p95 of a query were set below 9.8 ms, the answer would become SMALL." in list(
        off["sentence"]
    )


def test_flips_of_what_is_no_number() -> None:
    scores = _shifted(big=0.1, small=0.0)
    facts = [_facts("big", licence="GPL-3.0", p95_ms=None), _facts("small", p95_ms=3.0)]
    said = list(
        flips(facts, *_frames(scores), ABLE, Plan(("big", "small"), limits=Limits(licences=("MIT",))))["sentence"]
    )
    assert "If the licence GPL-3.0 were allowed, the answer would become BIG." in said
    table = flips(facts, *_frames(scores), ABLE, Plan(("big", "small")))
    assert "If any limit on p95 of a query were set, the answer would become SMALL." in list(table["sentence"])
    away = [_facts("big", remote=True), _facts("small")]
    table = flips(away, *_frames(scores), ABLE, Plan(("big", "small")))
    row = table[table["what"] == "local"].iloc[0]
    assert isnan(row["at"]) and row["after"] == "SMALL"
    tied = _shifted(a=0.0, b=0.0)
    costs = [_facts("a", p95_ms=1.0, memory_bytes=9e8), _facts("b", p95_ms=9.0, memory_bytes=1e8)]
    orders = flips(costs, *_frames(tied), ABLE, Plan(("a", "b"), margin=0.05))
    assert "If memory came first, the answer would become B." in list(orders["sentence"])


def test_a_plan_survives_json_and_refuses_nonsense() -> None:
    limits = Limits(p95_ms=20.0, licences=("MIT", "Apache-2.0"), language="de", local=True)
    plan = Plan(("a", "a+bm25"), limits=limits, order=("money", "speed"), hour_price=1.5, money={"a": 2.0}, run="x")
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
    assert Facts.from_json(json.loads(json.dumps(_facts("a").to_json()))) == _facts("a")
    for wrong in (
        {"order": ("weight",)},
        {"order": ()},
        {"order": ("speed", "speed")},
        {"margin": -0.1},
        {"tolerance": -1},
    ):
        with pytest.raises(VecassayError):
            Plan(("a",), **wrong)  # type: ignore[arg-type]
    with pytest.raises(VecassayError, match="missing: \\['b'\\]"):
        _decide(_shifted(a=0.0, b=0.0), [_facts("a")])


def test_more_queries_are_those_of_the_statistics() -> None:
    """The number in the sentence is the one the pair table shows."""
    rng = np.random.default_rng(1)
    base = rng.uniform(0.2, 0.9, 60)
    scores = {"big": base + rng.normal(0.02, 0.2, 60), "small": base}
    found = _decide(scores, [_facts("big", p95_ms=50.0), _facts("small", p95_ms=5.0)])
    more = stats.tell(_pairs(scores), 0.01)["more"].iloc[0]
    assert 0 < more < inf
    assert found.told["more"].iloc[0] == more
    assert f"About {float(f'{more:.2g}'):,.0f} more" in found.would_decide[0]


@pytest.mark.parametrize("p95", [2.0344, 2.0351, 999.7, 0.084449])
def test_flips_name_a_number_at_which_they_are_true(p95: float) -> None:
    facts, frames = [_facts("big", p95_ms=p95), _facts("small", p95_ms=0.01)], _frames(_shifted(big=0.1, small=0.0))
    plan = Plan(("big", "small"), limits=Limits(p95_ms=0.02))
    up = next(line for line in flips(facts, *frames, ABLE, plan)["sentence"] if "ms or more" in line)
    told = float(up.partition(" went to ")[2].partition(" ms")[0].replace(",", ""))
    assert decide(facts, *frames, ABLE, replace(plan, limits=Limits(p95_ms=told))).chosen == "big"
    off = replace(plan, limits=Limits())
    down = next(
        line for line in flips(facts, *frames, ABLE, off)["sentence"] if "limit on p95" in line and "SMALL" in line
    )
    below = float(down.partition(" below ")[2].partition(" ms")[0].replace(",", ""))
    assert decide(facts, *frames, ABLE, replace(plan, limits=Limits(p95_ms=below - 1e-9))).chosen == "small"


def test_what_a_limit_strikes_out_is_told_apart_from_it() -> None:
    (reason,) = struck(_facts("a", p95_ms=2.0344), Limits(p95_ms=2.03))
    assert reason == "p95 of a query: 2.04 ms, and at most 2.03 ms is wanted."


def test_the_best_is_only_said_of_the_limits_where_a_better_one_is_struck_out() -> None:
    scores = _shifted(best=0.2, a=0.0, b=0.0)
    facts = [_facts("best", p95_ms=90.0), _facts("a"), _facts("b")]
    found = _decide(scores, facts, Plan(tuple(scores), limits=Limits(p95_ms=10.0)))
    assert set(found.tie_group) == {"a", "b"} and found.chosen == found.best
    assert ": the best nDCG@10 within the limits (0." in found.answer
