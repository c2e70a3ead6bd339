"""What a reform touches: the lines it names, the lines of years that rest on them, and their rows and classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastavs.kernels.names import (
    BOUND_LINES,
    HEADINGS,
    LINES,
    MATCHED_LINES,
    MATCHED_OF,
    NUMBERS,
    PIECES,
    WEIGHT_OF,
)
from fastavs.kernels.options import inner, kernel
from fastavs.kernels.shapes import Dependents, NewDuties, Scratch, Touched

ALONE_BIT, UNCERTAIN_BIT = 1, 2


@inner
def mark(place: int, year: int, scratch: Scratch, reach: np.ndarray) -> None:
    """Mark a line of a year."""
    scratch.marked[place] = True
    reach[year, 0] = min(reach[year, 0], place)
    reach[year, 1] = max(reach[year, 1], place + 1)


@kernel
def find_dependents(
    lines: np.ndarray, whole: bool, everything: bool, on: Dependents, scratch: Scratch, reach: np.ndarray
) -> tuple[int, int, int]:
    """Find the lines of years that rest on some lines, in order.

    A subheading that is averaged by itself comes whole.

    Parameters
    ----------
    lines : int64[t]
    whole : bool
        Whether every subheading comes whole.
    everything : bool
        Whether all lines of years are meant.
    on : Dependents
    scratch : Scratch
        Its `found` is filled in.
    reach : int64[years, 2]
        Memory to work in.

    Returns
    -------
    (int, int, int)
        How many there are, how many carried means are among what they rest on, and how many lines are behind those.
    """
    for year in range(reach.shape[0]):
        reach[year, 0] = on.applied.size if not everything else on.year_start[year]
        reach[year, 1] = 0 if not everything else on.year_start[year + 1]
    for t in range(lines.size if not everything else 0):
        for at in range(on.line_start[lines[t]], on.line_start[lines[t] + 1]):
            place = on.of_line[at]
            if scratch.marked[place]:
                continue
            year = on.year[place]
            mark(place, year, scratch, reach)
            heading = on.heading[place]
            if whole or on.alone[heading]:
                for other in range(on.heading_start[heading], on.heading_start[heading + 1]):
                    mark(other, year, scratch, reach)
    n, means, behind = 0, 0, 0
    known = on.line_row.size
    for year in range(reach.shape[0]):
        for place in range(reach[year, 0], reach[year, 1]):
            if not (scratch.marked[place] or everything):
                continue
            scratch.marked[place] = False
            scratch.found[n] = place
            n += 1
            mean = on.applied[place] - known
            if mean >= 0 and scratch.mean_of[mean] < 0:
                scratch.mean_of[mean] = 0
                means += 1
                for level in range(on.low.shape[0]):
                    behind += on.high[level, mean] - on.low[level, mean]
    for i in range(n):
        mean = on.applied[scratch.found[i]] - known
        if mean >= 0:
            scratch.mean_of[mean] = -1
    return n, means, behind


@inner
def hashed(first: int, second: int, third: int) -> int:
    """Mix three numbers."""
    mixed = first * 73856093 ^ second * 19349663 ^ third * 83492791
    return (mixed ^ (mixed >> 15)) & 0x7FFFFFFF


@inner
def number_touched(t: int, new: NewDuties, on: Dependents, scratch: Scratch, out: Touched, n: int) -> int:
    """Give a touched line its row, one it shares or the n-th; returns how many rows there are."""
    line = new.line[t]
    base = on.line_row[line]
    cell = scratch.cell_of[line]
    duty = new.duty[cell]
    group = new.group[t] if duty >= 0 else on.rows[base]["group"]
    first = -2 - group if duty >= 0 else base
    offset = on.rows[base]["fx_offset"]
    mask = out.row_table.size - 1
    at = hashed(first, cell, offset) & mask
    while out.row_table[at] >= 0:
        row = out.rows[out.row_table[at]]
        if out.row_key[out.row_table[at]] == first and row["cell"] == cell and row["fx_offset"] == offset:
            scratch.row_of[line] = out.row_table[at]
            return n
        at = (at + 1) & mask
    out.row_table[at] = n
    out.row_key[n] = first
    scratch.row_of[line] = n
    put_row(on.rows[base], cell, on.nullable[base], out.rows[n])
    if duty >= 0:
        out.rows[n]["duty"] = duty
        out.rows[n]["group"] = group
        out.rows[n]["specific"] = new.specific[cell]
        out.rows[n]["purely_specific"] = new.purely_specific[cell]
        out.rows[n]["nullable"] = new.nullable[cell]
    return n + 1


@inner
def put_row(base: Any, cell: int, nullable: bool, out: Any) -> None:
    """Fill in a row that is another one in some cell."""
    out["duty"] = base["duty"]
    out["group"] = base["group"]
    out["cell"] = cell
    out["fx_offset"] = base["fx_offset"]
    out["specific"] = base["specific"]
    out["purely_specific"] = base["purely_specific"]
    out["nullable"] = nullable


@inner
def row_of_line(line: int, on: Dependents, scratch: Scratch, out: Touched, n: int) -> tuple[int, int]:
    """The row of a line, made if it is the first to need it; and how many rows there are."""
    if scratch.row_of[line] >= 0:
        return scratch.row_of[line], n
    base = on.line_row[line]
    if scratch.row_of_base[base] < 0:
        scratch.row_of_base[base] = n
        out.row_key[n] = base
        put_row(on.rows[base], 0, on.nullable[base], out.rows[n])
        n += 1
    return scratch.row_of_base[base], n


@inner
def put_mean(
    mean: int, number: int, at: int, on: Dependents, scratch: Scratch, out: Touched, n: int
) -> tuple[int, int, bool, bool]:
    """Fill in a carried mean: the lines at its first level if their rates are sure, else at all.

    Returns where the next one's lines begin, how many rows there are, and whether it may be null or is not sure.
    """
    levels = on.low.shape[0]
    any_known, sure, served = False, False, False
    for level in range(levels):
        out.low[level, number] = at
        lines, known = 0, 0
        for line in range(on.low[level, mean], on.high[level, mean] if not sure else on.low[level, mean]):
            row, n = row_of_line(line, on, scratch, out, n)
            out.mean_row[at] = row
            at += 1
            lines += 1
            known += not out.rows[row]["nullable"]
        out.high[level, number] = at
        any_known |= known > 0
        if lines > 0 and not served:
            served = True
            sure = known == lines
    return at, n, not any_known, not sure or not any_known


@kernel
def put_rows(
    places: np.ndarray, new: NewDuties, on: Dependents, zero: bool, scratch: Scratch, out: Touched
) -> tuple[int, int]:
    """Fill in rows and carried means that some lines of years rest on, and what is sure of those.

    Parameters
    ----------
    places : int32[m]
        Lines of years, ascending.
    new : NewDuties
        The lines touched.
    on : Dependents
    zero : bool
        Whether an unknown rate counts as 0.
    scratch : Scratch
    out : Touched
        Filled in, but for its classes; means stand from -2 downwards among the sides.

    Returns
    -------
    (int, int)
        How many rows there are, and lines behind means.
    """
    n, at, means = 0, 0, 0
    known = on.line_row.size
    for t in range(new.line.size):
        n = number_touched(t, new, on, scratch, out, n)
    for i in range(places.size):
        place = places[i]
        side = on.applied[place]
        if side < known:
            row, n = row_of_line(side, on, scratch, out, n)
            null = out.rows[row]["nullable"]
            uncertain = null
        else:
            if scratch.mean_of[side - known] < 0:
                scratch.mean_of[side - known] = means
                at, n, null, uncertain = put_mean(side - known, means, at, on, scratch, out, n)
                out.mean_flags[means] = (2 if uncertain else 0) + (1 if null else 0)
                means += 1
            row = -2 - scratch.mean_of[side - known]
            flags = out.mean_flags[scratch.mean_of[side - known]]
            null = flags & 1 != 0
            uncertain = flags & 2 != 0
        out.applied[i] = row
        out.bound[i] = -1
        if on.bound[place] >= 0:
            row, n = row_of_line(on.bound[place], on, scratch, out, n)
            out.bound[i] = row
            uncertain = uncertain or out.rows[row]["nullable"]
            null = null and out.rows[row]["nullable"]
        out.flags[i] = (UNCERTAIN_BIT if uncertain else 0) + (ALONE_BIT if null and not zero else 0)
    for t in range(new.line.size):
        out.touched_row[t] = scratch.row_of[new.line[t]]
        scratch.row_of[new.line[t]] = -1
    for row in range(n):
        if out.row_key[row] >= 0:
            scratch.row_of_base[out.row_key[row]] = -1
    for i in range(places.size):
        if on.applied[places[i]] >= known:
            scratch.mean_of[on.applied[places[i]] - known] = -1
    return n, at


@inner
def spread_alone(places: np.ndarray, on: Dependents, out: Touched) -> None:
    """Where one line of a subheading may have no rate, let the others know."""
    first = 0
    for i in range(places.size):
        heading = on.heading[places[i]]
        if i + 1 < places.size and on.heading[places[i + 1]] == heading:
            continue
        alone = False
        for j in range(first, i + 1):
            alone |= out.flags[j] & ALONE_BIT != 0
        for j in range(first, i + 1):
            sure = not alone and out.flags[j] & UNCERTAIN_BIT == 0
            out.flags[j] = (0 if sure else UNCERTAIN_BIT) + (ALONE_BIT if alone else 0)
        if not alone:
            out.counts[on.year[places[i]], HEADINGS] += 1.0
        first = i + 1


@inner
def class_of(applied: int, bound: int, subheading: int, first: int, made: int, out: Touched) -> int:
    """The class of those from `first` on that has these sides, or the place where the next one is to stand."""
    mask = out.class_table.size - 1
    at = hashed(applied, bound, subheading) & mask
    while out.class_table[at] >= 0:
        place = out.class_table[at]
        alike = out.class_applied[place] == applied and out.class_bound[place] == bound
        if place >= first and alike and out.subheading[place] == subheading:
            return place
        at = (at + 1) & mask
    out.class_table[at] = made
    out.class_applied[made] = applied
    out.class_bound[made] = bound
    out.subheading[made] = subheading
    return made


@inner
def add_to_class(place: int, on: Dependents, k: int, out: Touched) -> None:
    """Add a line of a year to its class: its numbers, which add up exactly."""
    for q in range(NUMBERS):
        out.number[q, k] += on.number[q, place]


@inner
def count_sure(place: int, year: int, has_bound: bool, on: Dependents, out: Touched) -> None:
    """Count a line of a year whose rate is sure to be known."""
    out.counts[year, LINES] += 1.0
    out.counts[year, MATCHED_LINES] += on.number[MATCHED_OF, place]
    out.counts[year, BOUND_LINES] += 1.0 if has_bound else 0.0
    for piece in range(PIECES):
        out.known[year, piece] += on.number[WEIGHT_OF + piece, place]


@kernel
def put_classes(places: np.ndarray, on: Dependents, rows: int, out: Touched) -> int:
    """Fill in the classes of some lines of years, year by year, those that are sure first; returns how many.

    Parameters
    ----------
    places : int32[m]
        Lines of years, ascending.
    on : Dependents
    rows : int
        How many rows there are; means stand after them.
    out : Touched
        As `put_rows` leaves it.
    """
    spread_alone(places, on, out)
    made, first = 0, 0
    for year in range(out.uncertain.size):
        out.start[year] = made
        last = first
        while last < places.size and on.year[places[last]] == year:
            last += 1
        for uncertain in range(2):
            begin = made
            if uncertain == 1:
                out.uncertain[year] = made
            for i in range(first, last):
                if (out.flags[i] & UNCERTAIN_BIT != 0) != (uncertain == 1):
                    continue
                applied = out.applied[i]
                if applied < -1:
                    applied = rows - 2 - applied
                alone = out.flags[i] & ALONE_BIT != 0
                subheading = on.heading[places[i]] if alone else -1
                k = class_of(applied, out.bound[i], subheading, begin, made, out)
                made = max(made, k + 1)
                add_to_class(places[i], on, k, out)
                if uncertain == 0:
                    count_sure(places[i], year, out.bound[i] >= 0, on, out)
        first = last
    out.start[out.uncertain.size] = made
    return made


@kernel
def largest_of(rate: np.ndarray, part: np.ndarray, n: int) -> float:
    """The largest of the first n rates and ad valorem parts, whatever their sign; NaN is none."""
    largest = 0.0
    for i in range(n):
        largest = abs(rate[i]) if abs(rate[i]) > largest else largest
        largest = abs(part[i]) if abs(part[i]) > largest else largest
    return largest
