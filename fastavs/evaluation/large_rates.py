"""A scenario with rates too large for sums in exact pieces: its figures from sums that are rounded once.

Such rates come of a high `outlier` threshold, of duties of many hundred percent, or of subtraction. Each sum is exact
before it is rounded, so that no order changes it here either.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from fastavs.kernels.names import (
    AD_VALOREM_SIMPLE_MEAN,
    AD_VALOREM_SIMPLE_SD,
    AD_VALOREM_WEIGHTED_MEAN,
    ADJUST,
    BOUND_MEAN,
    HEADING_OF,
    HS6_MEAN,
    LINES_OF,
    MATCHED_MEAN,
    MATCHED_OF,
    MATCHED_SD,
    PIECES,
    SIMPLE_MEAN,
    SIMPLE_SD,
    TIE,
    WEIGHT_OF,
    WEIGHTED_MEAN,
    WEIGHTED_MEAN_UNADJUSTED,
    WEIGHTED_SD,
)
from fastavs.kernels.shapes import Charges, Layout

SPLIT = 2.0**27 + 1.0  # cuts a double into two halves whose products are exact


class Governing(NamedTuple):
    """What the classes of a year are charged. k classes; NaN = null."""

    rate: np.ndarray  # float64[k]
    part: np.ndarray  # float64[k]
    bound: np.ndarray  # float64[k]


def with_large_rates(layout: Layout, charges: Charges, zero: bool, most: float, figures: np.ndarray) -> np.ndarray:
    """Return a scenario's figures, those of years with rates above `most` anew.

    Parameters
    ----------
    layout : Layout
    charges : Charges
        Of all rows and, after them, means carried; of one dimension.
    zero : bool
        Whether an unknown rate counts as 0.
    most : float
        Up to which sums in pieces are exact.
    figures : float64[y, 17]
        Counts among them are right.
    """
    figures, years = figures.copy(), layout.years.size
    for y in range(years):
        spans = zip(layout.start[y:-1:years].tolist(), layout.start[y + 1 :: years].tolist(), strict=True)
        classes = np.concatenate([np.arange(first, last) for first, last in spans])
        found = _governing(layout, classes, charges, zero)
        if any((np.abs(one) > most).any() for one in found):
            _fill_in(layout, y, classes, found, figures[y])
    return figures


def _governing(layout: Layout, classes: np.ndarray, charges: Charges, zero: bool) -> Governing:
    """Return what governs some classes (METHOD.md section 7)."""
    applied, bound_at = layout.applied[classes], layout.bound[classes]
    has_bound = bound_at >= 0
    rate, part = charges.rate[applied], charges.part[applied]
    bound = np.where(has_bound, charges.rate[bound_at], np.nan)
    if zero:
        rate = np.where(np.isnan(rate) & ~np.isnan(part), 0.0, rate)
        bound = np.where(np.isnan(bound) & has_bound, 0.0, bound)
    with np.errstate(invalid="ignore"):
        above = (rate > bound) & (np.abs(rate - bound) > TIE * np.maximum(np.abs(rate), np.abs(bound)))
        by_bound = has_bound & (np.isnan(part) | above | (np.isnan(rate) & ~np.isnan(bound)))
        bound_part = charges.part[bound_at]
        part = np.where(has_bound & ~(part < bound_part), bound_part, part)
    return Governing(np.where(by_bound, bound, rate), part, bound)


def _fill_in(layout: Layout, y: int, classes: np.ndarray, found: Governing, out: np.ndarray) -> None:
    """Fill in the columns of a year that are rates; `out` is float64[17]."""
    number = layout.number[:, classes]
    lines, matched, weight = number[LINES_OF], number[MATCHED_OF], number[WEIGHT_OF : WEIGHT_OF + PIECES]
    known = ~np.isnan(found.rate)
    weighs = np.where(known, weight, 0.0)
    every = np.ones(classes.size, dtype=bool)
    out[SIMPLE_MEAN], out[SIMPLE_SD] = _moments(found.rate, lines[None], known, sample=True)
    out[MATCHED_MEAN], out[MATCHED_SD] = _moments(found.rate, matched[None], known, sample=True)
    out[WEIGHTED_MEAN_UNADJUSTED], out[WEIGHTED_SD] = _moments(found.rate, weighs, known, sample=False)
    out[BOUND_MEAN], _ = _moments(found.bound, lines[None], ~np.isnan(found.bound), sample=True)
    out[AD_VALOREM_SIMPLE_MEAN], out[AD_VALOREM_SIMPLE_SD] = _moments(found.part, lines[None], every, sample=True)
    out[AD_VALOREM_WEIGHTED_MEAN], _ = _moments(found.part, weighs, every, sample=False)
    out[HS6_MEAN] = _mean_of_headings(layout, y, classes, found.rate, known)
    out[ADJUST] = 0.0 if layout.years["own"][y] else out[SIMPLE_MEAN] - out[MATCHED_MEAN]
    out[WEIGHTED_MEAN] = out[WEIGHTED_MEAN_UNADJUSTED] + out[ADJUST]


def _moments(x: np.ndarray, pieces: np.ndarray, some: np.ndarray, *, sample: bool) -> tuple[float, float]:
    """Return the mean of some values, and their deviation; NaN = null. `pieces` (float64[p, k]) add up to weights.

    A `sample` has one degree of freedom less than lines.
    """
    x, pieces = x[some], pieces[:, some]
    n = math.fsum(pieces.ravel())
    if not n > 0.0:
        return math.nan, math.nan
    mean = _sum_of_products(pieces, x) / n
    off = x - mean
    divisor = n - 1.0 if sample else n
    if not divisor > 0.0:
        return mean, math.nan
    squares = _sum_of_products(pieces, off * off) - _sum_of_products(pieces, off) ** 2 / n  # the mean was rounded
    return mean, math.sqrt(max(squares, 0.0) / divisor)


def _sum_of_products(pieces: np.ndarray, x: np.ndarray) -> float:
    """Add ``pieces * x`` up, rounded once."""

    def halves(one: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        high = SPLIT * one - (SPLIT * one - one)
        return high, one - high

    with np.errstate(over="ignore", invalid="ignore"):
        whole = pieces * x
        (a, b), (c, d) = halves(pieces), halves(x)
        lost = ((a * c - whole) + a * d + b * c) + b * d
    lost = np.where(np.isfinite(lost), lost, 0.0)  # what overflows has no more digits to lose
    return math.fsum([*whole.ravel().tolist(), *lost.ravel().tolist()])


def _mean_of_headings(layout: Layout, y: int, classes: np.ndarray, x: np.ndarray, known: np.ndarray) -> float:
    """Return the mean over HS subheadings of the means over their known lines."""
    number, subheading = layout.number[:, classes], layout.subheading[classes]
    unit, lines = float(layout.years["heading_unit"][y]), number[LINES_OF]
    shares = number[HEADING_OF : HEADING_OF + PIECES]
    lacking = np.unique(subheading[~known & (subheading >= 0)])
    apart = np.isin(subheading, lacking)
    total = _sum_of_products(shares[:, known & ~apart], x[known & ~apart]) * unit
    headings = math.fsum(shares[:, ~apart].ravel()) * unit
    for one in lacking.tolist():
        here = known & (subheading == one)
        if here.any():
            total += _sum_of_products(lines[None, here], x[here]) / float(lines[here].sum())
            headings += 1.0
    return total / round(headings) if headings > 0.5 else math.nan
