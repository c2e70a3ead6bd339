"""The rows of a trade in order, added up by code, period and partner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np

from fastavs import codes
from fastavs.kernels.options import readonly
from fastavs.kernels.quantities import add_up, kinds_had
from fastavs.kernels.quantities import quantities as fill_quantities
from fastavs.kernels.shapes import RowColumns, Runs
from fastavs.kernels.sorting import longest
from fastavs.matching.order import sort
from fastavs.tables.sources import stretches
from fastavs.threads import side_by_side
from fastavs.trade.rows import MASS, Repeated
from fastavs.trade.trade import Trade
from fastavs.units.units import KINDS

BRIDGE_DIGIT = 4  # a bridge's rank for each digit of its prefix; the lower ranks tell a row's quantities apart


@dataclass(frozen=True)
class Recorded:
    """All observations of a study at one code length, sorted by code, period and partner. n of them, u codes.

    Columns that an observation of one row shares with it are the trade's own, where every observation is of one row.

    Attributes
    ----------
    trade : Trade
        What it was made from, in order.
    code_key, code_digits : int64[u]
        Distinct codes in order, none longer than the tariff's.
    code : Repeated, or int32[n]
        Places into the codes above.
    period, partner : integers, [n]
        Places into the lists of the trade.
    value : float64[n]
        All the value.
    excluded : bool[n]
        Whether the partner is excluded in the period.
    row_start : int64[n + 1]
        Where each observation's rows begin in `row_order`; empty where every observation is of one row.
    row_order : int32[rows] or int64[rows]
        Trade rows, observation by observation; empty where that is the order they stand in.
    """

    trade: Trade
    code_key: np.ndarray
    code_digits: np.ndarray
    code: np.ndarray | Repeated
    period: np.ndarray
    partner: np.ndarray
    value: np.ndarray
    excluded: np.ndarray
    row_start: np.ndarray
    row_order: np.ndarray

    @cached_property
    def served(self) -> dict[Any, Any]:
        """What `reach.serve` has found, by the lines that it was found for."""
        return {}

    def rows_of(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the trade rows of some observations, one after the other, and where each one's begin."""
        if self.row_start.size:
            first, counts = self.row_start[at], self.row_start[at + 1] - self.row_start[at]
            start = np.concatenate(([0], np.cumsum(counts)))
            rows = np.arange(start[-1]) + np.repeat(first - start[:-1], counts)
        else:
            start, rows = np.arange(at.size + 1), at
        return (self.row_order[rows] if self.row_order.size else rows), start

    def quantities(self, at: np.ndarray, kinds: Sequence[str] | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return the quantities of some observations and the value of the rows that carry them.

        Of all of the trade's kinds, where none are named.

        Returns
        -------
        quantity, quantity_value : float64[kinds, m]
            In base units of each of the trade's kinds, and in the study's currency; 0 = none.
        """
        kinds = self.trade.kinds if kinds is None else kinds
        quantity, quantity_value = np.empty((len(kinds), at.size)), np.empty((len(kinds), at.size))
        for some in stretches(at.size):
            observed, places = self._observed(at[some], kinds), readonly(np.arange(some.stop - some.start), np.int64)
            most = max(longest(observed.row_start), 1)
            work, spare = np.empty((2, most)), np.empty(most, dtype=np.int64)
            for k, kind in enumerate(kinds):
                into = quantity[k, some], quantity_value[k, some]
                fill_quantities(observed, KINDS.index(kind), places, *into, work, spare)
        return quantity, quantity_value

    def ratios(self, at: np.ndarray, kinds: Sequence[str]) -> np.ndarray:
        """Return quantity over value of some observations, as kernels take it; float64[kinds, m], 0 = none."""
        quantity, value = self.quantities(at, kinds)
        with np.errstate(over="ignore"):  # absurd rows may overflow to infinity
            return readonly(np.divide(quantity, value, out=quantity, where=value > 0.0), np.float64)

    @cached_property
    def kinds(self) -> np.ndarray:
        """A bit for each of the trade's kinds of quantity that an observation has, int32[n]."""
        found = np.empty(self.value.size, dtype=np.int32)
        bit = np.zeros(len(KINDS), dtype=np.int32)
        for place, kind in enumerate(self.trade.kinds):
            bit[KINDS.index(kind)] = 1 << place

        def look(some: slice) -> None:
            kinds_had(self._observed(some, self.trade.kinds), readonly(bit, np.int32), found[some])

        side_by_side(look, stretches(found.size))
        return found

    def _observed(self, at: np.ndarray | slice, kinds: Sequence[str]) -> RowColumns:
        """Return some observations as kernels take them, with their rows alone, and of these what the kinds need."""
        rows, chosen, start = self.trade.rows, at, np.empty(0, dtype=np.int64)
        if self.row_start.size or self.row_order.size:
            chosen, start = self.rows_of(np.arange(at.start, at.stop) if isinstance(at, slice) else at)
        bridges = [one for one in self.trade.bridges if one.to_kind in kinds]
        code = rows.code[chosen] if bridges else np.empty(0)
        by_mass = KINDS[MASS] in (*kinds, *(one.from_kind for one in bridges))
        mass = rows.mass.of(chosen)[1] if by_mass else np.empty(0)
        (kind_1, amount_1), (kind_2, amount_2) = rows.first.of(chosen), rows.second.of(chosen)
        return RowColumns(
            readonly(start if self.row_start.size else np.empty(0), np.int64), readonly(np.empty(0), np.int32),
            readonly(code, np.int32), readonly(rows.value[chosen], np.float64),
            readonly(kind_1, np.int8), readonly(amount_1, np.float64),
            readonly(kind_2, np.int8), readonly(amount_2, np.float64), readonly(mass, np.float64), MASS,
            *self._bridges,
        )  # fmt: skip

    @cached_property
    def _bridges(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What `RowColumns` says of bridges."""
        bridges = self.trade.bridges
        kinds = [
            (KINDS.index(one.to_kind), KINDS.index(one.from_kind), BRIDGE_DIGIT * len(one.prefix)) for one in bridges
        ]
        fits = [[code.startswith(one.prefix) for code in self.trade.codes] for one in bridges]
        return (
            readonly(np.array(kinds).reshape(len(bridges), 3), np.int64),
            readonly([one.factor for one in bridges], np.float64),
            readonly(np.array(fits).reshape(len(bridges), len(self.trade.codes)), np.bool_),
        )

    @cached_property
    def runs(self) -> Runs:
        """The observations as runs of one code and period."""
        code = self.code if isinstance(self.code, Repeated) else Repeated.of(self.code, self.code_key.size)
        begins = code.begins()
        begins[1:] |= self.period[1:] != self.period[:-1]
        first = np.flatnonzero(begins)
        return Runs(
            readonly(np.searchsorted(first, code.start), np.int64), readonly(self.period[first], np.int32),
            readonly(np.append(first, begins.size), np.int64), readonly(self.partner, self.partner.dtype),
            readonly(self.value, np.float64), readonly(self.excluded, np.bool_),
        )  # fmt: skip


def record(trade: Trade, digits: int) -> Recorded:
    """Cut codes to the tariff's length and add up the rows of each (code, period, partner); trade is in order."""
    lengths = np.array([min(len(code), digits) for code in trade.codes], dtype=np.int64)
    keys = codes.to_keys([code[:digits] for code in trade.codes])
    pairs, place = np.unique(keys * 16 + lengths, return_inverse=True)  # a key and its length in one number
    rows = trade.rows
    code = cast(Repeated, rows.code)
    period, partner, row_order = rows.period, rows.partner, np.empty(0, dtype=np.int32)
    if pairs.size < len(trade.codes):  # some codes are one when cut
        cut, period, partner = place.astype(np.int32)[np.asarray(code)], period.copy(), partner.copy()
        row_order = sort(cut, period, partner, len(trade.periods), len(trade.partners))
        code = Repeated.of(cut, pairs.size)
    begins = code.begins()
    begins[1:] |= (period[1:] != period[:-1]) | (partner[1:] != partner[:-1])
    value = rows.value[row_order] if row_order.size else rows.value
    row_start = np.empty(0, dtype=np.int64)
    if not begins.all():
        first = np.flatnonzero(begins)
        row_start = np.append(first, begins.size)
        code, period, partner = Repeated(np.searchsorted(first, code.start)), period[first], partner[first]
        of_rows, value = readonly(value, np.float64), np.empty(first.size)
        most = longest(row_start)
        add_up(readonly(row_start, np.int64), of_rows, value, np.empty(most), np.empty(most, dtype=np.int64))
    return Recorded(
        trade,
        pairs // 16,
        pairs % 16,
        code,
        period,
        partner,
        value,
        _excluded(trade.excluded, period, partner),
        row_start,
        row_order,
    )


def _excluded(by_partner: np.ndarray, period: np.ndarray, partner: np.ndarray) -> np.ndarray:
    excluded = np.zeros(period.size, dtype=bool)
    if by_partner.any():
        flat, periods = by_partner.ravel(), by_partner.shape[1]
        for stretch in stretches(period.size):
            at = partner[stretch] * np.int64(periods)
            at += period[stretch]
            np.take(flat, at, out=excluded[stretch], mode="clip")
    return excluded
