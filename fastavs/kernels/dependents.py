"""Which lines of years rest on each line of the schedules."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.options import inner, kernel
from fastavs.kernels.shapes import Carried, Pairs


@inner
def levels_needed(carried: Carried, mean: int, nullable: np.ndarray) -> int:
    """How many levels a carried mean may look at: those up to the first where all rates are sure to be known."""
    low, high = carried
    for level in range(low.shape[0]):
        sure = high[level, mean] > low[level, mean]
        for line in range(low[level, mean], high[level, mean]):
            sure = sure and not nullable[line]
        if sure:
            return level + 1
        if high[level, mean] > low[level, mean]:
            return low.shape[0]
    return low.shape[0]


@kernel
def count_dependents(pairs: Pairs, carried: Carried, nullable: np.ndarray, start: np.ndarray) -> None:
    """Count the lines of years that rest on each line.

    Parameters
    ----------
    pairs : Pairs
        Of the lines of years.
    carried : Carried
    nullable : bool[l]
        Whether a line may have no rate.
    start : int64[l + 1]
        All 0; filled in: where each line's begin in `list_dependents`.
    """
    low, high = carried
    lines = nullable.size
    for place in range(pairs.applied.size):
        side = pairs.applied[place]
        if side < lines:
            start[side + 1] += 1
        else:
            for level in range(levels_needed(carried, side - lines, nullable)):
                for line in range(low[level, side - lines], high[level, side - lines]):
                    start[line + 1] += 1
        if pairs.bound[place] >= 0:
            start[pairs.bound[place] + 1] += 1
    for line in range(lines):
        start[line + 1] += start[line]


@kernel
def list_dependents(
    pairs: Pairs, carried: Carried, nullable: np.ndarray, start: np.ndarray, of_line: np.ndarray
) -> None:
    """List the lines of years that rest on each line, possibly more than once.

    Parameters
    ----------
    pairs, carried, nullable, start
        As for `count_dependents`.
    of_line : int32[...]
        Filled in, line by line.
    """
    low, high = carried
    lines = nullable.size
    for place in range(pairs.applied.size):
        side = pairs.applied[place]
        if side < lines:
            of_line[start[side]] = place
            start[side] += 1
        else:
            for level in range(levels_needed(carried, side - lines, nullable)):
                for line in range(low[level, side - lines], high[level, side - lines]):
                    of_line[start[line]] = place
                    start[line] += 1
        if pairs.bound[place] >= 0:
            of_line[start[pairs.bound[place]]] = place
            start[pairs.bound[place]] += 1
    for line in range(lines, 0, -1):
        start[line] = start[line - 1]
    start[0] = 0
