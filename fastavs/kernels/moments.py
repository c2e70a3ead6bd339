"""Means and deviations by group, simple and weighted, with compensated sums."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fastavs.kernels.options import kernel
from fastavs.kernels.sums import add


class Moments(NamedTuple):
    """One entry a group (shape g, or lines for `line_sums`). NaN = not defined."""

    values: np.ndarray  # int64[g] how many took part
    mean: np.ndarray  # float64[g] simple mean
    sd: np.ndarray  # float64[g] simple deviation with n - 1; NaN for a single value
    weight: np.ndarray  # float64[g] sum of weights
    weighted_mean: np.ndarray  # float64[g]
    weighted_sd: np.ndarray  # float64[g] about the weighted mean


@kernel
def moments(value: np.ndarray, weight: np.ndarray, group: np.ndarray, out: Moments) -> None:
    """Means and deviations of `value` by `group` (METHOD.md section 4, eq. 3, 4, 9, 10, 17, 18, 20, 21).

    Parameters
    ----------
    value : float64[h]
        NaN takes no part, neither in means nor in weights.
    weight : float64[h]
        0 or more; NaN or 0 carries no weight.
    group : int64[h]
        Which entry of `out`; negative takes no part.
    out : Moments
        Filled in.
    """
    n = out.values.size
    total = np.zeros((5, n))
    lost = np.zeros((5, n))
    out.values[:] = 0
    for h in range(value.size):
        g = group[h]
        if g < 0 or np.isnan(value[h]):
            continue
        out.values[g] += 1
        total[0, g], lost[0, g] = add(total[0, g], lost[0, g], value[h])
        if weight[h] > 0.0:
            total[1, g], lost[1, g] = add(total[1, g], lost[1, g], weight[h])
            total[2, g], lost[2, g] = add(total[2, g], lost[2, g], weight[h] * value[h])
    for g in range(n):
        out.mean[g] = (total[0, g] + lost[0, g]) / out.values[g] if out.values[g] > 0 else np.nan
        out.weight[g] = total[1, g] + lost[1, g]
        has_weight = out.weight[g] > 0.0
        out.weighted_mean[g] = (total[2, g] + lost[2, g]) / out.weight[g] if has_weight else np.nan
    for h in range(value.size):
        g = group[h]
        if g < 0 or np.isnan(value[h]):
            continue
        off = value[h] - out.mean[g]
        total[3, g], lost[3, g] = add(total[3, g], lost[3, g], off * off)
        if weight[h] > 0.0:
            off = value[h] - out.weighted_mean[g]
            total[4, g], lost[4, g] = add(total[4, g], lost[4, g], weight[h] * off * off)
    for g in range(n):
        squares = total[3, g] + lost[3, g]
        out.sd[g] = np.sqrt(squares / (out.values[g] - 1)) if out.values[g] > 1 else np.nan
        weighted_squares = total[4, g] + lost[4, g]
        out.weighted_sd[g] = np.sqrt(weighted_squares / out.weight[g]) if out.weight[g] > 0.0 else np.nan
