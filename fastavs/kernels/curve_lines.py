"""Lines in cells: which sides they have, and what is put into the cell's curves or among its mixed lines."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastavs.kernels.curve_events import put_line
from fastavs.kernels.curve_records import (
    AD_VALOREM,
    APPLIED,
    BOUND,
    EVENTS,
    FULL,
    PROGRAMS,
    CellTables,
    Observed,
    ScheduleLines,
    Scratch,
    Wanted,
    YearLines,
)
from fastavs.kernels.curve_sides import base_of, lesser_function, list_line, put_constant, put_mixed, put_start
from fastavs.kernels.govern import lesser_part
from fastavs.kernels.linear_pieces import gap_between
from fastavs.kernels.options import inner, kernel
from fastavs.kernels.sums import add


@inner
def lines_behind(lines: ScheduleLines, year: YearLines, j: int, v: int) -> tuple[int, int, int]:
    """The lines of the applied schedule behind a line of a year: the first, one past the last, and how many of them
    have a rate. A mean is carried from the first level that has any."""
    h = year.applied[j]
    if h >= 0:
        return h, h + 1, 1 if lines.supplied[h, v]["rated"] else 0
    for level in range(year.low.shape[0]):
        low, high = year.low[level, -1 - h], year.high[level, -1 - h]
        n = 0
        for line in range(low, high):
            n += lines.supplied[line, v]["rated"]
        if n > 0:
            return low, high, n
    return 0, 0, 0


@kernel
def find_known(lines: ScheduleLines, year: YearLines, rates: int, known: np.ndarray, specific: np.ndarray) -> None:
    """Find which lines of a year have the rate that is wanted, and which have an amount on either side of it.

    Parameters
    ----------
    lines, year
    rates : int
        `GOVERNING` and so on.
    known, specific : bool[j, v + 1]
        Filled in.
    """
    for j in range(known.shape[0]):
        for v in range(known.shape[1]):
            low, high, n = lines_behind(lines, year, j, v)
            bound = year.bound[j]
            has_bound = bound >= 0 and lines.supplied[bound, v]["rated"]
            known[j, v] = (rates != BOUND and n > 0) or (rates != APPLIED and has_bound)
            specific[j, v] = rates != APPLIED and has_bound and lines.rows[bound]["specific"]
            for h in range(low, high if rates != BOUND else low):
                specific[j, v] |= lines.rows[h]["specific"] and lines.supplied[h, v]["rated"]
            if rates == AD_VALOREM:
                specific[j, v] = False


@inner
def part_of(lines: ScheduleLines, year: YearLines, j: int, v: int) -> float:
    """The lesser of both ad valorem parts of a line of a year; the bound one where nothing is carried."""
    low, high, n = lines_behind(lines, year, j, v)
    part = np.nan
    if n > 0 or year.applied[j] >= 0:
        total, lost = 0.0, 0.0
        for h in range(low, high):
            if lines.supplied[h, v]["rated"] or year.applied[j] >= 0:
                total, lost = add(total, lost, lines.part[h])
        part = (total + lost) / max(n, 1)
    return part if year.bound[j] < 0 else lesser_part(part, lines.part[year.bound[j]])


@inner
def one_key(scratch: Scratch) -> bool:
    """Whether both sides move alike: with one key between them."""
    left, right = scratch.side[0]["keys"], scratch.side[1]["keys"]
    if left > 1 or right > 1 or left + right == 0:
        return False
    return left == 0 or right == 0 or scratch.moved[0, 0]["key"] == scratch.moved[1, 0]["key"]


@inner
def put_alone(
    tables: CellTables, scratch: Scratch, side: int, cell: int, weight: float, first: int
) -> tuple[float, float]:
    """Put a line of one side into the curves of its cell; returns what it pays at the base: percentages, amounts."""
    one = scratch.side[side]
    for e in range(first, tables.counts[EVENTS]):
        event = tables.event[e]
        event["flat_before"] *= weight
        event["slope_before"] *= weight
        event["flat_after"] *= weight
        event["slope_after"] *= weight
    for k in range(one["keys"]):
        moved = scratch.moved[side, k]
        flat, slope = moved["flat"] + moved["flat_lost"], moved["slope"] + moved["slope_lost"]
        put_start(tables, moved["key"], weight * flat, weight * slope)
    put_constant(tables, cell, weight * (one["constant"] + one["constant_lost"]))
    return base_of(scratch.side, side)


@inner
def clear(side: np.ndarray) -> None:
    """Empty both sides."""
    for which in range(2):
        one = side[which]
        one["keys"] = 0
        one["critical"] = np.inf
        one["constant"] = one["constant_lost"] = 0.0
        one["flat"] = one["flat_lost"] = 0.0
        one["slope"] = one["slope_lost"] = 0.0


@inner
def put_sides(
    tables: CellTables, scratch: Scratch, wanted: Wanted, cell: int, weight: float, has: tuple[bool, bool],
    events: tuple[int, int], programs: tuple[int, int],
) -> tuple[float, float, float, bool]:  # fmt: skip
    """Put a line, whose sides have been put together, into a cell.

    Returns
    -------
    (float, float, float, bool)
        What it pays at the base, by percentages and by amounts; the least factor at which amounts show; and whether it
        is among the mixed lines.
    """
    side = scratch.side
    critical = min(side[0]["critical"], side[1]["critical"])
    if tables.counts[PROGRAMS] == programs[0]:
        if not (has[0] and has[1]):
            flat, slope = put_alone(tables, scratch, 0 if has[0] else 1, cell, weight, events[0])
            return flat, slope, critical, False
        if side[0]["keys"] + side[1]["keys"] == 0:
            flat = side[0]["constant"] + side[0]["constant_lost"]
            other = side[1]["constant"] + side[1]["constant_lost"]
            flat = other if gap_between(flat, other) > 0.0 else flat
            put_constant(tables, cell, weight * flat)
            return flat, 0.0, critical, False
        if one_key(scratch):
            flat, slope, critical = lesser_function(tables, scratch, cell, weight, events[0], events[1])
            return flat, slope, critical, False
    flat, slope = put_mixed(tables, scratch, wanted, cell, weight, has, events, programs)
    return flat, slope, critical, True


@inner
def put_cell(
    observed: Observed,
    lines: ScheduleLines,
    year: YearLines,
    wanted: Wanted,
    tables: CellTables,
    scratch: Scratch,
    votes: Any,
    place: tuple[int, int],
    cell: int,
    weight: float,
) -> None:
    """Put a line of a year, as it is for a supplier, into a cell."""
    j, v = place
    if wanted.rates == AD_VALOREM:
        put_constant(tables, cell, weight * part_of(lines, year, j, v))
        return
    low, high, n = lines_behind(lines, year, j, v)
    bound = year.bound[j]
    has_bound = bound >= 0 and lines.supplied[bound, v]["rated"]
    has = (wanted.rates != BOUND and n > 0, wanted.rates != APPLIED and has_bound)
    first, first_program = tables.counts[EVENTS], tables.counts[PROGRAMS]
    middle, middle_program = first, first_program
    specific = False
    clear(scratch.side)
    for side in range(2):
        if side == 1:
            low, high, n = bound, bound + 1, 1
            middle, middle_program = tables.counts[EVENTS], tables.counts[PROGRAMS]
        for h in range(low, high if has[side] else low):
            specific |= lines.rows[h]["specific"]
            if lines.supplied[h, v]["rated"]:
                put_line(observed, lines, wanted, tables, scratch, votes, (h, v), side, cell, 1.0 / n)
    if tables.counts[FULL] > 0:
        return
    flat, slope, critical, by_line = put_sides(
        tables, scratch, wanted, cell, weight, has, (first, middle), (first_program, middle_program)
    )
    if specific:
        list_line(tables, scratch, wanted, (j, cell), (weight, flat, slope, critical), by_line, first_program)


@kernel
def build_lines(
    observed: Observed,
    lines: ScheduleLines,
    year: YearLines,
    wanted: Wanted,
    known: np.ndarray,
    tables: CellTables,
    scratch: Scratch,
    votes: Any,
    first: int,
    saved: np.ndarray,
) -> int:
    """Put the lines of a year from `first` on into their cells, until all are done or the tables are full.

    Parameters
    ----------
    observed, lines, year, wanted
    known : bool[j, v + 1]
        As `find_known` fills it in.
    tables, scratch
    votes : float64[sectors] or None
        Memory to work in, by the pooled method.
    first : int
    saved : int64[COUNTERS]
        Memory to work in.

    Returns
    -------
    int
        The first line that is left; nothing of it is in the tables.
    """
    for j in range(first, year.applied.size):
        for i in range(saved.size):
            saved[i] = tables.counts[i]
        for q in range(wanted.whose.size):
            v = wanted.whose[q]
            if not wanted.weight[j, q] > 0.0 or not known[j, v]:
                continue
            for k in range(year.start[j], year.start[j + 1]):
                cell = year.sector[k] * wanted.regions + wanted.region[q]
                if wanted.stands_in[q] == wanted.empty[cell]:
                    weight = year.share[k] * wanted.weight[j, q] / wanted.unit[cell]
                    put_cell(observed, lines, year, wanted, tables, scratch, votes, (j, v), cell, weight)
                if tables.counts[FULL] > 0:
                    full = tables.counts[FULL]
                    for i in range(saved.size):
                        tables.counts[i] = saved[i]
                    tables.counts[FULL] = full
                    return j
    return year.applied.size
