"""Building the sorted index: counting sort to segments, then a sort of each segment."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fastavs.kernels.options import inlined, kernel

SHORT = 40  # segments up to this length are sorted by insertion


class Source(NamedTuple):
    """Observations to index: n of them, code by code. Groups of codes g, kinds that a group needs k."""

    code_start: np.ndarray  # int64[codes] a code's first observation
    code_stop: np.ndarray  # int64[codes] one past its last
    period: np.ndarray  # int32[n]
    ratio: np.ndarray  # float64[kinds, n] quantity for a unit of value; 0 = none
    kinds: np.ndarray  # int64[k] rows of `ratio` that must all be present
    group_start: np.ndarray  # int64[g + 1] into `codes`
    codes: np.ndarray  # int64[...]


@inlined
def _usable(source: Source, i: int) -> bool:
    good = True
    for k in source.kinds:
        good &= source.ratio[k, i] > 0.0
    return good


@kernel
def usable_by_code(source: Source, out: np.ndarray) -> None:
    """Count each code's observations that have all the kinds, int64[codes]."""
    for code in range(source.code_start.size):
        count = 0
        for i in range(source.code_start[code], source.code_stop[code]):
            count += _usable(source, i)
        out[code] = count


@kernel
def find_levels(
    lines: np.ndarray,
    borrows: np.ndarray,
    digits: np.ndarray,
    reach: np.ndarray,
    span: tuple[np.ndarray, np.ndarray],
    before: np.ndarray,
    out: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
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
    before : int64[codes + 1]
        Usable observations of all codes before each one.
    out : (int8[l], int64[l], int64[l], int64[l])
        Level (-1: none), usable observations, first code and one past the last.
    """
    level_of, found, first, last = out
    for k in range(lines.size):
        h = lines[k]
        level_of[k] = -1
        found[k] = 0
        first[k] = 0
        last[k] = 0
        for level in range(digits.size if borrows[h] else 1):
            lo = span[0][level, h]
            hi = span[1][level, h]
            while lo < hi and reach[lo] < digits[level]:  # codes that do not reach the level come first
                lo += 1
            if before[hi] > before[lo]:
                level_of[k] = level
                found[k] = before[hi] - before[lo]
                first[k] = lo
                last[k] = hi
                break


@kernel
def count_segments(source: Source, slot: np.ndarray, counts: np.ndarray) -> None:
    """Count each group's usable observations by period into `counts` (int64[g, p]); `slot` numbers the periods."""
    for g in range(source.group_start.size - 1):
        for place in range(source.group_start[g], source.group_start[g + 1]):
            code = source.codes[place]
            for i in range(source.code_start[code], source.code_stop[code]):
                if _usable(source, i):
                    counts[g, slot[source.period[i]]] += 1


@kernel
def fill_segments(
    source: Source,
    slot: np.ndarray,
    cursor: np.ndarray,
    ratio: np.ndarray,
    place_of: np.ndarray,
) -> None:
    """Put each usable observation into its segment.

    Parameters
    ----------
    source : Source
    slot : int64[periods]
        A period's place among those of `cursor`.
    cursor : int64[g, p]
        Where each segment begins; counted up.
    ratio : float64[entries]
        Of the first kind.
    place_of : int32[entries]
        The observation of each entry.
    """
    for g in range(source.group_start.size - 1):
        for place in range(source.group_start[g], source.group_start[g + 1]):
            code = source.codes[place]
            for i in range(source.code_start[code], source.code_stop[code]):
                if _usable(source, i):
                    p = slot[source.period[i]]
                    at = cursor[g, p]
                    cursor[g, p] = at + 1
                    ratio[at] = source.ratio[source.kinds[0], i]
                    place_of[at] = i


@kernel
def sort_segments(start: np.ndarray, ratio: np.ndarray, place_of: np.ndarray) -> None:
    """Sort every segment by ratio, equal ones in order of arrival: insertion if short, by merging if long."""
    for g in range(start.size - 1):
        lo = start[g]
        hi = start[g + 1]
        if hi - lo <= SHORT:
            for i in range(lo + 1, hi):
                x = ratio[i]
                where = place_of[i]
                j = i - 1
                while j >= lo and ratio[j] > x:
                    ratio[j + 1] = ratio[j]
                    place_of[j + 1] = place_of[j]
                    j -= 1
                ratio[j + 1] = x
                place_of[j + 1] = where
        else:
            order = np.argsort(ratio[lo:hi], kind="mergesort")
            ratio[lo:hi] = ratio[lo:hi][order]
            place_of[lo:hi] = place_of[lo:hi][order]


@kernel
def running_sums(
    start: np.ndarray, ratio: np.ndarray, running: np.ndarray, low: np.ndarray, high: np.ndarray, total: np.ndarray
) -> None:
    """Running sums of every segment from the smallest up (METHOD.md section 6), compensated, rounded once each.

    ``running[start[g] + g + k]`` is the sum of the first k ratios of segment g.
    """
    for g in range(start.size - 1):
        lo = start[g]
        hi = start[g + 1]
        at = lo + g
        running[at] = 0.0
        total_so_far = 0.0
        lost = 0.0
        for i in range(lo, hi):
            x = ratio[i]
            raised = total_so_far + x
            back = raised - total_so_far
            lost += (total_so_far - (raised - back)) + (x - back)
            total_so_far = raised
            running[at + 1 + i - lo] = total_so_far + lost
        low[g] = ratio[lo] if hi > lo else np.inf
        high[g] = ratio[hi - 1] if hi > lo else 0.0
        total[g] = running[at + hi - lo]


@kernel
def further_ratios(
    start: np.ndarray,
    place_of: np.ndarray,
    ratio: np.ndarray,
    kinds: np.ndarray,
    span: tuple[int, int],
    more_start: np.ndarray,
    more: np.ndarray,
) -> None:
    """Copy the ratios of further kinds for the entries of segments ``span``, kind by kind within a segment."""
    for g in range(span[0], span[1]):
        n = start[g + 1] - start[g]
        for j in range(1, kinds.size):
            for i in range(n):
                more[more_start[g] + (j - 1) * n + i] = ratio[kinds[j], place_of[start[g] + i]]
