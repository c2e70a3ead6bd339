"""Observations in segments, sorted by ratio."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.options import inlined, kernel
from fastavs.kernels.shapes import Source
from fastavs.kernels.sums import add

SHORT = 40  # segments up to this length are sorted by insertion


@kernel
def count_segments(source: Source, start: np.ndarray, codes: np.ndarray, counts: np.ndarray) -> None:
    """Count usable observations by group and period into `counts`, int64[g, periods].

    `codes` (int64) are those of all groups, and `start` (int64[g + 1]) where each group's begin.
    """
    code_start, code_stop, observation, period, ratio = source[:5]
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
    code_start, code_stop, observation, period, ratios = source[:5]
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


@inlined
def sort_segment(ratio: np.ndarray, lo: int, hi: int, source: np.ndarray, first: int) -> None:
    """Sort ``ratio[lo:hi]``, and what they come from, from ``source[first]`` on; equal ones as they stand."""
    if hi - lo <= SHORT:
        for i in range(lo + 1, hi):
            x = ratio[i]
            where = source[first + i - lo]
            j = i - 1
            while j >= lo and ratio[j] > x:
                ratio[j + 1] = ratio[j]
                source[first + j + 1 - lo] = source[first + j - lo]
                j -= 1
            ratio[j + 1] = x
            source[first + j + 1 - lo] = where
    else:
        order = np.argsort(ratio[lo:hi], kind="mergesort")
        ratio[lo:hi] = ratio[lo:hi][order]
        source[first : first + hi - lo] = source[first : first + hi - lo][order]


@inlined
def add_up_segment(ratio: np.ndarray, lo: int, hi: int, running: np.ndarray, at: int) -> None:
    """Running sums of a segment from the smallest up (METHOD.md section 6), compensated, rounded once each.

    ``running[at + k]`` becomes the sum of the first k of ``ratio[lo:hi]``.
    """
    running[at] = 0.0
    total = 0.0
    lost = 0.0
    for i in range(lo, hi):
        total, lost = add(total, lost, ratio[i])
        running[at + 1 + i - lo] = total + lost


@kernel
def sort_segments(start: np.ndarray, ratio: np.ndarray, place_of: np.ndarray) -> None:
    """Sort every segment by ratio, equal ones in order of arrival: insertion if short, by merging if long."""
    for g in range(start.size - 1):
        sort_segment(ratio, start[g], start[g + 1], place_of, start[g])


@kernel
def running_sums(
    start: np.ndarray, ratio: np.ndarray, running: np.ndarray, low: np.ndarray, high: np.ndarray, total: np.ndarray
) -> None:
    """Running sums of every segment; ``running[start[g] + g + k]`` is the sum of the first k ratios of segment g.

    Fills in the smallest and the largest ratio of each segment, and their total, as well.
    """
    for g in range(start.size - 1):
        lo = start[g]
        hi = start[g + 1]
        at = lo + g
        add_up_segment(ratio, lo, hi, running, at)
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
