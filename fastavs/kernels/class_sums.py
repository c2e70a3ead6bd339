"""What a class of lines adds to a year's sums: an accumulator has a place for each of `STRIP` scenarios, or classes.

Loops over a strip call these for a few classes at once: what an accumulator costs is to be read and written again. Sums
stand in several loops, because what one loop works on has to fit the processor's registers.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from fastavs.kernels.names import (
    BOUND,
    HEADING,
    HEADING_OF,
    LINES_OF,
    MATCHED,
    MATCHED_OF,
    MATCHED_SQUARES,
    PART,
    PART_SQUARES,
    PART_WEIGHTED,
    RATE,
    SQUARES,
    STRIP,
    WEIGHT_OF,
    WEIGHTED,
    WEIGHTED_SQUARES,
)
from fastavs.kernels.options import merged
from fastavs.kernels.pieces import (
    Six,
    add_counted,
    add_counted_square,
    add_weighed,
    add_weighed_square,
    cut_rate,
    cut_square,
)

Numbers: TypeAlias = tuple[float, float, Six, Six]
"""Of a class: how many lines, how many matched ones, the pieces of their weight and of their share in headings."""
NOTHING = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
NONE = (0.0, 0.0, NOTHING, NOTHING)


@merged
def pieces_of(number: np.ndarray, first: int, k: int) -> Six:
    """The pieces of a weight of a class, from the row `first` on."""
    return (
        number[first, k],
        number[first + 1, k],
        number[first + 2, k],
        number[first + 3, k],
        number[first + 4, k],
        number[first + 5, k],
    )


@merged
def numbers_of(number: np.ndarray, k: int) -> Numbers:
    """The numbers of a class."""
    return number[LINES_OF, k], number[MATCHED_OF, k], pieces_of(number, WEIGHT_OF, k), pieces_of(number, HEADING_OF, k)


@merged
def add_rates(acc: np.ndarray, j: int, of: Numbers, x: float) -> None:
    """Add a class to the sums that means of rates rest on."""
    rate = cut_rate(x)
    add_counted(acc, RATE * STRIP + j, of[0], rate)
    add_counted(acc, MATCHED * STRIP + j, of[1], rate)
    add_weighed(acc, WEIGHTED * STRIP + j, of[2], rate)


@merged
def add_headings(acc: np.ndarray, j: int, of: Numbers, x: float) -> None:
    """Add a class to the sum over HS subheadings."""
    add_weighed(acc, HEADING * STRIP + j, of[3], cut_rate(x))


@merged
def add_squares(acc: np.ndarray, j: int, of: Numbers, x: float) -> None:
    """Add a class to the sums over lines of squares of rates."""
    square = cut_square(x)
    add_counted_square(acc, SQUARES * STRIP + j, of[0], square)
    add_counted_square(acc, MATCHED_SQUARES * STRIP + j, of[1], square)


@merged
def add_weighed_squares(acc: np.ndarray, j: int, of: Numbers, x: float) -> None:
    """Add a class to the weighted sum of squares of rates."""
    add_weighed_square(acc, WEIGHTED_SQUARES * STRIP + j, of[2], cut_square(x))


@merged
def add_parts(acc: np.ndarray, j: int, of: Numbers, part: float) -> None:
    """Add a class to the sums of ad valorem parts."""
    pieces = cut_rate(part)
    add_counted(acc, PART * STRIP + j, of[0], pieces)
    add_weighed(acc, PART_WEIGHTED * STRIP + j, of[2], pieces)


@merged
def add_part_squares(acc: np.ndarray, j: int, of: Numbers, part: float) -> None:
    """Add a class to the sum of squares of ad valorem parts."""
    add_counted_square(acc, PART_SQUARES * STRIP + j, of[0], cut_square(part))


@merged
def add_bounds(acc: np.ndarray, j: int, of: Numbers, bound: float) -> None:
    """Add a class to the sum of bound rates."""
    add_counted(acc, BOUND * STRIP + j, of[0], cut_rate(bound))
