"""A study's recorded trade under a scenario, rewritten observation by observation: the slow way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fastavs.evaluation.partners import settle, trade_facts
from fastavs.matching.basis import Basis, make_basis
from fastavs.matching.match import Prepared, prepare
from fastavs.matching.recorded import Recorded
from fastavs.scenario.trade import TradeChange

if TYPE_CHECKING:
    from fastavs.inputs.schedule import YearSchedule
    from fastavs.study import Study


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
    changes : sequence of TradeChange
    """

    def __init__(self, study: Study, changes: Sequence[TradeChange]) -> None:
        self.study = study
        self.terms = settle(trade_facts(study), changes)
        self._recorded: dict[int, ChangedRecorded] = {}
        self._bases: dict[tuple[int, bool, tuple[int, ...]], Basis] = {}

    def prepared(self, schedule: YearSchedule) -> Prepared:
        """Hold a schedule year, whatever its duties, against the changed trade."""
        study, options = self.study, self.study.options
        found = study.prepared(schedule.kind, schedule.year)
        basis = self._basis(schedule.digits, found.own_trade, found.basis.periods)
        base_keys = study._base_keys(schedule.digits)
        if options.match_on == "classification":  # codes count whoever the partner is, drawn or not
            base_keys = np.union1d(base_keys, found.schedule.keys[found.matched])
        return prepare(schedule, basis, found.own_trade, base_keys, options)

    def _basis(self, digits: int, own_trade: bool, periods: tuple[int, ...]) -> Basis:
        key = (digits, own_trade, periods)
        if key not in self._bases:
            options = self.study.options
            every = options.base_partners == "all" and not own_trade
            self._bases[key] = make_basis(
                self._changed(digits), periods, options.min_value, every, options.method == "pooled"
            )
        return self._bases[key]

    def _changed(self, digits: int) -> ChangedRecorded:
        """Return all observations of one code length, rewritten."""
        if digits not in self._recorded:
            recorded, terms = self.study.recorded(digits), self.terms
            partner, period = recorded.partner.astype(np.int64), recorded.period
            code = np.asarray(recorded.code)
            times = terms.weigh[partner, period]
            copies = np.maximum(times, 1)
            source = np.repeat(np.arange(partner.size), copies)
            number = np.arange(source.size) - np.repeat(np.cumsum(copies) - copies, copies)
            of_class = terms.classes(recorded.code_key, recorded.code_digits)[code]
            factor = terms.factor[of_class, partner, period][source]
            value = np.where(times[source] > 0, recorded.value[source] * factor, 0.0)
            self._recorded[digits] = ChangedRecorded(
                recorded.trade, recorded.code_key, recorded.code_digits, code[source], period[source],
                (partner[source] * int(copies.max(initial=1)) + number).astype(np.int32), value,
                (terms.times[partner, period] == 0)[source], np.empty(0, dtype=np.int64),
                np.empty(0, dtype=np.int32), recorded, source, factor,
            )  # fmt: skip
        return self._recorded[digits]
