"""A study under a scenario, line by line: trade, schedules and exchange rates rewritten, then charged as any other's.

Slower than a sweep and independent of it: what whole lines, groupings and the pooled method come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, cast

import numpy as np

from fastavs.duty import Duty
from fastavs.duty.expr import Add, Expr, Max, Min, Percent, Specific, Sub
from fastavs.evaluation.partners import trade_of
from fastavs.evaluation.rewritten_trade import ChangedTrade
from fastavs.index.build import check_kinds
from fastavs.inputs.fx import Fx
from fastavs.inputs.schedule import YearSchedule
from fastavs.matching.match import Evaluated, Prepared, applied_against_bound, applied_alone, evaluate, prepare
from fastavs.results.rates import Rates
from fastavs.scenario.scenario import FxShock, ScaleDuty, Scenario, SetDuty, ShiftDuty

if TYPE_CHECKING:
    from fastavs.matching.match import YearRates
    from fastavs.study import Study

Factor = ScaleDuty | ShiftDuty


def changed_rates(study: Study, scenario: Scenario) -> Rates:
    """Return the rates of a study under a scenario.

    Raises
    ------
    InputError
        A new duty on a quantity that no schedule of the study names.
    """
    check_kinds(study, [scenario])
    fx = changed_fx(study, scenario)
    changes = trade_of(scenario)
    trade = ChangedTrade(study, changes) if changes else None
    done: dict[tuple[str, int], Evaluated] = {}

    def side(kind: str, year: int) -> Evaluated:
        if (kind, year) not in done:
            done[kind, year] = evaluate(
                _prepared(study, scenario, trade, kind, year), study.trade.kinds, fx, study.fx_periods(year),
                study.options,
            )  # fmt: skip
        return done[kind, year]

    years: dict[int, YearRates] = {}
    for year in study.plan.years:
        applied = side("applied", year if year in study.applied else cast(int, study.plan.applied_year))
        if year in study.bound:
            years[year] = applied_against_bound(year, applied, side("bound", year), study.options.levels)
        else:
            years[year] = applied_alone(year, applied)
    return Rates(study, years)


def changed_fx(study: Study, scenario: Scenario) -> Fx:
    """Return the exchange rates of a study under a scenario."""
    rates = dict(study.fx.rates)
    for change in scenario.changes:
        if isinstance(change, FxShock):
            for period, currency in rates:
                if currency == change.currency and (change.periods is None or period in change.periods):
                    rates[period, currency] *= change.factor
    return Fx(study.fx.own, rates, study.fx.label)


def _prepared(study: Study, scenario: Scenario, trade: ChangedTrade | None, kind: str, year: int) -> Prepared:
    found = study.prepared(kind, year)
    schedule = changed_schedule(study, scenario, found.schedule)
    if trade is not None:
        return trade.prepared(schedule)
    if not any(isinstance(change, SetDuty) for change in scenario.changes):
        return replace(found, schedule=schedule)
    base_keys = study._base_keys(schedule.digits)
    return prepare(schedule, found.basis, found.own_trade, base_keys, study.options)


def changed_schedule(study: Study, scenario: Scenario, schedule: YearSchedule) -> YearSchedule:
    """Return a schedule under a scenario: new duties first, then factors and shifts in their order."""
    duties = list(schedule.duties)
    duty = schedule.duty.copy()
    for change in scenario.changes:
        if isinstance(change, SetDuty):
            touched = change.where.lines(schedule.kind, schedule.year, schedule.keys, schedule.digits, study.groups)
            duties.append(change.new)
            duty[touched] = len(duties) - 1
    factors = [change for change in scenario.changes if isinstance(change, ScaleDuty | ShiftDuty)]
    cell = np.zeros(duty.size, dtype=np.int64)
    for place, change in enumerate(factors):
        touched = change.where.lines(schedule.kind, schedule.year, schedule.keys, schedule.digits, study.groups)
        cell |= touched.astype(np.int64) << place
    pairs, member = np.unique(np.stack([duty, cell]), axis=1, return_inverse=True)
    distinct: dict[Duty, int] = {}
    places = [
        distinct.setdefault(
            changed_duty(duties[one], [change for k, change in enumerate(factors) if where >> k & 1]), len(distinct)
        )
        for one, where in pairs.T.tolist()
    ]
    return replace(schedule, duty=np.array(places, dtype=np.int64)[member.reshape(-1)], duties=tuple(distinct))


def changed_duty(duty: Duty, factors: Sequence[Factor]) -> Duty:
    """Return a duty whose percentages and amounts went through factors and shifts, none below 0.

    Examples
    --------
    >>> from fastavs.duty import parse_duty
    >>> changed_duty(parse_duty("max(15%, 0.5 EUR/kg)"), [ScaleDuty(0.9, 2.0), ShiftDuty(0.01)]).text
    'max(14.5%, 1 EUR/kg)'
    """
    return Duty(_changed(duty.expr, factors)) if factors else duty


def _changed(expr: Expr, factors: Sequence[Factor]) -> Expr:
    if isinstance(expr, Percent):
        return Percent(_through(expr.value, [(one, one.ad_valorem) for one in factors], 100))
    if isinstance(expr, Specific):
        some = [(one, one.specific) for one in factors if one.currency in (None, expr.currency)]
        return replace_amount(expr, _through(expr.amount, some, 1))
    if isinstance(expr, Add | Sub):
        return type(expr)(_changed(expr.left, factors), _changed(expr.right, factors))
    assert isinstance(expr, Max | Min)
    return type(expr)(tuple(_changed(part, factors) for part in expr.parts))


def replace_amount(term: Specific, amount: Fraction) -> Specific:
    """Return the same term with another amount."""
    return Specific(amount, term.currency, term.unit)


def _through(value: Fraction, factors: Sequence[tuple[Factor, float]], unit: int) -> Fraction:
    for one, number in factors:
        exact = Fraction(repr(number))
        value = value * exact if isinstance(one, ScaleDuty) else value + exact * unit
    return max(value, Fraction(0))
