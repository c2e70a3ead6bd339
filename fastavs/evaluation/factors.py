"""Scenarios as numbers, checked against the study that they are for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fastavs.errors import InputError, did_you_mean
from fastavs.evaluation.partners import check_trade_change
from fastavs.evaluation.plan import Plan
from fastavs.kernels.names import TIE
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import Bounds, Factors
from fastavs.scenario.duties import FxShock, ScaleDuty, SetDuty, ShiftDuty
from fastavs.scenario.scenario import Change, Scenario
from fastavs.scenario.trade import ExcludePartners, OnlyPartners, PriceShock, Resample
from fastavs.scenario.where import EVERYWHERE, Where


def check_scenarios(facts: dict[str, Any], scenarios: Sequence[Scenario]) -> None:
    """Make sure that names differ and that partners, currencies, periods and years are the study's.

    Parameters
    ----------
    facts : dict
        Of an index, or of a study (`fastavs.index.build.facts_of`).
    scenarios : sequence of Scenario

    Raises
    ------
    InputError
        Names the scenario and what is wrong.
    """
    if not scenarios:
        raise InputError("no scenarios to sweep", cure='give at least one, such as fa.Scenario("as it is")')
    names: set[str] = set()
    for one in scenarios:
        if not isinstance(one, Scenario):
            raise InputError("not a scenario", value=type(one).__name__, expected="fa.Scenario(name, *changes)")
        if one.name in names:
            raise InputError("two scenarios of one name", value=one.name, cure="give each a name of its own")
        names.add(one.name)
        for change in one.changes:
            _check_change(facts, one.name, change)


def _check_change(facts: dict[str, Any], name: str, change: Change) -> None:
    if isinstance(change, PriceShock | ExcludePartners | OnlyPartners | Resample):
        check_trade_change(facts, name, change)
        return
    currencies = facts["currencies"]
    currency = getattr(change, "currency", None)
    if currency is not None and currency not in currencies:
        raise InputError(
            f'the scenario "{name}" names a currency that the study does not have', key="currency", value=currency,
            expected=f"one of {', '.join(currencies)}.{did_you_mean(currency, currencies)}",
        )  # fmt: skip
    known = facts["schedule_years"]
    for year in getattr(change, "years", None) or ():
        if year not in known:
            raise InputError(
                f'the scenario "{name}" changes a schedule that the rates do not rest on',
                key="years",
                value=year,
                expected="one of " + ", ".join(map(str, known)),
            )
    if isinstance(change, FxShock):
        if currency == facts["currency"]:
            raise InputError(
                f'the scenario "{name}" shocks the study\'s own currency, whose rate is 1', value=currency,
                cure="shock the other currencies instead",
            )  # fmt: skip
        labels = sorted({label for one in facts["contexts"] for label in one})
        for period in change.periods or ():
            if period not in labels:
                raise InputError(
                    f'the scenario "{name}" names a period that the study does not have', key="periods", value=period,
                    expected=f"one of {', '.join(labels)}.{did_you_mean(period, labels)}",
                )  # fmt: skip


class ScenarioFactors:
    """Scenarios as numbers: s of them. New duties are settled elsewhere; here they undo what came before them.

    Steps are taken in their order, each cut at 0 (METHOD.md section 7, "Steps"). As no factor is negative, a chain of
    steps stays ``max(a * scale + shift, floor)``: a factor multiplies all three, a shift is added to the last two.

    Attributes
    ----------
    scale, shift, floor : float64[s, cells]
        Of percentages.
    scale_b, shift_b, floor_b : float64[s, cells, currencies]
        Of amounts.
    fx : float64[s, contexts, currencies, periods]
        Exchange rates.
    """

    def __init__(self, plan: Plan, scenarios: Sequence[Scenario]) -> None:
        facts = plan.index.facts
        currencies: list[str] = facts["currencies"]
        labels = np.array(facts["contexts"])  # context, period
        n, cells, money = len(scenarios), len(plan.cells), len(currencies)
        self.scale, self.scale_b = np.ones((n, cells)), np.ones((n, cells, money))
        self.shift, self.floor = np.zeros((n, cells)), np.zeros((n, cells))
        self.shift_b, self.floor_b = np.zeros((n, cells, money)), np.zeros((n, cells, money))
        self.fx = np.repeat(plan.index.fx[None], n, axis=0)
        touched: dict[Where, np.ndarray] = {}
        places: dict[tuple[str, tuple[str, ...] | None], np.ndarray] = {}
        of_currency = {currency: place for place, currency in enumerate(currencies)}
        numbers = np.arange(self.fx[0].size).reshape(self.fx.shape[1:])
        for s, scenario in enumerate(scenarios):
            rates = self.fx[s].reshape(-1)
            for change in scenario.changes:
                if isinstance(change, FxShock):
                    key = (change.currency, change.periods)
                    if key not in places:
                        some = (
                            np.isin(labels, change.periods)
                            if change.periods is not None
                            else np.ones_like(labels, dtype=bool)
                        )
                        places[key] = numbers[:, of_currency[change.currency]][some]
                    if places[key].size == 1:  # a number times a number is quicker than arrays of one
                        rates[int(places[key][0])] *= change.factor
                    else:
                        rates[places[key]] *= change.factor
                elif isinstance(change, ScaleDuty | ShiftDuty | SetDuty):
                    where = change.where
                    if where not in touched:
                        touched[where] = np.flatnonzero([where == EVERYWHERE or where in cell for cell in plan.cells])
                    currency = None if isinstance(change, SetDuty) else change.currency
                    first = 0 if currency is None else of_currency[currency]
                    last = money if currency is None else first + 1
                    self._through(s, change, touched[where], slice(first, last))

    def _through(self, s: int, change: ScaleDuty | ShiftDuty | SetDuty, cells: np.ndarray, money: slice) -> None:
        if isinstance(change, SetDuty):
            for scale, shift, floor in self._parts:
                scale[s, cells], shift[s, cells], floor[s, cells] = 1.0, 0.0, 0.0
        elif isinstance(change, ScaleDuty):
            for of_percentages, of_amounts in zip(*self._parts, strict=True):
                of_percentages[s, cells] *= change.ad_valorem
                of_amounts[s, cells, money] *= change.specific
        else:
            self.shift[s, cells] = shifted(self.shift[s, cells], change.ad_valorem)
            self.shift_b[s, cells, money] = shifted(self.shift_b[s, cells, money], change.specific)
            self.floor[s, cells] = np.maximum(shifted(self.floor[s, cells], change.ad_valorem), 0.0)
            self.floor_b[s, cells, money] = np.maximum(shifted(self.floor_b[s, cells, money], change.specific), 0.0)

    @property
    def _parts(self) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], ...]:
        """What percentages and what amounts go through."""
        return (self.scale, self.shift, self.floor), (self.scale_b, self.shift_b, self.floor_b)

    def order(self) -> np.ndarray:
        """Return scenarios in an order in which neighbours have thresholds near each other, int64[s]."""
        with np.errstate(divide="ignore", invalid="ignore"):
            price = np.nanmean(self.fx, axis=(1, 2, 3)) * self.scale_b.mean(axis=(1, 2))
            turn = self.scale.mean(axis=1) / price
        return np.argsort(np.nan_to_num(turn, nan=0.0), kind="stable")

    def of(self, some: np.ndarray) -> tuple[Factors, Bounds]:
        """Return what kernels take of some of them, and within what those keep."""
        (scale, shift, floor), (scale_b, shift_b, floor_b) = ([one[some] for one in part] for part in self._parts)
        fx = self.fx[some]
        n, cells, money = scale_b.shape
        contexts, _, periods = fx.shape[1:]
        with np.errstate(divide="ignore", invalid="ignore"):
            price = scale_b[:, :, None, :, None] * fx[:, None]  # scenario, cell, context, currency, period
            turn = scale[:, :, None, None, None] / price
        shape = (cells, contexts * money * periods)

        def lanes(values: np.ndarray) -> np.ndarray:
            return readonly(values.reshape(n, -1).T, np.float64)

        factors = Factors(
            lanes(scale), lanes(shift), lanes(floor), lanes(scale_b), lanes(shift_b), lanes(floor_b), lanes(fx),
            periods, money,
        )  # fmt: skip
        bounds = Bounds(
            readonly(turn.min(axis=0).reshape(shape), np.float64),
            readonly(turn.max(axis=0).reshape(shape), np.float64),
            readonly(price.max(axis=0).reshape(shape), np.float64),
            readonly(scale.max(axis=0), np.float64),
            any((one != 0.0).any() for one in (shift, floor, shift_b, floor_b)),
        )
        return factors, bounds


def shifted(numbers: np.ndarray, by: float | np.ndarray) -> np.ndarray:
    """Add to numbers; what cancels to a few ulp is 0, as it is in the decimals written (0.1 + 0.2 - 0.3)."""
    moved = numbers + by
    moved[np.abs(moved) <= TIE * np.maximum(np.abs(numbers), np.abs(by))] = 0.0
    return moved
