"""Rows of the sorted index carried to the lines of every year: applied against bound, then group by group."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fastavs.kernels.options import inlined, kernel

TIE = 1e-12  # relative: applied and bound nearer than this are equal


class Rows(NamedTuple):
    """What rows come to under one scenario. n rows."""

    rate: np.ndarray  # float64[n] NaN = null
    part: np.ndarray  # float64[n] ad valorem part
    kept: np.ndarray  # int64[n] observations used
    binding: np.ndarray  # int64[n] ... in which the specific part is what binds
    specific: np.ndarray  # bool[n] whether some amount of the duty is not 0
    plain: np.ndarray  # bool[n] no specific term: observations need no quantity


class Schedule(NamedTuple):
    """The lines of all schedule years, l of them."""

    row: np.ndarray  # int32[l]
    level: np.ndarray  # int8[l] digits at which observations were found; 0 = none
    found: np.ndarray  # int64[l] usable observations
    no_quantity: np.ndarray  # int64[l]


class Years(NamedTuple):
    """The lines of all years, h of them, and means carried from one schedule to another, k of them.

    A place is a line of the schedules, or what else stands for one (rows do where levels and counts are not asked
    for); carried means take the places behind those.
    """

    left: np.ndarray  # int64[h] place of the applied side
    right: np.ndarray  # int64[h] place of the bound side; -1: none
    digits: np.ndarray  # int8[e, k] of each level; 0: no such level
    low: np.ndarray  # int64[e, k] lines that share those digits: the first, and one past the last
    high: np.ndarray  # int64[e, k]


class Sides(NamedTuple):
    """One schedule's answer for each place, p of them; level and counts may be left out (size 0)."""

    rate: np.ndarray  # float64[p] NaN = null
    part: np.ndarray  # float64[p] ad valorem part; NaN = nothing carried
    specific: np.ndarray  # bool[p]
    level: np.ndarray  # int8[p]
    kept: np.ndarray  # int64[p]
    outliers: np.ndarray  # int64[p]
    no_quantity: np.ndarray  # int64[p]
    binding: np.ndarray  # int64[p]


class Governing(NamedTuple):
    """What governs the lines of all years, h of them."""

    rate: np.ndarray  # float64[h] NaN = null
    specific: np.ndarray  # bool[h]
    water: np.ndarray  # bool[h] bound above applied
    applied: np.ndarray  # float64[h]
    bound: np.ndarray  # float64[h]
    part: np.ndarray  # float64[h] the lesser of both ad valorem parts
    bound_governs: np.ndarray  # bool[h]
    level: np.ndarray  # int8[h]
    kept: np.ndarray  # int64[h]
    outliers: np.ndarray  # int64[h]
    no_quantity: np.ndarray  # int64[h]
    binding: np.ndarray  # int64[h]


@kernel
def settle(rows: Rows, lines: Schedule, outlier: float, zero: bool, out: Sides) -> None:
    """Give every line of the schedules what its row came to (METHOD.md section 3).

    Parameters
    ----------
    rows : Rows
    lines : Schedule
    outlier : float
    zero : bool
        Whether an unknown rate counts as 0.
    out : Sides
        Its first l places are filled in.
    """
    row_of, levels, founds, lacking = lines.row, lines.level, lines.found, lines.no_quantity
    rate, part, specific, plain, kept, binding = (
        rows.rate, rows.part, rows.specific, rows.plain, rows.kept, rows.binding
    )  # fmt: skip
    rate_out, part_out, specific_out = out.rate, out.part, out.specific
    level_out, kept_out, outliers_out = out.level, out.kept, out.outliers
    lacking_out, binding_out = out.no_quantity, out.binding
    for h in range(row_of.size):
        row = row_of[h]
        x = rate[row]
        rate_out[h] = 0.0 if zero and np.isnan(x) else x
        part_out[h] = part[row]
        specific_out[h] = specific[row]
        found = founds[h]
        used = kept[row]
        if plain[row]:
            used = 0 if part[row] > outlier else found
        level_out[h] = levels[h]
        kept_out[h] = used
        outliers_out[h] = found - used
        lacking_out[h] = lacking[h]
        binding_out[h] = 0 if plain[row] else binding[row]


@inlined
def _plus(total: float, lost: float, x: float) -> tuple[float, float]:
    raised = total + x
    back = raised - total
    return raised, lost + ((total - (raised - back)) + (x - back))


@kernel
def carry(years: Years, place: np.ndarray, first: int, full: bool, out: Sides) -> None:
    """Work out means carried to lines that the applied schedule does not have (eq. 19).

    The first level with a known rate serves: rate and ad valorem part are means over the lines there that have
    one, counts are sums over them.

    Parameters
    ----------
    years : Years
    place : int32[l]
        Where each line of the schedules stands in `out`.
    first : int
        Where carried means do: places from here on are filled in.
    full : bool
        Whether to fill in level and counts as well.
    out : Sides
    """
    for i in range(years.low.shape[1]):
        at = first + i
        out.rate[at] = np.nan
        out.part[at] = np.nan
        out.specific[at] = False
        if full:
            out.level[at] = 0
            out.kept[at] = 0
            out.outliers[at] = 0
            out.no_quantity[at] = 0
            out.binding[at] = 0
        for e in range(years.low.shape[0]):
            n = 0
            rate = 0.0
            rate_lost = 0.0
            part = 0.0
            part_lost = 0.0
            for line in range(years.low[e, i], years.high[e, i]):
                h = place[line]
                if np.isnan(out.rate[h]):
                    continue
                n += 1
                rate, rate_lost = _plus(rate, rate_lost, out.rate[h])
                part, part_lost = _plus(part, part_lost, out.part[h])
                out.specific[at] |= out.specific[h]
                if full:
                    out.kept[at] += out.kept[h]
                    out.outliers[at] += out.outliers[h]
                    out.no_quantity[at] += out.no_quantity[h]
                    out.binding[at] += out.binding[h]
            if n > 0:
                out.rate[at] = (rate + rate_lost) / n
                out.part[at] = (part + part_lost) / n
                if full:
                    out.level[at] = years.digits[e, i]
                break


@kernel
def govern(years: Years, sides: Sides, full: bool, out: Governing) -> None:
    """The lesser of applied and bound governs each line of each year (eq. 19; METHOD.md section 7).

    Parameters
    ----------
    years : Years
    sides : Sides
    full : bool
        Whether to fill in more than rate, specific and water.
    out : Governing
        Filled in.
    """
    lefts, rights = years.left, years.right
    rates, parts, specifics = sides.rate, sides.part, sides.specific
    rate_out, specific_out, water_out = out.rate, out.specific, out.water
    for h in range(lefts.size):
        left = lefts[h]
        right = rights[h]
        applied = rates[left]
        bound = np.nan
        part = parts[left]
        governs = False
        water = False
        if right >= 0:
            bound = rates[right]
            if np.isnan(applied) or np.isnan(bound):
                governs = not np.isnan(bound)
            elif abs(applied - bound) > TIE * max(abs(applied), abs(bound)):
                governs = applied > bound
                water = bound > applied
            if np.isnan(part):  # nothing was carried
                governs = True
                part = parts[right]
            else:
                part = min(part, parts[right])
        side = right if governs else left
        rate_out[h] = rates[side]
        specific_out[h] = specifics[side]
        water_out[h] = water
        if full:
            out.applied[h] = applied
            out.bound[h] = bound
            out.part[h] = part
            out.bound_governs[h] = governs
            out.level[h] = sides.level[side]
            out.kept[h] = sides.kept[side]
            out.outliers[h] = sides.outliers[side]
            out.no_quantity[h] = sides.no_quantity[side]
            out.binding[h] = sides.binding[side]


class Groups(NamedTuple):
    """Lines of all years in groups: h lines, y years, g groups of one year each."""

    member: np.ndarray  # int64[h] each line's group
    year: np.ndarray  # int64[g] each group's year, from 0
    weight: np.ndarray  # float64[h] imports of matched lines; 0 for others


SPECIFIC, MEAN, DEVIATION, WEIGHTED, SHARE, WATER = 0, 1, 2, 3, 4, 5  # columns of a group
RATES, WEIGHTS, PRODUCTS, SQUARES = 0, 1, 2, 3  # sums of a group


@inlined
def _add_up(
    groups: Groups, lines: Governing, total: np.ndarray, lost: np.ndarray, values: np.ndarray, out: np.ndarray
) -> None:
    """Counts, means and weights. Sums of the group at hand are kept out of memory until another one comes."""
    rates, specifics, waters = lines.rate, lines.specific, lines.water
    members, years, weights = groups.member, groups.year, groups.weight
    n = years.size
    year_total = np.zeros(n)
    year_lost = np.zeros(n)
    out[:] = 0.0
    g = -1
    y = -1
    known, special, wet = 0.0, 0.0, 0.0
    t0, e0, t1, e1, t2, e2, t3, e3 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for h in range(rates.size):
        if members[h] != g:
            if g >= 0:
                values[g], out[SPECIFIC, g], out[WATER, g] = known, special, wet
                total[RATES, g], total[WEIGHTS, g], total[PRODUCTS, g] = t0, t1, t2
                lost[RATES, g], lost[WEIGHTS, g], lost[PRODUCTS, g] = e0, e1, e2
            g = members[h]
            known, special, wet = values[g], out[SPECIFIC, g], out[WATER, g]
            t0, t1, t2 = total[RATES, g], total[WEIGHTS, g], total[PRODUCTS, g]
            e0, e1, e2 = lost[RATES, g], lost[WEIGHTS, g], lost[PRODUCTS, g]
            if years[g] != y:
                if y >= 0:
                    year_total[y], year_lost[y] = t3, e3
                y = years[g]
                t3, e3 = year_total[y], year_lost[y]
        special += specifics[h]
        wet += waters[h]
        x = rates[h]
        if np.isnan(x):
            continue
        known += 1.0
        t0, e0 = _plus(t0, e0, x)
        w = weights[h]
        if w > 0.0:
            t1, e1 = _plus(t1, e1, w)
            t2, e2 = _plus(t2, e2, w * x)
            t3, e3 = _plus(t3, e3, w)
    if g >= 0:
        values[g], out[SPECIFIC, g], out[WATER, g] = known, special, wet
        total[RATES, g], total[WEIGHTS, g], total[PRODUCTS, g] = t0, t1, t2
        lost[RATES, g], lost[WEIGHTS, g], lost[PRODUCTS, g] = e0, e1, e2
        year_total[y], year_lost[y] = t3, e3
    for k in range(n):
        weight = total[WEIGHTS, k] + lost[WEIGHTS, k]
        year_weight = year_total[years[k]] + year_lost[years[k]]
        out[MEAN, k] = (total[RATES, k] + lost[RATES, k]) / values[k] if values[k] > 0.0 else np.nan
        out[WEIGHTED, k] = (total[PRODUCTS, k] + lost[PRODUCTS, k]) / weight if weight > 0.0 else np.nan
        out[SHARE, k] = weight / year_weight if year_weight > 0.0 else np.nan


@inlined
def _add_squares(groups: Groups, rates: np.ndarray, mean: np.ndarray, total: np.ndarray, lost: np.ndarray) -> None:
    """Squares of what rates are off their group's mean."""
    members = groups.member
    g = -1
    t, e, middle = 0.0, 0.0, 0.0
    for h in range(rates.size):
        if members[h] != g:
            if g >= 0:
                total[g], lost[g] = t, e
            g = members[h]
            t, e, middle = total[g], lost[g], mean[g]
        if not np.isnan(rates[h]):
            off = rates[h] - middle
            t, e = _plus(t, e, off * off)
    if g >= 0:
        total[g], lost[g] = t, e


@kernel
def group(groups: Groups, lines: Governing, out: np.ndarray) -> None:
    """Means, deviations, weights and counts of groups (METHOD.md section 4), with compensated sums.

    Parameters
    ----------
    groups : Groups
    lines : Governing
        Rates that are null take no part in means and weights.
    out : float64[6, g]
        Filled in; NaN = null.
    """
    n = groups.year.size
    total = np.zeros((4, n))
    lost = np.zeros((4, n))
    values = np.zeros(n)
    _add_up(groups, lines, total, lost, values, out)
    _add_squares(groups, lines.rate, out[MEAN], total[SQUARES], lost[SQUARES])
    for g in range(n):
        squares = total[SQUARES, g] + lost[SQUARES, g]
        out[DEVIATION, g] = np.sqrt(squares / (values[g] - 1.0)) if values[g] > 1.0 else np.nan
