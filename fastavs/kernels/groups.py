"""Lines of all years, added up by group."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.names import (
    GROUP_DEVIATION,
    GROUP_MEAN,
    GROUP_SHARE,
    GROUP_SPECIFIC,
    GROUP_WATER,
    GROUP_WEIGHTED,
)
from fastavs.kernels.options import inlined, kernel
from fastavs.kernels.shapes import Governing, Groups
from fastavs.kernels.sums import add

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
                values[g], out[GROUP_SPECIFIC, g], out[GROUP_WATER, g] = known, special, wet
                total[RATES, g], total[WEIGHTS, g], total[PRODUCTS, g] = t0, t1, t2
                lost[RATES, g], lost[WEIGHTS, g], lost[PRODUCTS, g] = e0, e1, e2
            g = members[h]
            known, special, wet = values[g], out[GROUP_SPECIFIC, g], out[GROUP_WATER, g]
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
        t0, e0 = add(t0, e0, x)
        w = weights[h]
        if w > 0.0:
            t1, e1 = add(t1, e1, w)
            t2, e2 = add(t2, e2, w * x)
            t3, e3 = add(t3, e3, w)
    if g >= 0:
        values[g], out[GROUP_SPECIFIC, g], out[GROUP_WATER, g] = known, special, wet
        total[RATES, g], total[WEIGHTS, g], total[PRODUCTS, g] = t0, t1, t2
        lost[RATES, g], lost[WEIGHTS, g], lost[PRODUCTS, g] = e0, e1, e2
        year_total[y], year_lost[y] = t3, e3
    for k in range(n):
        weight = total[WEIGHTS, k] + lost[WEIGHTS, k]
        year_weight = year_total[years[k]] + year_lost[years[k]]
        out[GROUP_MEAN, k] = (total[RATES, k] + lost[RATES, k]) / values[k] if values[k] > 0.0 else np.nan
        out[GROUP_WEIGHTED, k] = (total[PRODUCTS, k] + lost[PRODUCTS, k]) / weight if weight > 0.0 else np.nan
        out[GROUP_SHARE, k] = weight / year_weight if year_weight > 0.0 else np.nan


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
            t, e = add(t, e, off * off)
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
    _add_squares(groups, lines.rate, out[GROUP_MEAN], total[SQUARES], lost[SQUARES])
    for g in range(n):
        squares = total[SQUARES, g] + lost[SQUARES, g]
        out[GROUP_DEVIATION, g] = np.sqrt(squares / (values[g] - 1.0)) if values[g] > 1.0 else np.nan
