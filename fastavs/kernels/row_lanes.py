"""A duty on a group of observations, under many scenarios at once: what all of them share is looked up once.

A lane is a row of memory with a number for each scenario. Each scenario's numbers are added up in the order in which
`rows` adds them up for one scenario alone, so that its figures do not depend on its company, to the bit.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from fastavs.kernels.names import ALONE, LESSER, PERCENT, SUM
from fastavs.kernels.options import inlined, inner, kernel, merged
from fastavs.kernels.rows import charge
from fastavs.kernels.searches import count_below, count_up_to
from fastavs.kernels.shapes import Bounds, Charges, DutyTable, Entries, Factors
from fastavs.kernels.steps import after_steps
from fastavs.kernels.sums import add

LANES = 7
"""Lanes to work in."""
LINEAR = 24  # thresholds of a block that fall between so many observations at most are tried on each of them
SLACK = 1e-12  # relative widening of a block's bounds, far above rounding


@inner
def count_between(ratio: np.ndarray, first: int, n: int, low: float, high: float) -> tuple[int, int]:
    """How many of n ratios are under every scenario's threshold, and how many may be under one's.

    Thresholds lie between `low` and `high`; n is 1 at least.
    """
    sure = count_below(ratio, first, n, 1.0, low)
    maybe = sure
    while maybe < n and maybe <= sure + LINEAR and ratio[first + maybe] <= high:
        maybe += 1
    if maybe > sure + LINEAR:
        maybe = count_up_to(ratio, first, n, 1.0, high)
    return sure, maybe


@inlined
def find_thresholds(
    ratio: np.ndarray,
    running: np.ndarray,
    first: int,
    at: int,
    span: tuple[int, int],
    lesser: bool,
    a: np.ndarray,
    c: np.ndarray,
    below: np.ndarray,
    under: np.ndarray,
) -> None:
    """Find under each scenario how many ratios are under its threshold, and what those add up to.

    The thresholds lie between the observations `span` of the segment.
    """
    sure, maybe = span
    if maybe - sure > LINEAR:
        for s in range(a.size):
            if lesser:
                k = sure + count_below(ratio, first + sure, maybe - sure, c[s], a[s])
            else:
                k = sure + count_up_to(ratio, first + sure, maybe - sure, c[s], a[s])
            below[s] = k
            under[s] = running[at + k]
        return
    for s in range(a.size):
        below[s] = sure
        under[s] = running[at + sure]
    for k in range(sure, maybe):
        x = ratio[first + k]
        so_far = running[at + k + 1]
        for s in range(a.size):
            is_below = c[s] * x < a[s] if lesser else c[s] * x <= a[s]
            below[s] = k + 1.0 if is_below else below[s]
            under[s] = so_far if is_below else under[s]


@merged
def charge_sure(
    ratio: np.ndarray,
    running: np.ndarray,
    segment: Any,
    at: int,
    n: int,
    form: int,
    low: float,
    high: float,
    a: np.ndarray,
    c: np.ndarray,
    below: np.ndarray,
    paid: np.ndarray,
) -> None:
    """Charge a segment of which no scenario drops an observation.

    Thresholds a / c lie between `low` and `high`; `below` is a lane to work in, and `paid` is filled in.
    """
    first = segment["start"]
    whole = segment["total"]
    if form == SUM:
        for s in range(a.size):
            paid[s] = a[s] * n + c[s] * whole
        return
    lesser = form == LESSER
    sure, maybe = 0, 0
    if segment["low"] <= high:
        sure, maybe = n, n
        if segment["high"] >= low:
            sure, maybe = count_between(ratio, first, n, low, high)
    if sure == maybe:
        so_far = running[at + sure]
        if lesser:
            for s in range(a.size):
                paid[s] = c[s] * so_far + a[s] * (n - sure)
        else:
            for s in range(a.size):
                paid[s] = a[s] * sure + c[s] * (whole - so_far)
        return
    find_thresholds(ratio, running, first, at, (sure, maybe), lesser, a, c, below, paid)
    if lesser:
        for s in range(a.size):
            paid[s] = c[s] * paid[s] + a[s] * (n - below[s])
    else:
        for s in range(a.size):
            paid[s] = a[s] * below[s] + c[s] * (whole - paid[s])


@merged
def charge_at_once(
    row: Any,
    one: Any,
    segment: Any,
    n: int,
    factors: Factors,
    bounds: Bounds,
    outlier: float,
    a: np.ndarray,
    rate: np.ndarray,
) -> bool:
    """Charge a row of a single segment under all scenarios, if none of them drops or splits it; whether it was so.

    `a` and `rate` (float64[s]), the ad valorem parts and the rates, are filled in. Nothing may be shifted.
    """
    scale, _, _, scale_b, _, _, fx, periods, currencies = factors
    percent = 0.0 if one["form"] == ALONE else one["ad_valorem"]
    amount = one["b"]
    cell = row["cell"]
    quote = row["fx_offset"] + one["currency"] * periods + segment["period"]
    of = cell * currencies + one["currency"]
    largest = percent * bounds.largest_percent[cell]
    highest = amount * bounds.largest_amount[cell, quote] * (1.0 + SLACK) * segment["high"]
    if one["form"] == SUM:
        highest += largest
    if not (largest <= outlier and highest * (1.0 + SLACK) <= outlier and segment["total"] < np.inf):
        return False
    low = percent / amount * bounds.low[cell, quote] * (1.0 - SLACK)
    high = percent / amount * bounds.high[cell, quote] * (1.0 + SLACK)
    if not (one["form"] == SUM or segment["low"] > high or segment["high"] < low):
        return False
    count = float(n)
    under = segment["low"] <= high  # or all above
    flat = count if one["form"] == SUM or under == (one["form"] != LESSER) else 0.0
    rising = segment["total"] if one["form"] == SUM or under == (one["form"] == LESSER) else 0.0
    for s in range(rate.size):
        of_value = percent * scale[cell, s]
        a[s] = of_value
        rate[s] = (of_value * flat + amount * scale_b[of, s] * fx[quote, s] * rising) / count
    return True


@merged
def thresholds(
    a: np.ndarray, c: np.ndarray, percent: float, amount: float, cell: int, quote: int, bounds: Bounds
) -> tuple[float, float, float]:
    """Between what all scenarios' thresholds a / c lie, widened, and the largest c."""
    if not bounds.shifted:
        low = percent / amount * bounds.low[cell, quote]
        high = percent / amount * bounds.high[cell, quote]
        largest = amount * bounds.largest_amount[cell, quote] * (1.0 + SLACK)
        return low * (1.0 - SLACK), high * (1.0 + SLACK), largest
    low = np.inf
    high = 0.0
    largest = 0.0
    for s in range(a.size):
        low = min(low, a[s] / c[s])
        high = max(high, a[s] / c[s])
        largest = max(largest, c[s])
    return low * (1.0 - SLACK), high * (1.0 + SLACK), largest


@merged
def charge_segments(
    row: Any,
    one: Any,
    entries: Entries,
    factors: Factors,
    bounds: Bounds,
    outlier: float,
    a: np.ndarray,
    lanes: np.ndarray,
    rate: np.ndarray,
) -> None:
    """Charge a row segment by segment.

    `a` (float64[s]) are the ad valorem parts, and `rate` (float64[s]) is filled in.
    """
    group, segments, ratio, running, _, _, _ = entries
    _, _, _, scale_b, shift_b, floor_b, fx, periods, currencies = factors
    b, c, total, lost, kept = lanes[0], lanes[1], lanes[2], lanes[3], lanes[4]
    below, paid = lanes[5], lanes[6]
    percent = 0.0 if one["form"] == ALONE else one["ad_valorem"]
    of = row["cell"] * currencies + one["currency"]
    largest_percent = percent * bounds.largest_percent[row["cell"]]
    if bounds.shifted:
        largest_percent = 0.0
        for s in range(a.size):
            largest_percent = max(largest_percent, a[s])
    unit = one["per_unit"]
    for s in range(a.size):
        b[s] = after_steps(one["b"], scale_b[of, s], shift_b[of, s] * unit, floor_b[of, s] * unit)
        kept[s] = 0.0
    counted = 0  # observations that every scenario keeps
    first = group[row["group"]]
    for g in range(first, group[row["group"] + 1]):
        segment = segments[g]
        n = segments[g + 1]["start"] - segment["start"]
        at = segment["start"] + g
        quote = row["fx_offset"] + one["currency"] * periods + segment["period"]
        for s in range(a.size):
            c[s] = b[s] * fx[quote, s]
        low, high, largest = thresholds(a, c, percent, one["b"], row["cell"], quote, bounds)
        highest = largest * segment["high"] + (largest_percent if one["form"] == SUM else 0.0)
        if largest_percent <= outlier and highest * (1.0 + SLACK) <= outlier and segment["total"] < np.inf:
            counted += n
            charge_sure(ratio, running, segment, at, n, one["form"], low, high, a, c, below, paid)
        else:  # some scenario may drop some observation
            for s in range(a.size):
                paid[s], n_kept, _ = charge(ratio, running, segment, at, n, one["form"], a[s], c[s], outlier)
                kept[s] += n_kept
        if g == first:
            for s in range(a.size):
                total[s] = paid[s]
                lost[s] = 0.0
        else:
            for s in range(a.size):
                total[s], lost[s] = add(total[s], lost[s], paid[s])
    for s in range(a.size):
        all_kept = kept[s] + counted
        mean = (total[s] + lost[s]) / all_kept if all_kept > 0.0 else np.nan
        rate[s] = a[s] if math.isnan(mean) and not row["purely_specific"] else mean


@inner
def charge_rows(
    duties: DutyTable,
    entries: Entries,
    rows: np.ndarray,
    first: int,
    last: int,
    slot: int,
    factors: Factors,
    bounds: Bounds,
    outlier: float,
    charges: Charges,
    lanes: np.ndarray,
) -> None:
    """Charge the rows from `first` on, as far as they are of plain forms, and put them to the slots from `slot` on."""
    rates, parts, specifics = charges
    scale, shift, floor = factors.scale, factors.shift, factors.floor
    duty = duties.duty
    for i in range(first, last):
        row = rows[i]
        one = duty[row["duty"]]
        here = slot + i - first
        for s in range(rates.shape[1]):
            specifics[here, s] = row["specific"]
        if not ALONE <= one["form"] <= PERCENT:
            continue
        percent = 0.0 if one["form"] == ALONE else one["ad_valorem"]
        rate, a = rates[here], parts[here]
        if row["group"] >= 0 and one["form"] != PERCENT and not bounds.shifted:
            g = entries.group[row["group"]]
            if g + 1 == entries.group[row["group"] + 1]:
                segment = entries.segment[g]
                n = entries.segment[g + 1]["start"] - segment["start"]
                if charge_at_once(row, one, segment, n, factors, bounds, outlier, a, rate):
                    continue
        if one["form"] == ALONE:
            for s in range(a.size):
                a[s] = 0.0
        else:
            for s in range(a.size):
                a[s] = after_steps(percent, scale[row["cell"], s], shift[row["cell"], s], floor[row["cell"], s])
        if row["group"] < 0 or one["form"] == PERCENT:
            null = row["purely_specific"] and one["form"] != PERCENT
            for s in range(a.size):
                rate[s] = np.nan if null else a[s]
            continue
        charge_segments(row, one, entries, factors, bounds, outlier, a, lanes, rate)


@kernel
def plain_lanes(
    duties: DutyTable,
    entries: Entries,
    rows: np.ndarray,
    factors: Factors,
    bounds: Bounds,
    outlier: float,
    charges: Charges,
    lanes: np.ndarray,
) -> None:
    """Charge all rows of plain forms under all scenarios of a block.

    Parameters
    ----------
    duties, entries, rows, factors, bounds
    outlier : float
    charges : Charges
        Filled in, [n, s].
    lanes : float64[LANES, s]
        Memory to work in.
    """
    first = 0
    charge_rows(duties, entries, rows, first, rows.size, first, factors, bounds, outlier, charges, lanes)
