"""The export duty on crude oil: what docs/oil.md says, against the words of the law."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

import fastavs as fa
from fastavs.cli import main

PAGE = (Path(__file__).parents[1] / "docs" / "oil.md").read_text(encoding="utf-8")
(TEXT,) = re.findall(r"^    (max\(.*\))$", PAGE, re.MULTILINE)
ROWS = re.findall(r"^\| ([0-9.]+) \| ([0-9.]+) \| ([0-9.]+) \| ([0-9.]+) \| ([0-9.]+) \|$", PAGE, re.MULTILINE)


def by_law(price: Fraction) -> Fraction:
    """Return the most that the law lets the duty be, USD a ton."""
    if price <= Fraction("109.5"):
        return Fraction(0)
    if price <= Fraction("182.5"):
        return Fraction(35, 100) * (price - Fraction("109.5"))
    return Fraction("25.53") + Fraction(40, 100) * (price - Fraction("182.5"))


def by_duty(price: Fraction) -> Fraction:
    """Return the duty, USD a ton, by the same arithmetic."""
    return max(
        Fraction(0), Fraction(35, 100) * price - Fraction("38.325"), Fraction(40, 100) * price - Fraction("47.47")
    )


@pytest.mark.parametrize(("price", "law", "duty", "percent", "over"), ROWS, ids=[row[0] for row in ROWS])
def test_the_table(price: str, law: str, duty: str, percent: str, over: str) -> None:
    at = Fraction(price)
    assert by_law(at) == Fraction(law)
    assert by_duty(at) == Fraction(duty)
    assert by_duty(at) - by_law(at) == Fraction(over)
    rate = fa.parse_duty(TEXT).rate(unit_value=float(at) / 1000, fx={"USD": 1.0})  # USD for a kilogram
    assert rate == pytest.approx(float(by_duty(at) / at), rel=1e-13, abs=1e-16)
    assert f"{100 * rate:.2f}" == percent


def test_the_table_has_all_prices() -> None:
    assert [row[0] for row in ROWS] == ["100", "109.5", "150", "182.5", "182.7", "182.9", "250"]


def test_it_is_over_by_two_cents_at_most_and_between_182_5_and_182_9_alone() -> None:
    for step in range(1, 100_001):  # from a cent to 1000 USD a ton
        price = Fraction(step, 100)
        over = by_duty(price) - by_law(price)
        assert 0 <= over <= Fraction(2, 100)
        assert (over > 0) == (Fraction("182.5") < price < Fraction("182.9"))
    above = Fraction("182.5") + Fraction(1, 10**9)
    assert Fraction("0.019999") < by_duty(above) - by_law(above) < Fraction("0.02")


def test_its_curve_has_the_brackets_of_the_law() -> None:
    pieces = fa.parse_duty(TEXT).pieces({"USD": 1.0})
    assert list(pieces.binds) == ["40% - 47.47 USD/t", "35% - 38.325 USD/t", "0%"]
    assert [1 / ratio for ratio in pieces.breakpoints] == pytest.approx([0.1829, 0.1095], rel=1e-12)
    shown = CliRunner().invoke(main, ["duty", TEXT, "--unit-value", "t=250"], prog_name="fastavs").stdout
    assert "0.1095 to 0.1829" in shown
    assert "21.01 %" in shown
