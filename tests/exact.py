"""Sums and averages by group as exact as doubles can say them: each sum is rounded once."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

SPLIT = 2.0**27 + 1.0  # cuts a double into two halves whose products are exact


class Moments(NamedTuple):
    """Means and deviations by group, one entry a group; NaN = not defined."""

    values: np.ndarray  # int64[g] how many took part
    mean: np.ndarray  # float64[g]
    sd: np.ndarray  # float64[g] with n - 1; NaN for a single value
    weight: np.ndarray  # float64[g] sum of weights
    weighted_mean: np.ndarray  # float64[g]
    weighted_sd: np.ndarray  # float64[g] about the weighted mean


def sums(values: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Add up by group, each sum rounded once; float64[groups].

    Parameters
    ----------
    values : float64[n]
    group : int64[n]
        Negative takes no part.
    groups : int
    """
    if (np.diff(group) < 0).any():
        order = np.argsort(group, kind="stable")
        values, group = values[order], group[order]
    bounds = np.searchsorted(group, np.arange(groups + 1)).tolist()
    listed = values.tolist()
    found = np.zeros(groups)
    for one in np.unique(group[group >= 0]).tolist():
        found[one] = math.fsum(listed[bounds[one] : bounds[one + 1]])
    return found


def products(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return products, and what each lost when it was rounded; float64[n] both (Dekker's product)."""

    def halves(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        high = SPLIT * x - (SPLIT * x - x)
        return high, x - high

    with np.errstate(over="ignore", invalid="ignore"):
        whole = left * right
        (a, b), (c, d) = halves(left), halves(right)
        lost = ((a * c - whole) + a * d + b * c) + b * d
    return whole, np.where(np.isfinite(lost), lost, 0.0)  # what overflows has no more digits to lose


def sums_of_products(left: np.ndarray, right: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Add products up by group, each sum rounded once; float64[groups]."""
    return sums(np.concatenate(products(left, right)), np.concatenate((group, group)), groups)


def moments(value: np.ndarray, weight: np.ndarray, group: np.ndarray, groups: int) -> Moments:
    """Return means and deviations by group (METHOD.md section 4).

    Parameters
    ----------
    value : float64[n]
        NaN takes no part.
    weight : float64[n]
        Only those above 0 count.
    group : int64[n]
        Negative takes no part.
    groups : int
    """
    some = (group >= 0) & ~np.isnan(value)
    x, g = value[some], group[some]
    w = np.where(weight[some] > 0.0, weight[some], 0.0)
    n = np.bincount(g, minlength=groups)
    total = sums(w, g, groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(n > 0, sums(x, g, groups) / n, np.nan)
        weighted = np.where(total > 0.0, sums_of_products(w, x, g, groups) / total, np.nan)
        off, weighted_off = x - mean[g], x - weighted[g]
        squares = sums(off * off, g, groups) - sums(off, g, groups) ** 2 / n  # the mean was rounded
        sd = np.where(n > 1, np.sqrt(np.maximum(squares, 0.0) / (n - 1)), np.nan)
        weighing = w > 0.0
        w, g, off = w[weighing], g[weighing], weighted_off[weighing]
        squares = sums(w * off * off, g, groups) - sums(w * off, g, groups) ** 2 / total
        weighted_sd = np.where(total > 0.0, np.sqrt(np.maximum(squares, 0.0) / total), np.nan)
    return Moments(n, mean, sd, total, weighted, weighted_sd)
