"""Rows laid side by side for scenarios that are worked out one by one."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from fastavs.kernels.names import ALONE, PERCENT
from fastavs.kernels.options import readonly
from fastavs.kernels.packed_rows import PACKED_ROW, PACKED_SEGMENT, Packed
from fastavs.kernels.shapes import DutyTable, Entries


class Laid(NamedTuple):
    """Rows laid side by side."""

    packed: Packed  # those of plain forms
    rare: dict[int, np.ndarray]  # int64[...] the others, by form


class Packings:
    """What is kept of rows that are charged again: they are packed when they are asked for a second time.

    Whoever works out a single scenario pays neither the time nor the memory.

    Parameters
    ----------
    entries : Entries
    periods : int
        How many exchange rates a currency has.
    """

    def __init__(self, entries: Entries, periods: int) -> None:
        self._of = entries, periods
        self._asked: Callable[[], np.ndarray | None] = lambda: None
        self._laid: Laid | None = None
        self._packing = threading.Lock()

    def __reduce__(self) -> tuple[Any, ...]:
        return (Packings, self._of)

    def get(self, duties: DutyTable, rows: np.ndarray, note: Callable[[Packed], None]) -> Laid | None:
        """Return rows laid side by side; None the first time.

        Parameters
        ----------
        duties : DutyTable
        rows : ROW[n]
            Known again as the same array.
        note : callable
            Notes the places from which searches begin in what was just packed.
        """
        with self._packing:
            if self._asked() is not rows:
                self._asked, self._laid = weakref.ref(rows), None
                return None
            if self._laid is None:
                laid = lay(duties, *self._of, rows)
                note(laid.packed)
                self._laid = laid
            return self._laid


def lay(duties: DutyTable, entries: Entries, periods: int, rows: np.ndarray) -> Laid:
    """Lay rows side by side."""
    form = duties.duty["form"][rows["duty"]]
    plain = (form >= ALONE) & (form <= PERCENT)
    rare = {int(one): readonly(np.flatnonzero(form == one), np.int64) for one in np.unique(form[~plain])}
    return Laid(_pack(duties, entries, periods, rows, np.flatnonzero(plain)), rare)


def _pack(duties: DutyTable, entries: Entries, periods: int, rows: np.ndarray, plain: np.ndarray) -> Packed:
    """Lay rows of plain forms side by side, in their order, and the segments that each rests on."""
    form, some = duties.duty["form"][rows["duty"][plain]], rows[plain]
    duty, group = duties.duty[some["duty"]], some["group"].astype(np.int64)
    charged = (group >= 0) & (form != PERCENT)
    begin = np.where(charged, entries.group[np.where(charged, group, 0)], 0)
    end = np.where(charged, entries.group[np.where(charged, group + 1, 0)], 0)
    first = np.concatenate(([0], np.cumsum(end - begin)))
    record = np.zeros(plain.size + 1, dtype=PACKED_ROW)
    record["first"], record["row"][:-1], record["form"][:-1] = first, plain, form
    for name in ("ad_valorem", "b", "per_unit", "currency"):
        record[name][:-1] = duty[name]
    for name in ("cell", "purely_specific"):
        record[name][:-1] = some[name]
    record["fx"][:-1] = some["fx_offset"] + duty["currency"] * periods
    which = np.repeat(begin - first[:-1], end - begin) + np.arange(first[-1])
    start = entries.start
    segment = np.zeros(which.size, dtype=PACKED_SEGMENT)
    for name in ("low", "high", "total", "start", "period"):
        segment[name] = entries.segment[name][which]
    segment["at"], segment["n"] = start[which] + which, start[which + 1] - start[which]
    return Packed(
        readonly(record, PACKED_ROW), readonly(segment, PACKED_SEGMENT), readonly(_pairs(entries), np.float64),
        (segment["n"] // 2).astype(np.int32),
    )  # fmt: skip


def _pairs(entries: Entries) -> np.ndarray:
    """Return each ratio with the sum of those below it in its segment, which ends with infinity; float64[n + k, 2]."""
    pair = np.full((entries.running.size, 2), np.inf)
    pair[:, 1] = entries.running
    within = np.ones(entries.running.size, dtype=bool)
    within[entries.start[1:] + np.arange(entries.start.size - 1)] = False
    pair[within, 0] = entries.ratio
    return pair
