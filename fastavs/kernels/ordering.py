"""Rows into the order of their keys."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.options import kernel

SHORT = 64
"""Rows up to which insertion sort wins."""
FULL = 16
"""Counting wins where a bucket has more than one row for so many partners."""


@kernel
def sort_rows(
    code: np.ndarray,
    period: np.ndarray,
    partner: np.ndarray,
    n_periods: int,
    partner_bits: int,
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
    n_periods : int
    partner_bits : int
        Bits that hold any partner; those that hold any period come on top, 31 at most in all.
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
        packed[start[bucket]] = (((np.int64(period[i]) << partner_bits) | np.int64(partner[i])) << 32) | i
        start[bucket] += 1  # in the end the start of the next bucket
    mask = (np.int64(1) << partner_bits) - 1
    count = np.zeros(mask + 2, np.int64)
    low = 0
    for b in range(start.size - 1):
        high = start[b]
        of_code = b // per_code
        if by_period and (high - low) * FULL > mask:  # many partners: counted, they need no comparing
            of_period = b % per_code
            for i in range(low, high):
                count[((packed[i] >> 32) & mask) + 1] += 1
            count[0] = low
            for k in range(mask):
                count[k + 1] += count[k]
            for i in range(low, high):
                of_partner = (packed[i] >> 32) & mask
                at = count[of_partner]
                count[of_partner] = at + 1
                code[at] = of_code
                period[at] = of_period
                partner[at] = of_partner
                order[at] = packed[i] & 0xFFFFFFFF
            count[:] = 0
            low = high
            continue
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
            code[i] = of_code
            period[i] = rest >> partner_bits
            partner[i] = rest & mask
            order[i] = packed[i] & 0xFFFFFFFF
        low = high


@kernel
def rearrange(column: np.ndarray, order: np.ndarray, out: np.ndarray) -> None:
    """Put ``column[order]`` into `out`; float64[n], and int32[n] or int64[n]."""
    for i in range(order.size):
        out[i] = column[order[i]]
