"""Lines in cells: which sides they have, and what is put into the cell's curves or among its mixed lines."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.curve_events import add_to, has_rate, put_line
from fastavs.kernels.curve_sides import base_of, lesser_function, put_constant, put_mixed, put_start, tell_line
from fastavs.kernels.curve_work import (
    AD_VALOREM,
    APPLIED,
    BOUND,
    CONSTANT,
    EVENTS,
    FULL,
    PROGRAMS,
    Bench,
    ChargedLines,
    Observed,
    Room,
    Wanted,
    YearLines,
)
from fastavs.kernels.govern import lesser_part
from fastavs.kernels.linear_pieces import gap_between
from fastavs.kernels.options import inner, kernel


@inner
def lines_behind(observed: Observed, lines: ChargedLines, year: YearLines, j: int, v: int) -> tuple[int, int, int]:
    """The lines of the applied schedule behind a line of a year: the first, one past the last, and how many of them
    have a rate. A mean is carried from the first level that has any."""
    h = year.applied[j]
    if h >= 0:
        return h, h + 1, 1 if has_rate(observed, lines, h, v) else 0
    for level in range(year.low.shape[0]):
        low, high = year.low[level, -1 - h], year.high[level, -1 - h]
        n = 0
        for line in range(low, high):
            n += has_rate(observed, lines, line, v)
        if n > 0:
            return low, high, n
    return 0, 0, 0


@kernel
def find_known(
    observed: Observed, lines: ChargedLines, year: YearLines, rates: int, known: np.ndarray, specific: np.ndarray
) -> None:
    """Find which lines of a year have the rate that is wanted, and which have an amount on either side of it.

    Parameters
    ----------
    observed, lines, year
    rates : int
        `GOVERNING` and so on.
    known, specific : bool[j, v + 1]
        Filled in.
    """
    for j in range(known.shape[0]):
        for v in range(known.shape[1]):
            low, high, n = lines_behind(observed, lines, year, j, v)
            bound = year.bound[j]
            has_bound = bound >= 0 and has_rate(observed, lines, bound, v)
            known[j, v] = (rates != BOUND and n > 0) or (rates != APPLIED and has_bound)
            specific[j, v] = rates != APPLIED and has_bound and lines.rows[bound]["specific"]
            for h in range(low, high if rates != BOUND else low):
                specific[j, v] |= lines.rows[h]["specific"] and has_rate(observed, lines, h, v)
            if rates == AD_VALOREM:
                specific[j, v] = False


@inner
def part_of(
    observed: Observed, lines: ChargedLines, year: YearLines, behind: tuple[int, int, int], j: int, v: int, bench: Bench
) -> float:
    """The lesser of both ad valorem parts of a line of a year; the bound one where nothing is carried."""
    low, high, n = behind
    part = np.nan
    if n > 0 or year.applied[j] >= 0:
        bench.total[0] = 0.0
        for h in range(low, high):
            if has_rate(observed, lines, h, v) or year.applied[j] >= 0:
                add_to(bench.total[0], CONSTANT, 1.0, lines.part[h])
        part = (bench.total[0, CONSTANT] + bench.total[0, CONSTANT + 1]) / max(n, 1)
    return part if year.bound[j] < 0 else lesser_part(part, lines.part[year.bound[j]])


@inner
def one_key(bench: Bench) -> bool:
    """Whether both sides move alike: with one key between them."""
    if bench.keys[0] > 1 or bench.keys[1] > 1 or bench.keys[0] + bench.keys[1] == 0:
        return False
    return bench.keys[0] == 0 or bench.keys[1] == 0 or bench.key[0, 0] == bench.key[1, 0]


@inner
def put_alone(room: Room, bench: Bench, side: int, cell: int, weight: float, first: int) -> tuple[float, float]:
    """Put a line of one side into the curves of its cell; returns what it pays at the base: percentages, amounts."""
    for e in range(first, room.counts[EVENTS]):
        for column in range(1, 5):
            room.event[e, column] *= weight
    for k in range(bench.keys[side]):
        found = bench.first[side, k]
        put_start(room, bench.key[side, k], weight * (found[0] + found[1]), weight * (found[2] + found[3]))
    put_constant(room, cell, weight * (bench.total[side, CONSTANT] + bench.total[side, CONSTANT + 1]))
    return base_of(bench, side)


@inner
def put_sides(
    observed: Observed,
    lines: ChargedLines,
    year: YearLines,
    wanted: Wanted,
    room: Room,
    bench: Bench,
    place: tuple[int, int],
    cell: int,
    behind: tuple[int, int, int],
    has: tuple[bool, bool],
) -> tuple[int, int]:
    """Put the sides of a line together; returns where the events and the programs of the bound side begin."""
    j, v = place
    bench.keys[:] = 0
    bench.total[:] = 0.0
    bench.critical[:] = np.inf
    low, high, n = behind
    for h in range(low, high if has[0] else low):
        if has_rate(observed, lines, h, v):
            put_line(observed, lines, wanted, room, bench, (h, v), 0, cell, 1.0 / n)
    middle, programs = room.counts[EVENTS], room.counts[PROGRAMS]
    if has[1]:
        put_line(observed, lines, wanted, room, bench, (year.bound[j], v), 1, cell, 1.0)
    return middle, programs


@inner
def put_cell(
    observed: Observed,
    lines: ChargedLines,
    year: YearLines,
    wanted: Wanted,
    room: Room,
    bench: Bench,
    place: tuple[int, int],
    cell: int,
    weight: float,
) -> None:
    """Put a line of a year, as a view sees it, into a cell."""
    j, v = place
    behind = lines_behind(observed, lines, year, j, v)
    bound = year.bound[j]
    has_bound = bound >= 0 and has_rate(observed, lines, bound, v)
    if wanted.rates == AD_VALOREM:
        put_constant(room, cell, weight * part_of(observed, lines, year, behind, j, v, bench))
        return
    has = (wanted.rates != BOUND and behind[2] > 0, wanted.rates != APPLIED and has_bound)
    first, first_program = room.counts[EVENTS], room.counts[PROGRAMS]
    middle, programs = put_sides(observed, lines, year, wanted, room, bench, place, cell, behind, has)
    if room.counts[FULL] > 0:
        return
    by_line = False
    without_programs = room.counts[PROGRAMS] == first_program
    critical = min(bench.critical[0], bench.critical[1])
    if without_programs and not (has[0] and has[1]):
        flat, slope = put_alone(room, bench, 0 if has[0] else 1, cell, weight, first)
    elif without_programs and bench.keys[0] + bench.keys[1] == 0:
        flat = bench.total[0, CONSTANT] + bench.total[0, CONSTANT + 1]
        other = bench.total[1, CONSTANT] + bench.total[1, CONSTANT + 1]
        flat, slope = other if gap_between(flat, other) > 0.0 else flat, 0.0
        put_constant(room, cell, weight * flat)
    elif without_programs and one_key(bench):
        flat, slope, critical = lesser_function(room, bench, cell, weight, first, middle)
    else:
        by_line = True
        flat, slope = put_mixed(room, bench, wanted, cell, weight, has, (first, middle), (first_program, programs))
    if lines_tell(lines, year, behind, has, j):
        tell_line(room, bench, wanted, (j, cell), (weight, flat, slope, critical), by_line, first_program)


@inner
def lines_tell(
    lines: ChargedLines, year: YearLines, behind: tuple[int, int, int], has: tuple[bool, bool], j: int
) -> bool:
    """Whether some duty behind a line has an amount."""
    found = has[1] and lines.rows[year.bound[j]]["specific"]
    for h in range(behind[0], behind[1] if has[0] else behind[0]):
        found |= lines.rows[h]["specific"]
    return found


@kernel
def build_lines(
    observed: Observed,
    lines: ChargedLines,
    year: YearLines,
    wanted: Wanted,
    known: np.ndarray,
    room: Room,
    bench: Bench,
    first: int,
    saved: np.ndarray,
) -> int:
    """Put the lines of a year from `first` on into their cells, until all are done or the room is full.

    Parameters
    ----------
    observed, lines, year, wanted
    known : bool[j, v + 1]
        As `find_known` fills it in.
    room, bench
    first : int
    saved : int64[COUNTERS]
        Memory to work in.

    Returns
    -------
    int
        The first line that is left; nothing of it is in the room.
    """
    for j in range(first, year.applied.size):
        for i in range(saved.size):
            saved[i] = room.counts[i]
        for q in range(wanted.whose.size):
            v = wanted.whose[q]
            if not wanted.weight[j, q] > 0.0 or not known[j, v]:
                continue
            for k in range(year.start[j], year.start[j + 1]):
                cell = year.sector[k] * wanted.regions + wanted.region[q]
                if wanted.stands_in[q] == wanted.empty[cell]:
                    weight = year.share[k] * wanted.weight[j, q] / wanted.unit[cell]
                    put_cell(observed, lines, year, wanted, room, bench, (j, v), cell, weight)
                if room.counts[FULL] > 0:
                    full = room.counts[FULL]
                    for i in range(saved.size):
                        room.counts[i] = saved[i]
                    room.counts[FULL] = full
                    return j
    return year.applied.size
