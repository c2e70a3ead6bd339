"""Rows of one key into one observation, whatever order they came in, and quantities with them."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.options import inner, kernel
from fastavs.kernels.shapes import RowColumns
from fastavs.kernels.sorting import sort
from fastavs.kernels.sums import add


@inner
def sorted_sum(values: np.ndarray, n: int, spare: np.ndarray) -> float:
    """Sum ``values[:n]``, smallest first and compensated, so that the order of arrival has no say.

    None is negative. They are sorted where they stand; `spare` (int64) has room for as many.
    """
    # bits of doubles from 0 on rise with them, so one sort, of integers, is compiled for all; and a plain 0 for its
    # first place would be a type of its own, and all of it compiled again
    sort(values.view(np.int64), np.int64(0), n, spare)
    total = 0.0
    lost = 0.0
    for i in range(n):
        total, lost = add(total, lost, values[i])
    return total + lost


@kernel
def add_up(start: np.ndarray, value: np.ndarray, out: np.ndarray, rows: np.ndarray, spare: np.ndarray) -> None:
    """Add up the value of each observation's rows (METHOD.md section 2, "Adding up").

    Parameters
    ----------
    start : int64[n + 1]
        Where each observation's rows begin.
    value : float64[rows]
        Customs value of the rows, observation by observation.
    out : float64[n]
    rows, spare : float64[rows of the longest observation], int64[likewise]
        Memory to work in.
    """
    for i in range(start.size - 1):
        n = start[i + 1] - start[i]
        for k in range(n):
            rows[k] = value[start[i] + k]
        out[i] = rows[0] if n == 1 else sorted_sum(rows, n, spare)


@inner
def held(rows: RowColumns, row: int, kind: int) -> float:
    """Return the quantity of a kind that a row has itself, the first one first, net mass last; 0 = none."""
    if rows.kind_1.size > 0 and rows.kind_1[row] == kind and rows.amount_1[row] > 0.0:
        return rows.amount_1[row]
    if rows.kind_2.size > 0 and rows.kind_2[row] == kind and rows.amount_2[row] > 0.0:
        return rows.amount_2[row]
    return rows.mass[row] if kind == rows.mass_kind and rows.mass.size > 0 else 0.0


@inner
def bridged(rows: RowColumns, row: int, kind: int) -> float:
    """Return the quantity of a kind that bridges make of a row's others; 0 = none.

    The longest prefix that finds a quantity wins; of equal ones, that of the row's first quantity.
    """
    amount = 0.0
    best = -1
    for b in range(rows.factor.size):
        if rows.bridge[b, 0] != kind or not rows.fits[b, rows.code[row]]:
            continue
        source = rows.bridge[b, 1]
        score = rows.bridge[b, 2]
        if rows.kind_1.size > 0 and rows.kind_1[row] == source:
            score += 2
        elif rows.kind_2.size > 0 and rows.kind_2[row] == source:
            score += 1
        found = held(rows, row, source)
        if found > 0.0 and score > best:
            amount = found * rows.factor[b]
            best = score
    return amount


@kernel
def quantities(
    rows: RowColumns,
    kind: int,
    at: np.ndarray,
    quantity: np.ndarray,
    quantity_value: np.ndarray,
    work: np.ndarray,
    spare: np.ndarray,
) -> None:
    """Add up a quantity of some observations, and the value of the rows that carry it (METHOD.md sections 2 and 7).

    Parameters
    ----------
    rows : RowColumns
    kind : int
    at : int64[m]
        The observations.
    quantity, quantity_value : float64[m]
        Filled; 0 = none.
    work, spare : float64[2, rows of the longest observation], int64[likewise]
        Memory to work in.
    """
    row_start, row_order, value = rows.row_start, rows.row_order, rows.value
    bridges = False
    for b in range(rows.factor.size):
        bridges |= rows.bridge[b, 0] == kind
    amounts, values = work[0], work[1]
    for j in range(at.size):
        i = at[j]
        first = row_start[i] if row_start.size > 0 else i
        last = row_start[i + 1] if row_start.size > 0 else i + 1
        count = np.int64(0)
        for place in range(first, last):
            row = np.int64(row_order[place]) if row_order.size > 0 else place
            amount = held(rows, row, kind)
            if bridges and amount == 0.0:
                amount = bridged(rows, row, kind)
            if amount > 0.0:
                amounts[count] = amount
                values[count] = value[row]
                count += 1
        if count > 1:
            quantity[j] = sorted_sum(amounts, count, spare)
            quantity_value[j] = sorted_sum(values, count, spare)
        else:  # most observations are of one row, and most rows have one quantity: no call for those
            quantity[j] = amounts[0] if count == 1 else 0.0
            quantity_value[j] = values[0] if count == 1 else 0.0


@kernel
def kinds_had(rows: RowColumns, bit: np.ndarray, found: np.ndarray) -> None:
    """Find which kinds of quantity each observation has, on any of its rows.

    Parameters
    ----------
    rows : RowColumns
        The rows of these observations alone, one after the other.
    bit : int32[kinds]
        The bit of each kind; 0 = not looked for.
    found : int32[m]
        Filled with a bit for each kind that the observation has.
    """
    for i in range(found.size):
        bits = np.int32(0)
        first = rows.row_start[i] if rows.row_start.size > 0 else i
        last = rows.row_start[i + 1] if rows.row_start.size > 0 else i + 1
        for row in range(first, last):
            if rows.kind_1.size > 0 and rows.kind_1[row] >= 0 and rows.amount_1[row] > 0.0:
                bits |= bit[rows.kind_1[row]]
            if rows.kind_2.size > 0 and rows.kind_2[row] >= 0 and rows.amount_2[row] > 0.0:
                bits |= bit[rows.kind_2[row]]
            if rows.mass.size > 0 and rows.mass[row] > 0.0:
                bits |= bit[rows.mass_kind]
            for b in range(rows.factor.size):
                to = bit[rows.bridge[b, 0]] & ~bits  # 0 = not looked for: there may be no codes
                if to != 0 and rows.fits[b, rows.code[row]] and bridged(rows, row, rows.bridge[b, 0]) > 0.0:
                    bits |= to
        found[i] = bits
