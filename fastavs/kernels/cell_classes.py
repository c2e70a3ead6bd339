"""Classes of lines under changed trade: their weights by price cell, and what years add up to from all cells."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.figures import added_up
from fastavs.kernels.names import (
    ACCUMULATORS,
    KNOWN,
    MATCHED_LINES,
    MATCHED_OF,
    PART_WEIGHTED,
    PIECES,
    STRIP,
    WEIGHT_OF,
    WEIGHTED,
    WEIGHTED_SQUARES,
)
from fastavs.kernels.options import inner, kernel, kernel_with_memory
from fastavs.kernels.pieces import (
    WEIGHED,
    WEIGHED_SQUARE,
    WEIGHT_RULERS,
    first_accumulator,
    power_over,
    rounded,
)
from fastavs.kernels.shapes import Layout, Sums
from fastavs.kernels.sums import add, add_product


@inner
def add_pieces(number: np.ndarray, first: int, k: int, weight: float, unit: float) -> None:
    """Add a weight, measured in a unit, to the pieces ``number[first:, k]``."""
    left = weight / unit
    for piece in range(PIECES):
        some = rounded(left, WEIGHT_RULERS[piece])
        number[first + piece, k] += some
        left -= some


@kernel
def weigh_lines(
    spans: np.ndarray,
    affected: np.ndarray,
    line_class: np.ndarray,
    imports: np.ndarray,
    matched: np.ndarray,
    number: np.ndarray,
    units: np.ndarray,
) -> None:
    """Weights and matched lines of the classes of a plan, in the years that are affected.

    Parameters
    ----------
    spans : int64[y, 2]
        First line of each year, and one past the last.
    affected : bool[y]
    line_class : int32[...]
        The class of each line, year after year.
    imports, matched : float64[h], bool[h]
    number : float64[NUMBERS, k]
        As in `Layout`; what hangs on the trade is changed.
    units : float64[y]
        What weights of a year are measured in; changed.
    """
    at = 0
    for y in range(spans.shape[0]):
        n = spans[y, 1] - spans[y, 0]
        if affected[y]:
            total, lost = 0.0, 0.0
            for i in range(n):
                h = spans[y, 0] + i
                if matched[h]:
                    total, lost = add(total, lost, imports[h])
                for q in range(MATCHED_OF, WEIGHT_OF + PIECES):
                    number[q, line_class[at + i]] = 0.0
            units[y] = power_over(total + lost)
            for i in range(n):
                h = spans[y, 0] + i
                if matched[h]:
                    k = line_class[at + i]
                    number[MATCHED_OF, k] += 1.0
                    add_pieces(number, WEIGHT_OF, k, imports[h], units[y])
        at += n


@kernel_with_memory
def weights_by_year(
    spans: np.ndarray,
    start: np.ndarray,
    cell: np.ndarray,
    value: np.ndarray,
    matched: np.ndarray,
    lines: np.ndarray,
    total: np.ndarray,
) -> None:
    """Count in how many lines of a year each price cell has a weight (int64[y, cells]), and add those up
    (float64[y, cells])."""
    lines[:] = 0
    total[:] = 0.0
    lost = np.zeros(total.shape)
    for y in range(spans.shape[0]):
        for h in range(spans[y, 0], spans[y, 1]):
            for j in range(start[h], start[h + 1] if matched[h] else 0):
                c = cell[j]
                lines[y, c] += 1
                total[y, c], lost[y, c] = add(total[y, c], lost[y, c], value[j])
        for c in range(total.shape[1]):
            total[y, c] += lost[y, c]


@kernel_with_memory
def weigh_cells(
    spans: np.ndarray,
    line_class: np.ndarray,
    lines: tuple[np.ndarray, np.ndarray, np.ndarray],
    matched: np.ndarray,
    row_of: np.ndarray,
    lead: np.ndarray,
    units: np.ndarray,
    number: np.ndarray,
    class_of: np.ndarray,
    row: np.ndarray,
    more: np.ndarray,
) -> int:
    """Weights of the classes of a plan, in the price cell that leads in their year, and in others.

    Parameters
    ----------
    spans : int64[y, 2]
        First line of each year, and one past the last.
    line_class : int32[...]
        The class of each line, year after year.
    lines : (int64[h + 1], int64[...], float64[...])
        Price cells and imports of each line: where they begin, cells, values.
    matched : bool[h]
    row_of : int32[y, cells]
        The row of each cell in a year; -1: the leading one.
    lead : int64[y]
        The row of the leading cell.
    units : float64[rows]
        What weights of a row are measured in.
    number : float64[NUMBERS, k]
        As in `Layout`; what hangs on the trade is changed.
    class_of, row, more : int64[m], int64[m], float64[PIECES, m]
        Filled in: class, row and pieces of the weight of what lies in other cells.

    Returns
    -------
    int
        How many of those there are.
    """
    start, cell, value = lines
    head = np.empty(number.shape[1], dtype=np.int64)
    after = np.empty(row.size, dtype=np.int64)
    head[:] = -1
    number[MATCHED_OF : WEIGHT_OF + PIECES] = 0.0
    n = 0
    at = 0
    for y in range(spans.shape[0]):
        for h in range(spans[y, 0], spans[y, 1]):
            k = line_class[at]
            at += 1
            if not matched[h]:
                continue
            number[MATCHED_OF, k] += 1.0
            for j in range(start[h], start[h + 1]):
                own = row_of[y, cell[j]]
                if own < 0:
                    add_pieces(number, WEIGHT_OF, k, value[j], units[lead[y]])
                    continue
                e = head[k]
                while e >= 0 and row[e] != own:
                    e = after[e]
                if e < 0:
                    e = n
                    n += 1
                    class_of[e] = k
                    row[e] = own
                    after[e] = head[k]
                    head[k] = e
                    for piece in range(PIECES):
                        more[piece, e] = 0.0
                add_pieces(more, 0, e, value[j], units[own])
    return n


@kernel
def count_sure(layout: Layout, counts: np.ndarray, known: np.ndarray) -> None:
    """Fill in matched lines and weights of the classes that are not uncertain, row by row of ``layout.years``."""
    rows = layout.years.size
    known[:] = 0.0
    for y in range(rows):
        counts[y, MATCHED_LINES] = 0.0
    for part in range(layout.uncertain.size):
        y = part % rows
        for k in range(layout.start[part], layout.uncertain[part]):
            counts[y, MATCHED_LINES] += layout.number[MATCHED_OF, k]
            for piece in range(PIECES):
                known[y, piece] += layout.number[WEIGHT_OF + piece, k]


@inner
def add_up_rows(
    first: int, last: int, factor: np.ndarray, sums: Sums, s: int, which: int, size: int
) -> tuple[float, float]:
    """A weighted sum over the rows of a year, and what rounding it lost."""
    width = factor.shape[1]
    total, lost = 0.0, 0.0
    for row in range(first, last):
        by = factor[row, s]
        some, some_lost = added_up(sums.acc, first_accumulator(row, s, width), which, size)
        total, lost = add_product(total, lost, by, some)
        lost += by * some_lost
    return total, lost


@kernel
def add_up_cells(first: np.ndarray, factor: np.ndarray, sums: Sums, out: Sums) -> None:
    """Add up by year what is kept apart by price cell.

    Parameters
    ----------
    first : int64[y + 1]
        The first row of each year, which is its leading cell, with all that is not weighted.
    factor : float64[rows, s]
        What each row's weights are multiplied by.
    sums : Sums
        By row.
    out : Sums
        By year; accumulators are filled in.
    """
    width = factor.shape[1]
    for y in range(first.size - 1):
        for s in range(width):
            of_year, lead = first_accumulator(y, s, width), first_accumulator(first[y], s, width)
            for q in range(ACCUMULATORS):
                out.acc[of_year + q * STRIP] = sums.acc[lead + q * STRIP]
            if first[y + 1] == first[y] + 1:  # what all weights are multiplied by cancels
                continue
            for k in range(4):
                which = WEIGHTED
                size = WEIGHED
                if k == 1:
                    which = PART_WEIGHTED
                elif k == 2:
                    which, size = WEIGHTED_SQUARES, WEIGHED_SQUARE
                elif k == 3:
                    which, size = KNOWN, PIECES
                total, lost = add_up_rows(first[y], first[y + 1], factor, sums, s, which, size)
                for q in range(which, which + size):
                    out.acc[of_year + q * STRIP] = 0.0
                out.acc[of_year + which * STRIP] = total
                out.acc[of_year + (which + 1) * STRIP] = lost
