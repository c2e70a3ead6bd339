"""Duties as expressions: canonical text, program, meaning and pieces, against naive twins written from METHOD.md."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys
from fractions import Fraction
from importlib import resources

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fastavs.duty import (
    ADD,
    CONST,
    MAX,
    MIN,
    SUB,
    TERM,
    Add,
    Duty,
    Expr,
    Max,
    Min,
    Percent,
    Specific,
    Sub,
    parse_duty,
)
from fastavs.errors import DutyError
from fastavs.units.units import parse_unit

unhurried = settings(deadline=None)

FX = {"EUR": 1.08, "USD": 1.0, "GBP": 1.27, "RUB": 0.0325}

amounts = st.one_of(
    st.decimals(min_value=0, max_value=5000, places=3).map(Fraction),
    st.fractions(min_value=0, max_value=100, max_denominator=60),
)
percents = amounts.map(Percent)
mass_units = st.sampled_from(["kg", "g", "t", "100 kg", "1000 kg"])
all_units = st.sampled_from(["kg", "100 kg", "t", "l", "hl", "piece", "1000 piece", "pair", "cm3", "MWh", "lpa"])


def specifics(units: st.SearchStrategy[str]) -> st.SearchStrategy[Specific]:
    return st.builds(Specific, amounts, st.sampled_from(sorted(FX)), units.map(parse_unit))


def combined(parts: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    many = st.lists(parts, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        st.builds(Add, parts, parts), st.builds(Sub, parts, parts), st.builds(Max, many), st.builds(Min, many)
    )


def expressions(units: st.SearchStrategy[str]) -> st.SearchStrategy[Expr]:
    return st.recursive(st.one_of(percents, specifics(units)), combined, max_leaves=8)


def naive_rate(expr: Expr, unit_values: dict[str, float]) -> float:
    """The rate by walking the tree in double, in the order that the contract of the program fixes."""
    if isinstance(expr, Percent):
        return float(expr.value / 100)
    if isinstance(expr, Specific):
        return float(expr.amount / expr.unit.size) * FX[expr.currency] * (1.0 / unit_values[expr.unit.kind])
    if isinstance(expr, Add):
        return naive_rate(expr.left, unit_values) + naive_rate(expr.right, unit_values)
    if isinstance(expr, Sub):
        return naive_rate(expr.left, unit_values) - naive_rate(expr.right, unit_values)
    chosen = max if isinstance(expr, Max) else min
    return chosen(naive_rate(part, unit_values) for part in expr.parts)


def exact_rate(expr: Expr, ratio: Fraction) -> Fraction:
    """The rate in rational numbers, with percentages and coefficients as the doubles that they are."""
    if isinstance(expr, Percent):
        return Fraction(float(expr.value / 100))
    if isinstance(expr, Specific):
        return Fraction(float(expr.amount / expr.unit.size) * FX[expr.currency]) * ratio
    if isinstance(expr, Add):
        return exact_rate(expr.left, ratio) + exact_rate(expr.right, ratio)
    if isinstance(expr, Sub):
        return exact_rate(expr.left, ratio) - exact_rate(expr.right, ratio)
    chosen = max if isinstance(expr, Max) else min
    return chosen(exact_rate(part, ratio) for part in expr.parts)


def without_specifics(expr: Expr) -> float | None:
    """What is left when specific terms are taken out (METHOD.md section 2); None for nothing."""
    if isinstance(expr, Percent):
        return float(expr.value / 100)
    if isinstance(expr, Specific):
        return None
    if isinstance(expr, Add | Sub):
        left, right = without_specifics(expr.left), without_specifics(expr.right)
        if right is None:
            return left
        sign = 1 if isinstance(expr, Add) else -1
        return (0.0 if left is None else left) + sign * right
    kept = [left for left in map(without_specifics, expr.parts) if left is not None]
    return (max if isinstance(expr, Max) else min)(kept) if kept else None


# --- canonical text -----------------------------------------------------------------------------------------------


@unhurried
@given(expressions(all_units))
def test_canonical_text_reads_back(expr: Expr) -> None:
    duty = Duty(expr)
    again = parse_duty(duty.text)
    assert again.expr == expr
    assert again.text == duty.text == str(duty)
    assert again.program == duty.program


@pytest.mark.parametrize(
    "text",
    [
        "0%",
        "15%",
        "12.5%",
        "100/3%",
        "0.4 EUR/l",
        "140 USD/1000 kg",
        "max(15%, 0.15 EUR/kg)",
        "5% + 0.2 EUR/kg",
        "min(15%, max(12.5%, 0.6 EUR/cm3))",
        "max(5%, 2.5 EUR/1000 piece)",
        "min(max(18.4%, 22 EUR/100 kg), 24 EUR/100 kg)",
        "20% - 2 EUR/kg",
        "20% - (2 EUR/kg + 1 EUR/l)",
        "20% - (2 EUR/kg - 1%)",
        "20% - 2 EUR/kg - 1%",
        "5% + (3% + 1 EUR/kg)",
        "max(1%, 2%, 3 EUR/kg)",
        "max(max(1%, 2%), 3 EUR/kg)",
    ],
)
def test_canonical_examples(text: str) -> None:
    assert parse_duty(text).text == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        (" 15.00 % ", "15%"),
        ("0.150EUR/100kg", "0.15 EUR/100 kg"),
        ("max( 15% ,0.15 EUR / 1 kg )", "max(15%, 0.15 EUR/kg)"),
        ("((15%))", "15%"),
        ("(5% + 3%) + 1 EUR/kg", "5% + 3% + 1 EUR/kg"),
        ("5% +\n0.2 EUR/kg", "5% + 0.2 EUR/kg"),
        ("007%", "7%"),
        ("200/6%", "100/3%"),
    ],
)
def test_canonical_text_is_evened_out(text: str, canonical: str) -> None:
    assert parse_duty(text).text == canonical


def test_amounts_are_exact() -> None:
    (term,) = parse_duty("61.7 cents/kg + 16%").specifics
    assert term.amount == Fraction(617, 1000)
    assert term.b == 0.617
    assert parse_duty("12.5%").ad_valorem == float(Fraction(25, 2) / 100) == 0.125
    assert parse_duty("0.1 EUR/3 kg").specifics[0].b == float(Fraction(1, 30))


def test_nodes_check_themselves() -> None:
    kg = parse_unit("kg")
    with pytest.raises(DutyError, match="negative percentage"):
        Percent(Fraction(-1))
    with pytest.raises(DutyError, match="negative amount"):
        Specific(Fraction(-1), "EUR", kg)
    with pytest.raises(DutyError, match="currency"):
        Specific(Fraction(1), "euro", kg)
    with pytest.raises(DutyError, match="fewer than two"):
        Max((Percent(Fraction(1)),))
    with pytest.raises(DutyError, match="fewer than two"):
        Min(())
    with pytest.raises(DutyError, match="beyond all bounds"):
        Percent(Fraction(10**400))


def test_nesting_is_bounded() -> None:
    assert parse_duty("(" * 500 + "15%" + ")" * 500).text == "15%"
    with pytest.raises(DutyError, match="nested more than 64 deep"):
        parse_duty("1% - (1 EUR/kg + " * 100 + "1%" + ")" * 100)


# --- meaning ------------------------------------------------------------------------------------------------------


def test_program_is_postfix_and_folds_from_the_left() -> None:
    duty = parse_duty("min(15%, max(12.5%, 0.6 EUR/cm3), 0.6 EUR/cm3 + 2 USD/cm3 - 1%)")
    assert [term.currency for term in duty.specifics] == ["EUR", "USD"]
    assert duty.program == (
        *[(CONST, 0.15), (CONST, 0.125), (TERM, 0), (MAX, 0), (MIN, 0)],
        *[(TERM, 0), (TERM, 1), (ADD, 0), (CONST, 0.01), (SUB, 0), (MIN, 0)],
    )
    assert (CONST, TERM, ADD, SUB, MAX, MIN) == (0, 1, 2, 3, 4, 5)


@unhurried
@given(expressions(all_units), st.floats(0.001, 1e6), st.floats(0.001, 1e6))
def test_rate_is_the_tree_walked(expr: Expr, per_kg: float, other: float) -> None:
    duty = Duty(expr)
    values = {kind: per_kg if kind == "mass" else other for kind in duty.kinds}
    assert duty.rate(values, FX) == naive_rate(expr, values)


@unhurried
@given(expressions(all_units))
def test_ad_valorem_part_is_what_is_left(expr: Expr) -> None:
    left = without_specifics(expr)
    assert Duty(expr).ad_valorem == (0.0 if left is None else left)


@unhurried
@given(st.recursive(percents, combined, max_leaves=8))
def test_rate_without_specifics_is_the_ad_valorem_part(expr: Expr) -> None:
    duty = Duty(expr)
    assert duty.rate() == duty.ad_valorem
    assert not duty.has_specific
    assert duty.kinds == duty.currencies == ()


# METHOD.md section 2 names these.
@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("max(15%, 0.15 EUR/kg)", 0.15),
        ("min(10%, 2 EUR/kg)", 0.10),
        ("min(15%, max(12.5%, 0.6 EUR/cm3))", 0.125),
        ("min(max(18.4%, 22 EUR/100 kg), 24 EUR/100 kg)", 0.184),
        ("0.4 EUR/l", 0.0),
        ("min(max(0.5 EUR/piece, 2.7%), 4.6%)", 0.027),
        ("20% - 2 EUR/kg", 0.2),
        ("5% + 0.2 EUR/kg", 0.05),
    ],
)
def test_ad_valorem_parts(text: str, part: float) -> None:
    assert parse_duty(text).ad_valorem == part


def test_kinds_and_currencies_by_first_appearance() -> None:
    duty = parse_duty("40% + 121 EUR/hl + 20.6 GBP/100 kg + 1 EUR/l")
    assert duty.kinds == ("volume", "mass")
    assert duty.currencies == ("EUR", "GBP")
    assert [term.b for term in duty.specifics] == [1.21, 0.206, 1.0]


def test_has_specific_asks_for_an_amount() -> None:
    assert parse_duty("max(15%, 0.15 EUR/kg)").has_specific
    assert not parse_duty("max(15%, 0 EUR/kg)").has_specific
    assert parse_duty("max(15%, 0 EUR/kg)").kinds == ("mass",)


@pytest.mark.parametrize(
    ("text", "monotone"),
    [
        ("15%", True),
        ("max(15%, 0.15 EUR/kg)", True),
        ("20% - 2 EUR/kg", False),
        ("20% - 0 EUR/kg", True),
        ("2 EUR/kg - 5%", True),
        ("20% - (5% - 2 EUR/kg)", True),
        ("20% - max(5%, 2 EUR/kg)", False),
        ("max(3%, 20% - (2 EUR/kg + 1%))", False),
    ],
)
def test_monotone(text: str, monotone: bool) -> None:
    assert parse_duty(text).is_monotone is monotone


@unhurried
@given(expressions(mass_units), st.floats(0.01, 1e4), st.floats(0.01, 1e4))
def test_a_monotone_rate_never_falls_with_the_ratio(expr: Expr, one: float, other: float) -> None:
    duty = Duty(expr)
    assume(duty.is_monotone and duty.kinds)
    dear, cheap = max(one, other), min(one, other)
    assert duty.rate(cheap, FX) >= duty.rate(dear, FX)


def test_max_is_at_least_each_part_and_min_at_most() -> None:
    for unit_value in (0.2, 0.5, 1.0, 3.0):
        parts = [parse_duty(text).rate(unit_value, FX) for text in ("15%", "0.15 EUR/kg", "0.1 EUR/kg")]
        assert parse_duty("max(15%, 0.15 EUR/kg, 0.1 EUR/kg)").rate(unit_value, FX) == max(parts)
        assert parse_duty("min(15%, 0.15 EUR/kg, 0.1 EUR/kg)").rate(unit_value, FX) == min(parts)


def test_scaling_amount_and_unit_together_changes_nothing() -> None:
    rates = {
        parse_duty(text).rate(2.0, FX) for text in ("15 EUR/100 kg", "0.15 EUR/kg", "150 EUR/t", "150 EUR/1000 kg")
    }
    assert len(rates) == 1


def test_the_breach_of_ds485() -> None:
    """WTO dispute DS485: at 0.80 EUR/l the applied rate is 15 %, the bound one 14.7 % (METHOD.md section 2)."""
    applied, bound = parse_duty("max(13.3%, 0.12 EUR/l)"), parse_duty("min(14.7%, max(13.3%, 0.12 EUR/l))")
    assert applied.rate(0.8, {"EUR": 1.0}) == pytest.approx(0.15, rel=1e-15)
    assert bound.rate(0.8, {"EUR": 1.0}) == 0.147


def test_unit_values_by_kind_or_unit() -> None:
    duty = parse_duty("40% + 121 EUR/hl + 20.6 EUR/100 kg")
    by_kind = duty.rate({"volume": 2.0, "mass": 4.0}, FX)
    assert by_kind == duty.rate({"hl": 200.0, "t": 4000.0}, FX) == duty.rate({"l": 2.0, "kg": 4.0, "pair": 1.0}, FX)
    assert by_kind == pytest.approx(0.4 + 1.21 * 1.08 / 2 + 0.206 * 1.08 / 4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((None, FX), "no unit value for a kg"),
        (({"l": 2.0}, FX), "no unit value for a kg"),
        ((2.0, None), "no exchange rate for EUR"),
        ((2.0, {"USD": 1.0}), "no exchange rate for EUR"),
        ((0.0, FX), "unit value for a kg"),
        ((-1.0, FX), "unit value for a kg"),
        ((math.nan, FX), "unit value for a kg"),
        ((math.inf, FX), "unit value for a kg"),
        ((1e-320, FX), "unit value for a kg"),
        ((2.0, {"EUR": 0.0}), "exchange rate for EUR"),
        ((2.0, {"EUR": math.nan}), "exchange rate for EUR"),
        (({"kilo": 2.0}, FX), "neither kind nor unit"),
        (({"kg": 2.0, "t": 2000.0}, FX), "two unit values for mass"),
    ],
)
def test_what_a_rate_needs(arguments: tuple, message: str) -> None:
    with pytest.raises(DutyError, match=message):
        parse_duty("max(15%, 0.15 EUR/kg)").rate(*arguments)


def test_two_kinds_need_two_unit_values() -> None:
    with pytest.raises(DutyError, match="needs a unit value for each"):
        parse_duty("1 EUR/hl + 2 EUR/kg").rate(2.0, FX)


# --- pieces -------------------------------------------------------------------------------------------------------


@unhurried
@given(expressions(mass_units), st.lists(st.fractions(Fraction(1, 10**5), 10**5), max_size=8))
def test_pieces_are_the_duty(expr: Expr, ratios: list[Fraction]) -> None:
    duty = Duty(expr)
    pieces = duty.pieces(FX)
    assert list(pieces.breakpoints) == sorted(set(pieces.breakpoints))
    assert len(pieces.breakpoints) + 1 == len(pieces.intercepts) == len(pieces.slopes) == len(pieces.binds)
    between = [Fraction(a + b) / 2 for a, b in zip(pieces.breakpoints, pieces.breakpoints[1:], strict=False)]
    for ratio in (*ratios, *map(Fraction, pieces.breakpoints), *between):
        exact = exact_rate(expr, ratio)
        piece = pieces.piece(float(ratio))
        size = abs(pieces.intercepts[piece]) + abs(pieces.slopes[piece]) * float(ratio)
        assert pieces.rate(float(ratio)) == pytest.approx(float(exact), rel=1e-12, abs=1e-12 * max(1.0, size))


@unhurried
@given(expressions(mass_units))
def test_neighbouring_pieces_differ_and_meet(expr: Expr) -> None:
    pieces = Duty(expr).pieces(FX)
    lines = list(zip(pieces.intercepts, pieces.slopes, strict=True))
    for at, before, after in zip(pieces.breakpoints, lines, lines[1:], strict=False):
        assert before != after
        left, right = (intercept + slope * at for intercept, slope in (before, after))
        size = max(abs(before[0]), abs(after[0]), abs(before[1] * at), abs(after[1] * at))
        assert left == pytest.approx(right, abs=1e-12 * size)


@unhurried
@given(expressions(mass_units))
def test_what_binds_gives_the_rate(expr: Expr) -> None:
    duty = Duty(expr)
    pieces = duty.pieces(FX)
    inside = [*pieces.breakpoints, 2 * pieces.breakpoints[-1] + 1] if pieces.breakpoints else [1.0]
    for ratio, governing in zip(inside, pieces.binds, strict=True):
        assume(1e-6 < ratio < 1e6)
        bound_by = parse_duty(governing)
        expected = bound_by.rate(1 / ratio if bound_by.kinds else None, FX)
        size = sum(abs(x) for x in (pieces.intercepts[pieces.piece(ratio)], pieces.slopes[pieces.piece(ratio)] * ratio))
        assert duty.rate(1 / ratio, FX) == pytest.approx(expected, rel=1e-9, abs=1e-9 * max(1.0, size))


def test_pieces_of_the_russian_car_duty() -> None:
    pieces = parse_duty("min(15%, max(12.5%, 0.6 EUR/cm3))").pieces({"EUR": 1.25})
    assert pieces.kind == "cm3"
    assert pieces.breakpoints == (0.125 / 0.75, 0.15 / 0.75)
    assert pieces.intercepts == (0.125, 0.0, 0.15)
    assert pieces.slopes == (0.0, 0.75, 0.0)
    assert pieces.binds == ("12.5%", "0.6 EUR/cm3", "15%")


def test_pieces_of_a_corridor() -> None:
    pieces = parse_duty("min(max(20%, 0.25 EUR/kg), 0.5 EUR/kg)").pieces({"EUR": 1.0})
    assert pieces.breakpoints == (0.2 / 0.5, 0.2 / 0.25)
    assert pieces.slopes == (0.5, 0.0, 0.25)
    assert pieces.binds == ("0.5 EUR/kg", "20%", "0.25 EUR/kg")


def test_pieces_of_falling_and_compound_duties() -> None:
    falling = parse_duty("max(5%, 25% - 2 EUR/kg)").pieces({"EUR": 1.0})
    assert (falling.breakpoints, falling.slopes) == ((0.1,), (-2.0, 0.0))
    assert falling.binds == ("25% - 2 EUR/kg", "5%")
    compound = parse_duty("5% + max(10%, 0.5 EUR/kg)").pieces({"EUR": 1.0})
    assert (compound.breakpoints, compound.slopes) == ((0.2,), (0.0, 0.5))
    assert compound.binds == ("5% + 10%", "5% + 0.5 EUR/kg")


def test_pieces_fold_two_currencies_and_merge_equal_neighbours() -> None:
    pieces = parse_duty("max(0.5 EUR/kg, 1 USD/kg, 10%)").pieces({"EUR": 2.0, "USD": 1.0})
    assert (pieces.breakpoints, pieces.slopes) == ((0.1,), (0.0, 1.0))
    assert pieces.binds == ("10%", "0.5 EUR/kg")
    assert parse_duty("max(15%, 10%) - 0 EUR/kg").pieces(FX).breakpoints == ()


def test_pieces_of_an_ad_valorem_duty() -> None:
    pieces = parse_duty("15%").pieces()
    assert (pieces.kind, pieces.breakpoints, pieces.intercepts, pieces.slopes) == (None, (), (0.15,), (0.0,))
    assert pieces.rate(7.0) == 0.15


def test_pieces_where_a_breakpoint_leaves_the_doubles() -> None:
    assert parse_duty("max(15%, 0.15 EUR/kg)").pieces({"EUR": 5e-324}).slopes == (0.0,)


def test_pieces_need_one_kind_and_exchange_rates() -> None:
    with pytest.raises(DutyError, match="volume and mass is no function of one quantity"):
        parse_duty("1 EUR/hl + 2 EUR/kg").pieces(FX)
    with pytest.raises(DutyError, match="no exchange rate for EUR"):
        parse_duty("1 EUR/hl").pieces()


# --- the package --------------------------------------------------------------------------------------------------


def test_duties_are_values() -> None:
    one, other = parse_duty("15%+0.2 EUR/kg"), Duty(Add(Percent(Fraction(15)), parse_duty("0.2 EUR/kg").expr))
    assert one == other
    assert hash(one) == hash(other)
    assert pickle.loads(pickle.dumps(one)) == one
    assert pickle.loads(pickle.dumps(one)).program == one.program
    with pytest.raises(AttributeError):
        one.text = "0%"  # type: ignore[misc]


def test_parsers_are_built_when_needed() -> None:
    program = "import sys, fastavs.duty; print(*sorted({'lark', 'numba', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_grammars_come_with_the_package() -> None:
    names = {entry.name for entry in resources.files("fastavs.duty").iterdir()}
    assert {"canonical.lark", "english.lark", "numerals.lark", "russian.lark"} <= names
