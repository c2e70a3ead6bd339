"""Nested duties by binary search against the direct twin and exact sums, with ties where pieces meet."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from direct_lines import mean_rate
from hypothesis import given
from hypothesis import strategies as st

from fastavs.duty import ADD, CONST, MAX, TERM, Duty, parse_duty
from fastavs.evaluation.rows import row_figures
from fastavs.index.duties import duty_table
from fastavs.kernels import names, shapes
from fastavs.kernels.options import readonly
from fastavs.kernels.segments import finish_segments

OUTLIER = 10.0
CURRENCIES = ("EUR", "USD")
FX = {"EUR": (1.39, 1.33), "USD": (1.0, 1.0)}  # by period
ULPS = 1e-15

Segments = list[list[float]]  # ratios by period


def by_index(duties: list[Duty], groups: list[Segments], scenarios: np.ndarray) -> dict[str, np.ndarray]:
    """Every duty on every group by the sorted index; rates under factors on the euro, counts under the first one."""
    segments = [(np.sort(ratios), period) for group in groups for period, ratios in enumerate(group)]
    start = np.concatenate(([0], np.cumsum([ratios.size for ratios, _ in segments]))).astype(np.int64)
    ratio = np.concatenate([ratios for ratios, _ in segments])
    running = np.empty(start[-1] + len(segments))
    table = np.zeros(start.size, dtype=shapes.SEGMENT)
    table["start"], table["period"][:-1] = start, [period for _, period in segments]
    room = np.empty(ratio.size), np.empty(ratio.size, dtype=np.int32)
    finish_segments(table, ratio, np.zeros(ratio.size, dtype=np.int32), running, *room)
    periods = len(groups[0])
    entries = shapes.Entries(
        readonly(np.arange(len(groups) + 1) * periods, np.int64), readonly(table, shapes.SEGMENT),
        readonly(ratio, np.float64), readonly(running, np.float64), *(readonly([], np.float64) for _ in range(3)),
    )  # fmt: skip
    pairs = [(duty, group) for duty in range(len(duties)) for group in range(len(groups))]
    bare = [not any(op == CONST for op, _ in duties[duty].program) for duty, _ in pairs]
    n = len(pairs)
    rows = shapes.records(
        shapes.ROW, n, duty=[duty for duty, _ in pairs], group=[group for _, group in pairs],
        specific=True, purely_specific=bare, nullable=True,
    )  # fmt: skip
    compiled = duty_table(duties, CURRENCIES)
    found = [row_figures(compiled, entries, rows, factors(one, periods), OUTLIER) for one in scenarios]
    rates = np.array([one.rate for one in found]).T
    return {"form": compiled.duty["form"], "rate": rates, "kept": found[0].kept, "binding": found[0].binding}


def factors(factor: float, periods: int) -> shapes.Factors:
    """A factor on the euro."""
    fx = [
        FX[currency][period] * (factor if currency == "EUR" else 1.0) for currency in CURRENCIES for period in range(2)
    ]
    ones, none = readonly(np.ones((1, 1)), np.float64), readonly(np.zeros((1, 1)), np.float64)
    ones_b, none_b = readonly(np.ones((2, 1)), np.float64), readonly(np.zeros((2, 1)), np.float64)
    rates_of = readonly(np.array(fx)[:, None], np.float64)
    return shapes.Factors(ones, none, none, ones_b, none_b, none_b, rates_of, periods, 2)


def directly(duties: list[Duty], groups: list[Segments]) -> dict[str, np.ndarray]:
    """The same observation by observation."""
    found = []
    for duty in duties:
        for group in groups:
            ratio = np.concatenate(group)
            period = np.repeat(np.arange(len(group)), [len(ratios) for ratios in group])
            with np.errstate(invalid="ignore", over="ignore"):
                terms = [term.b * np.array(FX[term.currency])[period] * ratio for term in duty.specifics]
            found.append(mean_rate(duty, terms, OUTLIER))
    return {
        name: np.array(column)
        for name, column in zip(("rate", "kept", "binding"), zip(*found, strict=True), strict=True)
    }


def exactly(duty: Duty, group: Segments) -> Fraction | None:
    """The exact mean of the kept rates, each worked out in double as the duty's program says."""
    kept = []
    for period, ratios in enumerate(group):
        for r in ratios:
            stack: list[float] = []
            for op, arg in duty.program:
                if op in (CONST, TERM):
                    term = duty.specifics[int(arg)] if op == TERM else None
                    stack.append(arg if term is None else term.b * FX[term.currency][period] * r)
                    continue
                right, left = stack.pop(), stack.pop()
                takes_left = left > right if op == MAX else left < right  # false where one is no number
                stack.append(left + right if op == ADD else left if takes_left else right)
            if stack[0] <= OUTLIER:
                kept.append(Fraction(stack[0]))
    return sum(kept) / len(kept) if kept else None


def compare(duties: list[Duty], groups: list[Segments]) -> None:
    found, expected = by_index(duties, groups, np.ones(1)), directly(duties, groups)
    assert (found["form"] == names.NESTED).all()
    assert found["kept"].tolist() == expected["kept"].tolist()
    assert found["binding"].tolist() == expected["binding"].tolist()
    exact = [exactly(duty, group) for duty in duties for group in groups]
    for ours, theirs, mean in zip(found["rate"][:, 0].tolist(), expected["rate"].tolist(), exact, strict=True):
        if mean is not None:
            assert math.isclose(ours, theirs, rel_tol=ULPS)
            assert abs(Fraction(ours) - mean) <= Fraction(ULPS) * mean


CORRIDORS = [
    "min(max(5%, 0.3 EUR/kg), 20%)",
    "min(max(5%, 0.3 EUR/kg), 10% + 0.1 EUR/kg)",
    "max(5% + 0.1 EUR/kg, 0.3 EUR/kg)",
    "max(min(0.4 USD/kg, 12%), 0.1 EUR/kg)",
    "max(3% + 0.05 EUR/kg, min(0.4 USD/kg, 12%))",
    "min(14.7%, max(13.3%, 0.12 EUR/kg))",
    "min(max(5%, 0.3 EUR/kg), max(15%, 0.2 USD/kg), 40%)",
    "max(0.1 EUR/kg, 0.13 USD/kg)",
    "min(0.1 EUR/kg, 0.14 USD/kg, 300%)",
    "2% + max(5%, 0.3 EUR/kg)",
    "max(5%, 0.2 EUR/kg) + min(10%, 0.1 USD/kg)",
    "max(0.3 EUR/kg, 5%)",
    "min(max(5%, 0 EUR/kg), 20%)",
    "max(0 EUR/kg, min(0.3 EUR/kg, 20%))",
]


def ties(duty: Duty, period: int) -> list[float]:
    """Ratios at which one part of a duty meets another, or the threshold of outliers, and their neighbours."""
    levels = [arg for op, arg in duty.program if op == CONST] + [OUTLIER]
    levels += [OUTLIER - level for level in levels[:-1]]
    found = [0.0]
    for term in duty.specifics:
        c = term.b * FX[term.currency][period]
        for level in levels:
            found += [level / c, math.nextafter(level / c, 0.0), math.nextafter(level / c, math.inf)] if c > 0.0 else []
        for other in duty.specifics:
            gap = c - other.b * FX[other.currency][period]
            found += [level / gap for level in levels if gap > 0.0]
    return [r for r in found if r > 1e-300]  # below, numbers have fewer digits


@pytest.mark.parametrize("text", CORRIDORS)
def test_corridors_with_ties_and_absurd_ratios(text: str) -> None:
    rng = np.random.default_rng(len(text))
    duty = parse_duty(text)
    groups: list[Segments] = []
    for n in (0, 1, 3, 400):
        group = [rng.lognormal(-1.0, 2.0, n).tolist() + ties(duty, period) for period in (0, 1)]
        groups += [group, [[*ratios, *(1e12 * r for r in ratios[::7]), math.inf] for ratios in group]]
    compare([duty], groups)


PERCENTS = st.integers(0, 400).map(lambda tenths: f"{tenths / 10:g}%")
AMOUNTS = st.tuples(st.integers(0, 60), st.sampled_from(CURRENCIES)).map(lambda one: f"{one[0] / 100:g} {one[1]}/kg")


def nested(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(parts, min_size=2, max_size=3).map(", ".join)
    return st.one_of(
        several.map(lambda inside: f"max({inside})"),
        several.map(lambda inside: f"min({inside})"),
        st.tuples(parts, parts).map(" + ".join),
    )


EXPRESSIONS = st.recursive(st.one_of(PERCENTS, AMOUNTS), nested, max_leaves=7)
RATIOS = st.lists(st.floats(1e-6, 1e3), max_size=12)


def is_nested(text: str) -> bool:
    duty = parse_duty(text)
    return duty_table([duty], CURRENCIES).duty["form"][0] == names.NESTED


@given(text=EXPRESSIONS.filter(is_nested), first=RATIOS, second=RATIOS, data=st.data())
def test_any_nested_duty(text: str, first: list[float], second: list[float], data: Any) -> None:
    duty = parse_duty(text)
    group = []
    for period, ratios in enumerate((first, second)):
        planted = [*ties(duty, period), 1e12, 3e12, math.inf, 1.0]
        group.append(ratios + data.draw(st.lists(st.sampled_from(planted), max_size=20)))
    if any(group):
        compare([duty], [group])


def test_a_program_that_subtracts_or_goes_by_two_quantities_goes_observation_by_observation() -> None:
    texts = ["20% - 0.1 EUR/kg", "max(5%, 0.1 EUR/kg, 2 EUR/piece)", "max(5%, 4%)"]
    forms = duty_table([parse_duty(text) for text in texts], CURRENCIES).duty["form"]
    assert forms.tolist() == [names.ANY] * 3


PLAIN = {
    "{} EUR/kg": names.ALONE, "max(5%, {} EUR/kg)": names.GREATER,
    "5% + {} EUR/kg": names.SUM, "min(5%, {} EUR/kg)": names.LESSER,
}  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
@pytest.mark.parametrize("amount", ["0", "0.3"])
def test_plain_forms_on_infinite_ratios(text: str, amount: str) -> None:
    # nothing charged on an infinite quantity is no number, and dropped whichever way the duty is worked out
    duty = parse_duty(text.format(amount))
    groups: list[Segments] = [[[0.1, math.inf, 0.2], [1e300, 3.0]], [[math.inf], [math.inf]]]
    found, expected = by_index([duty], groups, np.ones(1)), directly([duty], groups)
    assert found["form"].tolist() == [PLAIN[text]]
    assert found["kept"].tolist() == expected["kept"].tolist()
    assert found["binding"].tolist() == expected["binding"].tolist()
    some = expected["kept"] > 0
    np.testing.assert_allclose(found["rate"][some, 0], expected["rate"][some], rtol=ULPS)


def test_rates_follow_the_exchange_rate() -> None:
    # breakpoints move with the scenario: each against a study with that rate
    rng = np.random.default_rng(3)
    duties = [parse_duty(text) for text in CORRIDORS]
    groups: list[Segments] = [[rng.lognormal(-1.0, 2.0, 300).tolist() for _ in range(2)]]
    factors = np.array([0.5, 1.0, 1.7])
    found = by_index(duties, groups, factors)["rate"]
    euro = FX["EUR"]
    for s, factor in enumerate(factors):
        FX["EUR"] = tuple(rate * factor for rate in euro)
        expected = [exactly(duty, group) for duty in duties for group in groups]
        FX["EUR"] = euro
        assert found[:, s].tolist() == pytest.approx([float(one) for one in expected], rel=ULPS, abs=0.0)
