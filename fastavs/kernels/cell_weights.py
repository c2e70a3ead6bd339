"""Imports of codes and lines under changed trade, by price cell: linear in what a cell's values are multiplied by."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.draws import splitter
from fastavs.kernels.options import inner, kernel, kernel_with_memory
from fastavs.kernels.pieces import (
    MOST_LINES,
)
from fastavs.kernels.quotes import concerns
from fastavs.kernels.shapes import PriceCells, Records
from fastavs.kernels.sums import add, add_product

MFN, EVERYONE = 0, 1
"""Whose imports weigh."""
FEW = 8
"""So many partners at most are taken out of a whole one by one."""


@inner
def finer(split: float) -> float:
    """What cuts rests that `split` leaves, as it cuts numbers; see `draws.splitter`."""
    return splitter(split * 2.0**-53 * MOST_LINES)


@inner
def cut_value(x: float, split: float, fine: float) -> tuple[float, float]:
    """A value as a multiple of a unit, and of a finer one, so that both add up exactly and can be taken out again."""
    high = (x + split) - split
    return high, ((x - high) + fine) - fine


@kernel
def whole_cells(records: Records, times: np.ndarray, bound: float, out: np.ndarray) -> None:
    """Imports of each cell of a code and a period, of MFN partners and of everyone.

    Parameters
    ----------
    records : Records
    times : int32[t, p]
        0: excluded.
    bound : float
        What any values add up to at most.
    out : float64[2, 2, z]
        Filled in: by MFN partners and by everyone, each in two parts, see `cut_value`.
    """
    split = splitter(bound)
    fine = finer(split)
    for z in range(records.period.size):
        total, lost, every, every_lost = 0.0, 0.0, 0.0, 0.0
        of_partner = times[records.period[z]]
        for i in range(records.start[z], records.start[z + 1]):
            high, low = cut_value(records.value[i], split, fine)
            every += high
            every_lost += low
            if of_partner[records.partner[i]] > 0:
                total += high
                lost += low
        out[MFN, 0, z], out[MFN, 1, z] = total, lost
        out[EVERYONE, 0, z], out[EVERYONE, 1, z] = every, every_lost


@kernel
def whole_of_codes(
    records: Records, whole: np.ndarray, within: np.ndarray, everyone: np.ndarray, out: np.ndarray
) -> None:
    """Imports of each code in the periods of each basis, float64[b, u], of the trade as it is; see
    `imports_of_codes`."""
    for b in range(within.shape[0]):
        whose = EVERYONE if everyone[b] else MFN
        for u in range(records.code_key.size):
            total, lost = 0.0, 0.0
            for z in range(records.code_cell[u], records.code_cell[u + 1]):
                if within[b, records.period[z]]:
                    total, lost = add(total, lost, whole[whose, 0, z])
                    lost += whole[whose, 1, z]
            out[b, u] = total + lost


@kernel
def mark_partners(records: Records, out: np.ndarray) -> None:
    """Mark in ``out`` (uint64[z, words]) which partners each cell of a code and a period has records of."""
    one = np.uint64(1)
    for z in range(records.period.size):
        for i in range(records.start[z], records.start[z + 1]):
            partner = records.partner[i]
            out[z, partner >> 6] |= one << np.uint64(partner & 63)


@kernel_with_memory
def imports_of_codes(
    records: Records,
    prices: PriceCells,
    uniform: np.ndarray,
    times: np.ndarray,
    whole: np.ndarray,
    marks: np.ndarray,
    wanted: np.ndarray,
    gone: np.ndarray,
    within: np.ndarray,
    everyone: np.ndarray,
    affected: np.ndarray,
    fold: np.ndarray,
    bound: float,
    out: np.ndarray,
) -> None:
    """Imports of each code in the periods of each basis, by price cell.

    What a change does not touch is taken from the whole, without the few partners that are gone; the rest is added up
    anew, record by record.

    Parameters
    ----------
    records : Records
    prices : PriceCells
    uniform : int32[x, t]
        The cell, within its kind, of all partners in a period; -1: several.
    times : int32[2, t, p]
        What MFN partners weigh times, and what everyone's do.
    whole : float64[2, 2, z]
        As `whole_cells` fills it in.
    marks : uint64[z, words]
        As `mark_partners` fills it in.
    wanted : uint64[2, t, words]
        The partners that weigh otherwise than in the whole.
    gone : int32[2, t, FEW]
        Those, where they do not weigh at all and are few, and then -1; else -2.
    within : bool[b, t]
        Periods of each basis.
    everyone : bool[b]
        Whether excluded partners weigh as well.
    affected : bool[b]
        The bases to work out.
    fold : float64[cells]
        What each cell's values are multiplied by, to add all up; empty: cells stay apart.
    bound : float
        What any values add up to at most.
    out : float64[b, u, c]
        Filled in for those; c is 1, or the most cells that a kind has.
    """
    bases, periods = within.shape
    uses = np.zeros((2, periods), dtype=np.int64)
    use = np.zeros((2, periods, bases), dtype=np.int64)
    for b in range(bases):
        for t in range(periods):
            if within[b, t] and affected[b]:
                whose = EVERYONE if everyone[b] else MFN
                use[whose, t, uses[whose, t]] = b
                uses[whose, t] += 1
    split = splitter(bound)
    fine = finer(split)
    most = 1
    for kind in range(prices.pattern.size):
        most = max(most, prices.first_cell[kind + 1] - prices.first_cell[kind])
    part = np.zeros((2, most))
    total = np.zeros((bases, most))
    lost = np.zeros((bases, most))
    for u in range(records.code_key.size):
        kind = prices.kind[u]
        cells = prices.first_cell[kind + 1] - prices.first_cell[kind]
        pattern = prices.pattern[kind]
        total[:] = 0.0
        lost[:] = 0.0
        for z in range(records.code_cell[u], records.code_cell[u + 1]):
            t = records.period[z]
            for whose in range(2):
                if uses[whose, t] == 0:
                    continue
                first = 0
                last = cells
                if uniform[pattern, t] >= 0:
                    first = uniform[pattern, t]
                    last = first + 1
                if last == first + 1 and not concerns(marks, wanted[whose, t], z):
                    part[0, first], part[1, first] = whole[whose, 0, z], whole[whose, 1, z]
                elif last == first + 1 and gone[whose, t, 0] >= 0:
                    found = whole[whose, 0, z], whole[whose, 1, z]
                    part[0, first], part[1, first] = taken_out(records, gone[whose, t], z, split, fine, found)
                elif last == first + 1:
                    part[0, first], part[1, first] = add_records(records, times[whose, t], z, split)
                else:
                    add_cell(records, prices.cell[pattern, t], times[whose, t], z, first, last, part)
                for j in range(uses[whose, t]):
                    b = use[whose, t, j]
                    for c in range(first, last):
                        if fold.size > 0:
                            by = fold[prices.first_cell[kind] + c]
                            total[b, 0], lost[b, 0] = add_product(total[b, 0], lost[b, 0], by, part[0, c])
                            lost[b, 0] += by * part[1, c]
                        else:
                            total[b, c], lost[b, c] = add(total[b, c], lost[b, c], part[0, c])
                            lost[b, c] += part[1, c]
        for b in range(bases):
            for c in range(out.shape[2] if affected[b] else 0):
                out[b, u, c] = total[b, c] + lost[b, c]


@inner
def taken_out(
    records: Records, gone: np.ndarray, z: int, split: float, fine: float, found: tuple[float, float]
) -> tuple[float, float]:
    """Take the records of some partners out of what a code and a period come to, to the last bit."""
    high, low = found
    for p in gone:
        if p < 0:
            break
        first, last = records.start[z], records.start[z + 1]
        while first < last:
            middle = (first + last) >> 1
            if records.partner[middle] < p:
                first = middle + 1
            else:
                last = middle
        while first < records.start[z + 1] and records.partner[first] == p:
            some, rest = cut_value(records.value[first], split, fine)
            high -= some
            low -= rest
            first += 1
    return high, low


@inner
def add_records(records: Records, times: np.ndarray, z: int, split: float) -> tuple[float, float]:
    """Add up the records of a code and a period: multiples of a unit, see `draws.splitter`, and the rests."""
    h0, h1, l0, l1 = 0.0, 0.0, 0.0, 0.0
    last = records.start[z + 1]
    i = records.start[z]
    while i < last:
        x = records.value[i] * times[records.partner[i]]
        high = (x + split) - split
        h0 += high
        l0 += x - high
        if i + 1 < last:
            x = records.value[i + 1] * times[records.partner[i + 1]]
            high = (x + split) - split
            h1 += high
            l1 += x - high
        i += 2
    return h0 + h1, l0 + l1


@inner
def add_cell(
    records: Records, cell: np.ndarray, times: np.ndarray, z: int, first: int, last: int, part: np.ndarray
) -> None:
    """Add up the records of a code and a period by price cell."""
    for c in range(first, last):
        part[0, c] = 0.0
        part[1, c] = 0.0
    for i in range(records.start[z], records.start[z + 1]):
        partner = records.partner[i]
        if times[partner] > 0:
            c = cell[partner]
            part[0, c], part[1, c] = add(part[0, c], part[1, c], records.value[i] * times[partner])


@kernel
def count_by_line(records: Records, of_code: np.ndarray, basis_of: np.ndarray, start: np.ndarray) -> None:
    """Count the price cells that each line's own trade has imports in; `start` (int64[h + 1]) becomes where they
    begin, see `imports_of_lines`."""
    start[:] = 0
    for side in range(basis_of.size):
        for k in range(records.own_start[side], records.own_start[side + 1]):
            for c in range(of_code.shape[2]):
                if of_code[basis_of[side], records.own_code[k], c] != 0.0:
                    start[records.own_line[k] + 1] += 1
    for h in range(start.size - 1):
        start[h + 1] += start[h]


@kernel_with_memory
def cells_of_lines(
    records: Records,
    first_cell: np.ndarray,
    kind: np.ndarray,
    of_code: np.ndarray,
    basis_of: np.ndarray,
    start: np.ndarray,
    cell: np.ndarray,
    value: np.ndarray,
) -> None:
    """Imports of each line by price cell.

    Parameters
    ----------
    records : Records
    first_cell : int64[k + 1]
        The first price cell of each kind.
    kind : int32[u]
        Of each code.
    of_code : float64[b, u, c]
    basis_of : int64[sides]
    start : int64[h + 1]
        As `count_by_line` fills it in.
    cell, value : int64[...], float64[...]
        Filled in: price cells of each line, and its imports there.
    """
    at = np.zeros(start.size - 1, dtype=np.int64)
    for side in range(basis_of.size):
        for k in range(records.own_start[side], records.own_start[side + 1]):
            h = records.own_line[k]
            u = records.own_code[k]
            for c in range(of_code.shape[2]):
                x = of_code[basis_of[side], u, c]
                if x != 0.0:
                    put = start[h] + at[h]
                    at[h] += 1
                    cell[put] = first_cell[kind[u]] + c
                    value[put] = x


@kernel_with_memory
def imports_of_lines(
    records: Records,
    of_code: np.ndarray,
    basis_of: np.ndarray,
    affected: np.ndarray,
    sides: np.ndarray,
    imports: np.ndarray,
) -> None:
    """Imports of each line from those of the codes that are its own trade.

    Parameters
    ----------
    records : Records
    of_code : float64[b, u, c]
    basis_of : int64[sides]
    affected : bool[b]
        The bases to work out.
    sides : int64[sides, 2]
        First line of each, and one past the last.
    imports : float64[h]
        Filled in for lines of those bases; all cells together.
    """
    lost = np.zeros(imports.size)
    for side in range(basis_of.size):
        if not affected[basis_of[side]]:
            continue
        for h in range(sides[side, 0], sides[side, 1]):
            imports[h] = 0.0
        for k in range(records.own_start[side], records.own_start[side + 1]):
            h = records.own_line[k]
            for c in range(of_code.shape[2]):
                imports[h], lost[h] = add(imports[h], lost[h], of_code[basis_of[side], records.own_code[k], c])
        for h in range(sides[side, 0], sides[side, 1]):
            imports[h] += lost[h]
