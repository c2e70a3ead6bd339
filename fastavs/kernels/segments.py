"""Observations in segments, each of a group and a period, sorted by ratio."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.options import inner, kernel
from fastavs.kernels.shapes import Source
from fastavs.kernels.sorting import sort_with
from fastavs.kernels.sums import add


@inner
def usable(ratio: np.ndarray, i: int) -> bool:
    """Whether an observation has all the kinds of quantity."""
    found = True
    for kind in range(ratio.shape[0]):
        found &= ratio[kind, i] > 0.0
    return found


@kernel
def usable_by_code(source: Source, out: np.ndarray) -> None:
    """Count each code's observations that have all the kinds, int64[codes]."""
    code_start, code_stop, _, _, ratio = source
    for code in range(code_start.size):
        out[code] = 0
        for i in range(code_start[code], code_stop[code]):
            out[code] += usable(ratio, i)


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
                counts[g, period[observation[i]]] += usable(ratio, i)


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
                if usable(ratios, i):
                    p = period[observation[i]]
                    at = cursor[g, p]
                    cursor[g, p] = at + 1
                    ratio[at] = ratios[0, i]
                    place_of[at] = i


@inner
def add_up_segment(ratio: np.ndarray, first: int, last: int, running: np.ndarray, at: int) -> None:
    """Running sums of a segment from the smallest up (METHOD.md section 6), compensated, rounded once each.

    ``running[at + k]`` becomes the sum of the first k of ``ratio[first:last]``.
    """
    running[at] = 0.0
    total = 0.0
    lost = 0.0
    for i in range(first, last):
        total, lost = add(total, lost, ratio[i])
        running[at + 1 + i - first] = total + lost


@kernel
def finish_segments(
    segments: np.ndarray,
    ratio: np.ndarray,
    source: np.ndarray,
    running: np.ndarray,
    spare: np.ndarray,
    spare_source: np.ndarray,
) -> None:
    """Sort the ratios of every segment, equal ones in order of arrival, and add them up.

    Parameters
    ----------
    segments : SEGMENT[k + 1]
        Given with `start`; smallest ratio, largest and total are filled in.
    ratio : float64[n]
        Sorted.
    source : int32[n]
        Where each came from, brought into the same order.
    running : float64[n + k]
        Filled in: ``running[start + g + j]`` is the sum of the first j ratios of segment g.
    spare, spare_source : float64[entries of the longest segment], int32[likewise]
        Memory to work in.
    """
    shift = 0
    for g in range(segments.size - 1):
        segment = segments[g]
        first = segment["start"]
        last = segments[g + 1]["start"]
        sort_with(ratio, first, last, source, shift, spare, spare_source)
        add_up_segment(ratio, first, last, running, first + g)
        segment["low"] = ratio[first] if last > first else np.inf
        segment["high"] = ratio[last - 1] if last > first else 0.0
        segment["total"] = running[last + g]


@kernel
def further_ratios(
    segments: np.ndarray, which: np.ndarray, place_of: np.ndarray, ratio: np.ndarray, more: np.ndarray
) -> None:
    """Copy the ratios of further kinds for the entries of some segments (int64), kind by kind within a segment."""
    for g in which:
        at = segments[g]["more"]
        for kind in range(1, ratio.shape[0]):
            for i in range(segments[g]["start"], segments[g + 1]["start"]):
                more[at] = ratio[kind, place_of[i]]
                at += 1


@kernel
def find_observations(segments: np.ndarray, which: np.ndarray, observation: np.ndarray, place_of: np.ndarray) -> None:
    """Replace places in a source by the observations there, for the entries of some segments (int64)."""
    for g in which:
        for i in range(segments[g]["start"], segments[g + 1]["start"]):
            place_of[i] = observation[place_of[i]]
