"""Steps on duties as edits of their expressions: the duty that a step leaves stands as written.

Only plain percentages are added up: a percentage less, plus, capped by or held above another is one percentage.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

from fastavs.duty.expr import Add, Expr, Max, Min, Percent, Specific, Sub, children
from fastavs.duty.meaning import fraction_rate
from fastavs.scenario.selection import Except, Selection
from fastavs.scenario.step import DutyStep
from fastavs.scenario.step_duties import Add as AddStep
from fastavs.scenario.step_duties import Cap, DropSpecific, Floor, Scale, Set, Swiss, Tiers
from fastavs.scenario.written import Amount, Level
from fastavs.units.units import parse_unit

NOTHING = Percent(Fraction(0))
NEAR = 1e-12
"""A rate this near to a tier's `above` is not above it."""
OnPercent: TypeAlias = Callable[[Percent], Percent]
OnAmount: TypeAlias = Callable[[Specific], Specific]
OnNumbers: TypeAlias = tuple[OnPercent | None, OnAmount | None]


def changed_leaves(expr: Expr, on_percent: OnPercent | None, on_amount: OnAmount | None) -> Expr:
    """Return an expression with its percentages and its amounts changed; None leaves them alone."""
    if isinstance(expr, Percent):
        return on_percent(expr) if on_percent else expr
    if isinstance(expr, Specific):
        return on_amount(expr) if on_amount else expr
    parts = tuple(changed_leaves(one, on_percent, on_amount) for one in children(expr))
    return type(expr)(*parts) if isinstance(expr, Add | Sub) else type(expr)(parts)


def scaled(expr: Expr, factor: Fraction) -> Expr:
    """Return a duty with every percentage and every amount multiplied, which multiplies its rate."""
    return changed_leaves(
        expr,
        lambda one: Percent(one.value * factor),
        lambda one: Specific(one.amount * factor, one.currency, one.unit),
    )


def level_expr(level: Level) -> Expr:
    """Return a level as an expression; one below 0 without its sign."""
    from fastavs.duty.reading import duty_of

    if isinstance(level, Fraction):
        return Percent(abs(level) * 100)
    return level.term if isinstance(level, Amount) else duty_of(level).expr


def bounds(expr: Expr) -> tuple[Fraction | float, Fraction | float]:
    """Return what a duty is never below and never above, in percent, whatever its amounts come to."""
    if isinstance(expr, Percent):
        return expr.value, expr.value
    if isinstance(expr, Specific):
        return Fraction(0), math.inf if expr.amount else Fraction(0)
    low, high = zip(*map(bounds, children(expr)), strict=True)
    if isinstance(expr, Sub):
        return low[0] - high[1], high[0] - low[1]
    if isinstance(expr, Add):
        return low[0] + low[1], high[0] + high[1]
    return (max(low), max(high)) if isinstance(expr, Max) else (min(low), min(high))


def is_nought(expr: Expr) -> bool:
    """Whether a duty has amounts alone, each of them 0: it is known to be 0."""
    return all(isinstance(one, Specific) and not one.amount for one in leaves(expr))


def not_negative(expr: Expr) -> Expr:
    """Return a duty held at 0 or above, as it stands where it cannot be below."""
    return Max((NOTHING, expr)) if bounds(expr)[0] < 0 else expr


def capped(expr: Expr, limit: Expr) -> Expr:
    """Return a duty held at a limit, not below 0; as it stands where it is known not to meet the limit."""
    if (is_nought(expr) or not has_amounts(expr)) and bounds(expr)[1] <= bounds(limit)[0]:
        return expr
    if is_nought(limit) and bounds(expr)[0] >= 0:
        return limit
    both = isinstance(expr, Percent) and isinstance(limit, Percent)
    return limit if both else not_negative(Min((expr, limit)))


def floored(expr: Expr, limit: Expr) -> Expr:
    """Return a duty held above a limit; as it stands where it is known not to meet the limit."""
    low, high = bounds(expr)[0], bounds(limit)[1]
    if high <= low and (high <= 0 or not has_amounts(expr)):
        return expr
    if is_nought(expr) and has_amounts(limit):
        return limit
    both = isinstance(expr, Percent) and isinstance(limit, Percent)
    return limit if both else Max((expr, limit))


def raised(expr: Expr, by: Expr) -> Expr:
    """Return the sum of two duties; one alone where the other is known to be 0."""
    if bounds(by) == (0, 0):
        return expr
    if is_nought(expr) and has_amounts(by):
        return by
    if isinstance(expr, Percent) and isinstance(by, Percent):
        return Percent(expr.value + by.value)
    return Add(expr, by)


def reduced(expr: Expr, factor: Fraction) -> Expr:
    """Return a duty with its rate multiplied; one that this lowers is not below 0, and one stays that it leaves."""
    if factor == 1:
        return expr
    new = scaled(expr, factor)
    return not_negative(new) if factor < 1 else new


def lowered(expr: Expr, by: Expr) -> Expr:
    """Return a duty less another, not below 0."""
    if isinstance(expr, Percent) and isinstance(by, Percent):
        return Percent(max(expr.value - by.value, Fraction(0)))
    return Max((NOTHING, Sub(expr, by)))


def ad_valorem_part(expr: Expr) -> Fraction | None:
    """Return what is left of an expression when its amounts are taken out, in percent (METHOD.md section 2).

    None for nothing.
    """
    if isinstance(expr, Percent):
        return expr.value
    if isinstance(expr, Specific):
        return None
    parts = [ad_valorem_part(one) for one in children(expr)]
    if isinstance(expr, Sub):
        left, right = parts
        return left if right is None else (left or Fraction(0)) - right
    known = [one for one in parts if one is not None]
    if not known:
        return None
    return sum(known, Fraction(0)) if isinstance(expr, Add) else (max if isinstance(expr, Max) else min)(known)


def swiss_of(rate: Fraction, coefficient: Fraction) -> Fraction:
    """Return A a / (A + a)."""
    return coefficient * rate / (coefficient + rate)


def cut_of(rate: float, step: Tiers) -> Fraction:
    """Return the share that comes off a rate: that of the highest tier that it is above."""
    return next((one.cut for one in reversed(step.value) if rate - float(one.above) > NEAR), Fraction(0))


def edited(expr: Expr, step: DutyStep) -> Expr:
    """Return a duty as a step leaves it that goes by the duty alone.

    Raises
    ------
    DutyError
        A duty that is nested too deep, or beyond all bounds.
    """
    if isinstance(step, DropSpecific):
        return without_amounts(expr)
    of: str = getattr(step, "of", "rate")
    if of == "rate":
        return _whole(expr, step)
    on_percent, on_amount = _on_percent(step) if of == "ad_valorem" else (None, _on_amount(step))
    return changed_leaves(expr, on_percent, on_amount) if of == "specific" else changed_leaves(expr, on_percent, None)


def without_amounts(expr: Expr) -> Expr:
    """Return the ad valorem part of a duty that has amounts; 0 % of one that has nothing else."""
    return Percent(max(ad_valorem_part(expr) or Fraction(0), Fraction(0))) if has_amounts(expr) else expr


def _whole(expr: Expr, step: DutyStep) -> Expr:
    if isinstance(step, Scale):
        return reduced(expr, step.value)
    assert isinstance(step, Set | AddStep | Cap | Floor)
    level = level_expr(step.value)
    if isinstance(step, Set):
        return level
    if isinstance(step, Cap):
        return capped(expr, level)
    if isinstance(step, Floor):
        return floored(expr, level)
    number = step.value.value if isinstance(step.value, Amount) else step.value
    below = not isinstance(number, str) and number < 0
    return lowered(expr, level) if below else raised(expr, level)


def _on_percent(step: DutyStep) -> tuple[OnPercent, None]:
    """Return what a step makes of every percentage."""

    def change(one: Percent) -> Percent:
        return Percent(100 * _new_number(one.value / 100, step))

    return change, None


def _new_number(number: Fraction, step: DutyStep) -> Fraction:
    if isinstance(step, Swiss):
        return swiss_of(number, step.value)
    if isinstance(step, Tiers):
        return number * (1 - cut_of(fraction_rate(Percent(number * 100)), step))
    assert isinstance(step, Set | Scale | AddStep | Cap | Floor)
    assert isinstance(step.value, Fraction)
    return _combined(number, step.value, step)


def _combined(number: Fraction, value: Fraction, step: DutyStep) -> Fraction:
    if isinstance(step, Scale):
        return number * value
    if isinstance(step, AddStep):
        return max(number + value, Fraction(0))
    if isinstance(step, Cap):
        return min(number, value)
    return max(number, value) if isinstance(step, Floor) else value


def _on_amount(step: DutyStep) -> OnAmount:
    """Return what a step makes of every amount that it is for."""
    selection = step.selection
    value = getattr(step, "value", None)

    def change(one: Specific) -> Specific:
        named = (not selection.currency or one.currency in selection.currency) and (
            not selection.unit or one.unit.text in selection.unit
        )
        if not named:
            return one
        if isinstance(value, Amount):
            unit = parse_unit(value.unit)
            if one.currency != value.currency or one.kind != unit.kind:
                return one
            number = value.value * Fraction(one.unit.size) / Fraction(unit.size)
        else:
            assert isinstance(value, Fraction)
            number = value
        return Specific(_combined(one.amount, number, step), one.currency, one.unit)

    return change


# ---- what selections ask of a duty


def leaves(expr: Expr) -> list[Percent | Specific]:
    """Return percentages and amounts, left to right."""
    if isinstance(expr, Percent | Specific):
        return [expr]
    return [leaf for part in children(expr) for leaf in leaves(part)]


def has_amounts(expr: Expr) -> bool:
    return any(isinstance(one, Specific) for one in leaves(expr))


def form_of(expr: Expr) -> str:
    """Return a duty's form as selections know it.

    Examples
    --------
    >>> from fastavs.duty import parse_duty
    >>> [form_of(parse_duty(text).expr) for text in ("5%", "1 EUR/kg", "5% + 1 EUR/kg", "max(0%, 5% - 1 EUR/kg)")]
    ['ad_valorem', 'specific', 'compound', 'other']
    """
    if not has_amounts(expr):
        return "ad_valorem"
    if isinstance(expr, Specific):
        return "specific"
    simple = all(isinstance(one, Percent | Specific) for one in children(expr))
    if simple and isinstance(expr, Max | Min):
        return "greater" if isinstance(expr, Max) else "lesser"
    return "compound" if _is_sum(expr) else "other"


def _is_sum(expr: Expr) -> bool:
    if isinstance(expr, Add):
        return _is_sum(expr.left) and _is_sum(expr.right)
    return isinstance(expr, Percent | Specific)


def selects_duty(selection: Selection, expr: Expr) -> bool:
    """Whether a duty is one that a selection, its exceptions as well, is for; lines and years aside."""
    if not asks_of_duties(selection):
        return True
    terms = [one for one in leaves(expr) if isinstance(one, Specific)]
    if selection.form and form_of(expr) not in selection.form:
        return False
    if selection.currency and selection.unit:
        if not any(one.currency in selection.currency and one.unit.text in selection.unit for one in terms):
            return False
    elif not _has(selection, terms):
        return False
    left = selection.except_
    if left is None:
        return True
    by_form = bool(left.form) and form_of(expr) in left.form
    by_currency = bool(left.currency) and any(one.currency in left.currency for one in terms)
    return not (by_form or by_currency or (bool(left.unit) and any(one.unit.text in left.unit for one in terms)))


def _has(selection: Selection | Except, terms: list[Specific]) -> bool:
    """Whether some amount is of a selection's currency, or of its unit."""
    currency = not selection.currency or any(one.currency in selection.currency for one in terms)
    return currency and (not selection.unit or any(one.unit.text in selection.unit for one in terms))


def asks_of_duties(selection: Selection) -> bool:
    """Whether a selection, or what it leaves out, asks for a duty's form or amounts."""
    left = selection.except_
    return any(one.form or one.currency or one.unit for one in (selection, left) if one is not None)
