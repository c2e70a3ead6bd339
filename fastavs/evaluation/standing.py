"""An index as it stands: what reforms are told from, made once and kept with it."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

import numpy as np

from fastavs.evaluation.adding import Part, add_part
from fastavs.evaluation.averages import exact_up_to
from fastavs.evaluation.rows import rare_rows
from fastavs.index.dependents import dependents_of
from fastavs.index.duties import joined, templates
from fastavs.index.lines_of_years import pairs_of
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.names import COUNTS, NUMBERS, PIECES
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import (
    ROW,
    AloneMemory,
    Carried,
    Dependents,
    DutyTable,
    Factors,
    Layout,
    NewDuties,
    Scratch,
    Sums,
    Touched,
)
from fastavs.kernels.touched import find_dependents, put_classes, put_rows


@dataclass(frozen=True, slots=True)
class Standing:
    """An index as it stands.

    Attributes
    ----------
    index : SortedIndex
    on : Dependents
    duties : DutyTable
        Of the index, then templates of new ones.
    template : dict
        The place of the template of each form and currency.
    kinds : int64[d]
        The kinds of quantity of each duty of the index, a place among those of the study.
    factors : Factors
        Of the scenario that changes nothing, with one cell.
    sums : Sums
        What it comes to, [..., 1].
    scratch : Scratch
        For whoever holds the lock.
    lock : Lock
    free : list of AloneMemory
        Memory for scenarios that go one by one.
    """

    index: SortedIndex
    on: Dependents
    duties: DutyTable
    template: dict[tuple[int, str | None], int]
    kinds: np.ndarray
    factors: Factors
    sums: Sums
    scratch: Scratch
    lock: Lock
    free: list[AloneMemory]

    @property
    def exact(self) -> bool:
        """Whether its sums are exact, so that a part can be taken out of them."""
        return bool(self.sums.largest[0] <= exact_up_to(self.index.ready.layout))


def clear(scratch: Scratch) -> None:
    """Make memory to work in as it was made."""
    for array, value in zip(scratch, (0, -1, -1, -1, False, 0), strict=True):
        array[:] = value


def standing_of(index: SortedIndex) -> Standing:
    """Return an index as it stands, made when first needed."""
    found: Standing = index.as_it_stands.get("standing", lambda: _make(index))
    return found


def _make(index: SortedIndex) -> Standing:
    every, ready = index.lines_of_years.every, index.ready
    on = dependents_of(index, every, ready, index.line_weights)
    lines, means = index.lines.key.size, every.carried.low.shape[1]
    scratch = Scratch(
        np.zeros(lines, dtype=np.int32), np.full(lines, -1, dtype=np.int32), np.full(ready.rows.size, -1, np.int32),
        np.full(means, -1, dtype=np.int32), np.zeros(every.named.size, dtype=np.bool_),
        np.empty(every.named.size, dtype=np.int32),
    )  # fmt: skip
    kinds = [tuple(some) for some in index.facts["kinds"]]
    own = np.array([kinds.index(duty.kinds) for duty in index.parsed], dtype=np.int64)
    table, place = templates(index.facts["currencies"])
    shift = ready.duties.duty.size
    template = {one: shift + number for one, number in place.items()}
    factors = unchanged(index, 1)
    found = dependents_of_lines(on, scratch, NOTHING_NEW.line, len(index.years), whole=False, everything=True)
    part, alone = make_part(index, on, scratch, ready.duties, found, NOTHING_NEW)
    on = on._replace(alone=alone)
    sums = add_part(index, part, factors)
    return Standing(index, on, joined(ready.duties, table), template, own, factors, sums, scratch, Lock(), [])


def unchanged(index: SortedIndex, cells: int) -> Factors:
    """Return the factors of the scenario that changes nothing, of one dimension."""
    money = len(index.facts["currencies"])
    ones, none = readonly(np.ones(cells), np.float64), readonly(np.zeros(cells), np.float64)
    ones_b, none_b = readonly(np.ones(cells * money), np.float64), readonly(np.zeros(cells * money), np.float64)
    fx = readonly(index.fx.reshape(-1), np.float64)
    return Factors(ones, none, none, ones_b, none_b, none_b, fx, index.fx.shape[2], money)


NOTHING_NEW = NewDuties(
    *(readonly([], np.int64), readonly([], np.int32), readonly([-1], np.int32)),
    *(readonly([False], np.bool_) for _ in range(3)),
)
"""No line is touched."""


class Found(NamedTuple):
    """Lines of years that rest on lines touched."""

    places: np.ndarray  # int32[m] ascending
    means: int  # carried means among what they rest on
    behind: int  # lines behind those


def dependents_of_lines(
    on: Dependents, scratch: Scratch, lines: np.ndarray, years: int, *, whole: bool, everything: bool
) -> Found:
    """Find the lines of years that rest on some lines; see `find_dependents`."""
    n, means, behind = find_dependents(lines, whole, everything, on, scratch, np.empty((years, 2), dtype=np.int64))
    return Found(readonly(scratch.found[:n].copy(), np.int32), means, behind)


def make_part(
    index: SortedIndex, on: Dependents, scratch: Scratch, duties: DutyTable, found: Found, new: NewDuties
) -> tuple[Part, np.ndarray]:
    """Make some lines of years ready, with the duties that lines touched are charged.

    Returns
    -------
    part : Part
    alone : bool[g]
        The subheadings that are averaged by themselves.
    """
    places, means, behind = found
    m, years, levels = places.size, on.year_start.size - 1, on.low.shape[0]
    most = new.line.size + min(on.rows.size, 2 * m + behind)
    table = np.full(_table_size(new.line.size), -1, dtype=np.int32)
    out = Touched(
        np.zeros(most, dtype=ROW), np.empty(most, dtype=np.int64), table, np.empty(behind, dtype=np.int32),
        np.empty(means, dtype=np.int8), np.empty((levels, means), dtype=np.int64),
        np.empty((levels, means), dtype=np.int64), np.empty(m, dtype=np.int32), np.empty(m, dtype=np.int32),
        np.empty(m, dtype=np.int8), np.zeros((NUMBERS, m)), np.empty(m, dtype=np.int32),
        np.empty(m, dtype=np.int32), np.empty(m, dtype=np.int32), np.full(_table_size(m), -1, dtype=np.int32),
        np.empty(new.line.size, dtype=np.int32),
        np.empty(years + 1, dtype=np.int64), np.empty(years, dtype=np.int64), np.zeros((years, COUNTS)),
        np.zeros((years, PIECES)),
    )  # fmt: skip
    rows, lines = put_rows(places, new, on, index.facts["zero"], scratch, out)
    classes = put_classes(places, on, rows, out)
    layout = Layout(
        readonly([0, rows], np.int64), readonly([0, means], np.int64), readonly(out.start, np.int64),
        readonly(out.uncertain, np.int64), readonly(out.number[:, :classes], np.float64),
        _kept(out.class_applied, classes), _kept(out.class_bound, classes), _kept(out.subheading, classes),
        index.ready.layout.years, readonly(out.counts, np.float64), readonly(out.known, np.float64),
    )  # fmt: skip
    kept = _kept(out.rows, rows)
    applied = out.applied.astype(np.int64)
    means_too = applied < -1
    applied[means_too] = rows - 2 - applied[means_too]
    part = Part(
        duties, kept, layout, Carried(readonly(out.low, np.int64), readonly(out.high, np.int64)),
        _kept(out.mean_row, lines), places, pairs_of(applied, out.bound), new.line,
        readonly(out.touched_row, np.int32), readonly(np.where(kept["cell"] == 0, out.row_key[:rows], -1), np.int64),
        rare_rows(duties, kept),
    )  # fmt: skip
    alone = np.zeros(on.alone.size, dtype=np.bool_)
    alone[on.heading[places[out.flags & 1 != 0]]] = True
    return part, readonly(alone, np.bool_)


def _table_size(n: int) -> int:
    """Return a power of 2 of which n fill no more than half."""
    return int(1 << (2 * n + 1).bit_length())


def _kept(table: np.ndarray, n: int) -> np.ndarray:
    """Return the first n of a table, without the memory of the others."""
    return readonly(table[:n].copy() if n < table.size else table, table.dtype)
