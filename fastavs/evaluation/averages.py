"""What the lines of years add up to, as columns of the summary (METHOD.md section 4)."""

from __future__ import annotations

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

FIGURES = 17
"""Columns of the summary from `specific_lines` on."""
SPREADS = {  # column of a deviation: the sum of squares, the sum
    2: (SQUARES, RATE),
    4: (WEIGHTED_SQUARES, WEIGHTED),
    9: (PART_SQUARES, PART),
    13: (MATCHED_SQUARES, MATCHED),
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
    figures[0] = count[:, SPECIFIC]
    figures[1] = mean(RATE, lines)
    figures[5] = mean(BOUND, has_bound_lines)
    figures[6] = count[:, WATER]
    figures[7] = count[:, UNRESOLVED]
    figures[8] = mean(PART, all_lines)
    figures[10] = mean(PART_WEIGHTED, weight)
    figures[11] = layout.years["matched_lines"][:, None]
    figures[12] = mean(MATCHED, matched_lines)
    figures[14] = mean(WEIGHTED, weight)
    figures[15] = np.where(own, 0.0, figures[1] - figures[12])
    figures[3] = figures[14] + figures[15]
    figures[16] = mean(HEADING, headings)
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
