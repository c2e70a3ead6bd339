"""Classes of lines and carried means under many scenarios at once; see `row_lanes`."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from fastavs.kernels.carry import carry_mean, slot_of
from fastavs.kernels.class_sums import (
    NONE,
    Numbers,
    add_bounds,
    add_headings,
    add_part_squares,
    add_parts,
    add_rates,
    add_squares,
    add_weighed_squares,
    numbers_of,
)
from fastavs.kernels.classes import add_uncertain_year
from fastavs.kernels.govern import differ
from fastavs.kernels.names import ACCUMULATORS, SPECIFIC, STRIP, WATER
from fastavs.kernels.options import inner, merged
from fastavs.kernels.pieces import first_accumulator
from fastavs.kernels.shapes import Carried, Charges, Layout, Sums
from fastavs.kernels.sums import add

Places: TypeAlias = tuple[int, int, int]


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
            unknown += math.isnan(rate[row, s])
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
        for s in range(charges.rate.shape[1]):
            applied_rate = rates[applied, s]
            bound_rate = rates[bound, s]
            unequal = differ(applied_rate, bound_rate)
            governs = unequal and applied_rate > bound_rate
            x[s] = bound_rate if governs else applied_rate
            specific[s] += from_bound if governs else from_applied
            water[s] += lines if unequal and bound_rate > applied_rate else 0.0
            part[s] = min(parts[applied, s], parts[bound, s])
    else:
        for s in range(charges.rate.shape[1]):
            applied_rate = rates[applied, s]
            bound_rate = rates[bound, s]
            x[s] = bound_rate if applied_rate > bound_rate and differ(applied_rate, bound_rate) else applied_rate


@merged
def add_strip(
    one: Numbers,
    other: Numbers,
    rates: np.ndarray,
    parts: np.ndarray,
    bounds: np.ndarray,
    first: Places,
    second: Places,
    acc: np.ndarray,
    at: int,
    has_bound: bool,
    full: bool,
) -> None:
    """Add two classes to the accumulators of a strip of scenarios; if not full, to those that means of rates rest on.

    `first` and `second` say where in `rates`, `parts` and `bounds` their rates, ad valorem parts and bound rates begin.
    """
    here = acc[at : at + ACCUMULATORS * STRIP]  # places from 0 on are seen to be none from the end
    x, y = rates[first[0] : first[0] + STRIP], rates[second[0] : second[0] + STRIP]
    for j in range(STRIP):
        add_rates(here, j, one, x[j])
        add_rates(here, j, other, y[j])
    if not full:
        return
    for j in range(STRIP):
        add_headings(here, j, one, x[j])
        add_headings(here, j, other, y[j])
    for j in range(STRIP):
        add_squares(here, j, one, x[j])
        add_squares(here, j, other, y[j])
    for j in range(STRIP):
        add_weighed_squares(here, j, one, x[j])
        add_weighed_squares(here, j, other, y[j])
    x, y = parts[first[1] : first[1] + STRIP], parts[second[1] : second[1] + STRIP]
    for j in range(STRIP):
        add_parts(here, j, one, x[j])
        add_parts(here, j, other, y[j])
    for j in range(STRIP):
        add_part_squares(here, j, one, x[j])
        add_part_squares(here, j, other, y[j])
    if has_bound:
        x, y = bounds[first[2] : first[2] + STRIP], bounds[second[2] : second[2] + STRIP]
        for j in range(STRIP):
            add_bounds(here, j, one, x[j])
            add_bounds(here, j, other, y[j])


@inner
def add_sure_lanes(
    layout: Layout,
    first: int,
    last: int,
    slots: tuple[int, int, int, int],
    y: int,
    charges: Charges,
    full: bool,
    sums: Sums,
    lanes: np.ndarray,
) -> None:
    """Add classes of a year whose rates are sure to be known, two by two."""
    acc, count, _ = sums
    width, step = charges.rate.shape[1], lanes.shape[1]
    has_bound = layout.years[y]["has_bound"]
    bounds = charges.rate.reshape(-1)
    rates = lanes.reshape(-1) if has_bound else bounds
    parts = rates if has_bound else charges.part.reshape(-1)
    for k in range(first, last, 2):
        numbers = numbers_of(layout.number, k)
        others = numbers_of(layout.number, k + 1) if k + 1 < last else NONE
        here, there = (0, 0, 0), (0, 0, 0)
        for of in range(2):
            i = k + of if k + of < last else k
            n = numbers[0] if of == 0 else others[0]
            applied = slot_of(layout.applied[i], slots)
            if has_bound:
                bound = slot_of(layout.bound[i], slots)
                govern_lanes(n, applied, bound, charges, full, lanes[2 * of], lanes[2 * of + 1], count[y])
                places = (2 * of * step, (2 * of + 1) * step, bound * width)
            else:
                places = (applied * width, applied * width, 0)
                if full and charges.specific[applied, 0]:
                    for s in range(width):
                        count[y, SPECIFIC, s] += n
            here, there = there, places
        for s in range(0, width, STRIP):
            at = first_accumulator(y, s, width)
            some, more = (here[0] + s, here[1] + s, here[2] + s), (there[0] + s, there[1] + s, there[2] + s)
            add_strip(numbers, others, rates, parts, bounds, some, more, acc, at, has_bound, full)


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
) -> None:
    """Add a chunk's classes of all years: those that are sure, then the others, scenario by scenario."""
    start, uncertain, years = layout.start, layout.uncertain, layout.years
    for y in range(years.size):
        part = chunk * years.size + y
        add_sure_lanes(layout, start[part], uncertain[part], slots, y, charges, full, sums, lanes)
        first, last = uncertain[part], start[part + 1]
        width = charges.rate.shape[1]
        unit, count = years[y]["heading_unit"], sums.tally[y]
        for s in range(width if first < last else 0):
            at = first_accumulator(y, s, width)
            add_uncertain_year(layout, first, last, slots, charges, s, zero, unit, sums.acc, at, count)


@inner
def note_largest(charges: Charges, first: int, last: int, largest: np.ndarray) -> None:
    """Keep the largest rate or ad valorem part of some slots, scenario by scenario; NaN is none."""
    for slot in range(first, last):
        for s in range(largest.size):
            rate, part = abs(charges.rate[slot, s]), abs(charges.part[slot, s])
            largest[s] = rate if rate > largest[s] else largest[s]
            largest[s] = part if part > largest[s] else largest[s]
