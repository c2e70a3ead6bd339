"""Classes of lines added up, year by year, under one scenario (METHOD.md sections 3, 4 and 7)."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from fastavs.kernels.carry import slot_of
from fastavs.kernels.class_sums import add_parts, add_rates, add_squares, numbers_of
from fastavs.kernels.govern import bound_governs, differ, lesser_part
from fastavs.kernels.names import (
    ACCUMULATORS,
    BOUND,
    BOUND_LINES,
    HEADING,
    HEADINGS,
    KNOWN,
    LINES,
    LINES_OF,
    MATCHED,
    MATCHED_LINES,
    MATCHED_OF,
    MATCHED_SQUARES,
    NUMBERS,
    PART,
    PART_SQUARES,
    PART_WEIGHTED,
    PIECES,
    RATE,
    SPECIFIC,
    SQUARES,
    STRIP,
    UNRESOLVED,
    WATER,
    WEIGHT_OF,
    WEIGHTED,
    WEIGHTED_SQUARES,
)
from fastavs.kernels.options import inner, kernel_with_memory, merged
from fastavs.kernels.pieces import (
    WEIGHED,
    add_counted,
    add_counted_square,
    add_weighed,
    add_weighed_square,
    cut_rate,
    cut_square,
    first_accumulator,
)
from fastavs.kernels.shapes import Charges, Layout, Sums

Six: TypeAlias = tuple[float, float, float, float, float, float]


@inner
def governing_of(
    n: float,
    slots: tuple[int, int],
    charges: Charges,
    y: int,
    s: int,
    zero: bool,
    acc: np.ndarray,
    at: int,
    count: np.ndarray,
) -> tuple[float, float]:
    """The rate and the ad valorem part of a class that may have none, or rests on a carried mean; NaN = null.

    Counts its n lines as far as they do not hang on that, and adds its bound rate. `slots` are those of the applied and
    the bound side, -1 for none.
    """
    rates, parts, specifics = charges
    applied, bound_at = slots
    x = rates[applied, s]
    part = parts[applied, s]
    specific = specifics[applied, s]
    unresolved = math.isnan(x)
    if unresolved and zero and not math.isnan(part):
        x = 0.0
    if bound_at >= 0:
        bound = rates[bound_at, s]
        unresolved = unresolved and math.isnan(bound)
        if math.isnan(bound) and zero:
            bound = 0.0
        if bound > x and differ(x, bound):
            count[y, WATER, s] += n
        if not math.isnan(bound):
            count[y, BOUND_LINES, s] += n
            add_counted(acc, at + BOUND * STRIP, n, cut_rate(bound))
        if math.isnan(part) or bound_governs(x, bound):
            x = bound
            specific = specifics[bound_at, s]
        part = lesser_part(part, parts[bound_at, s])
    count[y, SPECIFIC, s] += n if specific else 0.0
    count[y, UNRESOLVED, s] += n if unresolved else 0.0
    return x, part


@inner
def add_known(number: np.ndarray, k: int, x: float, part: float, acc: np.ndarray, at: int) -> None:
    """Add a class that has a rate to the sums of rates."""
    n, matched = number[LINES_OF, k], number[MATCHED_OF, k]
    w = (number[WEIGHT_OF, k], number[WEIGHT_OF + 1, k], number[WEIGHT_OF + 2, k], number[WEIGHT_OF + 3, k])
    for piece in range(PIECES):
        acc[at + (KNOWN + piece) * STRIP] += w[piece]
    rate, square = cut_rate(x), cut_square(x)
    add_counted(acc, at + RATE * STRIP, n, rate)
    add_counted(acc, at + MATCHED * STRIP, matched, rate)
    add_weighed(acc, at + WEIGHTED * STRIP, w, rate)
    add_weighed(acc, at + PART_WEIGHTED * STRIP, w, cut_rate(part))
    add_counted_square(acc, at + SQUARES * STRIP, n, square)
    add_counted_square(acc, at + MATCHED_SQUARES * STRIP, matched, square)
    add_weighed_square(acc, at + WEIGHTED_SQUARES * STRIP, w, square)


@inner
def headings_so_far(acc: np.ndarray, at: int) -> Six:
    """The accumulators of the sum over HS subheadings."""
    first = at + HEADING * STRIP
    return (
        acc[first],
        acc[first + STRIP],
        acc[first + 2 * STRIP],
        acc[first + 3 * STRIP],
        acc[first + 4 * STRIP],
        acc[first + 5 * STRIP],
    )


@inner
def put_headings(acc: np.ndarray, at: int, values: Six) -> None:
    """Put them back as they were."""
    for q in range(WEIGHED):
        acc[at + (HEADING + q) * STRIP] = values[q]


@inner
def add_uncertain_year(
    layout: Layout,
    first: int,
    last: int,
    slots: tuple[int, int, int, int],
    charges: Charges,
    y: int,
    s: int,
    zero: bool,
    sums: Sums,
) -> None:
    """Add uncertain classes of a year. Those of one HS subheading come together; it is averaged over known lines.

    Where all lines of a subheading are known, each adds its share, as sure ones do.
    """
    number = layout.number
    acc, count, _ = sums
    at = first_accumulator(y, s, count.shape[2])
    before = headings_so_far(acc, at)
    first_piece, second, third = 0.0, 0.0, 0.0  # of a subheading, in pieces that add up in any order
    lines, all_lines = 0.0, 0.0
    for k in range(first, last):
        n = number[LINES_OF, k]
        bound_at = slot_of(layout.bound[k], slots) if layout.bound[k] >= 0 else -1
        sides = (slot_of(layout.applied[k], slots), bound_at)
        x, part = governing_of(n, sides, charges, y, s, zero, acc, at, count)
        add_counted(acc, at + PART * STRIP, n, cut_rate(part))
        add_counted_square(acc, at + PART_SQUARES * STRIP, n, cut_square(part))
        known = not math.isnan(x)
        if known:
            count[y, LINES, s] += n
            count[y, MATCHED_LINES, s] += number[MATCHED_OF, k]
            add_known(number, k, x, part, acc, at)
            add_weighed(acc, at + HEADING * STRIP, numbers_of(number, k)[3], cut_rate(x))
        subheading = layout.subheading[k]
        if subheading < 0:
            before = headings_so_far(acc, at)
            continue
        all_lines += n
        if known:
            pieces = cut_rate(x)
            first_piece += n * pieces[0]
            second += n * pieces[1]
            third += n * pieces[2]
            lines += n
        if k + 1 == last or layout.subheading[k + 1] != subheading:
            if lines < all_lines:
                put_headings(acc, at, before)
            if 0.0 < lines < all_lines:
                one = (1.0 / layout.years[y]["heading_unit"], 0.0, 0.0, 0.0)
                add_weighed(acc, at + HEADING * STRIP, one, cut_rate((first_piece + (second + third)) / lines))
            count[y, HEADINGS, s] += 1.0 if lines > 0.0 else 0.0
            before = headings_so_far(acc, at)
            first_piece, second, third, lines, all_lines = 0.0, 0.0, 0.0, 0.0, 0.0


@inner
def gather(
    layout: Layout,
    k: int,
    m: int,
    has_bound: bool,
    charges: Charges,
    count: np.ndarray,
    y: int,
    numbers: np.ndarray,
    charged: np.ndarray,
) -> None:
    """Fill in the numbers of m classes from k on, and what they are charged; count specific lines and water.

    `charged` has a row each for rates, ad valorem parts and bound rates. What a strip lacks is 0.
    """
    rates, parts, specifics = charges
    number = layout.number
    if m < STRIP:
        numbers[:] = 0.0
        charged[:] = 0.0
    for q in range(NUMBERS):
        for j in range(m):
            numbers[q, j] = number[q, k + j]
    specific_lines, water = 0.0, 0.0
    for j in range(m):
        applied = layout.applied[k + j]
        x = rates[applied]
        part = parts[applied]
        specific = specifics[applied]
        n = number[LINES_OF, k + j]
        if has_bound:
            at = layout.bound[k + j]
            bound = rates[at]
            charged[2, j] = bound
            unequal = differ(x, bound)
            water += n if unequal and bound > x else 0.0
            governs = unequal and x > bound
            x = bound if governs else x
            specific = specifics[at] if governs else specific
            part = lesser_part(part, parts[at])
        specific_lines += n if specific else 0.0
        charged[0, j] = x
        charged[1, j] = part
    count[y, SPECIFIC, 0] += specific_lines
    count[y, WATER, 0] += water


@merged
def add_strip(numbers: np.ndarray, charged: np.ndarray, acc: np.ndarray, has_bound: bool, full: bool) -> None:
    """Add a strip of classes to accumulators, each class to a place of its own; if not full, to those that means of
    rates rest on."""
    for j in range(STRIP):
        add_rates(acc, j, numbers_of(numbers, j), charged[0, j])
    if not full:
        return
    for j in range(STRIP):
        add_weighed(acc, HEADING * STRIP + j, numbers_of(numbers, j)[3], cut_rate(charged[0, j]))
    for j in range(STRIP):
        add_squares(acc, j, numbers_of(numbers, j), charged[0, j])
    for j in range(STRIP):
        add_parts(acc, j, numbers_of(numbers, j), charged[1, j])
    if has_bound:
        for j in range(STRIP):
            add_counted(acc, BOUND * STRIP + j, numbers[LINES_OF, j], cut_rate(charged[2, j]))


@kernel_with_memory
def add_classes(layout: Layout, charges: Charges, lanes: Charges, zero: bool, full: bool, sums: Sums) -> None:
    """Add up all classes under one scenario, several classes side by side.

    Parameters
    ----------
    layout : Layout
    charges : Charges
        Of all rows and, after them, means carried.
    lanes : Charges
        The same as a block of one scenario, [..., 1].
    zero : bool
        Whether an unknown rate counts as 0.
    full : bool
        Whether all sums are wanted, or only those that means of rates rest on.
    sums : Sums
        Added to.
    """
    start, uncertain, years = layout.start, layout.uncertain, layout.years
    everywhere = charges.rate.size
    slots = (everywhere, everywhere, 0, 0)
    numbers, charged = np.zeros((NUMBERS, STRIP)), np.zeros((3, STRIP))
    acc = np.zeros(ACCUMULATORS * STRIP)
    s = 0
    n_years = years.size
    for y in range(n_years):
        has_bound = years[y]["has_bound"]
        acc[:] = 0.0
        for part in range(y, uncertain.size, n_years):
            for k in range(start[part], uncertain[part], STRIP):
                m = min(STRIP, uncertain[part] - k)
                gather(layout, k, m, has_bound, charges, sums.tally, y, numbers, charged)
                add_strip(numbers, charged, acc, has_bound, full)
        at = first_accumulator(y, s, 1)
        for q in range(ACCUMULATORS):
            for j in range(STRIP):
                sums.acc[at + q * STRIP] += acc[q * STRIP + j]
        for part in range(y, uncertain.size, n_years):
            if uncertain[part] < start[part + 1]:
                add_uncertain_year(layout, uncertain[part], start[part + 1], slots, lanes, y, s, zero, sums)
