"""The observations that a year's rates rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fastavs.kernels import picking
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import Runs
from fastavs.matching.recorded import Recorded


@dataclass(frozen=True)
class Basis:
    """The observations that one year's rates rest on: a year's own, or the base period's.

    Attributes
    ----------
    recorded : Recorded
    periods : tuple of int
        Places of the periods used.
    min_value : float
        Smaller observations take no part.
    times : int
        In how many of the periods a partner must have imports of a code; 0 = in any.
    code_start, code_stop : int64[u]
        By code as in `Recorded`: its observations among the chosen.
    small, absent : int
        Observations of partners not excluded that take no part: under the minimal value, or of a partner without
        imports in every base period.
    """

    recorded: Recorded
    periods: tuple[int, ...]
    min_value: float
    times: int
    code_start: np.ndarray
    code_stop: np.ndarray
    small: int
    absent: int

    @property
    def in_every_period(self) -> bool:
        """Whether a partner must have imports of a code in each of the periods (option ``base_partners = "all"``)."""
        return self.times > 0

    @property
    def of_any_value(self) -> Basis:
        """The same with the observations under the minimal value."""
        return self._of_any_value if self.small else self

    @cached_property
    def _of_any_value(self) -> Basis:
        return make_basis(self.recorded, self.periods, 0.0, self.in_every_period)

    @cached_property
    def wanted(self) -> np.ndarray:
        """Which of the trade's periods are used, bool[periods]."""
        wanted = np.zeros(len(self.recorded.trade.periods), dtype=bool)
        wanted[list(self.periods)] = True
        return readonly(wanted, np.bool_)

    @cached_property
    def chosen(self) -> np.ndarray:
        """Observations that take part in AVEs, in order: not excluded, not too small and so on; int32[k], int64[k]."""
        return self.chosen_of(np.ones(self.code_start.size, dtype=bool))

    def chosen_of(self, codes: np.ndarray) -> np.ndarray:
        """Return those of some codes that take part, in order; `codes` is bool[u], the rest as `chosen`."""
        runs = self.recorded.runs
        elsewhere = np.int32(self.wanted.size)  # a period that is not wanted
        period = np.where(np.repeat(codes, np.diff(runs.of_code)), runs.period, elsewhere)
        runs = runs._replace(period=readonly(period, np.int32))
        return _pick(runs, readonly(np.append(self.wanted, False), np.bool_), self.min_value, self.times)[0]

    @cached_property
    def within(self) -> np.ndarray:
        """Observations in the periods used, all partners, in order; of the type of `chosen`, [m]."""
        runs = self.recorded.runs
        return np.flatnonzero(np.repeat(self.wanted[runs.period], np.diff(runs.start))).astype(_place_type(runs))

    @cached_property
    def by_code(self) -> tuple[np.ndarray, np.ndarray]:
        """Value (study's currency) and number of each code's observations in the periods used; both [2, u].

        The first row is of partners not excluded, the second of the others; u codes as in `Recorded`.
        """
        value = np.empty((2, self.recorded.code_key.size))
        count = np.empty(value.shape, dtype=np.int64)
        picking.count_by_code(self.recorded.runs, self.wanted, value, np.zeros(value.shape), count)
        return readonly(value, np.float64), readonly(count, np.int64)

    def imports(self, own_line: np.ndarray, lines: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the value of each line's own trade, from all partners and from those not excluded; float64[h] each.

        `own_line` is the line that each code serves alone, -1 where none; int64[u].
        """
        _, found = self._imports.get(id(own_line), (None, None))
        if found is None:
            sums, by_code = np.zeros((4, lines)), np.empty((4, own_line.size))
            picking.value_by_code(self.recorded.runs, self.wanted, by_code)
            picking.value_by_line(
                self.recorded.runs, self.wanted, readonly(by_code, np.float64), readonly(own_line, np.int64), sums
            )
            found = sums[0] + sums[1], sums[2] + sums[3]
            self._imports[id(own_line)] = own_line, found
        return found

    @cached_property
    def _imports(self) -> dict[int, tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]]:
        return {}  # schedules of the same lines share the array that says which codes are theirs

    def lacking(self, kinds: tuple[str, ...], codes: np.ndarray) -> np.ndarray:
        """Count observations, of partners not excluded, that lack any of some kinds; int64[c].

        `codes` (int64[c]) are those to look at, places in `Recorded.code_key`; each is counted once and kept.
        """
        known, counts = self._lacking.get(kinds, (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)))
        new = np.setdiff1d(codes, known)
        if new.size:
            known, counts = np.append(known, new), np.append(counts, self._count_lacking(kinds, new))
            order = np.argsort(known)
            known, counts = self._lacking[kinds] = known[order], counts[order]
        return counts[np.searchsorted(known, codes)]

    @cached_property
    def _lacking(self) -> dict[tuple[str, ...], tuple[np.ndarray, np.ndarray]]:
        return {}

    def _count_lacking(self, kinds: tuple[str, ...], codes: np.ndarray) -> np.ndarray:
        recorded, runs = self.recorded, self.recorded.runs
        run, owner = _spread(runs.of_code[codes], runs.of_code[codes + 1])
        some = self.wanted[runs.period[run]]
        at, of_run = _spread(runs.start[run[some]], runs.start[run[some] + 1])
        some, owner = ~recorded.excluded[at], owner[some][of_run]
        at, owner = at[some], owner[some]
        lacks = np.zeros(at.size, dtype=bool)
        for kind in kinds:
            lacks |= recorded.quantities(at, [kind])[0][0] <= 0.0
        return np.bincount(owner[lacks], minlength=codes.size)


def _spread(first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return all places from `first` up to `last`, one range after the other, and which range each is of."""
    n = last - first
    owner = np.repeat(np.arange(n.size), n)
    return np.arange(owner.size) + np.repeat(first - (np.cumsum(n) - n), n), owner


def make_basis(
    recorded: Recorded,
    periods: Sequence[int],
    min_value: float = 0.0,
    in_every_period: bool = False,
) -> Basis:
    """Pick the observations of some periods.

    Parameters
    ----------
    recorded : Recorded
    periods : sequence of int
        Places of the periods.
    min_value : float
        Smaller observations take no part.
    in_every_period : bool
        Keep only partners that a code was imported from in each of the periods (option ``base_partners = "all"``).
    """
    wanted = np.zeros(len(recorded.trade.periods), dtype=bool)
    wanted[list(periods)] = True
    times = len(periods) if in_every_period else 0
    _, code_start, code_stop, left_out = _pick(recorded.runs, readonly(wanted, np.bool_), min_value, times)
    return Basis(
        recorded, tuple(periods), min_value, times, readonly(code_start, np.int64), readonly(code_stop, np.int64),
        int(left_out[0]), int(left_out[1]),
    )  # fmt: skip


def _place_type(runs: Runs) -> type:
    return np.int32 if runs.value.size < 2**31 else np.int64


def _pick(
    runs: Runs, wanted: np.ndarray, min_value: float, times: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the observations chosen, by code where they begin and end, and how many are small and absent."""
    most = int(np.diff(runs.start)[wanted[runs.period]].sum())
    chosen: np.ndarray = np.empty(most, dtype=_place_type(runs))
    code_start, code_stop = (np.empty(runs.of_code.size - 1, dtype=np.int64) for _ in range(2))
    left_out = np.empty(2, dtype=np.int64)
    partners = int(runs.partner.max(initial=-1)) + 1 if times else 0
    seen = np.zeros(partners, dtype=np.int64)
    picking.pick(runs, wanted, min_value, times, seen, chosen, code_start, code_stop, left_out)
    return readonly(chosen[: code_stop[-1]], chosen.dtype), code_start, code_stop, left_out
