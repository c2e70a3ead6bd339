"""Duties on groups of observations under one scenario after another: what that reads lies side by side, in order.

The figures are those of `rows.plain_rows`, to the bit: only the way to a threshold's place differs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fastavs.kernels.names import ALONE, GREATER, PERCENT
from fastavs.kernels.options import inner, kernel
from fastavs.kernels.rows import charge, times
from fastavs.kernels.searches import fetch
from fastavs.kernels.shapes import Entries, Factors
from fastavs.kernels.steps import after_steps
from fastavs.kernels.sums import add

AHEAD = 8  # segments between one that is searched and one whose memory is asked for

PACKED_ROW = np.dtype(
    [
        ("ad_valorem", np.float64),
        ("b", np.float64),  # its amount, currency units for one base unit
        ("per_unit", np.float64),  # one over the size of the unit that it names there
        ("first", np.int32),  # its first segment; the next row's ends them
        ("row", np.int32),  # the row that it is
        ("cell", np.int32),
        ("currency", np.int32),  # of the amount
        ("fx", np.int32),  # where the exchange rates of that currency begin in `Factors.fx`
        ("form", np.int8),
        ("purely_specific", np.bool_),
    ],
    align=True,
)
"""A row of a plain form with its duty. One record more than there are rows ends the last."""

PACKED_SEGMENT = np.dtype(
    [
        ("low", np.float64),  # its smallest ratio
        ("high", np.float64),  # its largest
        ("total", np.float64),  # their sum
        ("start", np.int64),  # its first observation
        ("at", np.int64),  # where its pairs begin
        ("n", np.int32),  # how many observations
        ("period", np.int32),
    ],
    align=True,
)
"""A segment, each time that some row rests on it."""


class Packed(NamedTuple):
    """Rows of plain forms: m of them, resting on s segments; n observations in k segments of the index."""

    row: np.ndarray  # PACKED_ROW[m + 1]
    segment: np.ndarray  # PACKED_SEGMENT[s]
    pair: np.ndarray  # float64[n + k, 2] a ratio, and the sum of those below it; a segment ends with inf and the whole
    place: np.ndarray  # int32[s] how many ratios were under the threshold when that was noted


@inner
def count_from(pair: np.ndarray, at: int, n: int, c: float, limit: float, place: int) -> int:
    """How many of n ascending ratios have ``c * ratio <= limit``: found in steps that double from a likely place on.

    After the last ratio stands infinity, which is under no limit.
    """
    low = place
    high = place
    step = 1
    if c * pair[at + place, 0] <= limit:
        low += 1
        high += 1
        while high < n and c * pair[at + high, 0] <= limit:
            low = high + 1
            high = min(high + step, n)
            step += step
    else:
        while low > 0 and not c * pair[at + low - 1, 0] <= limit:
            high = low - 1
            low = max(low - step, 0)
            step += step
    while low < high:
        half = (low + high) >> 1
        if c * pair[at + half, 0] <= limit:
            low = half + 1
        else:
            high = half
    return low


@kernel
def packed_rows(
    packed: Packed,
    entries: Entries,
    factors: Factors,
    outlier: float,
    note: bool,
    rate: np.ndarray,
    part: np.ndarray,
) -> None:
    """Charge rows of plain forms; those of other forms are left alone.

    Parameters
    ----------
    packed : Packed
    entries : Entries
        Which the rows rest on.
    factors : Factors
        Of the scenario alone.
    outlier : float
    note : bool
        Whether to note the places of thresholds, for scenarios to begin from.
    rate, part : float64[rows]
        Filled in: rates, NaN = null, and ad valorem parts.
    """
    rows, segments, pair, place = packed
    scale, shift, floor, scale_b, shift_b, floor_b, fx, _, currencies = factors
    last = segments.size - AHEAD
    for i in range(rows.size - 1):
        row = rows[i]
        form = row["form"]
        cell = row["cell"]
        a = 0.0
        if form != ALONE:
            a = after_steps(row["ad_valorem"], scale[cell], shift[cell], floor[cell])
        of = cell * currencies + row["currency"]
        unit = row["per_unit"]
        b = after_steps(row["b"], scale_b[of], shift_b[of] * unit, floor_b[of] * unit)
        searched = form in (GREATER, ALONE) and a <= outlier
        total = 0.0
        lost = 0.0
        used = 0
        first = row["first"]
        for g in range(first, rows[i + 1]["first"]):
            if g < last:
                fetch(pair, 2 * (segments[g + AHEAD]["at"] + place[g + AHEAD]))
            segment = segments[g]
            n = segment["n"]
            at = segment["at"]
            c = b * fx[row["fx"] + segment["period"]]
            high = c * segment["high"]
            if searched and high <= outlier:
                below = 0
                paid = times(c, segment["total"])
                if c * segment["low"] <= a:
                    below = n
                    if high > a:
                        below = count_from(pair, at, n, c, a, place[g])
                    paid = a * below + times(c, segment["total"] - pair[at + below, 1])
                kept = n
                if note:
                    place[g] = below
            else:
                paid, kept, _ = charge(entries.ratio, entries.running, segment, at, n, form, a, c, outlier)
            used += kept
            if g == first:
                total = paid
            else:
                total, lost = add(total, lost, paid)
        mean = np.nan
        if used > 0:
            mean = (total + lost) / used
        elif form == PERCENT or not row["purely_specific"]:
            mean = a
        rate[row["row"]] = mean
        part[row["row"]] = a
