"""Sums that no order changes: numbers cut into pieces whose products and sums a double holds without rounding.

A rate is a multiple of 2**-68 here, its square of 2**-88, and a weight of 2**-88 of its year's total; what is finer is
rounded once, number by number. Each is the sum of pieces, every piece a multiple of a power of two that leaves room for
the sum of all lines. Products of pieces go to accumulators by the power of two that they are multiples of, so that
every addition is exact: whichever lines come first, in however many parts, and whatever is taken out again.

Rates are `LARGEST` at most, and lines of a year `MOST_LINES`; larger rates are measured in a larger unit.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from fastavs.kernels.names import ACCUMULATORS, STRIP
from fastavs.kernels.options import inner, kernel, merged
from fastavs.kernels.sums import fma

LARGEST = 16.0
MOST_LINES = 2**16

COUNTED, COUNTED_SQUARE, WEIGHED, WEIGHED_SQUARE = 3, 4, 6, 7
"""How many accumulators a sum has, the coarsest first."""

Three: TypeAlias = tuple[float, float, float]
Four: TypeAlias = tuple[float, float, float, float]
Six: TypeAlias = tuple[float, float, float, float, float, float]


def _ruler(power: int) -> float:
    """What rounds a number to a multiple of ``2 ** power`` when it is added and taken off again."""
    return 1.5 * 2.0 ** (52 + power)


# 24 bits a piece; weights have 28, then 12 a piece
RATE_1, RATE_2, RATE_3 = _ruler(-20), _ruler(-44), _ruler(-68)
SQUARE_1, SQUARE_2, SQUARE_3, SQUARE_4 = _ruler(-16), _ruler(-40), _ruler(-64), _ruler(-88)
WEIGHT_RULERS = tuple(map(_ruler, (-28, -40, -52, -64, -76, -88)))


@merged
def rounded(x: float, ruler: float) -> float:
    """Round to a multiple of what the ruler stands for."""
    return (x + ruler) - ruler


@merged
def cut_rate(x: float) -> Three:
    """The pieces of a rate."""
    first = rounded(x, RATE_1)
    left = x - first
    second = rounded(left, RATE_2)
    return first, second, rounded(left - second, RATE_3)


@merged
def cut_square(x: float) -> Four:
    """The pieces of the square of a rate."""
    square = x * x
    rest = fma(x, x, -square)
    first = rounded(square, SQUARE_1)
    left = square - first
    second = rounded(left, SQUARE_2)
    left = (left - second) + rest
    third = rounded(left, SQUARE_3)
    return first, second, third, rounded(left - third, SQUARE_4)


@merged
def add_counted(acc: np.ndarray, at: int, n: float, x: Three) -> None:
    """Add ``n * x`` to the accumulators of a sum over lines; n is a whole number, x in pieces."""
    acc[at] = fma(n, x[0], acc[at])
    acc[at + STRIP] = fma(n, x[1], acc[at + STRIP])
    acc[at + 2 * STRIP] = fma(n, x[2], acc[at + 2 * STRIP])


@merged
def add_counted_square(acc: np.ndarray, at: int, n: float, x: Four) -> None:
    """Add ``n * x * x`` likewise."""
    add_counted(acc, at, n, (x[0], x[1], x[2]))
    acc[at + 3 * STRIP] = fma(n, x[3], acc[at + 3 * STRIP])


@merged
def add_weighed(acc: np.ndarray, at: int, w: Six, x: Three) -> None:
    """Add ``weight * x`` to the accumulators of a weighted sum, both in pieces."""
    acc[at] = fma(w[0], x[0], acc[at])
    acc[at + STRIP] = fma(w[1], x[0], acc[at + STRIP])
    acc[at + 2 * STRIP] = fma(w[0], x[1], fma(w[2], x[0], acc[at + 2 * STRIP]))
    acc[at + 3 * STRIP] = fma(w[1], x[1], fma(w[3], x[0], acc[at + 3 * STRIP]))
    acc[at + 4 * STRIP] = fma(w[0], x[2], fma(w[2], x[1], fma(w[4], x[0], acc[at + 4 * STRIP])))
    acc[at + 5 * STRIP] = fma(w[1], x[2], fma(w[3], x[1], fma(w[5], x[0], acc[at + 5 * STRIP])))


@merged
def add_weighed_square(acc: np.ndarray, at: int, w: Six, x: Four) -> None:
    """Add ``weight * x * x`` likewise."""
    add_weighed(acc, at, w, (x[0], x[1], x[2]))
    acc[at + 6 * STRIP] = fma(w[0], x[3], fma(w[2], x[2], fma(w[4], x[1], acc[at + 6 * STRIP])))


@inner
def first_accumulator(y: int, s: int, width: int) -> int:
    """Where the accumulators of a year and a scenario begin: they go by strips of scenarios."""
    strips = (width + STRIP - 1) // STRIP
    return (y * strips + s // STRIP) * ACCUMULATORS * STRIP + s % STRIP


@kernel
def power_over(total: float) -> float:
    """The power of two above a total, so that weights measured in it come to less than 1; 1 for nothing."""
    if not 0.0 < total < np.inf:
        return 1.0
    power = 1.0
    while power <= total:
        power *= 2.0
    while power > 2.0 * total:
        power *= 0.5
    return power


def weight_pieces(weight: np.ndarray, unit: float | np.ndarray) -> np.ndarray:
    """Cut weights, measured in a unit or each in its own, into pieces; float64[4, n]."""
    left = weight / unit
    pieces = np.empty((len(WEIGHT_RULERS), weight.size))
    for piece, ruler in zip(pieces, WEIGHT_RULERS, strict=True):
        piece[:] = (left + ruler) - ruler
        left = left - piece
    return pieces
