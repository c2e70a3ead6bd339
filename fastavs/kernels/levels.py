"""At which level a line finds observations."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.options import kernel


@kernel
def next_levels(
    lines: np.ndarray,
    borrows: np.ndarray,
    digits: np.ndarray,
    reach: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    before: np.ndarray,
    level_of: np.ndarray,
    found: np.ndarray,
    first: np.ndarray,
    last: np.ndarray,
) -> None:
    """Find the next level at which a line has more usable observations than so far (METHOD.md section 3).

    Parameters
    ----------
    lines : int64[l]
        The lines to look at.
    borrows : bool[h]
        Whether a line may look past its own level.
    digits : int8[e]
        Digits of each level, the line's own first.
    reach : int8[codes]
        Digits up to which a code serves lines, codes in the order of what they reach.
    low, high : int64[e, h]
        First code, and one past the last, that share a line's digits at each level.
    before : int64[codes + 1]
        Usable observations of all codes before each one.
    level_of : int64[l]
        Level so far, a place among the levels, -1 for none; then the next one, -1 for none.
    found : int64[l]
        Usable observations there.
    first, last : int64[l]
        Filled in where there is a next level: its first code, and one past the last.
    """
    for k in range(lines.size):
        h = lines[k]
        start = level_of[k] + 1
        level_of[k] = -1
        for level in range(start, digits.size if borrows[h] else 1):
            begin = low[level, h]
            end = high[level, h]
            while begin < end and reach[begin] < digits[level]:  # codes that do not reach the level come first
                begin += 1
            if before[end] - before[begin] > found[k]:
                level_of[k] = level
                found[k] = before[end] - before[begin]
                first[k] = begin
                last[k] = end
                break
