"""What the lines of years add up to under some scenarios."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.figures import figures_of
from fastavs.kernels.names import ACCUMULATORS, COUNTS, FIGURES, KNOWN, STRIP
from fastavs.kernels.shapes import Charges, Layout, Sums


def empty_sums(layout: Layout, width: int) -> Sums:
    """Return sums of nothing yet, and the counts of those classes that are sure, for `width` scenarios."""
    years = layout.years.size
    acc = np.zeros((years, -(-width // STRIP), ACCUMULATORS, STRIP))
    acc[:, :, KNOWN:] = layout.known[:, None, :, None]
    count = np.empty((years, COUNTS, width))
    count[:] = layout.counts[:, :, None]
    return Sums(acc.reshape(-1), count, np.zeros(width))


def summary_of(layout: Layout, sums: Sums, full: bool = True) -> np.ndarray:
    """Return the columns of the summary from `specific_lines` on, float64[s, y, 17]; NaN = null.

    Unless `full`, only means of rates alone are worked out.
    """
    figures = np.empty((sums.tally.shape[2], layout.years.size, FIGURES))
    figures_of(layout, sums, full, figures)
    return figures


def memory(shape: tuple[int, int]) -> Charges:
    """Return memory for what a block's rows are charged; a strip may be read past the last of them."""
    slots, width = shape
    more = -(-STRIP // width)
    rate, part = (np.zeros((slots + more, width)) for _ in range(2))
    return Charges(rate, part, np.empty((slots + more, width), dtype=np.bool_))
