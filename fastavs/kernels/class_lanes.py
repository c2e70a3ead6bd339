"""Classes of lines and carried means under many scenarios at once; see `row_lanes`."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.carry import carry_mean, slot_of
from fastavs.kernels.classes import add_uncertain_year
from fastavs.kernels.govern import differ
from fastavs.kernels.names import (
    BOUND,
    HEADING,
    MATCHED,
    MATCHED_SQUARES,
    PART,
    PART_SQUARES,
    PART_WEIGHTED,
    RATE,
    SPECIFIC,
    SQUARES,
    WATER,
    WEIGHTED,
    WEIGHTED_SQUARES,
)
from fastavs.kernels.options import inner, merged
from fastavs.kernels.shapes import Carried, Charges, Layout, Sums
from fastavs.kernels.sums import add, add_product, add_square


@merged
def carry_known(
    first: int,
    last: int,
    place_of: np.ndarray,
    slots: tuple[int, int, int, int],
    slot: int,
    charges: Charges,
    lanes: np.ndarray,
) -> bool:
    """Carry the mean of lines whose rates are all known, under every scenario; False if some are not."""
    rate, part, specific = charges
    total, lost, parts, parts_lost = lanes[0], lanes[1], lanes[2], lanes[3]
    width = total.size
    unknown = 0
    for s in range(width):
        total[s] = lost[s] = parts[s] = parts_lost[s] = 0.0
        specific[slot, s] = False
    for line in range(first, last):
        row = slot_of(place_of[line], slots)
        for s in range(width):
            unknown += np.isnan(rate[row, s])
            total[s], lost[s] = add(total[s], lost[s], rate[row, s])
        for s in range(width):
            parts[s], parts_lost[s] = add(parts[s], parts_lost[s], part[row, s])
        for s in range(width):
            specific[slot, s] |= specific[row, s]
    if unknown > 0:
        return False
    n = last - first
    for s in range(width):
        rate[slot, s] = (total[s] + lost[s]) / n
        part[slot, s] = (parts[s] + parts_lost[s]) / n
    return True


@inner
def carry_lanes(
    carried: Carried,
    first: int,
    last: int,
    place_of: np.ndarray,
    slots: tuple[int, int, int, int],
    zero: bool,
    charges: Charges,
    lanes: np.ndarray,
) -> None:
    """Work out the carried means from `first` on under all scenarios."""
    low, high = carried
    for k in range(first, last):
        slot = slot_of(slots[1] + k, slots)
        level = 0
        while level < low.shape[0] and low[level, k] == high[level, k]:
            level += 1
        if level < low.shape[0] and carry_known(low[level, k], high[level, k], place_of, slots, slot, charges, lanes):
            continue
        for s in range(charges.rate.shape[1]):
            carry_mean(carried, k, place_of, slots, slot, s, zero, charges)


@merged
def add_lanes(total: np.ndarray, lost: np.ndarray, weight: float, x: np.ndarray) -> None:
    """Add ``weight * x`` to a sum of every scenario."""
    for s in range(x.size):
        total[s], lost[s] = add_product(total[s], lost[s], weight, x[s])


@merged
def add_squares(total: np.ndarray, lost: np.ndarray, weight: float, x: np.ndarray) -> None:
    """Add ``weight * x * x`` to a sum of every scenario."""
    for s in range(x.size):
        total[s], lost[s] = add_square(total[s], lost[s], weight, x[s])


@merged
def govern_lanes(
    lines: float,
    applied: int,
    bound: int,
    charges: Charges,
    full: bool,
    x: np.ndarray,
    part: np.ndarray,
    count: np.ndarray,
) -> None:
    """Fill in what governs a class of bound lines, and its ad valorem part; count specific lines and water.

    `count` is float64[COUNTS, s] of the year; parts and counts are left alone if not full.
    """
    rates, parts, specifics = charges
    from_applied = lines if specifics[applied, 0] else 0.0
    from_bound = lines if specifics[bound, 0] else 0.0
    specific, water = count[SPECIFIC], count[WATER]
    if full:
        for s in range(x.size):
            applied_rate = rates[applied, s]
            bound_rate = rates[bound, s]
            unequal = differ(applied_rate, bound_rate)
            governs = unequal and applied_rate > bound_rate
            x[s] = bound_rate if governs else applied_rate
            specific[s] += from_bound if governs else from_applied
            water[s] += lines if unequal and bound_rate > applied_rate else 0.0
            part[s] = min(parts[applied, s], parts[bound, s])
    else:
        for s in range(x.size):
            applied_rate = rates[applied, s]
            bound_rate = rates[bound, s]
            x[s] = bound_rate if applied_rate > bound_rate and differ(applied_rate, bound_rate) else applied_rate


@inner
def add_sure_lanes(
    classes: np.ndarray,
    first: int,
    last: int,
    slots: tuple[int, int, int, int],
    own: bool,
    charges: Charges,
    full: bool,
    total: np.ndarray,
    lost: np.ndarray,
    count: np.ndarray,
    lanes: np.ndarray,
) -> None:
    """Add classes of a year whose rates are sure to be known, to sums and counts of that year, [..., s]."""
    x, part = lanes[0], lanes[1]
    for k in range(first, last):
        one = classes[k]
        applied = slot_of(one["applied"], slots)
        bound = -1
        if one["bound"] >= 0:
            bound = slot_of(one["bound"], slots)
            govern_lanes(one["lines"], applied, bound, charges, full, x, part, count)
        else:
            more = one["lines"] if charges.specific[applied, 0] else 0.0
            for s in range(x.size):
                x[s] = charges.rate[applied, s]
                part[s] = charges.part[applied, s]
            if full:
                for s in range(x.size):
                    count[SPECIFIC, s] += more
        add_lanes(total[RATE], lost[RATE], one["lines"], x)
        add_lanes(total[WEIGHTED], lost[WEIGHTED], one["weight"], x)
        if not own:  # where all lines are matched
            add_lanes(total[MATCHED], lost[MATCHED], one["matched"], x)
        if full:
            if bound >= 0:
                add_lanes(total[BOUND], lost[BOUND], one["lines"], charges.rate[bound])
            add_lanes(total[HEADING], lost[HEADING], one["heading"], x)
            add_lanes(total[PART], lost[PART], one["lines"], part)
            add_lanes(total[PART_WEIGHTED], lost[PART_WEIGHTED], one["weight"], part)
            add_squares(total[SQUARES], lost[SQUARES], one["lines"], x)
            add_squares(total[WEIGHTED_SQUARES], lost[WEIGHTED_SQUARES], one["weight"], x)
            if not own:
                add_squares(total[MATCHED_SQUARES], lost[MATCHED_SQUARES], one["matched"], x)
            add_squares(total[PART_SQUARES], lost[PART_SQUARES], one["lines"], part)
    if own:
        for s in range(total.shape[1]):
            total[MATCHED, s] = total[RATE, s]
            lost[MATCHED, s] = lost[RATE, s]
            total[MATCHED_SQUARES, s] = total[SQUARES, s]
            lost[MATCHED_SQUARES, s] = lost[SQUARES, s]


@inner
def add_chunk(
    layout: Layout,
    chunk: int,
    slots: tuple[int, int, int, int],
    charges: Charges,
    zero: bool,
    full: bool,
    sums: Sums,
    lanes: np.ndarray,
    work: np.ndarray,
) -> None:
    """Add a chunk's classes of all years: those that are sure, then the others."""
    _, _, start, uncertain, classes, years, _ = layout
    total, lost, count = sums
    for y in range(years.size):
        part = chunk * years.size + y
        add_sure_lanes(
            classes,
            start[part],
            uncertain[part],
            slots,
            years[y]["own"],
            charges,
            full,
            total[y],
            lost[y],
            count[y],
            lanes,
        )
        if uncertain[part] < start[part + 1]:
            for s in range(total.shape[2]):
                add_uncertain_year(
                    classes, uncertain[part], start[part + 1], slots, charges, y, s, zero, full, sums, work
                )
