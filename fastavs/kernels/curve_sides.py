"""The sides of a line: the lesser of both as one function where they move alike, else both as they are."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.curve_events import put_events
from fastavs.kernels.curve_records import (
    EVENTS,
    FULL,
    MIXED,
    MIXED_CURVES,
    PARTS,
    PROGRAMS,
    SPECIFIC_LINES,
    STARTS,
    CellTables,
    Scratch,
    Wanted,
)
from fastavs.kernels.linear_pieces import (
    FLAT,
    SLOPE,
    add_on,
    base_of_pieces,
    combined_pieces,
    gap_between,
    left_of,
    put_piece,
)
from fastavs.kernels.names import MIN
from fastavs.kernels.options import inner
from fastavs.kernels.sorting import sort_with


@inner
def put_start(tables: CellTables, key: int, flat: float, slope: float) -> None:
    """Put a piece that no event ends into a curve, or into the constants of a cell."""
    at = tables.counts[STARTS]
    if at == tables.start.size:
        tables.counts[FULL] = 1
        return
    new = tables.start[at]
    new["key"] = key
    new["flat"] = flat
    new["slope"] = slope
    tables.counts[STARTS] = at + 1


@inner
def put_constant(tables: CellTables, cell: int, number: float) -> None:
    """Add to what percentages alone add to a cell."""
    if number != 0.0:
        put_start(tables, -1 - cell, number, 0.0)


@inner
def side_function(tables: CellTables, scratch: Scratch, side: int, first: int, last: int) -> None:
    """Put a side of one key together from its events into ``scratch.sides[side]``."""
    n = last - first
    of_side, order, knot = scratch.side[side], scratch.order[0], scratch.knot[0]
    flat, flat_lost, flat_rest = of_side["constant"], of_side["constant_lost"], 0.0
    slope, slope_lost, slope_rest = 0.0, 0.0, 0.0
    if of_side["keys"] > 0:
        moved = scratch.moved[side, 0]
        flat, flat_lost, flat_rest = add_on(flat, flat_lost, flat_rest, moved["flat"])
        slope, slope_lost, slope_rest = add_on(slope, slope_lost, slope_rest, moved["slope"])
        flat, flat_lost, flat_rest = add_on(flat, flat_lost, flat_rest, moved["flat_lost"])
        slope, slope_lost, slope_rest = add_on(slope, slope_lost, slope_rest, moved["slope_lost"])
    for i in range(n):
        event = tables.event[first + i]
        knot[i] = event["at"]
        order[i] = first + i
        if event["opens"]:
            flat, flat_lost, flat_rest = add_on(flat, flat_lost, flat_rest, event["flat_before"])
            slope, slope_lost, slope_rest = add_on(slope, slope_lost, slope_rest, event["slope_before"])
    sort_with(knot, np.int64(0), n, order, 0, scratch.knot[1], scratch.order[1])
    most_flat, most_slope = abs(flat), abs(slope)
    out = scratch.sides[side]
    size = put_piece(out, np.int64(0), 0.0, flat + (flat_lost + flat_rest), slope + (slope_lost + slope_rest))
    for i in range(n):
        event = tables.event[order[i]]
        flat, flat_lost, flat_rest = add_on(flat, flat_lost, flat_rest, event["flat_after"])
        slope, slope_lost, slope_rest = add_on(slope, slope_lost, slope_rest, event["slope_after"])
        most_flat, most_slope = max(most_flat, abs(flat)), max(most_slope, abs(slope))
        flat, flat_lost, flat_rest = add_on(flat, flat_lost, flat_rest, -event["flat_before"])
        slope, slope_lost, slope_rest = add_on(slope, slope_lost, slope_rest, -event["slope_before"])
        size = put_piece(
            out, size, knot[i], left_of(flat, flat_lost, flat_rest, most_flat),
            left_of(slope, slope_lost, slope_rest, most_slope),
        )  # fmt: skip
    of_side["pieces"] = size


@inner
def lesser_function(
    tables: CellTables, scratch: Scratch, cell: int, weight: float, first: int, middle: int
) -> tuple[float, float, float]:
    """Put the lesser of both sides in the place of their events, which begin at `first` and at `middle`.

    Returns
    -------
    (float, float, float)
        What the line pays at the base, by percentages and by amounts, and the least factor at which amounts show.
    """
    last, side, sides = tables.counts[EVENTS], scratch.side, scratch.sides
    if last - first + 2 > scratch.knot.shape[1]:
        tables.counts[FULL] = 1
        return 0.0, 0.0, np.inf
    for one in range(2):
        side_function(tables, scratch, one, middle if one else first, last if one else middle)
    size = combined_pieces(np.int8(MIN), sides[0], side[0]["pieces"], sides[1], side[1]["pieces"], sides[2])
    key = scratch.moved[0 if side[0]["keys"] > 0 else 1, 0]["key"]
    out = sides[2]
    put_events(tables, first, key, weight, out, size)
    if size == 1 and out[SLOPE, 0] == 0.0:
        put_constant(tables, cell, weight * out[FLAT, 0])
    else:
        alone = weight if size == 1 else 0.0  # what an event ends is counted there
        put_start(tables, key, alone * out[FLAT, 0], alone * out[SLOPE, 0])
    return base_of_pieces(out, size)


@inner
def put_mixed_side(
    tables: CellTables,
    scratch: Scratch,
    wanted: Wanted,
    side: int,
    cell: int,
    events: tuple[int, int],
    programs: tuple[int, int],
) -> None:
    """Put a side of a mixed line as its parts: a curve for each key, and the observations with several currencies."""
    of_side = scratch.side[side]
    keys = of_side["keys"]
    own = keys + (programs[1] - programs[0])
    curves = max(keys, 1) if own == 0 or keys > 0 or of_side["constant"] != 0.0 else 0
    at, curve = tables.counts[PARTS], tables.counts[MIXED_CURVES]
    if at + curves + programs[1] - programs[0] > tables.part.size or curve + curves > tables.mixed_key.size:
        tables.counts[FULL] = 1
        return
    lowest = wanted.sectors * wanted.regions * wanted.sectors * wanted.currencies
    constant = of_side["constant"] + of_side["constant_lost"]
    for k in range(curves):
        flat, slope = constant if k == 0 else 0.0, 0.0
        key = (cell * wanted.sectors + cell // wanted.regions) * wanted.currencies
        if keys > 0:
            moved = scratch.moved[side, k]
            moved["curve"] = curve + k
            key = moved["key"]
            flat += moved["flat"] + moved["flat_lost"]
            slope = moved["slope"] + moved["slope_lost"]
        tables.mixed_key[curve + k] = key
        tables.part[at + k] = curve + k
        put_start(tables, lowest + curve + k, flat, slope)
    for e in range(events[0], events[1]):
        k = 0
        while scratch.moved[side, k]["key"] != tables.event[e]["key"]:
            k += 1
        tables.event[e]["key"] = lowest + scratch.moved[side, k]["curve"]
    for o in range(programs[0], programs[1]):
        tables.part[at + curves + o - programs[0]] = -1 - o
    tables.counts[MIXED_CURVES] = curve + curves
    tables.counts[PARTS] = at + curves + programs[1] - programs[0]


@inner
def base_of(side: np.ndarray, which: int) -> tuple[float, float]:
    """What one of two sides pays with every factor 1: by percentages, and by amounts."""
    one = side[which]
    flat = (one["constant"] + one["constant_lost"]) + (one["flat"] + one["flat_lost"])
    return flat, one["slope"] + one["slope_lost"]


@inner
def put_mixed(
    tables: CellTables,
    scratch: Scratch,
    wanted: Wanted,
    cell: int,
    weight: float,
    has: tuple[bool, bool],
    events: tuple[int, int],
    programs: tuple[int, int],
) -> tuple[float, float]:
    """Put a line among the mixed ones; returns what it pays at the base: percentages, amounts.

    `events` and `programs` say where those of the applied and of the bound side begin.
    """
    line = tables.counts[MIXED]
    if line == tables.mixed.size:
        tables.counts[FULL] = 1
        return 0.0, 0.0
    new = tables.mixed[line]
    of_events = events[0], events[1], tables.counts[EVENTS]
    of_programs = programs[0], programs[1], tables.counts[PROGRAMS]
    for side in range(2):
        if has[side]:
            put_mixed_side(
                tables, scratch, wanted, side, cell, (of_events[side], of_events[side + 1]),
                (of_programs[side], of_programs[side + 1]),
            )  # fmt: skip
        if side == 0:
            new["applied_end"] = tables.counts[PARTS]
    new["bound_end"] = tables.counts[PARTS]
    new["cell"] = cell
    new["weight"] = weight
    tables.counts[MIXED] = line + 1
    flat, slope = base_of(scratch.side, 0)
    other_flat, other_slope = base_of(scratch.side, 1)
    if not has[0] or (has[1] and gap_between(flat + slope, other_flat + other_slope) > 0.0):
        return other_flat, other_slope
    return flat, slope


@inner
def list_line(
    tables: CellTables,
    scratch: Scratch,
    wanted: Wanted,
    place: tuple[int, int],
    figures: tuple[float, float, float, float],
    by_line: bool,
    first_program: int,
) -> None:
    """List a line with an amount in a cell, given its weight, what it pays at the base by percentages and by amounts,
    and the least factor at which amounts show; `first_program` is its first among those of several currencies."""
    at = tables.counts[SPECIFIC_LINES]
    if at == tables.specific.size:
        tables.counts[FULL] = 1
        return
    j, cell = place
    weight, flat, slope, critical = figures
    sector = cell // wanted.regions
    others = False
    for side in range(2):
        for k in range(scratch.side[side]["keys"]):
            others |= scratch.moved[side, k]["key"] // wanted.currencies % wanted.sectors != sector
    for o in range(first_program, tables.counts[PROGRAMS]):
        others |= tables.program[o]["key"] // wanted.currencies % wanted.sectors != sector
    new = tables.specific[at]
    new["line"] = j
    new["sector"] = sector
    new["region"] = cell % wanted.regions
    new["weight"] = weight
    new["rate"] = flat + slope
    new["specific"] = slope
    new["critical"] = critical
    new["by_line"] = by_line
    new["others"] = others
    new["currencies"] = tables.counts[PROGRAMS] > first_program
    tables.counts[SPECIFIC_LINES] = at + 1
