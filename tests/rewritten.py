"""A study's schedules, exchange rates and trade rewritten as a scenario says, and charged directly: what sweeps give.

The trade changes first. Steps on duties are taken in their order: a new duty undoes those before it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import direct
import inside
import numpy as np

import fastavs as fa
from fastavs import codes
from fastavs.duty import Duty
from fastavs.duty.expr import Add, Expr, Max, Min, Percent, Specific, Sub
from fastavs.inputs.fx import Fx
from fastavs.inputs.schedule import YearSchedule
from fastavs.matching.basis import Basis
from fastavs.matching.recorded import Recorded

Factor = fa.ScaleDuty | fa.ShiftDuty
Step = Factor | fa.SetDuty
TRADE = fa.PriceShock | fa.ExcludePartners | fa.OnlyPartners | fa.Resample


def rates(study: fa.Study, scenario: fa.Scenario) -> direct.Direct:
    """Charge a study under a scenario."""
    changes = [change for change in scenario.changes if isinstance(change, TRADE)]
    trade = ChangedTrade(study, changes) if changes else None

    def match_of(kind: str, year: int) -> Any:
        found = inside.match(study, kind, year)
        schedule = changed_schedule(study, scenario, found.schedule)
        return replace(found, schedule=schedule) if trade is None else trade.match(schedule)

    return direct.rates_of(study, changed_fx(study, scenario), match_of)


# ---- exchange rates and duties


def changed_fx(study: fa.Study, scenario: fa.Scenario) -> Fx:
    """Return the exchange rates of a study under a scenario."""
    found = dict(study.checked.fx.rates)
    for change in scenario.changes:
        if isinstance(change, fa.FxShock):
            for period, currency in found:
                if currency == change.currency and (change.periods is None or period in change.periods):
                    found[period, currency] *= change.factor
    return Fx(study.checked.fx.own, found, study.checked.fx.label)


def changed_schedule(study: fa.Study, scenario: fa.Scenario, schedule: YearSchedule) -> YearSchedule:
    """Return a schedule under a scenario."""

    def touched(change: Any) -> np.ndarray:
        return change.where.lines(schedule.kind, schedule.year, schedule.keys, schedule.digits, study.checked.groups)

    steps = [change for change in scenario.changes if isinstance(change, Step)]
    marks = np.stack([schedule.duty, *(touched(change).astype(np.int64) for change in steps)])
    cases, duty = np.unique(marks, axis=1, return_inverse=True)  # duties that no line has any more fall away
    kinds = set(study.checked.trade.kinds)
    assert all(set(one.new.kinds) <= kinds for one in steps if isinstance(one, fa.SetDuty)), "no trade was read for it"
    duties = [
        changed_duty(schedule.duties[one], [step for step, mark in zip(steps, marked, strict=True) if mark])
        for one, *marked in cases.T.tolist()
    ]
    return replace(schedule, duty=duty.reshape(-1).astype(np.int64), duties=tuple(duties))


def changed_duty(duty: Duty, steps: Sequence[Step]) -> Duty:
    """Return a duty after some steps; none of its percentages and amounts is below 0 after any."""
    for step in steps:
        duty = step.new if isinstance(step, fa.SetDuty) else Duty(_changed(duty.expr, step))
    return duty


def _changed(expr: Expr, step: Factor) -> Expr:
    if isinstance(expr, Percent):
        return Percent(_through(expr.value, step, step.ad_valorem, 100))
    if isinstance(expr, Specific):
        if step.currency not in (None, expr.currency):
            return expr
        return Specific(_through(expr.amount, step, step.specific, 1), expr.currency, expr.unit)
    if isinstance(expr, Add | Sub):
        return type(expr)(_changed(expr.left, step), _changed(expr.right, step))
    assert isinstance(expr, Max | Min)
    return type(expr)(tuple(_changed(part, step) for part in expr.parts))


def _through(value: Fraction, step: Factor, number: float, unit: int) -> Fraction:
    exact = Fraction(repr(number))  # the decimals written
    return value * exact if isinstance(step, fa.ScaleDuty) else max(value + exact * unit, Fraction(0))


# ---- trade


@dataclass(frozen=True)
class ChangedRecorded(Recorded):
    """Observations rewritten: other values, other exclusions, partners that stand several times. n of them.

    Attributes
    ----------
    original : Recorded
    source : int64[n]
        What each observation was.
    factor : float64[n]
        Of its values.
    """

    original: Recorded
    source: np.ndarray
    factor: np.ndarray

    def rows_of(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.original.rows_of(self.source[at])

    def quantities(self, at: np.ndarray, kinds: Sequence[str] | None = None) -> tuple[np.ndarray, np.ndarray]:
        quantity, value = self.original.quantities(self.source[at], kinds)
        return quantity, value * self.factor[at]


class ChangedTrade:
    """The trade of a study under changes; bases are made anew, each once.

    Parameters
    ----------
    study : Study
    changes : sequence of PriceShock, ExcludePartners, OnlyPartners or Resample
    """

    def __init__(self, study: fa.Study, changes: Sequence[Any]) -> None:
        self.study = study
        self.prices = [change for change in changes if isinstance(change, fa.PriceShock)]
        excluded = np.array(study.checked.trade.excluded, dtype=bool)  # partner, period
        self.times = np.ones(excluded.shape[0], dtype=np.int64)  # how often each partner stands; 0: not drawn
        for change in changes:
            if isinstance(change, fa.Resample):
                self.times = drawn(excluded, change.seed)
        for change in changes:
            if isinstance(change, fa.ExcludePartners):
                excluded |= self._touched(change)
            elif isinstance(change, fa.OnlyPartners):
                excluded |= ~self._whom(change)[:, None] & self._when(change)
        self.excluded = excluded | (self.times == 0)[:, None]
        self._recorded: dict[int, ChangedRecorded] = {}
        self._bases: dict[tuple[int, bool, tuple[int, ...]], Basis] = {}

    def _whom(self, change: Any) -> np.ndarray:
        """Which partners a change names, bool[partners]."""
        regions = self.study.checked.partners.regions
        return np.array([
            one in change.partners or regions.get(one) in change.regions for one in self.study.checked.trade.partners
        ])  # fmt: skip

    def _when(self, change: Any) -> np.ndarray:
        """Which periods a change names, bool[periods]."""
        return np.array([change.periods is None or one in change.periods for one in self.study.checked.trade.periods])

    def _touched(self, change: Any) -> np.ndarray:
        """Which partners in which periods, bool[partners, periods]."""
        everyone = not change.partners and not change.regions
        return (self._whom(change) | everyone)[:, None] & self._when(change)

    def match(self, schedule: YearSchedule) -> Any:
        """Hold a schedule year, whatever its duties, against the changed trade."""
        study, digits = self.study, schedule.digits
        found = inside.match(study, schedule.kind, schedule.year)
        key = (digits, found.own_trade, found.basis.periods)
        if key not in self._bases:
            self._bases[key] = inside.new_basis(study, self.recorded(digits), found.basis.periods, found.own_trade)
        known = np.empty(0, dtype=np.int64)
        if study.options.match_on == "classification":  # codes count whoever the partner is, drawn or not
            known = found.schedule.keys[found.matched]
        return inside.new_match(study, schedule, self._bases[key], found.own_trade, known)

    def recorded(self, digits: int) -> ChangedRecorded:
        """Return all observations of one code length, rewritten."""
        if digits not in self._recorded:
            old = inside.recorded(self.study, digits)
            partner, period = old.partner.astype(np.int64), old.period
            copies = np.maximum(self.times[partner], 1)
            source = np.repeat(np.arange(partner.size), copies)
            number = np.arange(source.size) - np.repeat(np.cumsum(copies) - copies, copies)
            factor = self._factor(old)[source]
            value = np.where(self.times[partner][source] > 0, old.value[source] * factor, 0.0)
            self._recorded[digits] = ChangedRecorded(
                old.trade, old.code_key, old.code_digits, old.code[source], period[source],
                (partner[source] * int(copies.max(initial=1)) + number).astype(np.int32), value,
                self.excluded[partner, period][source], np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int32),
                old, source, factor,
            )  # fmt: skip
        return self._recorded[digits]

    def _factor(self, recorded: Recorded) -> np.ndarray:
        """What the value of each observation is multiplied by, float64[n]."""
        factor = np.ones(recorded.value.size)
        for change in self.prices:
            begins = np.full(recorded.code_key.size, not change.prefixes)
            for prefix in change.prefixes:
                low, high = codes.interval(np.int64(codes.to_key(prefix)), len(prefix))
                key, long_enough = recorded.code_key, recorded.code_digits >= len(prefix)
                begins |= (key >= low) & (key < high) & long_enough
            if change.group is not None:
                begins &= in_group(self.study, recorded, change.group)
            factor[begins[recorded.code] & self._touched(change)[recorded.partner, recorded.period]] *= change.factor
        return factor


def in_group(study: fa.Study, recorded: Recorded, group: tuple[str, str]) -> np.ndarray:
    """Return which codes are in a group of a grouping: by the longest of its prefixes that begins each, bool[u]."""
    title, name = group
    prefixes = study.checked.groups[title].prefixes if title in study.checked.groups else None
    members = study.checked.groups[title].members if prefixes is not None else ()
    found = []
    for key, digits in zip(recorded.code_key.tolist(), recorded.code_digits.tolist(), strict=True):
        code = f"{key:012d}"[:digits]
        if prefixes is None:  # chapters
            found.append(code[:2] == name)
            continue
        fits = [
            (len(prefix), member) for prefix, member in zip(prefixes, members, strict=True) if code.startswith(prefix)
        ]
        found.append((max(fits)[1] if fits else "unassigned") == name)
    return np.array(found)


def drawn(excluded: np.ndarray, seed: int) -> np.ndarray:
    """Return how often each partner is drawn, int64[partners]; 1 for those that are excluded in every period."""
    among = np.flatnonzero(~excluded.all(axis=1))
    draw = random.Random(seed).random
    times = np.where(excluded.all(axis=1), 1, 0)
    for _ in range(among.size):
        times[among[int(draw() * among.size)]] += 1
    return times
