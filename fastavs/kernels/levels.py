"""At which level a line finds observations."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.options import kernel
from fastavs.kernels.shapes import Source


@kernel
def usable_by_code(source: Source, out: np.ndarray) -> None:
    """Count each code's observations that have all the kinds, int64[codes]."""
    code_start, code_stop, ratio = source.code_start, source.code_stop, source.ratio
    for code in range(code_start.size):
        count = 0
        for i in range(code_start[code], code_stop[code]):
            good = True
            for k in range(ratio.shape[0]):
                good &= ratio[k, i] > 0.0
            count += good
        out[code] = count


@kernel
def find_levels(
    lines: np.ndarray,
    borrows: np.ndarray,
    digits: np.ndarray,
    reach: np.ndarray,
    span: tuple[np.ndarray, np.ndarray],
    codes: tuple[np.ndarray, np.ndarray, np.ndarray],
    out: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    """Find the first level at which a line has a usable observation (METHOD.md section 3).

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
    span : (int64[e, h], int64[e, h])
        First code, and one past the last, that share a line's digits at each level.
    codes : (int64[codes], int64[codes], uint64[codes, 2])
        The codes in that order; by code, its usable observations, and words that tell it from all others.
    out : (int8[l], int64[l], int64[l], int64[l], uint64[l, 2])
        Digits of the level (0: none), usable observations, first code and one past the last, and the sum of the
        words of those with a usable observation: a code without one makes no difference.
    """
    order, usable, words = codes
    level_of, found, first, last, words_of = out
    span_lo, span_hi = span
    before = np.zeros(order.size + 1, np.int64)
    sums = np.zeros((order.size + 1, 2), np.uint64)
    for place in range(order.size):
        code = order[place]
        before[place + 1] = before[place] + usable[code]
        for k in range(2):
            sums[place + 1, k] = sums[place, k] + (words[code, k] if usable[code] > 0 else np.uint64(0))
    for k in range(lines.size):
        h = lines[k]
        level_of[k] = 0
        found[k] = 0
        first[k] = 0
        last[k] = 0
        for level in range(digits.size if borrows[h] else 1):
            lo = span_lo[level, h]
            hi = span_hi[level, h]
            while lo < hi and reach[lo] < digits[level]:  # codes that do not reach the level come first
                lo += 1
            if before[hi] > before[lo]:
                level_of[k] = digits[level]
                found[k] = before[hi] - before[lo]
                first[k] = lo
                last[k] = hi
                break
        for w in range(2):
            words_of[k, w] = sums[last[k], w] - sums[first[k], w]


@kernel
def next_levels(
    lines: np.ndarray,
    borrows: np.ndarray,
    digits: np.ndarray,
    reach: np.ndarray,
    span: tuple[np.ndarray, np.ndarray],
    before: np.ndarray,
    level_of: np.ndarray,
    found: np.ndarray,
    out: tuple[np.ndarray, np.ndarray],
) -> None:
    """Find the next level at which a line has more usable observations than so far.

    Parameters
    ----------
    lines, borrows, digits, reach, span, before
        As for `find_levels`; `before` is how many usable observations all codes before each one have, int64[codes + 1].
    level_of : int8[l]
        Level so far (-1: none), and then the next one (-1: none).
    found : int64[l]
        Usable observations there.
    out : (int64[l], int64[l])
        First code and one past the last.
    """
    first, last = out
    for k in range(lines.size):
        h = lines[k]
        level = level_of[k]
        level_of[k] = -1
        if level < 0 or not borrows[h]:
            continue
        for further in range(level + 1, digits.size):
            lo = span[0][further, h]
            hi = span[1][further, h]
            while lo < hi and reach[lo] < digits[further]:
                lo += 1
            if before[hi] - before[lo] > found[k]:
                level_of[k] = further
                found[k] = before[hi] - before[lo]
                first[k] = lo
                last[k] = hi
                break
