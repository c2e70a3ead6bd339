"""What the lines of years add up to, as columns of the summary (METHOD.md section 4)."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from fastavs.kernels.names import (
    ACCUMULATORS,
    BOUND,
    BOUND_LINES,
    COUNTS,
    HEADING,
    HEADINGS,
    KNOWN,
    LINES,
    MATCHED,
    MATCHED_LINES,
    MATCHED_SQUARES,
    PART,
    PART_SQUARES,
    PART_WEIGHTED,
    PIECES,
    RATE,
    SPECIFIC,
    SQUARES,
    STRIP,
    UNRESOLVED,
    WATER,
    WEIGHTED,
    WEIGHTED_SQUARES,
)
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import Layout, Sums
from fastavs.kernels.sums import deviations


class Column(IntEnum):
    """Columns of the summary from `specific_lines` on, in their order; names as in ``summary.csv``."""

    SPECIFIC_LINES = 0
    SIMPLE_MEAN = 1
    SIMPLE_SD = 2
    WEIGHTED_MEAN = 3
    WEIGHTED_SD = 4
    BOUND_MEAN = 5
    WATER_LINES = 6
    UNRESOLVED_LINES = 7
    AD_VALOREM_SIMPLE_MEAN = 8
    AD_VALOREM_SIMPLE_SD = 9
    AD_VALOREM_WEIGHTED_MEAN = 10
    MATCHED_LINES = 11
    MATCHED_MEAN = 12
    MATCHED_SD = 13
    WEIGHTED_MEAN_UNADJUSTED = 14
    ADJUST = 15
    HS6_MEAN = 16


FIGURES = len(Column)
SPREADS = {  # column of a deviation: the sum of squares, the sum
    Column.SIMPLE_SD: (SQUARES, RATE),
    Column.WEIGHTED_SD: (WEIGHTED_SQUARES, WEIGHTED),
    Column.AD_VALOREM_SIMPLE_SD: (PART_SQUARES, PART),
    Column.MATCHED_SD: (MATCHED_SQUARES, MATCHED),
}


SIZES = {RATE: 3, MATCHED: 3, WEIGHTED: 6, BOUND: 3, PART: 3, HEADING: 6, PART_WEIGHTED: 6} | {
    SQUARES: 4, MATCHED_SQUARES: 4, PART_SQUARES: 4, WEIGHTED_SQUARES: 7, KNOWN: PIECES,
}  # fmt: skip
"""How many accumulators each sum has, the coarsest first."""


def empty_sums(layout: Layout, width: int) -> Sums:
    """Return sums of nothing yet, and the counts of those classes that are sure, for `width` scenarios."""
    years = layout.years.size
    acc = np.zeros((years, -(-width // STRIP), ACCUMULATORS, STRIP))
    acc[:, :, KNOWN:] = layout.known[:, None, :, None]
    count = np.empty((years, COUNTS, width))
    count[:] = layout.counts[:, :, None]
    return Sums(acc.reshape(-1), count, np.zeros(width))


def by_scenario(sums: Sums) -> np.ndarray:
    """Return accumulators year by year; float64[y, ACCUMULATORS, s]."""
    years, _, width = sums.tally.shape
    strips = sums.acc.reshape(years, -1, ACCUMULATORS, STRIP)
    return strips.transpose(0, 2, 1, 3).reshape(years, ACCUMULATORS, -1)[:, :, :width]


def _added_up(acc: np.ndarray, first: int) -> tuple[np.ndarray, np.ndarray]:
    """Add the accumulators of a sum up; returns it, and what rounding it lost. float64[y, s] each."""
    total, lost = acc[:, first], np.zeros_like(acc[:, first])
    for place in range(first + 1, first + SIZES[first]):
        raised = total + acc[:, place]
        back = raised - total
        lost = lost + ((total - (raised - back)) + (acc[:, place] - back))
        total = raised
    return total, lost


def summary_of(layout: Layout, sums: Sums, full: bool = True) -> np.ndarray:
    """Return the columns of the summary from `specific_lines` on, float64[s, y, 17]; NaN = null.

    Unless `full`, only means of rates alone are worked out.
    """
    acc, count = by_scenario(sums), sums.tally
    years, _, width = acc.shape
    own = layout.years["own"][:, None]
    lines, matched_lines, headings = count[:, LINES], count[:, MATCHED_LINES], count[:, HEADINGS]
    known, known_lost = _added_up(acc, KNOWN)
    weight = known + known_lost
    wanted = SIZES if full else (RATE, MATCHED, WEIGHTED)
    added = {first: _added_up(acc, first) for first in wanted if first != KNOWN}

    def mean(which: int, n: np.ndarray) -> np.ndarray:
        total, lost = added[which]
        return np.divide(total + lost, n, out=np.full((years, width), np.nan), where=n > 0.0)

    figures = np.full((FIGURES, years, width), np.nan)
    figures[Column.SIMPLE_MEAN] = mean(RATE, lines)
    figures[Column.MATCHED_LINES] = layout.years["matched_lines"][:, None]
    figures[Column.MATCHED_MEAN] = mean(MATCHED, matched_lines)
    figures[Column.WEIGHTED_MEAN_UNADJUSTED] = mean(WEIGHTED, weight)
    figures[Column.ADJUST] = np.where(own, 0.0, figures[Column.SIMPLE_MEAN] - figures[Column.MATCHED_MEAN])
    figures[Column.WEIGHTED_MEAN] = figures[Column.WEIGHTED_MEAN_UNADJUSTED] + figures[Column.ADJUST]
    if not full:
        return figures.transpose(2, 1, 0)
    all_lines = np.broadcast_to(layout.years["all_lines"][:, None], (years, width))
    heading_unit = layout.years["heading_unit"][:, None]
    figures[Column.SPECIFIC_LINES] = count[:, SPECIFIC]
    figures[Column.BOUND_MEAN] = mean(BOUND, count[:, BOUND_LINES])
    figures[Column.WATER_LINES] = count[:, WATER]
    figures[Column.UNRESOLVED_LINES] = count[:, UNRESOLVED]
    figures[Column.AD_VALOREM_SIMPLE_MEAN] = mean(PART, all_lines)
    figures[Column.AD_VALOREM_WEIGHTED_MEAN] = mean(PART_WEIGHTED, weight)
    figures[Column.HS6_MEAN] = mean(HEADING, headings / heading_unit)
    numbers = np.stack([lines, weight, all_lines, matched_lines])
    divisors = numbers - np.array([1.0, 0.0, 1.0, 1.0])[:, None, None]
    shape = (len(SPREADS), years, width)
    squares, plain = zip(*SPREADS.values(), strict=True)
    of_both = [np.stack([added[one][part] for one in which]) for which in (squares, plain) for part in (0, 1)]
    spread = np.empty(shape)
    deviations(*(readonly(one.reshape(-1), np.float64) for one in (*of_both, numbers, divisors)), spread.reshape(-1))
    figures[list(SPREADS)] = spread
    return figures.transpose(2, 1, 0)
