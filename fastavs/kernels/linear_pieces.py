"""Piecewise-linear functions of one factor from 0 on: added, subtracted, and the greater or the lesser of two.

A function is float64[3, room]: where each piece begins, its intercept and its slope. The first begins at 0, and the
last has no end.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastavs.kernels.names import ADD, CONST, MAX, SUB, TERM
from fastavs.kernels.options import inner

KNOT, FLAT, SLOPE = 0, 1, 2
NEAR = 1e-14
"""Relative: values nearer than this are a tie, which the other end of the interval settles."""
LARGEST, ABSURD = 1e30, 1e300
"""A specific rate from the first on is taken for no number, for which the second stands."""
NOTHING = 2.0**-140
"""What is left of a sum that ends at 0, relative to its largest."""


@inner
def put_piece(out: np.ndarray, n: int, knot: float, flat: float, slope: float) -> int:
    """Put a piece after n others, and return how many there are: more than there is room for if it has none.

    A piece that goes on as the last one does is none of its own, and one that begins where the last one does takes its
    place.
    """
    if n > out.shape[1]:
        return n
    if n > 0 and out[FLAT, n - 1] == flat and out[SLOPE, n - 1] == slope:
        return n
    at = n - 1 if n > 0 and out[KNOT, n - 1] == knot else n
    if at == out.shape[1]:
        return at + 1
    out[KNOT, at] = knot
    out[FLAT, at] = flat
    out[SLOPE, at] = slope
    return at + 1


@inner
def gap_between(left: float, right: float) -> float:
    """How far the left value is above the right one; 0 in a tie."""
    gap = left - right
    return 0.0 if abs(gap) <= NEAR * max(abs(left), abs(right)) else gap


@inner
def put_extreme(
    lesser: bool,
    low: float,
    high: float,
    left: tuple[float, float],
    right: tuple[float, float],
    out: np.ndarray,
    n: int,
) -> int:
    """Put the lesser or the greater of two lines from `low` to `high`; the left one where they tie at both ends.

    Both ends decide, the open end by the slopes: a crossing counts only where the ends differ, wherever rounding puts
    it.
    """
    at_low = gap_between(left[0] + left[1] * low, right[0] + right[1] * low)
    if high < np.inf:
        at_high = gap_between(left[0] + left[1] * high, right[0] + right[1] * high)
    else:
        at_high = gap_between(left[1], right[1])
    if not lesser:
        at_low, at_high = -at_low, -at_high
    first_left = at_low < 0.0 or (at_low == 0.0 and at_high <= 0.0)
    lead, other = (left, right) if first_left else (right, left)
    n = put_piece(out, n, low, lead[0], lead[1])
    if (at_low < 0.0 and at_high > 0.0) or (at_low > 0.0 and at_high < 0.0):
        steeper = left[1] - right[1]
        crossing = (right[0] - left[0]) / steeper if steeper != 0.0 else low
        crossing = min(max(crossing, low), high)
        n = put_piece(out, n, crossing, other[0], other[1])
    return n


@inner
def combined_pieces(code: int, left: np.ndarray, m: int, right: np.ndarray, n: int, out: np.ndarray) -> int:
    """Put what an operation makes of functions of m and n pieces; returns how many pieces it has."""
    size: Any = np.int64(0)  # typed: what takes a literal is compiled once more for it
    i, j = 0, 0
    low = 0.0
    while True:
        next_left = left[KNOT, i + 1] if i + 1 < m else np.inf
        next_right = right[KNOT, j + 1] if j + 1 < n else np.inf
        high = min(next_left, next_right)
        if high > low:
            if code == ADD:
                size = put_piece(out, size, low, left[FLAT, i] + right[FLAT, j], left[SLOPE, i] + right[SLOPE, j])
            elif code == SUB:
                size = put_piece(out, size, low, left[FLAT, i] - right[FLAT, j], left[SLOPE, i] - right[SLOPE, j])
            else:
                size = put_extreme(
                    code != MAX, low, high, (left[FLAT, i], left[SLOPE, i]), (right[FLAT, j], right[SLOPE, j]),
                    out, size,
                )  # fmt: skip
        if high == np.inf:
            return size
        i += next_left == high
        j += next_right == high
        low = high


@inner
def pieces_of_program(op: np.ndarray, arg: np.ndarray, term: np.ndarray, stack: np.ndarray, size: np.ndarray) -> int:
    """Put a program's function of the factor into ``stack[0]``, given what its terms come to with factor 1.

    Parameters
    ----------
    op, arg
        As in `programs`.
    term : float64[terms]
    stack : float64[STACK + 1, 3, room]
    size : int64[STACK + 1]

    Returns
    -------
    int
        How many pieces it has; more than there is room for if they do not fit.
    """
    tables = stack.shape[2]
    spare = stack[stack.shape[0] - 1]
    top = 0
    for o in range(op.size):
        if op[o] <= TERM:  # no operation
            number = arg[o] if op[o] == CONST else term[int(arg[o])]
            known = abs(number) < LARGEST  # false for NaN
            flat = op[o] == CONST or not known
            stack[top, KNOT, 0] = 0.0
            stack[top, FLAT, 0] = (number if known else ABSURD) if flat else 0.0
            stack[top, SLOPE, 0] = 0.0 if flat else number
            size[top] = 1
            top += 1
            continue
        top -= 1
        n = combined_pieces(op[o], stack[top - 1], size[top - 1], stack[top], size[top], spare)
        if n > tables:
            return n
        for i in range(n):
            for which in range(3):
                stack[top - 1, which, i] = spare[which, i]
        size[top - 1] = n
    return size[0]


@inner
def base_of_pieces(made: np.ndarray, n: int) -> tuple[float, float, float]:
    """What holds of a function of n pieces with factor 1, intercept and slope, and the least factor from which on it
    has a slope; inf: it has none."""
    base = 0
    while base + 1 < n and made[KNOT, base + 1] <= 1.0:
        base += 1
    for i in range(n):
        if made[SLOPE, i] != 0.0:
            return made[FLAT, base], made[SLOPE, base], made[KNOT, i]
    return made[FLAT, base], made[SLOPE, base], np.inf


@inner
def add_on(total: float, lost: float, rest: float, x: float) -> tuple[float, float, float]:
    """Add x to a total, and what that loses to what was lost, and what that loses to the rest.

    Specific rates may be 1e20 in one observation and 0.01 in the next: what one of them took along must be all gone
    when it ends.
    """
    raised = total + x
    back = raised - total
    gone = (total - (raised - back)) + (x - back)
    more = lost + gone
    back = more - lost
    return raised, more, rest + ((lost - (more - back)) + (gone - back))


@inner
def left_of(total: float, lost: float, rest: float, largest: float) -> float:
    """A running sum; 0 if it is what rounding leaves of its largest."""
    x = total + (lost + rest)
    return 0.0 if abs(x) <= NOTHING * largest else x
