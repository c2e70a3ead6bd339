"""Rows of one key into one observation, whatever order they came in, and quantities with them."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.options import inlined, kernel
from fastavs.kernels.shapes import TradeRows
from fastavs.kernels.sums import add


@inlined
def _sorted_sum(values: np.ndarray, count: int) -> float:
    """Sum ``values[:count]``, smallest first and compensated, so that the order of arrival has no say."""
    ascending = np.sort(values[:count])
    total = 0.0
    lost = 0.0
    for i in range(count):
        total, lost = add(total, lost, ascending[i])
    return total + lost


@kernel
def add_up(start: np.ndarray, value: np.ndarray, out: np.ndarray) -> None:
    """Add up the value of each observation's rows (METHOD.md section 2, "Adding up").

    Parameters
    ----------
    start : int64[n + 1]
        Where each observation's rows begin.
    value : float64[rows]
        Customs value of the rows, observation by observation.
    out : float64[n]
    """
    for i in range(start.size - 1):
        rows = start[i + 1] - start[i]
        out[i] = value[start[i]] if rows == 1 else _sorted_sum(value[start[i] : start[i + 1]], rows)


@inlined
def _held(
    row: int,
    kind: int,
    mass_kind: int,
    kind_1: np.ndarray,
    amount_1: np.ndarray,
    kind_2: np.ndarray,
    amount_2: np.ndarray,
    mass: np.ndarray,
) -> float:
    """Return the quantity of a kind that a row has itself, the first one first, net mass last; 0 = none."""
    amount = 0.0
    if kind == mass_kind and mass.size > 0:
        amount = mass[row]
    if kind_2.size > 0 and kind_2[row] == kind and amount_2[row] > 0.0:
        amount = amount_2[row]
    if kind_1.size > 0 and kind_1[row] == kind and amount_1[row] > 0.0:
        amount = amount_1[row]
    return amount


@kernel
def quantities(of: TradeRows, kind: int, at: np.ndarray, quantity: np.ndarray, quantity_value: np.ndarray) -> None:
    """Add up a quantity of some observations, and the value of the rows that carry it (METHOD.md sections 2 and 7).

    Of bridges, the longest prefix that finds a quantity wins; of equal ones, that of the row's first quantity.

    Parameters
    ----------
    of : TradeRows
    kind : int
    at : int64[m]
        The observations.
    quantity, quantity_value : float64[m]
        Filled; 0 = none.
    """
    row_start, row_order, code, value, kind_1, amount_1, kind_2, amount_2, mass, mass_kind, bridge, factor, fits = of
    bridges = 0
    for b in range(factor.size):
        bridges += bridge[b, 0] == kind
    longest = 1
    for j in range(at.size if row_start.size > 0 else 0):
        longest = max(longest, row_start[at[j] + 1] - row_start[at[j]])
    amounts = np.empty(longest)
    values = np.empty(longest)
    for j in range(at.size):
        i = at[j]
        first = row_start[i] if row_start.size > 0 else i
        last = row_start[i + 1] if row_start.size > 0 else i + 1
        count = 0
        for place in range(first, last):
            row = np.int64(row_order[place]) if row_order.size > 0 else place
            amount = _held(row, kind, mass_kind, kind_1, amount_1, kind_2, amount_2, mass)
            if bridges > 0 and amount == 0.0:
                best = -1
                for b in range(factor.size):
                    if bridge[b, 0] != kind or not fits[b, code[row]]:
                        continue
                    source = bridge[b, 1]
                    score = bridge[b, 2]
                    if kind_1.size > 0 and kind_1[row] == source:
                        score += 2
                    elif kind_2.size > 0 and kind_2[row] == source:
                        score += 1
                    held = _held(row, source, mass_kind, kind_1, amount_1, kind_2, amount_2, mass)
                    if held > 0.0 and score > best:
                        amount = held * factor[b]
                        best = score
            if amount > 0.0:
                amounts[count] = amount
                values[count] = value[row]
                count += 1
        if count == 1:
            quantity[j] = amounts[0]
            quantity_value[j] = values[0]
        else:
            quantity[j] = _sorted_sum(amounts, count)
            quantity_value[j] = _sorted_sum(values, count)
