"""Curves from events: kinks in order, and the running sums of what follows each."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.linear_pieces import add_on, left_of
from fastavs.kernels.options import kernel
from fastavs.kernels.sorting import sort_with
from fastavs.kernels.sums import add, add_product


@kernel
def place_by(number: np.ndarray, start: np.ndarray, place: np.ndarray) -> None:
    """Put numbers (int64[n]) in order, equal ones as they stand.

    Parameters
    ----------
    number : int64[n]
        From 0 to m - 1.
    start : int64[m + 1]
        Filled in: where each number's places begin.
    place : int64[n]
        Filled in.
    """
    start[:] = 0
    for i in range(number.size):
        start[number[i] + 1] += 1
    for k in range(start.size - 1):
        start[k + 1] += start[k]
    for i in range(number.size):
        place[start[number[i]]] = i
        start[number[i]] += 1
    for k in range(start.size - 1, 0, -1):
        start[k] = start[k - 1]
    start[0] = 0


@kernel
def sum_starts(curve: np.ndarray, start: np.ndarray, sums: np.ndarray) -> None:
    """Add pieces that no event ends (START[n]) up by curve, into float64[u, 4]: each sum, and what it lost."""
    sums[:] = 0.0
    for i in range(curve.size):
        k = curve[i]
        sums[k, 0], sums[k, 1] = add(sums[k, 0], sums[k, 1], start[i]["flat"])
        sums[k, 2], sums[k, 3] = add(sums[k, 2], sums[k, 3], start[i]["slope"])


@kernel
def add_up_curves(
    start: np.ndarray,
    order: np.ndarray,
    event: np.ndarray,
    first: np.ndarray,
    kink: np.ndarray,
    intercept: np.ndarray,
    slope: np.ndarray,
    spare: np.ndarray,
    spare_order: np.ndarray,
) -> None:
    """Fill curves in.

    Sums run in three times the precision, so that what a piece took along leaves nothing behind.

    Parameters
    ----------
    start : int64[u + 1]
        Each curve's first event in `order`.
    order : int64[n]
        Events, curve by curve; sorted by kink when this returns.
    event : EVENT[...]
    first : float64[u, 4]
        As `sum_starts` fills it in.
    kink, intercept, slope
        As in `Curves`, filled in.
    spare, spare_order : float64[longest], int64[longest]
        Memory to work in.
    """
    for k in range(start.size - 1):
        for e in range(start[k], start[k + 1]):
            kink[e] = event[order[e]]["at"]
        sort_with(kink, start[k], start[k + 1], order, 0, spare, spare_order)
        flat, flat_lost, flat_rest = first[k, 0], first[k, 1], 0.0
        steep, steep_lost, steep_rest = first[k, 2], first[k, 3], 0.0
        for e in range(start[k], start[k + 1]):
            one = event[order[e]]
            if one["opens"]:
                flat, flat_lost, flat_rest = add_on(flat, flat_lost, flat_rest, one["flat_before"])
                steep, steep_lost, steep_rest = add_on(steep, steep_lost, steep_rest, one["slope_before"])
        most_flat, most_steep = abs(flat), abs(steep)
        at = start[k] + k
        intercept[at] = flat + (flat_lost + flat_rest)
        slope[at] = steep + (steep_lost + steep_rest)
        for e in range(start[k], start[k + 1]):
            one = event[order[e]]
            flat, flat_lost, flat_rest = add_on(flat, flat_lost, flat_rest, one["flat_after"])
            steep, steep_lost, steep_rest = add_on(steep, steep_lost, steep_rest, one["slope_after"])
            most_flat, most_steep = max(most_flat, abs(flat)), max(most_steep, abs(steep))
            flat, flat_lost, flat_rest = add_on(flat, flat_lost, flat_rest, -one["flat_before"])
            steep, steep_lost, steep_rest = add_on(steep, steep_lost, steep_rest, -one["slope_before"])
            at = e + 1 + k
            intercept[at] = left_of(flat, flat_lost, flat_rest, most_flat)
            slope[at] = left_of(steep, steep_lost, steep_rest, most_steep)


@kernel
def at_base(
    start: np.ndarray, kink: np.ndarray, intercept: np.ndarray, slope: np.ndarray, flat: np.ndarray, steep: np.ndarray
) -> None:
    """Find the piece of each curve that holds with every factor 1: its intercept and slope, float64[u] each."""
    for k in range(start.size - 1):
        low, high = start[k], start[k + 1]
        while low < high:
            middle = (low + high) >> 1
            if kink[middle] <= 1.0:
                low = middle + 1
            else:
                high = middle
        flat[k] = intercept[low + k]
        steep[k] = slope[low + k]


@kernel
def add_products_by(
    group: np.ndarray, weight: np.ndarray, value: np.ndarray, total: np.ndarray, lost: np.ndarray
) -> None:
    """Add ``weight * value`` up by group (int64[n]) on top of what `total` and `lost` (float64[g]) hold."""
    for i in range(group.size):
        g = group[i]
        total[g], lost[g] = add_product(total[g], lost[g], weight[i], value[i])
