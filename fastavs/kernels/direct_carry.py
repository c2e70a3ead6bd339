"""Applied rates carried over to the lines of a bound schedule that has other codes (eq. 19)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fastavs.kernels.options import kernel


class Side(NamedTuple):
    """One side of the comparison (applied or bound): one entry a line."""

    rate: np.ndarray  # float64[h] NaN = null
    ad_valorem: np.ndarray  # float64[h] NaN = nothing carried
    specific: np.ndarray  # bool[h]
    level: np.ndarray  # int8[h] digits; 0 = none
    kept: np.ndarray  # int64[h]
    outliers: np.ndarray  # int64[h]
    no_quantity: np.ndarray  # int64[h]
    binding: np.ndarray  # int64[h]
    unresolved: np.ndarray  # bool[h] no rate can be known


@kernel
def carry(applied: Side, same: np.ndarray, digits: np.ndarray, lo: np.ndarray, hi: np.ndarray, out: Side) -> None:
    """Carry `applied` to other lines: the same code's, else the mean over the first level with a known rate.

    Parameters
    ----------
    applied : Side
        The lines carried from, sorted by code.
    same : int64[h]
        The line of the same code in `applied`, -1 where there is none.
    digits : int8[e]
        Digits of each level, longest first.
    lo, hi : int64[e, h]
        Lines of `applied` that share those digits.
    out : Side
        Filled in. Counts are summed over the lines carried from, so shares pool; rate and ad valorem part are means.
    """
    for h in range(same.size):
        s = same[h]
        if s >= 0:
            out.rate[h] = applied.rate[s]
            out.ad_valorem[h] = applied.ad_valorem[s]
            out.specific[h] = applied.specific[s]
            out.level[h] = applied.level[s]
            out.kept[h] = applied.kept[s]
            out.outliers[h] = applied.outliers[s]
            out.no_quantity[h] = applied.no_quantity[s]
            out.binding[h] = applied.binding[s]
            out.unresolved[h] = applied.unresolved[s]
            continue
        out.rate[h] = np.nan
        out.ad_valorem[h] = np.nan
        out.specific[h] = False
        out.level[h] = 0
        out.kept[h] = 0
        out.outliers[h] = 0
        out.no_quantity[h] = 0
        out.binding[h] = 0
        out.unresolved[h] = True
        for e in range(digits.size):
            n = 0
            rate = 0.0
            rate_lost = 0.0
            part = 0.0
            part_lost = 0.0
            for s in range(lo[e, h], hi[e, h]):
                x = applied.rate[s]
                if np.isnan(x):
                    continue
                n += 1
                raised = rate + x
                rate_lost += (rate - raised) + x if abs(rate) >= abs(x) else (x - raised) + rate
                rate = raised
                x = applied.ad_valorem[s]
                raised = part + x
                part_lost += (part - raised) + x if abs(part) >= abs(x) else (x - raised) + part
                part = raised
                out.specific[h] |= applied.specific[s]
                out.kept[h] += applied.kept[s]
                out.outliers[h] += applied.outliers[s]
                out.no_quantity[h] += applied.no_quantity[s]
                out.binding[h] += applied.binding[s]
            if n > 0:
                out.rate[h] = (rate + rate_lost) / n
                out.ad_valorem[h] = (part + part_lost) / n
                out.level[h] = digits[e]
                break
        for e in range(digits.size):  # whatever stands for an unknown rate, it does not make one known
            for s in range(lo[e, h], hi[e, h]):
                if not applied.unresolved[s]:
                    out.unresolved[h] = False
