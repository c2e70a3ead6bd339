"""What the lines of years add up to under some scenarios."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.figures import figures_of
from fastavs.kernels.names import (
    ACCUMULATORS,
    COUNTS,
    FIGURES,
    KNOWN,
    STRIP,
)
from fastavs.kernels.pieces import LARGEST, MOST_LINES
from fastavs.kernels.shapes import Layout, Sums


def empty_sums(layout: Layout, width: int) -> Sums:
    """Return sums of nothing yet, and the counts of those classes that are sure, for `width` scenarios."""
    years = layout.years.size
    acc = np.zeros((years, -(-width // STRIP), ACCUMULATORS, STRIP))
    acc[:, :, KNOWN:] = layout.known[:, None, :, None]
    count = np.empty((years, COUNTS, width))
    count[:] = layout.counts[:, :, None]
    return Sums(acc.reshape(-1), count, np.zeros(width))


def exact_up_to(layout: Layout) -> float:
    """Return the largest rate up to which the sums of a layout are exact; less, the more lines than usual it has."""
    return LARGEST * min(1.0, MOST_LINES / max(float(layout.years["all_lines"].max(initial=0.0)), 1.0))


def summary_of(layout: Layout, sums: Sums, full: bool = True) -> np.ndarray:
    """Return the columns of the summary from `specific_lines` on, float64[s, y, 17]; NaN = null.

    Unless `full`, only means of rates alone are worked out.
    """
    figures = np.empty((sums.tally.shape[2], layout.years.size, FIGURES))
    figures_of(layout, sums, full, figures)
    return figures
