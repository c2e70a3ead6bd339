"""A duty on a group of observations, under one scenario."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from fastavs.kernels.names import ALONE, LESSER, PERCENT, SUM
from fastavs.kernels.options import inlined, inner, kernel
from fastavs.kernels.searches import count_below, count_sums_up_to, count_up_to, fetch
from fastavs.kernels.shapes import DutyTable, Entries, Factors, RowFigures
from fastavs.kernels.steps import after_steps
from fastavs.kernels.sums import add

AHEAD = 8  # segments between one that is searched and one whose memory is asked for


@inner
def times(c: float, ratios: float) -> float:
    """What c times a sum of ratios comes to: nothing where c is 0, though absurd ratios may add up to infinity."""
    return c * ratios if c != 0.0 else 0.0


@inlined
def charge_sum(
    ratio: np.ndarray, running: np.ndarray, segment: Any, at: int, n: int, a: float, c: float, outlier: float
) -> tuple[float, int, int]:
    """Charge ``a + c * ratio``; see `charge`."""
    first = segment["start"]
    kept = n
    if not a + c * segment["high"] <= outlier:
        kept = count_sums_up_to(ratio, first, kept, a, c, outlier)
    idle = 0
    if kept > 0 and a + c * segment["low"] <= a:
        idle = count_sums_up_to(ratio, first, kept, a, c, a)
    return a * kept + times(c, running[at + kept]), kept, kept - idle


@inlined
def charge_lesser(
    ratio: np.ndarray, running: np.ndarray, segment: Any, at: int, n: int, a: float, c: float, outlier: float
) -> tuple[float, int, int]:
    """Charge ``min(a, c * ratio)``; see `charge`."""
    first = segment["start"]
    kept = n
    high = c * segment["high"]
    if not high <= outlier and (a > outlier or math.isnan(high)):  # 0 * inf is NaN
        kept = count_up_to(ratio, first, kept, c, outlier)
    binding = 0
    if kept > 0 and c * segment["low"] < a:
        binding = count_below(ratio, first, kept, c, a)
    return times(c, running[at + binding]) + a * (kept - binding), kept, binding


@inlined
def charge_greater(
    ratio: np.ndarray, running: np.ndarray, segment: Any, at: int, n: int, a: float, c: float, outlier: float
) -> tuple[float, int, int]:
    """Charge ``max(a, c * ratio)``, or with a = 0 ``c * ratio``; see `charge`."""
    if a > outlier:
        return 0.0, 0, 0
    first = segment["start"]
    high = c * segment["high"]
    kept = n
    whole = segment["total"]
    if not high <= outlier:  # an absurd ratio may be infinite, and 0 * inf is NaN
        kept = count_up_to(ratio, first, n, c, outlier)
        whole = running[at + kept]
    if kept == 0 or c * segment["low"] > a:
        return times(c, whole), kept, kept
    below = kept
    if kept < n or high > a:
        below = count_up_to(ratio, first, kept, c, a)
    return a * below + times(c, whole - running[at + below]), kept, kept - below


@inner
def charge(
    ratio: np.ndarray,
    running: np.ndarray,
    segment: Any,
    at: int,
    n: int,
    form: int,
    a: float,
    c: float,
    outlier: float,
) -> tuple[float, int, int]:
    """Charge a duty of a plain form on a segment (METHOD.md section 6).

    Parameters
    ----------
    ratio, running : float64[...]
        As in `Entries`.
    segment : SEGMENT
    at, n : int
        Where its running sums begin; how many observations it has.
    form : int
    a, c : float
        Ad valorem part; specific part for one unit of the ratio.
    outlier : float
        Observations whose rate is above it are left out.

    Returns
    -------
    (float, int, int)
        Sum of the kept rates, how many are kept, and in how many of those the specific part is what binds.
    """
    if form == SUM:
        return charge_sum(ratio, running, segment, at, n, a, c, outlier)
    if form == LESSER:
        return charge_lesser(ratio, running, segment, at, n, a, c, outlier)
    return charge_greater(ratio, running, segment, at, n, a, c, outlier)


@inlined
def ask_for(segments: np.ndarray, ratio: np.ndarray, running: np.ndarray, g: int) -> None:
    """Ask for the memory where a search of a segment will begin."""
    first = segments[g]["start"]
    half = (segments[g + 1]["start"] - first) >> 1
    fetch(ratio, first + half)
    fetch(running, first + g + half)
    fetch(ratio, first + (half >> 1))
    fetch(ratio, first + half + (half >> 1))


@kernel
def plain_rows(
    duties: DutyTable, entries: Entries, rows: np.ndarray, factors: Factors, outlier: float, out: RowFigures
) -> None:
    """Charge rows of plain forms; those of other forms are left alone.

    Parameters
    ----------
    duties, entries
    rows : ROW[n]
        In the order of their groups, as far as speed matters.
    factors : Factors
        Of the scenario alone.
    outlier : float
    out : RowFigures
        Filled in.
    """
    duty, _, _, _ = duties
    group, segments, ratio, running, _, _, _ = entries
    scale, shift, floor, scale_b, shift_b, floor_b, fx, periods, currencies = factors
    rate, part, kept, binding = out
    last = segments.size - 1 - AHEAD
    for i in range(rows.size):
        row = rows[i]
        one = duty[row["duty"]]
        form = one["form"]
        if not ALONE <= form <= PERCENT:
            continue
        cell = row["cell"]
        a = 0.0
        if form != ALONE:
            a = after_steps(one["ad_valorem"], scale[cell], shift[cell], floor[cell])
        total = 0.0
        lost = 0.0
        used = 0
        bind = 0
        where = row["group"]
        if where >= 0 and form != PERCENT:
            of = cell * currencies + one["currency"]
            unit = one["per_unit"]
            b = after_steps(one["b"], scale_b[of], shift_b[of] * unit, floor_b[of] * unit)
            quote = row["fx_offset"] + one["currency"] * periods
            first = group[where]
            for g in range(first, group[where + 1]):
                if g < last:
                    ask_for(segments, ratio, running, g + AHEAD)
                segment = segments[g]
                n = segments[g + 1]["start"] - segment["start"]
                c = b * fx[quote + segment["period"]]
                paid, n_kept, n_binding = charge(ratio, running, segment, segment["start"] + g, n, form, a, c, outlier)
                used += n_kept
                bind += n_binding
                if g == first:
                    total = paid
                else:
                    total, lost = add(total, lost, paid)
        mean = np.nan
        if used > 0:
            mean = (total + lost) / used
        elif form == PERCENT or not row["purely_specific"]:
            mean = a
        rate[i] = mean
        part[i] = a
        kept[i] = used
        binding[i] = bind
