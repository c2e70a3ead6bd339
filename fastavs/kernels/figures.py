"""What the lines of years add up to, as columns of the summary (METHOD.md section 4)."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np

from fastavs.kernels.names import (
    AD_VALOREM_SIMPLE_MEAN,
    AD_VALOREM_SIMPLE_SD,
    AD_VALOREM_WEIGHTED_MEAN,
    ADJUST,
    ALL_MATCHED_LINES,
    BOUND,
    BOUND_LINES,
    BOUND_MEAN,
    FIGURES,
    HEADING,
    HEADINGS,
    HS6_MEAN,
    KNOWN,
    LINES,
    MATCHED,
    MATCHED_LINES,
    MATCHED_MEAN,
    MATCHED_SD,
    MATCHED_SQUARES,
    PART,
    PART_SQUARES,
    PART_WEIGHTED,
    PIECES,
    RATE,
    SIMPLE_MEAN,
    SIMPLE_SD,
    SPECIFIC,
    SPECIFIC_LINES,
    SQUARES,
    STRIP,
    UNRESOLVED,
    UNRESOLVED_LINES,
    WATER,
    WATER_LINES,
    WEIGHTED,
    WEIGHTED_MEAN,
    WEIGHTED_MEAN_UNADJUSTED,
    WEIGHTED_SD,
    WEIGHTED_SQUARES,
)
from fastavs.kernels.options import inner, kernel
from fastavs.kernels.pieces import COUNTED, COUNTED_SQUARE, WEIGHED, WEIGHED_SQUARE, first_accumulator
from fastavs.kernels.shapes import Layout, Sums
from fastavs.kernels.sums import add, fma

LEAST = 2.0**-70
Sum: TypeAlias = tuple[float, float]
"""A sum, and what rounding it lost."""


@inner
def added_up(acc: np.ndarray, at: int, which: int, size: int) -> Sum:
    """A sum from its accumulators, the coarsest first, and what rounding it lost."""
    total, lost = acc[at + which * STRIP], 0.0
    for q in range(which + 1, which + size):
        total, lost = add(total, lost, acc[at + q * STRIP])
    return total, lost


@inner
def over(total: Sum, n: float) -> float:
    """A mean; NaN of nothing."""
    return (total[0] + total[1]) / n if n > 0.0 else np.nan


@inner
def deviation(squares: Sum, total: Sum, n: Sum, divisor: float) -> float:
    """Root of ``(sum of squares - total ** 2 / n) / divisor``, the difference taken in twice the precision.

    NaN where `n` or `divisor` is not above 0. A variance below `LEAST`, or that part of the squared mean, is taken for
    0: what is weighed is not added up more finely, see `pieces`.
    """
    if not (n[0] > 0.0 and divisor > 0.0):
        return np.nan
    head = total[0] + total[1]
    tail = total[1] - (head - total[0])
    power = head * head
    power_rest = fma(head, head, -power) + 2.0 * head * tail
    share = power / n[0]
    share_rest = (fma(-share, n[0], power) + power_rest - share * n[1]) / n[0]
    gap = squares[0] - share
    back = gap - squares[0]
    gap += ((squares[0] - (gap - back)) - (share + back)) + (squares[1] - share_rest)
    return math.sqrt(gap / divisor) if gap > LEAST * max(n[0], share) else 0.0


@inner
def rest_of_year(acc: np.ndarray, at: int, year: Any, count: np.ndarray, s: int, out: np.ndarray) -> None:
    """Fill in the columns of a year that hang on more than means of rates; `count` is float64[COUNTS, s]."""
    known, all_lines = added_up(acc, at, KNOWN, PIECES), year["all_lines"]
    lines, matched, weight = count[LINES, s], count[MATCHED_LINES, s], known[0] + known[1]
    part = added_up(acc, at, PART, COUNTED)
    out[SPECIFIC_LINES] = count[SPECIFIC, s]
    out[WATER_LINES] = count[WATER, s]
    out[UNRESOLVED_LINES] = count[UNRESOLVED, s]
    out[BOUND_MEAN] = over(added_up(acc, at, BOUND, COUNTED), count[BOUND_LINES, s])
    out[AD_VALOREM_SIMPLE_MEAN] = over(part, all_lines)
    out[AD_VALOREM_WEIGHTED_MEAN] = over(added_up(acc, at, PART_WEIGHTED, WEIGHED), weight)
    out[HS6_MEAN] = over(added_up(acc, at, HEADING, WEIGHED), count[HEADINGS, s] / year["heading_unit"])
    squares = added_up(acc, at, SQUARES, COUNTED_SQUARE)
    out[SIMPLE_SD] = deviation(squares, added_up(acc, at, RATE, COUNTED), (lines, 0.0), lines - 1.0)
    squares = added_up(acc, at, WEIGHTED_SQUARES, WEIGHED_SQUARE)
    out[WEIGHTED_SD] = deviation(squares, added_up(acc, at, WEIGHTED, WEIGHED), known, weight)
    squares = added_up(acc, at, PART_SQUARES, COUNTED_SQUARE)
    out[AD_VALOREM_SIMPLE_SD] = deviation(squares, part, (all_lines, 0.0), all_lines - 1.0)
    squares = added_up(acc, at, MATCHED_SQUARES, COUNTED_SQUARE)
    out[MATCHED_SD] = deviation(squares, added_up(acc, at, MATCHED, COUNTED), (matched, 0.0), matched - 1.0)


@inner
def figures_of_year(
    acc: np.ndarray, at: int, year: Any, count: np.ndarray, s: int, full: bool, out: np.ndarray
) -> None:
    """Fill in the columns of a year under a scenario, from where its accumulators begin; see `figures_of`."""
    for column in range(FIGURES):
        out[column] = np.nan
    known = added_up(acc, at, KNOWN, PIECES)
    mean = over(added_up(acc, at, RATE, COUNTED), count[LINES, s])
    matched = over(added_up(acc, at, MATCHED, COUNTED), count[MATCHED_LINES, s])
    weighted = over(added_up(acc, at, WEIGHTED, WEIGHED), known[0] + known[1])
    adjust = 0.0 if year["own"] else mean - matched
    out[SIMPLE_MEAN] = mean
    out[ALL_MATCHED_LINES] = year["matched_lines"]
    out[MATCHED_MEAN] = matched
    out[WEIGHTED_MEAN_UNADJUSTED] = weighted
    out[ADJUST] = adjust
    out[WEIGHTED_MEAN] = weighted + adjust
    if full:
        rest_of_year(acc, at, year, count, s, out)


@kernel
def figures_of(layout: Layout, sums: Sums, full: bool, out: np.ndarray) -> None:
    """Columns of the summary from `specific_lines` on.

    Parameters
    ----------
    layout : Layout
    sums : Sums
    full : bool
        Whether all columns are wanted, or only means of rates.
    out : float64[s, y, FIGURES]
        Filled in; NaN = null, or not wanted.
    """
    acc, count, _ = sums
    years, width = layout.years, out.shape[0]
    for y in range(years.size):
        for s in range(width):
            figures_of_year(acc, first_accumulator(y, s, width), years[y], count[y], s, full, out[s, y])
