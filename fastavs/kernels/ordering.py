"""Rows into the order of their keys."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastavs.kernels.options import inner, kernel
from fastavs.kernels.sorting import sort

FULL = 16
"""Counting wins where a bucket has more than one row for so many partners."""


@inner
def bucket_of(code: int, period: int, n_periods: int, by_period: bool) -> Any:
    """The bucket that a row is counted into: of its code, or of its code and period."""
    return np.int64(code) * n_periods + np.int64(period) if by_period else np.int64(code)


@kernel
def count_buckets(code: np.ndarray, period: np.ndarray, n_periods: int, by_period: bool, start: np.ndarray) -> None:
    """Count rows into buckets of one code, or of one code and period.

    Parameters
    ----------
    code, period : integers, [n]
        Each from 0.
    n_periods : int
    by_period : bool
        Whether to have a bucket for each code and period.
    start : int64[buckets + 1]
        Given as 0; filled with where each bucket begins.
    """
    for i in range(code.size):
        start[bucket_of(code[i], period[i], n_periods, by_period) + 1] += 1
    for b in range(start.size - 1):
        start[b + 1] += start[b]


@inner
def place_counted(
    packed: np.ndarray, low: int, high: int, count: np.ndarray, partner: np.ndarray, order: np.ndarray
) -> None:
    """Put a bucket of one code and period in order by counting its partners.

    `count` has one entry more than there can be partners, all 0.
    """
    mask = count.size - 2
    for i in range(low, high):
        count[((packed[i] >> 32) & mask) + 1] += 1
    count[0] = low
    for k in range(mask):
        count[k + 1] += count[k]
    for i in range(low, high):
        of_partner = (packed[i] >> 32) & mask
        at = count[of_partner]
        count[of_partner] = at + 1
        partner[at] = of_partner
        order[at] = packed[i] & 0xFFFFFFFF
    count[:] = 0


@kernel
def pack_rows(
    code: np.ndarray,
    period: np.ndarray,
    partner: np.ndarray,
    n_periods: int,
    partner_bits: int,
    by_period: bool,
    start: np.ndarray,
    first: int,
    last: int,
    free: np.ndarray,
    packed: np.ndarray,
) -> None:
    """Put the rows of the buckets from `first` up to `last` together.

    Parameters
    ----------
    code, period, partner : integers, [n]
        The key, each from 0. n below 2**32.
    n_periods, by_period, start
        As in `count_buckets`.
    partner_bits : int
        Bits that hold any partner; those that hold any period come on top, 31 at most in all.
    first, last : int
    free : int64[last - first]
        Where each of them begins; counted up.
    packed : int64[n]
        Filled bucket by bucket: the rest of a row's key and its number, packed into one integer.
    """
    for i in range(code.size):
        bucket = bucket_of(code[i], period[i], n_periods, by_period)
        if first <= bucket < last:
            rest = (np.int64(period[i]) << partner_bits) | np.int64(partner[i])
            packed[free[bucket - first]] = (rest << 32) | i
            free[bucket - first] += 1


@kernel
def sort_buckets(
    start: np.ndarray,
    packed: np.ndarray,
    first: int,
    last: int,
    n_periods: int,
    partner_bits: int,
    by_period: bool,
    code: np.ndarray,
    period: np.ndarray,
    partner: np.ndarray,
    order: np.ndarray,
    count: np.ndarray,
    spare: np.ndarray,
) -> None:
    """Sort the buckets from `first` up to `last`, each for itself; rows of one key stay in the order they came in.

    Parameters
    ----------
    start, packed, n_periods, partner_bits, by_period
        As in `pack_rows`; the rows are sorted where they stand.
    first, last : int
    code, period, partner : integers, [n]
        Filled with the keys in order.
    order : int32[n] or int64[n]
        Filled with the numbers that rows had before.
    count : int64[2**partner_bits + 1]
        All 0, and so left.
    spare : int64[rows of the longest bucket]
        Memory to work in.
    """
    mask = (np.int64(1) << partner_bits) - 1
    for b in range(first, last):
        low, high = start[b], start[b + 1]
        by_counting = by_period and (high - low) * FULL > mask  # many partners: counted, they need no comparing
        if by_counting:
            place_counted(packed, low, high, count, partner, order)
        else:
            sort(packed, low, high, spare)
        for i in range(low, high):
            code[i] = b // n_periods if by_period else b
            if by_counting:
                period[i] = b % n_periods
            else:
                rest = packed[i] >> 32
                period[i] = rest >> partner_bits
                partner[i] = rest & mask
                order[i] = packed[i] & 0xFFFFFFFF


@kernel
def rearrange(column: np.ndarray, order: np.ndarray, out: np.ndarray) -> None:
    """Put ``column[order]`` into `out`; float64[n], and int32[n] or int64[n]."""
    for i in range(order.size):
        out[i] = column[order[i]]
