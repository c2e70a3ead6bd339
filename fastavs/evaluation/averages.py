"""What the lines of years add up to, as columns of the summary (METHOD.md section 4)."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from fastavs.kernels.names import (
    BOUND,
    BOUND_LINES,
    COUNTS,
    HEADING,
    HEADINGS,
    LINES,
    MATCHED,
    MATCHED_LINES,
    MATCHED_SQUARES,
    PART,
    PART_SQUARES,
    PART_WEIGHTED,
    RATE,
    SPECIFIC,
    SQUARES,
    SUMS,
    UNRESOLVED,
    WATER,
    WEIGHT,
    WEIGHTED,
    WEIGHTED_SQUARES,
    WEIGHTS,
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


def empty_sums(layout: Layout, width: int) -> Sums:
    """Return sums of nothing yet, and the counts of those classes that are sure, for `width` scenarios."""
    years = layout.years.size
    total, lost = np.zeros((years, SUMS, width)), np.zeros((years, SUMS, width))
    count = np.empty((years, COUNTS, width))
    count[:] = layout.counts[:, :, None]
    total[:, WEIGHTS] = layout.counts[:, WEIGHT, None]
    return Sums(total, lost, count)


def summary_of(layout: Layout, sums: Sums) -> np.ndarray:
    """Return the columns of the summary from `specific_lines` on, float64[s, y, 17]; NaN = null."""
    total, lost, count = sums
    years, _, width = total.shape
    own, has_bound_lines = layout.years["own"][:, None], count[:, BOUND_LINES]
    lines, matched_lines, headings = count[:, LINES], count[:, MATCHED_LINES], count[:, HEADINGS]
    all_lines = np.broadcast_to(layout.years["all_lines"][:, None], (years, width))
    weight = total[:, WEIGHTS] + lost[:, WEIGHTS]

    def mean(which: int, n: np.ndarray) -> np.ndarray:
        return np.divide(total[:, which] + lost[:, which], n, out=np.full((years, width), np.nan), where=n > 0.0)

    figures = np.empty((FIGURES, years, width))
    figures[Column.SPECIFIC_LINES] = count[:, SPECIFIC]
    figures[Column.SIMPLE_MEAN] = mean(RATE, lines)
    figures[Column.BOUND_MEAN] = mean(BOUND, has_bound_lines)
    figures[Column.WATER_LINES] = count[:, WATER]
    figures[Column.UNRESOLVED_LINES] = count[:, UNRESOLVED]
    figures[Column.AD_VALOREM_SIMPLE_MEAN] = mean(PART, all_lines)
    figures[Column.AD_VALOREM_WEIGHTED_MEAN] = mean(PART_WEIGHTED, weight)
    figures[Column.MATCHED_LINES] = layout.years["matched_lines"][:, None]
    figures[Column.MATCHED_MEAN] = mean(MATCHED, matched_lines)
    figures[Column.WEIGHTED_MEAN_UNADJUSTED] = mean(WEIGHTED, weight)
    figures[Column.ADJUST] = np.where(own, 0.0, figures[Column.SIMPLE_MEAN] - figures[Column.MATCHED_MEAN])
    figures[Column.WEIGHTED_MEAN] = figures[Column.WEIGHTED_MEAN_UNADJUSTED] + figures[Column.ADJUST]
    figures[Column.HS6_MEAN] = mean(HEADING, headings)
    squares, plain = (np.array(some) for some in zip(*SPREADS.values(), strict=True))
    numbers = np.stack([lines, weight, all_lines, matched_lines])
    divisors = numbers - np.array([1.0, 0.0, 1.0, 1.0])[:, None, None]
    shape = (len(SPREADS), years, width)
    spread = np.empty(shape)
    deviations(
        *(
            readonly(np.broadcast_to(one, shape).reshape(-1), np.float64)
            for one in (
                total[:, squares].swapaxes(0, 1), lost[:, squares].swapaxes(0, 1),
                total[:, plain].swapaxes(0, 1), lost[:, plain].swapaxes(0, 1), numbers, divisors,
            )
        ),
        spread.reshape(-1),
    )  # fmt: skip
    figures[list(SPREADS)] = spread
    return figures.transpose(2, 1, 0)
