"""Draws of partners, many at once: each observation is read once, and counts in each draw as often as its partner.

A draw is a lane. What an observation pays is split into a multiple of a unit and a rest: the
multiples add up exactly, and the rest is too small for its rounding to matter, so that no compensation is needed.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from fastavs.kernels.lanes import ABREAST, add_lanes, count_lanes
from fastavs.kernels.names import ALONE, LESSER, PERCENT, SUM
from fastavs.kernels.options import inner, kernel, kernel_with_memory
from fastavs.kernels.searches import count_below, count_sums_up_to, count_up_to
from fastavs.kernels.segments import add_up_segment
from fastavs.kernels.shapes import DutyTable, Entries, Factors, PriceCells, Records
from fastavs.kernels.steps import after_steps


@inner
def splitter(bound: float) -> float:
    """What, added to a number and taken away again, leaves a multiple of a unit: numbers up to `bound` in all add up
    exactly then."""
    if not bound > 0.0:
        return 0.0
    _, power = math.frexp(bound)
    return math.ldexp(1.5, min(power + 1, 1000))


@inner
def turns(ratio: np.ndarray, segment: Any, n: int, form: int, a: float, c: float, outlier: float) -> tuple[int, int]:
    """How many observations of a segment are kept; and how many of those pay otherwise than the rest, the first ones.

    They pay the ad valorem part, or where the lesser counts the specific one.
    """
    first = segment["start"]
    low = c * segment["low"]
    high = c * segment["high"]
    if form == SUM:
        kept = n if a + high <= outlier else count_sums_up_to(ratio, first, n, a, c, outlier)
        return kept, count_sums_up_to(ratio, first, kept, a, c, a) if kept > 0 and a + low <= a else 0
    if form == LESSER:
        kept = n
        if not high <= outlier and (a > outlier or np.isnan(high)):
            kept = count_up_to(ratio, first, n, c, outlier)
        return kept, count_below(ratio, first, kept, c, a) if kept > 0 and low < a else 0
    if a > outlier:
        return 0, 0
    kept = n if high <= outlier else count_up_to(ratio, first, n, c, outlier)
    return kept, 0 if kept == 0 or low > a else count_up_to(ratio, first, kept, c, a)


BEFORE, AFTER, DROPPED, PAID = 0, 1, 2, 3
"""Rows of lanes: observations before and after the turn, those dropped, and what is paid, in two parts."""


@inner
def charge_group(
    row: Any,
    one: Any,
    group: int,
    entries: Entries,
    partner: np.ndarray,
    times: np.ndarray,
    most_times: float,
    factors: Factors,
    outlier: float,
    a: float,
    work: np.ndarray,
    lanes: np.ndarray,
    found: np.ndarray,
) -> None:
    """Charge a duty on a group in all draws.

    Parameters
    ----------
    work, lanes : float64[3, segments], float64[5, s]
        Memory to work in.
    found : float64[4, s]
        Filled in: what is paid, observations kept, those that pay the ad valorem part alone or not the specific one,
        and observations dropped.
    """
    of = row["cell"] * factors.currencies + one["currency"]
    unit = one["per_unit"]
    b = after_steps(one["b"], factors.scale_b[of], factors.shift_b[of] * unit, factors.floor_b[of] * unit)
    quote = row["fx_offset"] + one["currency"] * factors.periods
    form = one["form"]
    first_segment = entries.group[group]
    last_segment = entries.group[group + 1]
    largest = 0.0
    used = 0
    for g in range(first_segment, last_segment):
        segment = entries.segment[g]
        n = entries.segment[g + 1]["start"] - segment["start"]
        c = b * factors.fx[quote + segment["period"]]
        kept, turn = turns(entries.ratio, segment, n, form, a, c, outlier)
        k = g - first_segment
        work[0, k], work[1, k], work[2, k] = c, kept, turn
        end = turn if form == LESSER else kept
        if end > 0:
            largest = max(largest, c * entries.ratio[segment["start"] + end - 1])
        used += kept
    split = splitter(largest * used * most_times)
    lanes[:] = 0.0
    for g in range(first_segment, last_segment):
        k = g - first_segment
        first = entries.segment[g]["start"]
        c = work[0, k]
        end = first + int(work[1, k])
        turn = first + int(work[2, k])
        count_lanes(partner, times, first, turn, lanes, BEFORE)
        count_lanes(partner, times, turn, end, lanes, AFTER)
        count_lanes(partner, times, end, entries.segment[g + 1]["start"], lanes, DROPPED)
        low = turn if form != SUM and form != LESSER else first
        high = turn if form == LESSER else end
        if c != 0.0:
            add_lanes(entries.ratio, partner, times, low, high, c, split, lanes, PAID)
    for s in range(ABREAST):
        n_before, n_after = lanes[BEFORE, s], lanes[AFTER, s]
        at_a = n_before if form != LESSER else n_after
        if form == SUM:
            at_a = n_before + n_after
        found[0, s] = a * at_a + (lanes[PAID, s] + lanes[PAID + 1, s])
        found[1, s] = n_before + n_after
        found[2, s] = n_before if form != LESSER else n_after
        found[3, s] = lanes[DROPPED, s]


@kernel_with_memory
def drawn_rows(
    duties: DutyTable,
    entries: Entries,
    partner: np.ndarray,
    times: np.ndarray,
    rows: np.ndarray,
    chain_start: np.ndarray,
    chain: np.ndarray,
    factors: Factors,
    outlier: float,
    rate: np.ndarray,
    part: np.ndarray,
    kept: np.ndarray,
    binding: np.ndarray,
) -> None:
    """Charge rows of plain forms in many draws; those of other forms are left alone.

    Parameters
    ----------
    duties, entries
    partner : int16[n] or int32[n]
        Of each entry.
    times : float64[p, s]
        How many times each partner is drawn; s is `ABREAST`.
    rows : ROW[r]
    chain_start, chain : int64[r + 1], int32[...]
        Groups that a row goes on to where it has no observation left, nearest first.
    factors : Factors
        Of the one scenario that they are draws of.
    outlier : float
    rate : float64[r, s]
        Filled in.
    part : float64[r]
        Filled in.
    kept, binding : int64[r, s]
        Filled in: observations used, and those where the specific part is what binds.
    """
    duty = duties.duty
    width = times.shape[1]
    most_times = float(times.shape[0])  # whatever the others in a block are
    longest = 1
    for g in range(entries.group.size - 1):
        longest = max(longest, entries.group[g + 1] - entries.group[g])
    work = np.empty((3, longest))
    lanes = np.empty((5, width))
    found = np.empty((4, width))
    for i in range(rows.size):
        row = rows[i]
        one = duty[row["duty"]]
        form = one["form"]
        if not ALONE <= form <= PERCENT:
            continue
        cell = row["cell"]
        a = 0.0
        if form != ALONE:
            a = after_steps(one["ad_valorem"], factors.scale[cell], factors.shift[cell], factors.floor[cell])
        part[i] = a
        unknown = np.nan if row["purely_specific"] and form != PERCENT else a
        for s in range(width):
            rate[i, s] = unknown
            kept[i, s] = -1
            binding[i, s] = 0
        after = chain_start[i]
        group = row["group"]
        while group >= 0 and form != PERCENT:
            charge_group(row, one, group, entries, partner, times, most_times, factors, outlier, a, work, lanes, found)
            open_draws = 0
            for s in range(width):
                if kept[i, s] >= 0:
                    continue
                n = found[1, s]
                if n + found[3, s] > 0.0:
                    kept[i, s] = int(n)
                    binding[i, s] = int(n - found[2, s])
                    rate[i, s] = found[0, s] / n if n > 0.0 else unknown
                else:
                    open_draws += 1
            group = -1
            if open_draws > 0 and after < chain_start[i + 1]:
                group = chain[after]
                after += 1
        for s in range(width):
            kept[i, s] = max(kept[i, s], 0)


@kernel
def drawn_groups(entries: Entries, partner: np.ndarray, times: np.ndarray, which: np.ndarray, out: np.ndarray) -> None:
    """Count the observations that some groups (int64[m]) have in each draw, int64[m, s]."""
    for k in range(which.size):
        out[k] = 0
        first, last = entries.group[which[k]], entries.group[which[k] + 1]
        for i in range(entries.segment[first]["start"], entries.segment[last]["start"]):
            for s in range(out.shape[1]):
                out[k, s] += int(times[partner[i], s])


@kernel
def repeat_groups(
    old: Entries, partner: np.ndarray, times: np.ndarray, s: int, wanted: np.ndarray, out: Entries
) -> None:
    """Put the observations of some groups as often as their partner is drawn; all other groups are empty.

    Parameters
    ----------
    old, partner, times
        As in `drawn_rows`.
    s : int
        The draw.
    wanted : bool[g]
    out : Entries
        Filled in; has room for what is wanted.
    """
    segment = 0
    at = 0
    more_at = 0
    for one in range(wanted.size):
        out.group[one] = segment
        if not wanted[one]:
            continue
        for g in range(old.group[one], old.group[one + 1]):
            start = old.segment[g]["start"]
            size = old.segment[g + 1]["start"] - start
            n = 0
            for i in range(start, start + size):
                for _ in range(int(times[partner[i], s])):
                    out.ratio[at + n] = old.ratio[i]
                    n += 1
            if n == 0:
                continue
            new = out.segment[segment]
            new["more"] = more_at
            for block in range(old.segment[g]["more"], old.segment[g + 1]["more"], size):
                for i in range(size):
                    for _ in range(int(times[partner[start + i], s])):
                        out.more[more_at] = old.more[block + i]
                        more_at += 1
            add_up_segment(out.ratio, at, at + n, out.running, at + segment)
            new["start"] = at
            new["low"] = out.ratio[at]
            new["high"] = out.ratio[at + n - 1]
            new["total"] = out.running[at + segment + n]
            new["period"] = old.segment[g]["period"]
            at += n
            segment += 1
    out.group[wanted.size] = segment
    out.segment[segment]["start"] = at
    out.segment[segment]["more"] = more_at


@kernel_with_memory
def drawn_imports(
    records: Records,
    prices: PriceCells,
    factor: np.ndarray,
    times: np.ndarray,
    bound: float,
    within: np.ndarray,
    everyone: np.ndarray,
    out: np.ndarray,
) -> None:
    """Imports of each code in the periods of each basis, in many draws.

    Parameters
    ----------
    records : Records
    prices : PriceCells
    factor : float64[cells]
        What each cell's values are multiplied by; empty: nothing.
    times : float64[t + 1, p, s]
        How many times each partner is drawn in each period, excluded ones not at all; and last, excluded or not.
    bound : float
        What all imports come to at most in any draw.
    within : bool[b, t]
        Periods of each basis.
    everyone : bool[b]
        Whether excluded partners weigh as well.
    out : float64[b, u, s]
        Filled in.
    """
    bases, periods = within.shape
    width = times.shape[2]
    split = splitter(bound)
    sums = np.zeros((2 * bases, width))
    part = np.zeros((2, width))
    longest = 0
    for z in range(records.period.size):
        longest = max(longest, records.start[z + 1] - records.start[z])
    dear = np.empty(longest)
    for u in range(records.code_key.size):
        sums[:] = 0.0
        for z in range(records.code_cell[u], records.code_cell[u + 1]):
            t = records.period[z]
            first, last = records.start[z], records.start[z + 1]
            value, partner = records.value[first:last], records.partner[first:last]
            if factor.size > 0:
                at_prices(value, partner, prices, factor, u, t, dear)
                value = dear[: last - first]
            for whose in range(2):
                needed = False
                for b in range(bases):
                    needed |= within[b, t] and everyone[b] == (whose == 1)
                if not needed:
                    continue
                part[:] = 0.0
                add_lanes(value, partner, times[periods if whose == 1 else t], 0, last - first, 1.0, split, part, 0)
                for b in range(bases):
                    if within[b, t] and everyone[b] == (whose == 1):
                        for s in range(width):
                            sums[2 * b, s] += part[0, s]
                            sums[2 * b + 1, s] += part[1, s]
        for b in range(bases):
            for s in range(width):
                out[b, u, s] = sums[2 * b, s] + sums[2 * b + 1, s]


@inner
def at_prices(
    value: np.ndarray,
    partner: np.ndarray,
    prices: PriceCells,
    factor: np.ndarray,
    u: int,
    t: int,
    out: np.ndarray,
) -> None:
    """Fill in the values of a code and a period at changed prices."""
    kind = prices.kind[u]
    cell = prices.cell[prices.pattern[kind], t]
    for i in range(value.size):
        out[i] = value[i] * factor[prices.first_cell[kind] + cell[partner[i]]]
