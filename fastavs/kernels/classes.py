"""Classes of lines added up, year by year, under one scenario (METHOD.md sections 3, 4 and 7)."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastavs.kernels.carry import slot_of
from fastavs.kernels.govern import bound_governs, differ, lesser_part
from fastavs.kernels.names import (
    BOUND,
    BOUND_LINES,
    FEW,
    HEADING,
    HEADINGS,
    LINES,
    MATCHED,
    MATCHED_LINES,
    MATCHED_SQUARES,
    PART,
    PART_SQUARES,
    PART_WEIGHTED,
    RATE,
    SPECIFIC,
    SQUARES,
    UNRESOLVED,
    WATER,
    WEIGHTED,
    WEIGHTED_SQUARES,
    WEIGHTS,
)
from fastavs.kernels.options import inner, kernel_with_memory
from fastavs.kernels.shapes import Charges, Layout, Sums
from fastavs.kernels.sums import add, add_product, add_square


@inner
def raise_sums(sums: Sums, y: int, s: int, weights: np.ndarray, values: np.ndarray, full: bool) -> None:
    """Add ``weight * value`` or ``weight * value ** 2`` to each of a year's sums; if not full, to the first few."""
    total, lost, _ = sums
    for q in range(SQUARES if full else FEW):
        total[y, q, s], lost[y, q, s] = add_product(total[y, q, s], lost[y, q, s], weights[q], values[q])
    if full:
        for q in range(SQUARES, WEIGHTS):
            total[y, q, s], lost[y, q, s] = add_square(total[y, q, s], lost[y, q, s], weights[q], values[q])


@inner
def add_uncertain(
    one: Any,
    slots: tuple[int, int, int, int],
    charges: Charges,
    y: int,
    s: int,
    zero: bool,
    count: np.ndarray,
    weights: np.ndarray,
    values: np.ndarray,
) -> bool:
    """Count a class that may have no rate, or rests on a carried mean, and fill in what it adds to sums.

    Returns whether it has a rate.
    """
    rates, parts, specifics = charges
    weights[:] = 0.0
    values[:] = 0.0
    applied = slot_of(one["applied"], slots)
    x = rates[applied, s]
    part = parts[applied, s]
    specific = specifics[applied, s]
    unresolved = np.isnan(x)
    if unresolved and zero and not np.isnan(part):
        x = 0.0
    if one["bound"] >= 0:
        bound_at = slot_of(one["bound"], slots)
        bound = rates[bound_at, s]
        unresolved = unresolved and np.isnan(bound)
        if np.isnan(bound) and zero:
            bound = 0.0
        if bound > x and differ(x, bound):
            count[y, WATER, s] += one["lines"]
        if not np.isnan(bound):
            count[y, BOUND_LINES, s] += one["lines"]
            weights[BOUND] = one["lines"]
            values[BOUND] = bound
        if np.isnan(part) or bound_governs(x, bound):
            x = bound
            specific = specifics[bound_at, s]
        part = lesser_part(part, parts[bound_at, s])
    count[y, SPECIFIC, s] += one["lines"] if specific else 0.0
    count[y, UNRESOLVED, s] += one["lines"] if unresolved else 0.0
    weights[PART] = weights[PART_SQUARES] = one["lines"]
    values[PART] = values[PART_SQUARES] = part
    if np.isnan(x):
        return False
    count[y, LINES, s] += one["lines"]
    count[y, MATCHED_LINES, s] += one["matched"]
    weights[RATE] = weights[SQUARES] = one["lines"]
    weights[WEIGHTED] = weights[WEIGHTED_SQUARES] = weights[PART_WEIGHTED] = one["weight"]
    weights[MATCHED] = weights[MATCHED_SQUARES] = one["matched"]
    values[RATE] = values[SQUARES] = values[WEIGHTED] = values[WEIGHTED_SQUARES] = x
    values[MATCHED] = values[MATCHED_SQUARES] = x
    values[PART_WEIGHTED] = part
    return True


@inner
def add_uncertain_year(
    classes: np.ndarray,
    first: int,
    last: int,
    slots: tuple[int, int, int, int],
    charges: Charges,
    y: int,
    s: int,
    zero: bool,
    full: bool,
    sums: Sums,
    work: np.ndarray,
) -> None:
    """Add uncertain classes of a year. Those of one HS subheading come together; it is averaged over known lines."""
    total_of, lost_of, count = sums
    weights, values = work[0], work[1]
    total, lost, lines = 0.0, 0.0, 0.0
    for k in range(first, last):
        one = classes[k]
        known = add_uncertain(one, slots, charges, y, s, zero, count, weights, values)
        if known:
            total_of[y, WEIGHTS, s], lost_of[y, WEIGHTS, s] = add(
                total_of[y, WEIGHTS, s], lost_of[y, WEIGHTS, s], one["weight"]
            )
        if one["subheading"] < 0:
            weights[HEADING] = one["heading"]
            values[HEADING] = values[RATE] if known else np.nan
        elif known:
            total, lost = add_product(total, lost, one["lines"], values[RATE])
            lines += one["lines"]
        if one["subheading"] >= 0 and (k + 1 == last or classes[k + 1]["subheading"] != one["subheading"]):
            if lines > 0.0:
                weights[HEADING] = 1.0
                values[HEADING] = (total + lost) / lines
                count[y, HEADINGS, s] += 1.0
            total, lost, lines = 0.0, 0.0, 0.0
        raise_sums(sums, y, s, weights, values, full)


@inner
def add_sure_year(
    classes: np.ndarray, first: int, last: int, has_bound: bool, charges: Charges, y: int, sums: Sums
) -> None:
    """Add classes of a year whose rates are sure to be known. Sums are kept out of memory until all are added."""
    rates, parts, specifics = charges
    total, lost, count = sums
    t0, t1, t2, t3 = total[y, RATE, 0], total[y, WEIGHTED, 0], total[y, MATCHED, 0], total[y, HEADING, 0]
    e0, e1, e2, e3 = lost[y, RATE, 0], lost[y, WEIGHTED, 0], lost[y, MATCHED, 0], lost[y, HEADING, 0]
    t4, t5, t6 = total[y, BOUND, 0], total[y, PART, 0], total[y, PART_WEIGHTED, 0]
    e4, e5, e6 = lost[y, BOUND, 0], lost[y, PART, 0], lost[y, PART_WEIGHTED, 0]
    t7, t8, t9 = total[y, SQUARES, 0], total[y, WEIGHTED_SQUARES, 0], total[y, MATCHED_SQUARES, 0]
    e7, e8, e9 = lost[y, SQUARES, 0], lost[y, WEIGHTED_SQUARES, 0], lost[y, MATCHED_SQUARES, 0]
    t10, e10 = total[y, PART_SQUARES, 0], lost[y, PART_SQUARES, 0]
    specific_lines, water = 0.0, 0.0
    for k in range(first, last):
        one = classes[k]
        lines, weight, matched = one["lines"], one["weight"], one["matched"]
        x = rates[one["applied"]]
        part = parts[one["applied"]]
        specific = specifics[one["applied"]]
        if has_bound:
            bound = rates[one["bound"]]
            t4, e4 = add_product(t4, e4, lines, bound)
            unequal = differ(x, bound)
            water += lines if unequal and bound > x else 0.0
            governs = unequal and x > bound
            x = bound if governs else x
            specific = specifics[one["bound"]] if governs else specific
            part = lesser_part(part, parts[one["bound"]])
        specific_lines += lines if specific else 0.0
        t0, e0 = add_product(t0, e0, lines, x)
        t1, e1 = add_product(t1, e1, weight, x)
        t2, e2 = add_product(t2, e2, matched, x)
        t3, e3 = add_product(t3, e3, one["heading"], x)
        t5, e5 = add_product(t5, e5, lines, part)
        t6, e6 = add_product(t6, e6, weight, part)
        t7, e7 = add_square(t7, e7, lines, x)
        t8, e8 = add_square(t8, e8, weight, x)
        t9, e9 = add_square(t9, e9, matched, x)
        t10, e10 = add_square(t10, e10, lines, part)
    total[y, RATE, 0], total[y, WEIGHTED, 0], total[y, MATCHED, 0], total[y, HEADING, 0] = t0, t1, t2, t3
    lost[y, RATE, 0], lost[y, WEIGHTED, 0], lost[y, MATCHED, 0], lost[y, HEADING, 0] = e0, e1, e2, e3
    total[y, BOUND, 0], total[y, PART, 0], total[y, PART_WEIGHTED, 0] = t4, t5, t6
    lost[y, BOUND, 0], lost[y, PART, 0], lost[y, PART_WEIGHTED, 0] = e4, e5, e6
    total[y, SQUARES, 0], total[y, WEIGHTED_SQUARES, 0], total[y, MATCHED_SQUARES, 0] = t7, t8, t9
    lost[y, SQUARES, 0], lost[y, WEIGHTED_SQUARES, 0], lost[y, MATCHED_SQUARES, 0] = e7, e8, e9
    total[y, PART_SQUARES, 0], lost[y, PART_SQUARES, 0] = t10, e10
    count[y, SPECIFIC, 0] += specific_lines
    count[y, WATER, 0] += water


@kernel_with_memory
def add_classes(layout: Layout, charges: Charges, lanes: Charges, zero: bool, sums: Sums) -> None:
    """Add up all classes under one scenario, chunk by chunk as a block of scenarios does.

    Parameters
    ----------
    layout : Layout
    charges : Charges
        Of all rows and, after them, means carried.
    lanes : Charges
        The same as a block of one scenario, [..., 1].
    zero : bool
        Whether an unknown rate counts as 0.
    sums : Sums
        Added to.
    """
    _, _, start, uncertain, classes, years, _ = layout
    everywhere = charges.rate.size
    slots = (everywhere, everywhere, 0, 0)
    work = np.empty((2, WEIGHTS))
    s = 0
    for part in range(uncertain.size):
        y = part % years.size
        add_sure_year(classes, start[part], uncertain[part], years[y]["has_bound"], charges, y, sums)
        if uncertain[part] < start[part + 1]:
            add_uncertain_year(classes, uncertain[part], start[part + 1], slots, lanes, y, s, zero, True, sums, work)
