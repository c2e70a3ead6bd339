"""The schedules of a study held against its trade, each when first asked for."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from fastavs.checked import Checked
from fastavs.inputs.schedule import YearSchedule
from fastavs.periods import as_label

if TYPE_CHECKING:
    from fastavs.matching.basis import Basis
    from fastavs.matching.match import Match
    from fastavs.matching.recorded import Recorded


class Matches:
    """Whose observations serve which line, schedule year by schedule year.

    Kernels load with the first match, and not before.

    Parameters
    ----------
    checked : Checked
    """

    def __init__(self, checked: Checked) -> None:
        self.checked = checked
        self._ordering = threading.Lock()  # rows are sorted where they stand: by one thread, while others wait
        self._recorded: dict[int, Recorded] = {}
        self._bases: dict[tuple[int, bool, tuple[int, ...]], Basis] = {}
        self._matches: dict[tuple[str, int], Match] = {}

    def match(self, kind: str, year: int) -> Match:
        """Return a schedule year held against its trade, kept once made; `kind` is "applied" or "bound"."""
        if (kind, year) not in self._matches:
            from fastavs.matching.match import make_match

            checked = self.checked
            schedule = checked.schedules(kind)[year]
            own_trade = year in checked.serving.own_periods
            basis = self._basis(schedule.digits, own_trade, checked.serving.periods_of(year))
            base_keys = self.base_keys(schedule.digits)
            self._matches[kind, year] = make_match(schedule, basis, own_trade, base_keys, checked.options)
        return self._matches[kind, year]

    def with_checked(self, checked: Checked) -> Matches:
        """Return the same under another name or with other exchange rates, which no match goes by."""
        if not self._recorded:
            return Matches(checked)
        new = Matches(replace(checked, trade=self.checked.trade))
        new._recorded, new._bases, new._matches = self._recorded, self._bases, self._matches
        return new

    def sides(self) -> list[tuple[str, int]]:
        """Return kind and year of the schedules that the study's rates rest on, in order."""
        found: dict[tuple[str, int], None] = {}
        for year in self.checked.serving.years:
            found["applied", self.applied_year(year)] = None
            if year in self.checked.bound:
                found["bound", year] = None
        return list(found)

    def applied_year(self, year: int) -> int:
        """Return whose applied schedule is behind a year: its own, or the one that bound years are held against."""
        carried = self.checked.serving.applied_year
        if year in self.checked.applied or carried is None:
            return year
        return carried

    def recorded(self, digits: int) -> Recorded:
        """Return all observations, codes cut to a tariff's length."""
        with self._ordering:
            if digits not in self._recorded:
                from fastavs.matching.order import in_order
                from fastavs.matching.recorded import record

                self.checked.trade = in_order(self.checked.trade)
                self.checked.trade.suspicion.settled()
                self._recorded[digits] = record(self.checked.trade, digits)
            return self._recorded[digits]

    def base_keys(self, digits: int) -> np.ndarray:
        """Return the lines of the schedules of base periods that are plain years (METHOD.md, "Base-period codes")."""
        checked = self.checked
        periods = [as_label(period) for period in checked.config.base.periods]
        years = [int(period) for period in periods if re.fullmatch("[0-9]{4}", period)]
        schedules = [checked.applied[year] for year in years if year in checked.applied]
        found = [one.codes for one in schedules if one.digits == digits]
        return np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)

    def fx_of(self, schedule: YearSchedule, currencies: Sequence[str]) -> dict[str, float]:
        """Return the exchange rates of a schedule: those of the last trade period that it rests on."""
        label = self.checked.fx_periods(schedule.year)[max(self.checked.serving.periods_of(schedule.year))]
        needed_by = f"the {schedule.kind} schedule"
        return {one: float(self.checked.fx.vector([label], one, needed_by)[0]) for one in currencies}

    @cached_property
    def fingerprint(self) -> str:
        """What tells these inputs from others."""
        from fastavs.matching.fingerprint import fingerprint

        return fingerprint(self.checked, self.recorded)

    def _basis(self, digits: int, own_trade: bool, periods: tuple[int, ...]) -> Basis:
        key = (digits, own_trade, periods)
        if key not in self._bases:
            from fastavs.matching.basis import make_basis

            options = self.checked.options
            every = options.base_partners == "all" and not own_trade
            self._bases[key] = make_basis(self.recorded(digits), periods, options.min_value, every)
        return self._bases[key]
