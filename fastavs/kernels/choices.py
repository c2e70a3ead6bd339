"""The lines that choices by prefix touch, and how choices tell lines apart."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.options import inner, kernel


@inner
def place_of_key(keys: np.ndarray, first: int, last: int, key: int) -> int:
    """The first place from `first` on whose key is not under `key`; keys ascend."""
    while first < last:
        half = (first + last) >> 1
        if keys[half] < key:
            first = half + 1
        else:
            last = half
    return first


@kernel
def find_spans(keys: np.ndarray, sides: np.ndarray, allowed: np.ndarray, span: np.ndarray, out: np.ndarray) -> None:
    """Find the lines whose keys lie in spans, schedule by schedule.

    Parameters
    ----------
    keys : int64[l]
        Of the lines of all schedules, ascending within each.
    sides : int64[sides, 2]
        Each schedule's first line, and one past its last.
    allowed : bool[p, sides]
        Which schedules are looked in.
    span : int64[p, 2]
        Lowest key, and one past the highest.
    out : int64[p, sides, 2]
        Filled in: first line, and one past the last.
    """
    for p in range(span.shape[0]):
        for side in range(sides.shape[0]):
            first = sides[side, 0]
            last = first
            if allowed[p, side]:
                last = place_of_key(keys, first, sides[side, 1], span[p, 1])
                first = place_of_key(keys, first, last, span[p, 0])
            out[p, side, 0] = first
            out[p, side, 1] = last


@kernel
def tell_apart(
    ranges: np.ndarray, where: np.ndarray, cell_of: np.ndarray, lines: np.ndarray, cells: np.ndarray
) -> tuple[int, int]:
    """Tell lines apart by the choices that touch them.

    Parameters
    ----------
    ranges : int64[r, 2]
        Lines that choices touch: the first, and one past the last.
    where : int64[r]
        The choice, ascending from 1 on.
    cell_of : int32[l]
        Filled in; 0 everywhere before.
    lines : int64[...]
        Filled in with the lines touched, each once.
    cells : int64[4, ...]
        All 0; filled in with the cell that each comes from, the choice that it adds, and memory to work in.

    Returns
    -------
    (int, int)
        How many lines there are, and cells, the one of lines untouched included.
    """
    found, made = 0, 1
    for r in range(where.size):
        choice = where[r]
        for line in range(ranges[r, 0], ranges[r, 1]):
            old = cell_of[line]
            if old == 0:
                lines[found] = line
                found += 1
            elif cells[1, old] == choice:  # two prefixes of one choice
                continue
            if cells[2, old] != choice:
                cells[2, old] = choice
                cells[3, old] = made
                cells[0, made] = old
                cells[1, made] = choice
                made += 1
            cell_of[line] = cells[3, old]
    return found, made
