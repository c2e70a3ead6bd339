"""Building the sorted index: which observations serve a line, and segments sorted by ratio."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fastavs.kernels.options import kernel

SHORT = 40  # segments up to this length are sorted by insertion


class Source(NamedTuple):
    """Observations to index: n of them, code by code, with ratios of the k kinds that must all be present."""

    code_start: np.ndarray  # int64[codes] a code's first observation
    code_stop: np.ndarray  # int64[codes] one past its last
    observation: np.ndarray  # int32[n] or int64[n] its place among all observations
    period: np.ndarray  # int16[...] or int32[...] of all observations
    ratio: np.ndarray  # float64[k, n] quantity for a unit of value; 0 = none


@kernel
def usable_by_code(source: Source, out: np.ndarray) -> None:
    """Count each code's observations that have all the kinds, int64[codes]."""
    code_start, code_stop, _, _, ratio = source
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
def count_segments(source: Source, start: np.ndarray, codes: np.ndarray, counts: np.ndarray) -> None:
    """Count usable observations by group and period into `counts`, int64[g, periods].

    `codes` (int64) are those of all groups, and `start` (int64[g + 1]) where each group's begin.
    """
    code_start, code_stop, observation, period, ratio = source
    for g in range(start.size - 1):
        for place in range(start[g], start[g + 1]):
            code = codes[place]
            for i in range(code_start[code], code_stop[code]):
                good = True
                for k in range(ratio.shape[0]):
                    good &= ratio[k, i] > 0.0
                if good:
                    counts[g, period[observation[i]]] += 1


@kernel
def fill_segments(
    source: Source, start: np.ndarray, codes: np.ndarray, cursor: np.ndarray, ratio: np.ndarray, place_of: np.ndarray
) -> None:
    """Put each usable observation into its segment.

    Parameters
    ----------
    source, start, codes
        As in `count_segments`.
    cursor : int64[g, periods]
        Where each segment begins; counted up.
    ratio : float64[entries]
        Of the first kind.
    place_of : int32[entries]
        The observation of each entry, its place in the source.
    """
    code_start, code_stop, observation, period, ratios = source
    for g in range(start.size - 1):
        for place in range(start[g], start[g + 1]):
            code = codes[place]
            for i in range(code_start[code], code_stop[code]):
                good = True
                for k in range(ratios.shape[0]):
                    good &= ratios[k, i] > 0.0
                if good:
                    p = period[observation[i]]
                    at = cursor[g, p]
                    cursor[g, p] = at + 1
                    ratio[at] = ratios[0, i]
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
    start: np.ndarray, place_of: np.ndarray, ratio: np.ndarray, span: tuple[int, int], more: np.ndarray
) -> None:
    """Copy the ratios of further kinds for the entries of segments ``span``, kind by kind within a segment."""
    at = 0
    for g in range(span[0], span[1]):
        for k in range(1, ratio.shape[0]):
            for i in range(start[g], start[g + 1]):
                more[at] = ratio[k, place_of[i]]
                at += 1


@kernel
def find_observations(start: np.ndarray, segments: np.ndarray, observation: np.ndarray, place_of: np.ndarray) -> None:
    """Replace places in a source by the observations there, for the entries of some segments (int64)."""
    for g in segments:
        for i in range(start[g], start[g + 1]):
            place_of[i] = observation[place_of[i]]
