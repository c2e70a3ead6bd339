"""Sums in exact pieces: any order and any parts give the same bits, and what they come to is right."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from small import row, study

import fastavs as fa
from fastavs.kernels.options import readonly
from fastavs.kernels.pieces import WEIGHT_RULERS, power_over, weight_pieces

MEANS = ["simple_mean", "weighted_mean_unadjusted", "hs6_mean", "ad_valorem_simple_mean", "ad_valorem_weighted_mean"]
SPREADS = ["simple_sd", "weighted_sd", "matched_sd", "ad_valorem_simple_sd"]


def codes(n: int) -> list[str]:
    return [f"{place:08d}00" for place in range(1, n + 1)]


def percent(rate: float) -> str:
    """A rate as a duty, all its digits written."""
    return f"{Decimal(repr(rate)) * 100:f}%"


def percents(rates: list[float], weights: list[float], **more: Any) -> fa.Study:
    """A study of a year with a line for each rate, and its imports."""
    lines = codes(len(rates))
    rows = [row("2009", line, "DEU", weight) for line, weight in zip(lines, weights, strict=True) if weight > 0.0]
    duties = {line: percent(rate) for line, rate in zip(lines, rates, strict=True)}
    return study(rows, {2009: duties}, **more)


def rates_of(found: fa.Study) -> tuple[list[Fraction], list[Fraction]]:
    """Rates and imports of lines that weigh, as they are in doubles."""
    table = found.rates().table.to_pylist()
    return [Fraction(one["rate"]) for one in table], [Fraction(one["imports"] or 0) for one in table]


def exact(values: list[Fraction], weights: list[Fraction]) -> Fraction:
    return sum(w * x for w, x in zip(weights, values, strict=True)) / sum(weights)


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1.0, 14.0, 5e3, 1e9])
@pytest.mark.parametrize("seed", range(3))
def test_means_are_the_exact_ones(seed: int, scale: float) -> None:
    rng = random.Random(seed)
    rates = [scale * rng.random() ** 3 for _ in range(700)]
    weights = [rng.lognormvariate(0, 6) if rng.random() < 0.8 else 0.0 for _ in rates]
    made = percents(rates, weights, options={"outlier": 1e12})
    x, w = rates_of(made)
    (summary,) = made.rates().summary().to_pylist()
    simple, weighted = exact(x, [Fraction(1)] * len(x)), exact(x, w)
    for name, expected in (("simple_mean", simple), ("weighted_mean_unadjusted", weighted)):
        assert abs(Fraction(summary[name]) - expected) <= Fraction(2.0**-52) * expected + Fraction(2.0**-68), name
    variance = exact([(one - simple) ** 2 for one in x], [Fraction(1)] * len(x)) * len(x) / (len(x) - 1)
    assert summary["simple_sd"] == pytest.approx(float(variance) ** 0.5, rel=1e-14)
    spread = exact([(one - weighted) ** 2 for one in x], w)
    assert summary["weighted_sd"] == pytest.approx(float(spread) ** 0.5, rel=1e-13)


@pytest.mark.parametrize("rate", [0.06, 0.1 / 3.0, 1e-5, 3.3e-7, 0.9999, 7.77, 12.0, 33.0, 4.1e5])
@pytest.mark.parametrize("lines", [2, 3, 1000])
def test_lines_at_one_rate_deviate_by_nothing(rate: float, lines: int) -> None:
    rng = random.Random(lines)
    made = percents([rate] * lines, [rng.lognormvariate(0, 8) for _ in range(lines)], options={"outlier": 1e9})
    (summary,) = made.rates().summary().to_pylist()
    assert [summary[name] for name in SPREADS] == [0.0] * 4
    assert [summary[name] for name in MEANS] == [pytest.approx(rate, rel=5e-16)] * 5
    (group,) = made.rates().by("chapter").to_pylist()
    assert group["simple_sd"] == 0.0


def test_a_giant_rate_on_tiny_trade_leaves_the_others_their_digits() -> None:
    """As an `outlier` of 1e9 lets it: an absurd quantity on a cent."""
    rng = random.Random(11)
    lines = codes(400)
    rows = [row("2009", line, "DEU", rng.uniform(1e5, 1e7), 1.0) for line in lines[2:]]
    rows += [row("2009", lines[0], "DEU", 0.01, 4e5), row("2009", lines[1], "DEU", 0.1, 1.3e6)]
    duties = {line: percent(rng.random()) for line in lines[2:]} | dict.fromkeys(lines[:2], "max(5%, 1 USD/kg)")
    made = study(rows, {2009: duties}, options={"outlier": 1e9})
    x, w = rates_of(made)
    assert max(x) > 10**7
    (summary,) = made.rates().summary().to_pylist()
    weighted = exact(x, w)
    assert summary["weighted_mean_unadjusted"] == pytest.approx(float(weighted), rel=3e-16)
    assert summary["simple_mean"] == pytest.approx(float(exact(x, [Fraction(1)] * len(x))), rel=3e-16)
    spread = exact([(one - weighted) ** 2 for one in x], w)
    # a weight is a multiple of 2**-88 of the year's total: a cent has not all of its digits, and is all of the spread
    assert summary["weighted_sd"] == pytest.approx(float(spread) ** 0.5, rel=1e-8)
    index = fa.build_index(made)
    touched = fa.sweep(index, [fa.Scenario("a", fa.ScaleDuty(0.5, prefixes=lines[5])), fa.Scenario("b")]).figures
    assert touched[1].tobytes() == fa.sweep(index, fa.Scenario("c")).figures[0].tobytes()


def test_a_group_with_a_billionth_of_the_trade_has_its_own_mean() -> None:
    lines = [*(f"{place:08d}00" for place in range(1, 6)), *(f"99{place:06d}00" for place in range(1, 6))]
    rng = random.Random(2)
    weights = [rng.uniform(1e9, 3e9) for _ in range(5)] + [rng.uniform(0.5, 3.0) for _ in range(5)]
    rates = [rng.random() for _ in lines]
    rows = [row("2009", line, "DEU", weight) for line, weight in zip(lines, weights, strict=True)]
    made = study(rows, {2009: {line: percent(x) for line, x in zip(lines, rates, strict=True)}})
    table = {one["line"]: one for one in made.rates().table.to_pylist()}
    x = [Fraction(table[line]["rate"]) for line in lines[5:]]
    w = [Fraction(table[line]["imports"]) for line in lines[5:]]
    groups = {one["group"]: one for one in made.rates().by("chapter").to_pylist()}
    assert groups["99"]["weighted_mean"] == pytest.approx(float(exact(x, w)), rel=4e-16)
    touched = fa.sweep(made, fa.Scenario("touched", fa.SetDuty("99", "7%")), by="chapter").by("chapter").to_pylist()
    (small,) = [one for one in touched if one["group"] == "99"]
    assert (small["weighted_mean"], small["simple_sd"]) == (pytest.approx(0.07, rel=4e-16), 0.0)


def test_few_charged_lines_of_little_trade_have_all_their_digits() -> None:
    """As in a tariff that is nearly free."""
    rng = random.Random(4)
    rates = [0.0] * 3000
    weights = [rng.uniform(1e6, 1e8) for _ in rates]
    for place in range(3):
        rates[place], weights[place] = rng.uniform(0.03, 0.2), rng.uniform(0.5, 20.0)
    made = percents(rates, weights)
    x, w = rates_of(made)
    (summary,) = made.rates().summary().to_pylist()
    assert summary["weighted_mean_unadjusted"] == pytest.approx(float(exact(x, w)), rel=4e-16)
    assert summary["ad_valorem_weighted_mean"] == pytest.approx(float(exact(x, w)), rel=4e-16)
    mean = exact(x, w)
    spread = exact([(one - mean) ** 2 for one in x], w)
    assert summary["weighted_sd"] == pytest.approx(float(spread) ** 0.5, rel=1e-11)


def test_a_reform_of_everything_line_by_line_is_the_reform_of_everything() -> None:
    """Parts taken out and put back leave no trace, in however many parts."""
    rng = random.Random(5)
    lines = codes(300)
    rows = [row("2009", line, one, rng.lognormvariate(5, 3), rng.lognormvariate(4, 2)) for line in lines
            for one in rng.sample(["DEU", "USA", "CHN", "BRA", "IND"], rng.randint(0, 5))]  # fmt: skip
    duties = ["5%", "max(5%, 0.1 EUR/kg)", "0.3 EUR/kg", "7.5% + 0.02 EUR/kg", "min(30%, max(3%, 0.2 EUR/kg))"]
    made = study(rows, {2009: {line: rng.choice(duties) for line in lines}})
    index = fa.build_index(made)
    at_once = fa.Scenario("at once", fa.ScaleDuty(0.9, 0.7))
    pieces = [fa.Scenario(f"in {n}", *(fa.ScaleDuty(0.9, 0.7, prefixes=tuple(lines[i::n])) for i in range(n)))
              for n in (1, 2, 7, 60)]  # fmt: skip
    expected = fa.sweep(index, at_once).figures[0]
    for one in pieces:
        assert fa.sweep(index, one).figures[0].tobytes() == expected.tobytes(), one.name
        assert fa.sweep(index, [at_once, *pieces], threads=2).figures[-1].tobytes() == expected.tobytes()


def test_the_order_of_lines_and_rows_changes_no_bit() -> None:
    rng = random.Random(7)
    lines = codes(400)
    rows = [row("2009", line, "DEU", rng.lognormvariate(5, 5), rng.lognormvariate(4, 2)) for line in lines]
    duties = {line: rng.choice(["5%", "max(5%, 0.1 EUR/kg)", "7.123% + 0.02 EUR/kg"]) for line in lines}
    expected = study(rows, {2009: duties}).rates().summary()
    for _ in range(3):
        rng.shuffle(rows)
        rng.shuffle(lines)
        again = study(rows, {2009: {line: duties[line] for line in lines}}).rates().summary()
        assert again.equals(expected)


def test_weights_are_the_sum_of_their_pieces() -> None:
    rng = np.random.default_rng(1)
    weight = rng.lognormal(0.0, 8.0, 5000)
    unit = power_over(float(weight.sum()))
    assert unit / 2.0 <= weight.sum() < unit
    pieces = weight_pieces(readonly(weight, np.float64), unit)
    left = [Fraction(w) / Fraction(unit) - sum(map(Fraction, some)) for w, some in zip(weight, pieces.T, strict=True)]
    assert max(map(abs, left)) <= Fraction(2) ** -89
    for piece, power in zip(pieces, (-28, -40, -52, -64, -76, -88), strict=True):
        assert (piece * 2.0**-power == np.rint(piece * 2.0**-power)).all()
    assert len(WEIGHT_RULERS) == 6
