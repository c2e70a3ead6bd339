"""Lines of all years, added up by group (METHOD.md section 4)."""

from __future__ import annotations

import math

import numpy as np

from fastavs.kernels.names import (
    GROUP_DEVIATION,
    GROUP_MEAN,
    GROUP_SHARE,
    GROUP_SPECIFIC,
    GROUP_WATER,
    GROUP_WEIGHTED,
)
from fastavs.kernels.options import inner, kernel
from fastavs.kernels.shapes import Governing, Groups
from fastavs.kernels.sums import add


@inner
def squares_about(line: np.ndarray, first: int, last: int, rate: np.ndarray, mean: float, n: float) -> float:
    """Sum of the squares of what the n known rates of some lines are off their mean, which was rounded."""
    total, lost = 0.0, 0.0
    off_total, off_lost = 0.0, 0.0
    for i in range(first, last):
        x = rate[line[i]]
        if not math.isnan(x):
            off = x - mean
            total, lost = add(total, lost, off * off)
            off_total, off_lost = add(off_total, off_lost, off)
    off_total += off_lost
    return max((total + lost) - off_total * off_total / n, 0.0) if n > 0.0 else 0.0


@inner
def add_up_group(groups: Groups, lines: Governing, g: int, out: np.ndarray) -> None:
    """Fill in a group's column; its weight stands in the place of its share."""
    start, line, _, weights, _ = groups
    rates, specifics, waters = lines
    known, special, wet = 0.0, 0.0, 0.0
    total, lost = 0.0, 0.0
    weight, weight_lost = 0.0, 0.0
    product, product_lost = 0.0, 0.0
    for i in range(start[g], start[g + 1]):
        h = line[i]
        special += specifics[h]
        wet += waters[h]
        x = rates[h]
        if math.isnan(x):
            continue
        known += 1.0
        total, lost = add(total, lost, x)
        w = weights[h]
        if w > 0.0:
            weight, weight_lost = add(weight, weight_lost, w)
            product, product_lost = add(product, product_lost, w * x)
    weight += weight_lost
    mean = (total + lost) / known if known > 0.0 else np.nan
    squares = squares_about(line, start[g], start[g + 1], rates, mean, known)
    out[GROUP_SPECIFIC, g] = special
    out[GROUP_WATER, g] = wet
    out[GROUP_MEAN, g] = mean
    out[GROUP_DEVIATION, g] = math.sqrt(squares / (known - 1.0)) if known > 1.0 else np.nan
    out[GROUP_WEIGHTED, g] = (product + product_lost) / weight if weight > 0.0 else np.nan
    out[GROUP_SHARE, g] = weight


@kernel
def group_some(
    groups: Groups,
    lines: Governing,
    which: np.ndarray,
    moved: np.ndarray,
    known: np.ndarray,
    weight: np.ndarray,
    out: np.ndarray,
) -> None:
    """Do as `group` for some groups, where the figures of all others are known.

    Parameters
    ----------
    groups : Groups
    lines : Governing
    which : int64[...]
        The groups.
    moved : bool[y]
        Years of which another part of the weights may be known: theirs are added up anew.
    known : float64[y]
        Weights of the lines of each year whose rate is known.
    weight : float64[g]
        Likewise of each group.
    out : float64[6, g]
        Filled in, as `weight` and `known` are, for the groups and years concerned.
    """
    _, _, year_of, weights, year_start = groups
    for i in range(which.size):
        add_up_group(groups, lines, which[i], out)
        weight[which[i]] = out[GROUP_SHARE, which[i]]
    for year in range(year_start.size - 1):
        if moved[year]:
            total, lost = 0.0, 0.0
            for h in range(year_start[year], year_start[year + 1]):
                if weights[h] > 0.0 and not np.isnan(lines.rate[h]):
                    total, lost = add(total, lost, weights[h])
            known[year] = total + lost
    for g in range(year_of.size):
        total = known[year_of[g]]
        out[GROUP_SHARE, g] = weight[g] / total if total > 0.0 else np.nan


@kernel
def group(groups: Groups, lines: Governing, out: np.ndarray) -> None:
    """Means, deviations, weights and counts of groups.

    Parameters
    ----------
    groups : Groups
    lines : Governing
        Rates that are null take no part in means and weights.
    out : float64[6, g]
        Filled in; NaN = null.
    """
    _, _, year_of, weights, year_start = groups
    rates = lines.rate
    for g in range(year_of.size):
        add_up_group(groups, lines, g, out)
    g = 0
    for year in range(year_start.size - 1):
        total, lost = 0.0, 0.0
        for h in range(year_start[year], year_start[year + 1]):
            if weights[h] > 0.0 and not math.isnan(rates[h]):
                total, lost = add(total, lost, weights[h])
        total += lost
        while g < year_of.size and year_of[g] == year:
            out[GROUP_SHARE, g] = out[GROUP_SHARE, g] / total if total > 0.0 else np.nan
            g += 1
