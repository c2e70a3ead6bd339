"""Classes of lines added up, year by year, under one scenario (METHOD.md sections 3, 4 and 7)."""

from __future__ import annotations

import math

import numpy as np

from fastavs.kernels.carry import slot_of
from fastavs.kernels.class_sums import (
    add_bounds,
    add_headings,
    add_part_squares,
    add_parts,
    add_rates,
    add_squares,
    add_weighed_squares,
    numbers_of,
    pieces_of,
)
from fastavs.kernels.govern import bound_governs, differ, lesser_part
from fastavs.kernels.names import (
    ACCUMULATORS,
    BOUND,
    BOUND_LINES,
    HEADING,
    HEADING_OF,
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
    Six,
    add_counted,
    add_counted_square,
    add_weighed,
    add_weighed_square,
    cut_rate,
    cut_square,
    first_accumulator,
)
from fastavs.kernels.shapes import Charges, Layout, Sums


@inner
def governing_of(
    n: float,
    slots: tuple[int, int],
    charges: Charges,
    s: int,
    zero: bool,
    acc: np.ndarray,
    at: int,
    count: np.ndarray,
) -> tuple[float, float]:
    """The rate and the ad valorem part of a class that may have none, or rests on a carried mean; NaN = null.

    Counts its n lines in the year's `count`, float64[COUNTS, s], as far as they do not hang on that, and adds its bound
    rate. `slots` are those of the applied and the bound side, -1 for none.
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
            count[WATER, s] += n
        if not math.isnan(bound):
            count[BOUND_LINES, s] += n
            add_counted(acc, at + BOUND * STRIP, n, cut_rate(bound))
        if math.isnan(part) or bound_governs(x, bound):
            x = bound
            specific = specifics[bound_at, s]
        part = lesser_part(part, parts[bound_at, s])
    count[SPECIFIC, s] += n if specific else 0.0
    count[UNRESOLVED, s] += n if unresolved else 0.0
    return x, part


@inner
def add_known(number: np.ndarray, k: int, x: float, part: float, acc: np.ndarray, at: int) -> None:
    """Add a class that has a rate to the sums of rates."""
    n, matched = number[LINES_OF, k], number[MATCHED_OF, k]
    w = pieces_of(number, WEIGHT_OF, k)
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
    s: int,
    zero: bool,
    heading_unit: float,
    acc: np.ndarray,
    at: int,
    count: np.ndarray,
) -> None:
    """Add uncertain classes of a year. Those of one HS subheading come together; it is averaged over known lines.

    Where all lines of a subheading are known, each adds its share, as sure ones do. `at` is where the year's
    accumulators begin, `count` is its float64[COUNTS, s].
    """
    number = layout.number
    before = headings_so_far(acc, at)
    first_piece, second, third = 0.0, 0.0, 0.0  # of a subheading, in pieces that add up in any order
    lines, all_lines = 0.0, 0.0
    for k in range(first, last):
        n = number[LINES_OF, k]
        bound_at = slot_of(layout.bound[k], slots) if layout.bound[k] >= 0 else -1
        sides = (slot_of(layout.applied[k], slots), bound_at)
        x, part = governing_of(n, sides, charges, s, zero, acc, at, count)
        add_counted(acc, at + PART * STRIP, n, cut_rate(part))
        add_counted_square(acc, at + PART_SQUARES * STRIP, n, cut_square(part))
        known = not math.isnan(x)
        if known:
            count[LINES, s] += n
            count[MATCHED_LINES, s] += number[MATCHED_OF, k]
            add_known(number, k, x, part, acc, at)
            add_weighed(acc, at + HEADING * STRIP, pieces_of(number, HEADING_OF, k), cut_rate(x))
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
                one = (1.0 / heading_unit, 0.0, 0.0, 0.0, 0.0, 0.0)
                add_weighed(acc, at + HEADING * STRIP, one, cut_rate((first_piece + (second + third)) / lines))
            count[HEADINGS, s] += 1.0 if lines > 0.0 else 0.0
            before = headings_so_far(acc, at)
            first_piece, second, third, lines, all_lines = 0.0, 0.0, 0.0, 0.0, 0.0


# what a strip of classes is charged: places in the memory that `gather` fills in
X, PART_OF, BOUND_RATE, SPECIFIC_SIDE, BOUND_SPECIFIC, CHARGED = 0, STRIP, 2 * STRIP, 3 * STRIP, 4 * STRIP, 5 * STRIP


@merged
def gather(
    layout: Layout,
    which: np.ndarray,
    m: int,
    has_bound: bool,
    charges: Charges,
    numbers: np.ndarray,
    charged: np.ndarray,
    counted: np.ndarray,
) -> None:
    """Fill in the numbers of m classes, and what they are charged; count specific lines and water, place by place.

    `which` (int64[STRIP]) are those classes; what a strip lacks repeats the first of them, with no line.
    """
    rates, parts, specifics = charges
    number, applied, bound = layout.number, layout.applied, layout.bound
    for j in range(m, STRIP):
        which[j] = which[0]
    for q in range(NUMBERS):
        for j in range(STRIP):
            numbers[q, j] = number[q, which[j]]
    for q in range(NUMBERS if m < STRIP else 0):
        for j in range(m, STRIP):
            numbers[q, j] = 0.0
    for j in range(STRIP):
        side = applied[which[j]]
        charged[X + j] = rates[side]
        charged[PART_OF + j] = parts[side]
        charged[SPECIFIC_SIDE + j] = 1.0 if specifics[side] else 0.0
    if has_bound:
        for j in range(STRIP):
            side = bound[which[j]]
            charged[BOUND_RATE + j] = rates[side]
            charged[PART_OF + j] = lesser_part(charged[PART_OF + j], parts[side])
            charged[BOUND_SPECIFIC + j] = 1.0 if specifics[side] else 0.0
        for j in range(STRIP):
            x, other, n = charged[X + j], charged[BOUND_RATE + j], numbers[LINES_OF, j]
            unequal = differ(x, other)
            counted[STRIP + j] += n if unequal and other > x else 0.0
            governs = unequal and x > other
            charged[X + j] = other if governs else x
            charged[SPECIFIC_SIDE + j] = charged[BOUND_SPECIFIC + j] if governs else charged[SPECIFIC_SIDE + j]
    for j in range(STRIP):
        counted[j] += numbers[LINES_OF, j] * charged[SPECIFIC_SIDE + j]


@merged
def add_strip(numbers: np.ndarray, charged: np.ndarray, acc: np.ndarray, has_bound: bool, full: bool) -> None:
    """Add a strip of classes to accumulators, each class to a place of its own.

    If not full, to those alone that means of rates rest on.
    """
    for j in range(STRIP):
        add_rates(acc, j, numbers_of(numbers, j), charged[X + j])
    if not full:
        return
    for j in range(STRIP):
        add_headings(acc, j, numbers_of(numbers, j), charged[X + j])
    for j in range(STRIP):
        add_squares(acc, j, numbers_of(numbers, j), charged[X + j])
    for j in range(STRIP):
        add_weighed_squares(acc, j, numbers_of(numbers, j), charged[X + j])
    for j in range(STRIP):
        add_parts(acc, j, numbers_of(numbers, j), charged[PART_OF + j])
    for j in range(STRIP):
        add_part_squares(acc, j, numbers_of(numbers, j), charged[PART_OF + j])
    if has_bound:
        for j in range(STRIP):
            add_bounds(acc, j, numbers_of(numbers, j), charged[BOUND_RATE + j])


@inner
def four_of(acc: np.ndarray, at: int) -> float:
    """What four places come to, two by two."""
    return (acc[at] + acc[at + 1]) + (acc[at + 2] + acc[at + 3])


@inner
def add_up_strip(acc: np.ndarray, full: bool) -> None:
    """Add up the places of each accumulator that classes went to, into the first; exact sums have no order."""
    for q in range(KNOWN if full else BOUND):
        at = q * STRIP
        acc[at] = (four_of(acc, at) + four_of(acc, at + 4)) + (four_of(acc, at + 8) + four_of(acc, at + 12))


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
        Whether to work out all sums, or only those of rates alone.
    sums : Sums
        Added to.
    """
    start, uncertain, years = layout.start, layout.uncertain, layout.years
    everywhere = charges.rate.size
    slots = (everywhere, everywhere, 0, 0)
    numbers, charged, which = np.zeros((NUMBERS, STRIP)), np.zeros(CHARGED), np.zeros(STRIP, dtype=np.int64)
    acc, counted = np.zeros(ACCUMULATORS * STRIP), np.zeros(2 * STRIP)
    n_years = years.size
    for y in range(n_years):
        has_bound, count = years[y]["has_bound"], sums.tally[y]
        acc[:] = 0.0
        counted[:] = 0.0
        left = 0
        for part in range(y, uncertain.size, n_years):
            left += uncertain[part] - start[part]
        m = 0
        for part in range(y, uncertain.size, n_years):
            for k in range(start[part], uncertain[part]):
                which[m] = k
                m += 1
                left -= 1
                if m == STRIP or left == 0:
                    gather(layout, which, m, has_bound, charges, numbers, charged, counted)
                    add_strip(numbers, charged, acc, has_bound, full)
                    m = 0
        for j in range(STRIP):
            count[SPECIFIC, 0] += counted[j]
            count[WATER, 0] += counted[STRIP + j]
        at = first_accumulator(y, 0, 1)
        add_up_strip(acc, full)
        for q in range(KNOWN):
            sums.acc[at + q * STRIP] += acc[q * STRIP]
        unit = years[y]["heading_unit"]
        for part in range(y, uncertain.size, n_years):
            first, last = uncertain[part], start[part + 1]
            if first < last:
                add_uncertain_year(layout, first, last, slots, lanes, 0, zero, unit, sums.acc, at, count)
