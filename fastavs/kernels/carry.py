"""Means carried to lines that the applied schedule does not have (eq. 19).

The first level with a known rate serves: rate and ad valorem part are means over the lines there that have one, counts
are sums over them.
"""

from __future__ import annotations

import math

import numpy as np

from fastavs.kernels.options import inner, kernel
from fastavs.kernels.shapes import Carried, Charges
from fastavs.kernels.sums import add


@inner
def slot_of(place: int, slots: tuple[int, int, int, int]) -> int:
    """Where a row or a carried mean stands in memory that holds shared rows and those of one chunk.

    `slots` are how many rows are shared, how many rows there are, and by how much the chunk's own rows and its means
    stand further down than among all.
    """
    shared, rows, row_shift, mean_shift = slots
    if place >= rows:
        return place - mean_shift
    return place - row_shift if place >= shared else place


@inner
def mean_of_level(
    charges: Charges,
    s: int,
    place_of: np.ndarray,
    slots: tuple[int, int, int, int],
    low: int,
    high: int,
    zero: bool,
) -> tuple[int, float, float, bool]:
    """Means over the lines ``low`` to ``high`` whose rate is known, or all of them where an unknown one counts as 0.

    Returns
    -------
    (int, float, float, bool)
        How many those are, the means of their rates and ad valorem parts, and whether any of them has an amount.
    """
    rate, part, specific = charges
    n = 0
    total, lost = 0.0, 0.0
    parts, parts_lost = 0.0, 0.0
    any_specific = False
    for line in range(low, high):
        slot = slot_of(place_of[line], slots)
        x = rate[slot, s]
        if math.isnan(x):
            if not zero:
                continue
            x = 0.0
        n += 1
        total, lost = add(total, lost, x)
        parts, parts_lost = add(parts, parts_lost, part[slot, s])
        any_specific |= specific[slot, s]
    if n == 0:
        return 0, np.nan, np.nan, False
    return n, (total + lost) / n, (parts + parts_lost) / n, any_specific


@inner
def carry_mean(
    carried: Carried,
    k: int,
    place_of: np.ndarray,
    slots: tuple[int, int, int, int],
    slot: int,
    s: int,
    zero: bool,
    charges: Charges,
) -> int:
    """Carry a mean to a slot: NaN if no line at any level has a rate; returns the level that served, -1 for none."""
    rate, part, specific = charges
    low, high = carried
    served = -1
    mean, mean_part, any_specific = np.nan, np.nan, False
    known = not zero
    for level in range(low.shape[0]):
        if served < 0:
            n, mean, mean_part, any_specific = mean_of_level(
                charges, s, place_of, slots, low[level, k], high[level, k], zero
            )
            served = level if n > 0 else -1
        for line in range(low[level, k], high[level, k] if zero else 0):
            known = known or not math.isnan(rate[slot_of(place_of[line], slots), s])
    rate[slot, s] = mean if known else np.nan
    part[slot, s] = mean_part
    specific[slot, s] = any_specific
    return served


@kernel
def carry(carried: Carried, place_of: np.ndarray, zero: bool, charges: Charges, level_of: np.ndarray) -> None:
    """Work out means carried under one scenario.

    Parameters
    ----------
    carried : Carried
    place_of : int32[l]
        Where each line of the schedules stands in `charges`.
    zero : bool
        Whether an unknown rate counts as 0 in means.
    charges : Charges
        A block of one scenario, [p, 1]; the means are filled in, which stand last.
    level_of : int64[k]
        Filled in: the place of the level that served; -1: none.
    """
    places = charges.rate.shape[0]
    slots = (places, places, 0, 0)
    first = places - level_of.size
    s = 0
    for k in range(level_of.size):
        level_of[k] = carry_mean(carried, k, place_of, slots, first + k, s, zero, charges)


@kernel
def carry_counts(
    carried: Carried, level_of: np.ndarray, digits: np.ndarray, rate: np.ndarray, count: np.ndarray
) -> None:
    """Add up the observations behind means carried.

    Parameters
    ----------
    carried : Carried
    level_of : int64[k]
        As `carry` fills it in.
    digits : int8[e, k]
        Of each level.
    rate : float64[l + k]
        Of each line, those without one take no part; then of the means.
    count : COUNT[l + k]
        Of each line; those of the means behind them are filled in.
    """
    low, high = carried
    first = count.size - level_of.size
    for k in range(level_of.size):
        kept, outliers, no_quantity, binding = 0, 0, 0, 0
        level = level_of[k]
        if level >= 0:
            for line in range(low[level, k], high[level, k]):
                if not math.isnan(rate[line]):
                    kept += count[line]["kept"]
                    outliers += count[line]["outliers"]
                    no_quantity += count[line]["no_quantity"]
                    binding += count[line]["binding"]
        mean = count[first + k]
        mean["kept"] = kept
        mean["outliers"] = outliers
        mean["no_quantity"] = no_quantity
        mean["binding"] = binding
        mean["level"] = digits[level, k] if level >= 0 else 0
