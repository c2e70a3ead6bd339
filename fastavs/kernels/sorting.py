"""Sorting where values stand: numba's own sorts take seconds to compile.

Runs of a few values are sorted by insertion, then merged two by two.
"""

from __future__ import annotations

import numpy as np

from fastavs.kernels.options import inner

RUN = 32
STRETCH = 1 << 16  # runs looked at together, for the memory


@inner
def sort(values: np.ndarray, first: int, last: int, spare: np.ndarray) -> None:
    """Sort ``values[first:last]``; `spare` has room for as many, of the same type."""
    for low in range(first, last, RUN):
        for i in range(low + 1, min(low + RUN, last)):
            x = values[i]
            j = i - 1
            while j >= low and values[j] > x:
                values[j + 1] = values[j]
                j -= 1
            values[j + 1] = x
    size = RUN
    while size < last - first:
        for low in range(first, last - size, 2 * size):
            middle = low + size
            if values[middle - 1] <= values[middle]:
                continue
            for i in range(size):
                spare[i] = values[low + i]
            left, right, at = 0, middle, low
            end = min(middle + size, last)
            while left < size:
                if right == end or spare[left] <= values[right]:
                    values[at] = spare[left]
                    left += 1
                else:
                    values[at] = values[right]
                    right += 1
                at += 1
        size *= 2


@inner
def sort_with(
    values: np.ndarray,
    first: int,
    last: int,
    source: np.ndarray,
    shift: int,
    spare: np.ndarray,
    spare_source: np.ndarray,
) -> None:
    """Sort ``values[first:last]``, and with each value what stands `shift` further on in `source`; equal ones as they
    stand. `spare` and `spare_source` have room for as many.
    """
    for low in range(first, last, RUN):
        for i in range(low + 1, min(low + RUN, last)):
            x = values[i]
            where = source[i + shift]
            j = i - 1
            while j >= low and values[j] > x:
                values[j + 1] = values[j]
                source[j + 1 + shift] = source[j + shift]
                j -= 1
            values[j + 1] = x
            source[j + 1 + shift] = where
    size = RUN
    while size < last - first:
        for low in range(first, last - size, 2 * size):
            middle = low + size
            if values[middle - 1] <= values[middle]:
                continue
            for i in range(size):
                spare[i] = values[low + i]
                spare_source[i] = source[low + i + shift]
            left, right, at = 0, middle, low
            end = min(middle + size, last)
            while left < size:
                if right == end or spare[left] <= values[right]:
                    values[at] = spare[left]
                    source[at + shift] = spare_source[left]
                    left += 1
                else:
                    values[at] = values[right]
                    source[at + shift] = source[right + shift]
                    right += 1
                at += 1
        size *= 2


def longest(start: np.ndarray, first: int = 0, last: int | None = None) -> int:
    """Return how long the longest of some runs is, from `first` up to `last`; `start` (int64) is where each begins."""
    last = start.size - 1 if last is None else last
    found = 0
    for some in range(first, last, STRETCH):
        found = max(found, int(np.diff(start[some : min(some + STRETCH, last) + 1]).max()))
    return found
