"""The sides of a line: the lesser of both as one function where they move alike, else both as they are."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.curve_work import (
    AT,
    BASE_FLAT,
    BASE_SLOPE,
    BY_LINE,
    CONSTANT,
    CRITICAL,
    EVENTS,
    FLAT_AFTER,
    FLAT_BEFORE,
    FULL,
    LINE_OF,
    MIXED,
    MIXED_CURVES,
    OPENS,
    OTHERS_PRICE,
    PARTS,
    PROGRAMS,
    RATE,
    REGION_OF,
    SECTOR_OF,
    SEVERAL_CURRENCIES,
    SLOPE_AFTER,
    SLOPE_BEFORE,
    SPECIFIC,
    STARTS,
    TOLD,
    WEIGHT,
    Bench,
    Room,
    Wanted,
)
from fastavs.kernels.linear_pieces import FLAT, KNOT, SLOPE, add_on, combined_pieces, gap_between, left_of, put_piece
from fastavs.kernels.names import MIN
from fastavs.kernels.options import inner
from fastavs.kernels.sorting import sort_with


@inner
def put_start(room: Room, key: int, flat: float, slope: float) -> None:
    """Put a piece that no event ends into a curve, or into the constants of a cell."""
    at = room.counts[STARTS]
    if at == room.start_key.size:
        room.counts[FULL] = 1
        return
    room.start[at, 0] = flat
    room.start[at, 1] = slope
    room.start_key[at] = key
    room.counts[STARTS] = at + 1


@inner
def put_constant(room: Room, cell: int, number: float) -> None:
    """Add to what percentages alone add to a cell."""
    if number != 0.0:
        put_start(room, -1 - cell, number, 0.0)


@inner
def side_function(room: Room, bench: Bench, side: int, first: int, last: int) -> int:
    """Put a side of one key together from its events into ``bench.sides[side]``; returns how many pieces it has."""
    n = last - first
    flat, flat_lost, flat_rest = bench.total[side, CONSTANT], bench.total[side, CONSTANT + 1], 0.0
    slope, slope_lost, slope_rest = 0.0, 0.0, 0.0
    if bench.keys[side] > 0:
        for j in range(2):
            flat, flat_lost, flat_rest = add_on(flat, flat_lost, flat_rest, bench.first[side, 0, j])
            slope, slope_lost, slope_rest = add_on(slope, slope_lost, slope_rest, bench.first[side, 0, 2 + j])
    for i in range(n):
        event = room.event[first + i]
        bench.knot[i] = event[AT]
        bench.order[i] = first + i
        if event[OPENS] > 0.0:
            flat, flat_lost, flat_rest = add_on(flat, flat_lost, flat_rest, event[FLAT_BEFORE])
            slope, slope_lost, slope_rest = add_on(slope, slope_lost, slope_rest, event[SLOPE_BEFORE])
    sort_with(bench.knot, 0, n, bench.order, 0, bench.spare, bench.spare_order)
    most_flat, most_slope = abs(flat), abs(slope)
    out = bench.sides[side]
    size = put_piece(out, 0, 0.0, flat + (flat_lost + flat_rest), slope + (slope_lost + slope_rest))
    for i in range(n):
        event = room.event[bench.order[i]]
        flat, flat_lost, flat_rest = add_on(flat, flat_lost, flat_rest, event[FLAT_AFTER])
        slope, slope_lost, slope_rest = add_on(slope, slope_lost, slope_rest, event[SLOPE_AFTER])
        most_flat, most_slope = max(most_flat, abs(flat)), max(most_slope, abs(slope))
        flat, flat_lost, flat_rest = add_on(flat, flat_lost, flat_rest, -event[FLAT_BEFORE])
        slope, slope_lost, slope_rest = add_on(slope, slope_lost, slope_rest, -event[SLOPE_BEFORE])
        size = put_piece(
            out, size, bench.knot[i], left_of(flat, flat_lost, flat_rest, most_flat),
            left_of(slope, slope_lost, slope_rest, most_slope),
        )  # fmt: skip
    return size


@inner
def lesser_function(
    room: Room, bench: Bench, cell: int, weight: float, first: int, middle: int
) -> tuple[float, float, float]:
    """Put the lesser of both sides in the place of their events, which begin at `first` and at `middle`.

    Returns
    -------
    (float, float, float)
        What the line pays at the base, by percentages and by amounts, and the least factor at which amounts show.
    """
    last = room.counts[EVENTS]
    if last - first + 2 > bench.knot.size:
        room.counts[FULL] = 1
        return 0.0, 0.0, np.inf
    m = side_function(room, bench, 0, first, middle)
    n = side_function(room, bench, 1, middle, last)
    size = combined_pieces(MIN, bench.sides[0], m, bench.sides[1], n, bench.sides[2])
    if first + size > room.event_key.size:
        room.counts[FULL] = 1
        return 0.0, 0.0, np.inf
    key = bench.key[0, 0] if bench.keys[0] > 0 else bench.key[1, 0]
    out = bench.sides[2]
    base = 0
    critical = out[KNOT, 0] if out[SLOPE, 0] != 0.0 else np.inf
    for i in range(1, size):
        event = room.event[first + i - 1]
        event[AT] = out[KNOT, i]
        event[FLAT_BEFORE] = weight * out[FLAT, i - 1]
        event[SLOPE_BEFORE] = weight * out[SLOPE, i - 1]
        event[FLAT_AFTER] = weight * out[FLAT, i]
        event[SLOPE_AFTER] = weight * out[SLOPE, i]
        event[OPENS] = i == 1
        room.event_key[first + i - 1] = key
        base = i if out[KNOT, i] <= 1.0 else base
        if out[SLOPE, i] != 0.0:
            critical = min(critical, out[KNOT, i])
    room.counts[EVENTS] = first + size - 1
    if size == 1 and out[SLOPE, 0] == 0.0:
        put_constant(room, cell, weight * out[FLAT, 0])
    else:
        alone = weight if size == 1 else 0.0  # what an event ends is counted there
        put_start(room, key, alone * out[FLAT, 0], alone * out[SLOPE, 0])
    return out[FLAT, base], out[SLOPE, base], critical


@inner
def put_mixed_side(
    room: Room, bench: Bench, wanted: Wanted, side: int, cell: int, events: tuple[int, int], programs: tuple[int, int]
) -> None:
    """Put a side of a mixed line as its parts: a curve for each key, and the observations with several currencies."""
    keys = bench.keys[side]
    own = keys + (programs[1] - programs[0])
    curves = max(keys, 1) if own == 0 or keys > 0 or bench.total[side, CONSTANT] != 0.0 else 0
    at, curve = room.counts[PARTS], room.counts[MIXED_CURVES]
    if at + curves + programs[1] - programs[0] > room.part.size or curve + curves > room.mixed_key.size:
        room.counts[FULL] = 1
        return
    lowest = wanted.sectors * wanted.regions * wanted.sectors * wanted.currencies
    constant = bench.total[side, CONSTANT] + bench.total[side, CONSTANT + 1]
    for k in range(curves):
        flat, slope = constant if k == 0 else 0.0, 0.0
        key = (cell * wanted.sectors + cell // wanted.regions) * wanted.currencies
        if keys > 0:
            found = bench.first[side, k]
            key = bench.key[side, k]
            flat += found[0] + found[1]
            slope = found[2] + found[3]
        bench.curve[k] = curve + k
        room.mixed_key[curve + k] = key
        room.part[at + k] = curve + k
        put_start(room, lowest + curve + k, flat, slope)
    for e in range(events[0], events[1]):
        k = 0
        while bench.key[side, k] != room.event_key[e]:
            k += 1
        room.event_key[e] = lowest + bench.curve[k]
    for o in range(programs[0], programs[1]):
        room.part[at + curves + o - programs[0]] = -1 - o
    room.counts[MIXED_CURVES] = curve + curves
    room.counts[PARTS] = at + curves + programs[1] - programs[0]


@inner
def base_of(bench: Bench, side: int) -> tuple[float, float]:
    """What a side pays with every factor 1: by percentages, and by amounts."""
    total = bench.total[side]
    flat = (total[CONSTANT] + total[CONSTANT + 1]) + (total[BASE_FLAT] + total[BASE_FLAT + 1])
    return flat, total[BASE_SLOPE] + total[BASE_SLOPE + 1]


@inner
def put_mixed(
    room: Room,
    bench: Bench,
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
    line = room.counts[MIXED]
    if line == room.mixed_cell.size:
        room.counts[FULL] = 1
        return 0.0, 0.0
    if has[0]:
        put_mixed_side(room, bench, wanted, 0, cell, events, programs)
    room.mixed_side[line, 0] = room.counts[PARTS]
    if has[1]:
        last = room.counts[EVENTS], room.counts[PROGRAMS]
        put_mixed_side(room, bench, wanted, 1, cell, (events[1], last[0]), (programs[1], last[1]))
    room.mixed_side[line, 1] = room.counts[PARTS]
    room.mixed_cell[line] = cell
    room.mixed_weight[line] = weight
    room.counts[MIXED] = line + 1
    flat, slope = base_of(bench, 0)
    other_flat, other_slope = base_of(bench, 1)
    if not has[0] or (has[1] and gap_between(flat + slope, other_flat + other_slope) > 0.0):
        return other_flat, other_slope
    return flat, slope


@inner
def tell_line(
    room: Room,
    bench: Bench,
    wanted: Wanted,
    place: tuple[int, int],
    figures: tuple[float, float, float, float],
    by_line: bool,
    first_program: int,
) -> None:
    """Note what a line with an amount comes to in a cell, given its weight, what it pays at the base by percentages and
    by amounts, and the least factor at which amounts show; `first_program` is its first among those of several
    currencies."""
    at = room.counts[TOLD]
    if at == room.told.shape[0]:
        room.counts[FULL] = 1
        return
    j, cell = place
    weight, flat, slope, critical = figures
    sector = cell // wanted.regions
    others = False
    for side in range(2):
        for k in range(bench.keys[side]):
            others |= bench.key[side, k] // wanted.currencies % wanted.sectors != sector
    for o in range(first_program, room.counts[PROGRAMS]):
        others |= room.program_key[o] // wanted.currencies % wanted.sectors != sector
    of = room.told_of[at]
    of[LINE_OF] = j
    of[SECTOR_OF] = sector
    of[REGION_OF] = cell % wanted.regions
    of[BY_LINE] = by_line
    of[OTHERS_PRICE] = others
    of[SEVERAL_CURRENCIES] = room.counts[PROGRAMS] > first_program
    found = room.told[at]
    found[WEIGHT] = weight
    found[RATE] = flat + slope
    found[SPECIFIC] = slope
    found[CRITICAL] = critical
    room.counts[TOLD] = at + 1
