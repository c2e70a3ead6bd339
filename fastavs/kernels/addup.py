"""Rows of one key into one observation, with sums that do not depend on the order of rows."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.options import inlined, kernel


@inlined
def _sorted_sum(values: np.ndarray, count: int) -> float:
    """Sum ``values[:count]``, smallest first and compensated, so that the order of arrival has no say."""
    ascending = np.sort(values[:count])
    total = 0.0
    lost = 0.0
    for i in range(count):
        term = ascending[i]
        raised = total + term
        lost += (total - raised) + term if abs(total) >= abs(term) else (term - raised) + total
        total = raised
    return total + lost


@kernel
def add_up(
    start: np.ndarray,
    order: np.ndarray,
    value: np.ndarray,
    amount: np.ndarray,
    out_value: np.ndarray,
    out_quantity: np.ndarray,
    out_quantity_value: np.ndarray,
) -> None:
    """Add up the rows of each observation (METHOD.md section 2, "Adding up").

    Parameters
    ----------
    start : int64[n_obs + 1]
        Where each observation's rows begin in `order`.
    order : int64[n_rows]
        Row numbers, observation by observation.
    value : float64[n_rows]
        Customs value of a row.
    amount : float64[n_kinds, n_rows]
        Quantity of a row in base units of each kind; 0 means none.
    out_value : float64[n_obs]
        All the value.
    out_quantity, out_quantity_value : float64[n_kinds, n_obs]
        The quantity of a kind, and the value of the rows that carry it; 0 means none.
    """
    longest = 1
    for i in range(start.size - 1):
        longest = max(longest, start[i + 1] - start[i])
    some_values = np.empty(longest)
    some_amounts = np.empty(longest)
    for i in range(start.size - 1):
        lo = start[i]
        hi = start[i + 1]
        if hi - lo == 1:
            row = order[lo]
            out_value[i] = value[row]
            for k in range(amount.shape[0]):
                out_quantity[k, i] = amount[k, row]
                out_quantity_value[k, i] = value[row] if amount[k, row] > 0.0 else 0.0
            continue
        for j in range(lo, hi):
            some_values[j - lo] = value[order[j]]
        out_value[i] = _sorted_sum(some_values, hi - lo)
        for k in range(amount.shape[0]):
            count = 0
            for j in range(lo, hi):
                row = order[j]
                if amount[k, row] > 0.0:
                    some_values[count] = value[row]
                    some_amounts[count] = amount[k, row]
                    count += 1
            out_quantity[k, i] = _sorted_sum(some_amounts, count)
            out_quantity_value[k, i] = _sorted_sum(some_values, count)
