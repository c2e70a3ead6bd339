"""Rows into the order of their keys, and rows of one key into one observation, whatever order they came in."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.options import inlined, kernel

SHORT = 64
"""Rows up to which insertion sort wins."""


@kernel
def sort_rows(
    code: np.ndarray,
    period: np.ndarray,
    partner: np.ndarray,
    n_periods: int,
    n_partners: int,
    by_period: bool,
    order: np.ndarray,
) -> None:
    """Sort rows by code, period and partner; rows of one key stay in the order they came in.

    Rows are counted into buckets of one code, or of one code and period, and each bucket is sorted by the rest of
    the key and the row number, packed into one integer.

    Parameters
    ----------
    code, period, partner : integers, [n]
        The key, each from 0; brought into order where they stand. n below 2**32.
    n_periods, n_partners : int
        Their product is below 2**31.
    by_period : bool
        Whether to have a bucket for each code and period.
    order : int32[n] or int64[n]
        Filled with the numbers that rows had before.
    """
    n = code.size
    per_code = n_periods if by_period else 1
    start = np.zeros((np.int64(np.max(code)) + 1) * per_code + 1, np.int64)
    for i in range(n):
        start[np.int64(code[i]) * per_code + (np.int64(period[i]) if by_period else 0) + 1] += 1
    for b in range(start.size - 1):
        start[b + 1] += start[b]
    packed = np.empty(n, np.int64)
    for i in range(n):
        bucket = np.int64(code[i]) * per_code + (np.int64(period[i]) if by_period else 0)
        packed[start[bucket]] = ((np.int64(period[i]) * n_partners + np.int64(partner[i])) << 32) | i
        start[bucket] += 1  # in the end the start of the next bucket
    low = 0
    for b in range(start.size - 1):
        high = start[b]
        if high - low > SHORT:
            packed[low:high] = np.sort(packed[low:high])
        else:
            for i in range(low + 1, high):
                moved, j = packed[i], i - 1
                while j >= low and packed[j] > moved:
                    packed[j + 1] = packed[j]
                    j -= 1
                packed[j + 1] = moved
        for i in range(low, high):
            rest = packed[i] >> 32
            code[i] = b // per_code
            period[i] = rest // n_partners
            partner[i] = rest % n_partners
            order[i] = packed[i] & 0xFFFFFFFF
        low = high


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
