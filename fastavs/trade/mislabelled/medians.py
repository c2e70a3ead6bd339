"""Medians by group over millions of rows, and what is usual in a group that may be too small for one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MIN_ROWS = 5
"""A median of fewer rows is not believed."""


def dense(codes: Ints, size: int) -> tuple[npt.NDArray[np.int32], Ints]:
    """Number the codes that occur, in ascending order: the number of each row, and the codes by number."""
    present = np.zeros(size, dtype=np.bool_)
    present[codes] = True
    distinct = np.flatnonzero(present)
    rank = np.empty(size, dtype=np.int32)
    rank[distinct] = np.arange(len(distinct), dtype=np.int32)
    return rank[codes], distinct


def medians(group: npt.NDArray[np.integer], numbers: Floats, groups: int) -> tuple[Floats, Ints]:
    """Return the median of each group (NaN for an empty one), to single precision, and its number of rows.

    Group and number go into one integer each that sorts as the pair does: sorting plain integers is several times
    faster than any sort by two keys. So the order of rows cannot matter either.
    """
    bits = numbers.astype(np.float32).view(np.uint32)
    negative = bits >> np.uint32(31) != 0
    ordered = np.where(negative, ~bits, bits | np.uint32(0x8000_0000))
    packed = np.sort(group.astype(np.uint64) << np.uint64(32) | ordered)
    counts = np.bincount(group, minlength=groups)
    filled = np.flatnonzero(counts)
    first = (np.cumsum(counts) - counts)[filled]

    def unpacked(position: Ints) -> Floats:
        word = packed[position].astype(np.uint32)
        back = np.where(word >> np.uint32(31) != 0, word ^ np.uint32(0x8000_0000), ~word)
        return back.view(np.float32).astype(np.float64)

    result = np.full(groups, np.nan)
    middle = counts[filled]
    result[filled] = (unpacked(first + (middle - 1) // 2) + unpacked(first + middle // 2)) / 2.0
    return result, counts


def usual(fine: npt.NDArray[np.int32], coarse_of: npt.NDArray[np.int32], numbers: Floats) -> Floats:
    """Return the median of each fine group, of the coarse one around it where rows are few, or NaN."""
    median, count = medians(fine, numbers, len(coarse_of))
    coarse = coarse_of[fine]
    wide_median, wide_count = medians(coarse, numbers, int(coarse_of.max(initial=-1)) + 1)
    wide = np.where(wide_count >= MIN_ROWS, wide_median, np.nan)[coarse_of]
    return np.where(count >= MIN_ROWS, median, wide)
